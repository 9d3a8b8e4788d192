// Picture: the frame drawn as a figure for slides and papers, and its points as numbers.

/** @import { Figure } from "types/message" */
/** @import { Plotly, Trace } from "types/plotly" */
/** @import { Frames } from "./frames.js" */
/** @import { Margin } from "./heads.js" */

import { points } from "./bindings.js";
import { fitHeadings } from "./spacing.js";
import { applyTheme } from "./theme.js";
import { fitTicks, widenMargin } from "./ticks.js";

// Size in pixels, and dots to a pixel of a PNG file.
const SIZE = { width: 1280, height: 720 };
const DOTS = 2;
// Room for the title above and the settings below, in pixels.
const TITLE = 34;
const SETTINGS = 26;

/** @typedef {"white" | "dark" | "transparent"} Ground */

/** @type {Record<Ground, { ink: string, back: string, ground: string }>} */
const GROUNDS = {
  white: { ink: "#1f2530", back: "#ffffff", ground: "#ffffff" },
  dark: { ink: "#fafafa", back: "#0e1117", ground: "#0e1117" },
  transparent: { ink: "#1f2530", back: "#ffffff", ground: "rgba(0,0,0,0)" },
};

/**
 * What a picture shows.
 * @typedef {object} Shown
 * @property {Figure} figure
 * @property {Frames} frames
 * @property {number} at Index of the frame.
 * @property {string} title
 * @property {string} settings In small print below.
 */

/**
 * Traces with their points, and the layout with title and settings.
 * @param {HTMLElement} root Of the player, whose font it takes.
 * @param {Shown} shown
 * @param {Ground} ground
 */
export function drawing(root, { figure, frames, at, title, settings }, ground) {
  const colours = GROUNDS[ground];
  const { layout, traces } = applyTheme(root, figure, "wide", SIZE, 1, colours);
  widenMargin(layout, figure.run);
  const { b, l, r, t } = /** @type {Margin} */ (layout.margin);
  fitHeadings(layout, l, SIZE.width - l - r);
  fitTicks(layout, figure.run, l, r);
  /**
   * @param {string} text
   * @param {number} y In paper units, from 0 at the bottom.
   * @param {number} yshift
   * @param {number} size
   */
  const words = (text, y, yshift, size) => ({
    text,
    x: 0,
    y,
    xref: "paper",
    yref: "paper",
    xanchor: "left",
    yanchor: y ? "bottom" : "top",
    yshift,
    showarrow: false,
    font: { size, color: colours.ink },
  });
  const annotations = [
    .../** @type {object[]} */ (layout.annotations ?? []),
    words(`<b>${title}</b>`, 1, t, 18),
    words(settings, 0, -b, 12),
  ];
  return {
    data: traces.map((trace, number) => ({
      ...trace,
      ...(figure.bindings[number] && pointsOf(figure, frames, at, number)),
    })),
    layout: {
      ...layout,
      paper_bgcolor: colours.ground,
      plot_bgcolor: colours.ground,
      margin: { .../** @type {object} */ (layout.margin), t: t + TITLE, b: b + SETTINGS },
      annotations,
    },
  };
}

/**
 * The picture as a file.
 * @param {Plotly} Plotly
 * @param {ReturnType<typeof drawing>} drawn
 * @param {"png" | "svg"} format
 * @returns {Promise<Blob>}
 */
export async function imageOf(Plotly, drawn, format) {
  const image = { format, ...SIZE, scale: format === "png" ? DOTS : 1 };
  const address = await Plotly.toImage(drawn, image);
  const [head, body] = address.split(/,(.*)/s);
  if (!head.includes("base64")) return new Blob([decodeURIComponent(body)], { type: typeOf(head) });
  const bytes = Uint8Array.from(atob(body), (sign) => sign.charCodeAt(0));
  return new Blob([bytes], { type: typeOf(head) });
}

/** @param {string} head Of a data address. */
const typeOf = (head) => head.replace(/^data:/, "").split(";")[0];

/**
 * The points drawn, as CSV: a row for each, with the heading of its panel and the network that its
 * colour names.
 * @param {Shown} shown
 */
export function numbersOf({ figure, frames, at }) {
  const rows = [["panel", "network", "x", "y", "value", "text"]];
  const headings = headingsOf(figure);
  const roots = new Set(figure.run.axes);
  figure.data.forEach((trace, number) => {
    if (!figure.bindings[number]) return;
    const { x, y, z, text } = /** @type {any} */ (pointsOf(figure, frames, at, number));
    const across = roots.has(trace.xaxis.replace("x", "xaxis")) ? x.map(square) : x;
    const named = [headings[trace.xaxis] ?? "", networkOf(figure, trace)];
    if (z) {
      const cells = [...z].flatMap((row, j) =>
        [...row].map((value, i) => [across[i], y[j], value, ""]),
      );
      rows.push(...cells.map((cell) => [...named, ...cell.map(written)]));
      return;
    }
    for (let i = 0; i < x.length; i++) {
      if (x[i] === null || y[i] === null || Number.isNaN(y[i])) continue;
      rows.push([...named, ...[across[i], y[i], "", text?.[i] ?? ""].map(written)]);
    }
  });
  return rows
    .map((row) => row.map(quoted).join(","))
    .join("\n")
    .concat("\n");
}

/**
 * @param {Figure} figure
 * @param {Frames} frames
 * @param {number} at
 * @param {number} number Of the trace.
 */
function pointsOf(figure, frames, at, number) {
  return points(figure.bindings[number], frames, at, figure.constants);
}

/**
 * The headings of the panels by the name of their horizontal axis.
 * @param {Figure} figure
 */
function headingsOf(figure) {
  const annotations = /** @type {{ text: string, xref: string }[]} */ (
    figure.layouts.wide.annotations ?? []
  );
  return Object.fromEntries(
    annotations.map(({ text, xref }) => [
      xref.replace(" domain", ""),
      text.replace(/<br>/g, " ").replace(/<[^>]*>/g, ""),
    ]),
  );
}

/**
 * The network whose colour a trace has; empty if none.
 * @param {Figure} figure
 * @param {Trace} trace
 */
function networkOf(figure, trace) {
  const colours = [trace.line?.color, trace.marker?.color, trace.fillcolor].map(String);
  const channels = (/** @type {string} */ hex) =>
    [1, 3, 5].map((from) => Number.parseInt(hex.slice(from, from + 2), 16)).join(",");
  const arm = figure.cards.arms.find(({ colour }) =>
    colours.some((each) => each === colour || each.startsWith(`rgba(${channels(colour)},`)),
  );
  return arm?.label ?? "";
}

/** @param {number | null} root */
const square = (root) => (root === null ? null : root * root);

/** @param {unknown} value */
const written = (value) =>
  typeof value === "number" ? String(Number(value.toPrecision(7))) : String(value ?? "");

/** @param {string} text */
const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
