// Theme: the colours of the page put into a figure.

/** @import { PlainFigure } from "types/message" */
/** @import { Layout, Trace } from "types/plotly" */

import { context2d, newCanvas } from "./canvas.js";

// Attributes that are sizes: of words and marks; and the margins above and below.
const SIZES = new Set(["size", "t", "b", "yshift"]);

/**
 * Ink and background of the page.
 * @param {HTMLElement} root
 */
function coloursOf(root) {
  const style = getComputedStyle(root);
  const [ink, back] = ["--bnviz-ink", "--bnviz-back"].map((name) => style.getPropertyValue(name));
  return { ink, back };
}

/**
 * The colours of a theme by the tokens that figures use for them: ink, alone or mixed with the
 * background.
 * @param {{ ink: string, back: string }} theme
 * @returns {Record<string, string>}
 */
export function themeColours(theme) {
  /** @param {string} colour */
  const channels = (colour) => {
    const context = context2d(newCanvas(1, 1));
    context.fillStyle = colour.trim();
    context.fillRect(0, 0, 1, 1);
    return context.getImageData(0, 0, 1, 1).data;
  };
  const ink = channels(theme.ink);
  const back = channels(theme.back);
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
 * @param {{ ink: string, back: string }} [theme] Other colours than those of the page.
 * @returns {{ layout: Layout, traces: Trace[] }}
 */
export function applyTheme(
  root,
  figure,
  name,
  { width, height },
  scale = 1,
  theme = coloursOf(root),
) {
  const { height: _height, until: _until, ...changes } = figure.layouts[name];
  /** @type {Layout} */
  const layout = { ...figure.layout, width, height };
  for (const [key, value] of Object.entries(changes)) {
    layout[key] = Array.isArray(value) ? value : Object.assign({}, layout[key], value);
  }
  layout.font = { ...layout.font, family: getComputedStyle(root).fontFamily };
  const colours = themeColours(theme);
  const dress = (/** @type {any} */ part) => scaled(coloured(part, colours), scale);
  return { layout: dress(layout), traces: dress(figure.data) };
}
