// Heads: the cards of the networks over the columns of a figure, whose curves stand beside them.

/** @import { Figure } from "types/message" */
/** @import { Layout } from "types/plotly" */

/** @typedef {{ l: number, r: number, t: number, b: number }} Margin */

/**
 * Puts each card over its column, and the figure's top beside the cards.
 * @param {HTMLElement} root Of the player.
 * @param {{ summary: HTMLElement, cards: HTMLElement }} parts
 * @param {Figure} figure
 * @param {"narrow" | "wide"} name Of its layout.
 * @param {number} width Of the figure, in pixels.
 * @returns {number} By how much the columns begin lower than the figure, in pixels.
 */
export function placeHeads(root, { summary, cards }, figure, name, width) {
  const columns = name === "wide" ? (figure.diagram.heads ?? []) : [];
  root.toggleAttribute("data-heads", columns.length > 0);
  if (!columns.length) {
    cards.removeAttribute("style");
    return 0;
  }
  const { l, r } = /** @type {Margin} */ (figure.layout.margin);
  const places = columns.map((ends) => ends.map((share) => l + share * (width - l - r)));
  const gap = places.length > 1 ? places[1][0] - places[0][1] : 0;
  cards.style.gridTemplateColumns = places.map(([from, to]) => `${to - from}px`).join(" ");
  cards.style.columnGap = `${gap}px`;
  cards.style.marginLeft = `${places[0][0]}px`;
  const height = summary.offsetHeight;
  root.style.setProperty("--heads", `${height}px`);
  return height;
}

// The name in the heading of a column, before what explains it.
const NAME = /^<b>.*<\/b>(?:(<span>) · )?/;

/**
 * Has the columns of a figure begin lower, without the names that stand in the cards above them.
 * @param {Layout} layout
 * @param {Figure} figure
 * @param {number} pixels
 * @param {number} height Of the figure.
 */
export function lowerColumns(layout, figure, pixels, height) {
  const { t, b } = /** @type {Margin} */ (layout.margin);
  for (const { panel } of figure.diagram.columns ?? []) {
    const suffix = panel === 1 ? "" : panel;
    const name = `yaxis${suffix}`;
    const axis = /** @type {{ domain: [number, number] }} */ (layout[name]);
    const [low, high] = axis.domain;
    layout[name] = { ...axis, domain: [low, high - pixels / (height - t - b)] };
    const heading = layout.annotations?.find(({ xref }) => xref === `x${suffix} domain`);
    if (heading) heading.text = heading.text?.replace(NAME, "$1");
  }
}
