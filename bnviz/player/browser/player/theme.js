// Theme: the colours of the page put into a figure.

/** @import { PlainFigure } from "types/message" */
/** @import { Layout, Trace } from "types/plotly" */

import { context2d, newCanvas } from "./canvas.js";

// Attributes that are sizes: of words and marks; and the margins above and below.
const SIZES = new Set(["size", "t", "b", "yshift"]);

/**
 * The colours of the theme by the tokens that figures use for them: ink, alone or mixed with the
 * background.
 * @param {HTMLElement} root
 * @returns {Record<string, string>}
 */
function themeColours(root) {
  const style = getComputedStyle(root);
  /** @param {string} name */
  const channels = (name) => {
    const context = context2d(newCanvas(1, 1));
    context.fillStyle = style.getPropertyValue(name).trim();
    context.fillRect(0, 0, 1, 1);
    return context.getImageData(0, 0, 1, 1).data;
  };
  const ink = channels("--bnviz-ink");
  const back = channels("--bnviz-back");
  /** @param {number} share Of ink. */
  const mix = (share) =>
    `rgb(${[0, 1, 2].map((i) => Math.round(share * ink[i] + (1 - share) * back[i])).join(",")})`;
  return {
    "var(--bnviz-ink)": mix(1),
    "var(--bnviz-muted)": mix(0.72),
    "var(--bnviz-grid)": mix(0.12),
    "var(--bnviz-clear)": `rgba(${ink.slice(0, 3).join(",")},0)`,
  };
}

/**
 * A copy of a part of a figure with colours in place of their tokens.
 * @template Part
 * @param {Part} part
 * @param {Record<string, string>} colours
 * @returns {Part}
 */
function coloured(part, colours) {
  /** @type {(value: any) => any} */
  const copy = (value) => {
    if (Array.isArray(value)) return value.map(copy);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, copy(each)]));
    }
    return colours[value] ?? value;
  };
  return copy(part);
}

/**
 * A copy of a part of a figure with larger words, marks and margins.
 * @template Part
 * @param {Part} part
 * @param {number} scale
 * @returns {Part}
 */
function scaled(part, scale) {
  /** @type {(value: any, key?: string) => any} */
  const copy = (value, key = "") => {
    if (Array.isArray(value)) return value.map((each) => copy(each));
    if (value && typeof value === "object") {
      return Object.fromEntries(
        Object.entries(value).map(([name, each]) => [name, copy(each, name)]),
      );
    }
    return SIZES.has(key) && typeof value === "number" ? scale * value : value;
  };
  return scale === 1 ? part : copy(part);
}

/**
 * Traces and layout of a figure as drawn inside `root`: the layout for the width of the screen, the
 * given size, and the page's own font and colours.
 * @param {HTMLElement} root
 * @param {PlainFigure} figure
 * @param {"narrow" | "wide"} name
 * @param {{ width: number, height: number }} size In pixels.
 * @param {number} [scale] Factor on the sizes of words and marks.
 * @returns {{ layout: Layout, traces: Trace[] }}
 */
export function applyTheme(root, figure, name, { width, height }, scale = 1) {
  const { height: _, ...changes } = figure.layouts[name];
  /** @type {Layout} */
  const layout = { ...figure.layout, width, height };
  for (const [key, value] of Object.entries(changes)) {
    layout[key] = Array.isArray(value) ? value : Object.assign({}, layout[key], value);
  }
  layout.font = { ...layout.font, family: getComputedStyle(root).fontFamily };
  const colours = themeColours(root);
  const dress = (/** @type {any} */ part) => scaled(coloured(part, colours), scale);
  return { layout: dress(layout), traces: dress(figure.data) };
}
