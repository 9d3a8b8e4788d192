// Spacing: room for the words between the panels of a figure, in pixels, whatever its size.
//
// Figures give the places of panels as shares. On a small screen that leaves less between two of
// them than a heading, the numbers of an axis and its title take.

/** @import { Annotation, Layout } from "types/plotly" */

import { context2d, newCanvas } from "./canvas.js";

/** @typedef {[low: number, high: number]} Domain */
/**
 * @typedef {object} PanelAxis
 * @property {Domain} domain
 * @property {boolean} [showticklabels]
 * @property {{ text: string }} [title]
 * @property {number} [nticks] How many numbers it has at most.
 * @property {number} [dtick] How far apart they are, as drawn.
 * @property {number[]} [tickvals] Where they stand.
 * @property {string[]} [ticktext] What stands there in their place.
 * @property {[low: number, high: number]} [range]
 */
/**
 * @typedef {{ key: string, x: PanelAxis, y: PanelAxis, heading: Heading | undefined }} Panel
 * `key` is that of its horizontal axis.
 */
/** @typedef {Annotation & { x: number, xref: string, font: { size: number } }} Heading */

// Pixels that the words above and below a panel take; above them, half of a number that stands at the
// lower end of the panel before.
const LINE = 18;
const ABOVE = 11;
const NUMBERS = 18;
const TITLE = 22;
// Between a heading and the next panel.
const BESIDE = 10;
// The numbers beside a panel, and the distance of two of them one above the other, as multiples of the
// size of their font.
const WIDE = 2.5;
const APART = 1.5;
// The size of the smallest letters, in pixels, and how much smaller than the numbers of the axes those
// of a heading may be.
const SMALLEST = 12;
const LEAST = 0.9;
// Shares of a layout differ by rounding.
const CLOSE = 1e-4;
const EXPLANATION = /<span>.*<\/span>/;
// What is left out of an explanation first.
const LESS = /(<span>(?: · )?)[^<]*, /;
// A heading that is the name of a row; that of the first row explains its heading.
const NAME = /^([^<]+)$/;
const FIRST_NAME = /^<b>[^<]*<\/b><span> · ([^<]+)<\/span>$/;
// Height that a row must have with its name above it, in lines.
const LOW = 2.5;
// Least height of a panel that is read from afar, before its words are enlarged.
const LEAST_HEIGHT = 40;
// Between the parts of a heading, the last time.
const PARTS = / · (?!.* · )/;

/**
 * The panels of a layout.
 * @param {Layout} layout
 * @returns {Panel[]}
 */
function panelsOf(layout) {
  const headings = /** @type {Heading[]} */ (layout.annotations ?? []);
  return Object.keys(layout)
    .filter((key) => key.startsWith("xaxis"))
    .map((key) => {
      const suffix = key.slice("xaxis".length);
      return {
        key,
        x: /** @type {PanelAxis} */ (layout[key]),
        y: /** @type {PanelAxis} */ (layout[`yaxis${suffix}`]),
        heading: headings.find(({ xref }) => xref === `x${suffix} domain`),
      };
    })
    .filter(({ x, y }) => x.domain && y?.domain);
}

/**
 * Shortens headings that are too long for their place: with the end of their explanation alone, without
 * it, else in two lines, or in smaller letters.
 * @param {Layout} layout Is changed.
 * @param {number} left Where shares begin, in pixels.
 * @param {number} width Of what they are shares, in pixels.
 * @param {number} [seen] How much of it is seen at a time, in pixels.
 */
export function fitHeadings(layout, left, width, seen = Number.POSITIVE_INFINITY) {
  const panels = panelsOf(layout);
  const context = context2d(newCanvas(1, 1));
  const family = layout.font?.family ?? "sans-serif";
  /** @type {(text: string, size: number) => number} */
  const lengthOf = (text, size) => {
    const [bold, rest] = text.includes("</b>") ? text.split("</b>") : ["", text];
    const parts = [bold, rest].map((part) => part.replace(/<[^>]*>/g, ""));
    context.font = `700 ${size}px ${family}`;
    const strong = context.measureText(parts[0]).width;
    context.font = `${size}px ${family}`;
    return strong + context.measureText(parts[1]).width;
  };
  for (const { x, y, heading } of panels) {
    if (!heading?.text) continue;
    const top = y.domain[1];
    // Those that begin at the same height, and those beside whose numbers it stands.
    const next = panels.filter(
      (each) =>
        each.x.domain[0] >= x.domain[1] && each.y.domain[0] < top && each.y.domain[1] > top - CLOSE,
    );
    const starts = next.map((each) => {
      const indent = (each.heading?.x ?? 0) * (each.x.domain[1] - each.x.domain[0]);
      const numbers = each.y.domain[1] > top + CLOSE ? WIDE * (layout.font?.size ?? 12) : 0;
      return left + (each.x.domain[0] + indent) * width - BESIDE - numbers;
    });
    const start = left + (x.domain[0] + heading.x * (x.domain[1] - x.domain[0])) * width;
    const part = seen * (1 + Math.max(0, Math.floor(start / seen)));
    const end = Math.min(left + width + 2, part, ...starts);
    const fits = (/** @type {string} */ text) => lengthOf(text, heading.font.size) <= end - start;
    if (fits(heading.text)) continue;
    heading.text = heading.text.replace(LESS, "$1");
    if (fits(heading.text)) continue;
    heading.text = heading.text.replace(EXPLANATION, "");
    if (fits(heading.text)) continue;
    const lines = heading.text.replace(PARTS, "<br>").split("<br>");
    const { size } = heading.font;
    const longest = Math.max(...lines.map((line) => lengthOf(line, size)));
    const least = Math.max(SMALLEST, LEAST * (layout.font?.size ?? SMALLEST));
    const fitting = Math.max(Math.min(size, (size * (end - start)) / longest), least);
    heading.font = { ...heading.font, size: fitting };
    heading.text = lines
      .map((line) => cut(line, (text) => lengthOf(text, fitting) <= end - start + 1))
      .join("<br>");
  }
}

/**
 * As much of a heading as fits, the bold part alone if it has one.
 * @param {string} text
 * @param {(text: string) => boolean} fits
 */
function cut(text, fits) {
  if (fits(text)) return text;
  const [, words] = text.match(/^<b>(.*?)<\/b>/) ?? [];
  let rest = words ?? text;
  const written = () => (words === undefined ? `${rest}…` : `<b>${rest}…</b>`);
  while (rest && !fits(written())) rest = rest.slice(0, -1).trimEnd();
  return written();
}

/**
 * The panels of a layout by their column, the highest first.
 * @param {Layout} layout
 */
function columnsOf(layout) {
  /** @type {Map<string, Panel[]>} */
  const columns = new Map();
  for (const panel of panelsOf(layout)) {
    const key = String(panel.x.domain);
    columns.set(key, [...(columns.get(key) ?? []), panel]);
  }
  for (const column of columns.values()) column.sort((a, b) => b.y.domain[1] - a.y.domain[1]);
  return [...columns.values()];
}

/**
 * Writes the names of rows beside them and not above, where that would leave them little height.
 * @param {Layout} layout Is changed.
 * @param {number} height Of what the domains are shares, in pixels.
 */
export function nameRows(layout, height) {
  for (const column of columnsOf(layout)) {
    const [first, ...others] = column;
    const names = column.map(({ heading }, i) => heading?.text?.match(i ? NAME : FIRST_NAME)?.[1]);
    if (others.length < 2 || !names.every(Boolean)) continue;
    const [top, bottom] = [first.y.domain[1], column[column.length - 1].y.domain[0]];
    const words = others.reduce((sum, panel, i) => sum + needed(column[i], panel), 0);
    if (height * (top - bottom) - words >= LOW * LINE * column.length) continue;
    const gap = ABOVE / height;
    const high = (top - bottom - gap * others.length) / column.length;
    column.forEach(({ y, heading }, i) => {
      const start = top - i * (high + gap);
      y.domain = [start - high, start];
      y.tickvals = [0];
      y.ticktext = [String(names[i])];
      if (heading) heading.text = i ? "" : heading.text?.replace(EXPLANATION, "");
    });
  }
}

/**
 * Leaves out the last panels of columns where all would be too low to be read, but never one of two.
 * @param {Layout} layout Is changed.
 * @param {number} height Of what the domains are shares, in pixels.
 */
export function dropLow(layout, height) {
  for (const column of columnsOf(layout)) {
    const last = column[column.length - 1];
    const [top, bottom] = [column[0].y.domain[1], last.y.domain[0]];
    const kept = column.slice();
    const room = () => {
      const words = kept.slice(1).reduce((sum, panel, i) => sum + needed(kept[i], panel), 0);
      return (height * (top - bottom) - words) / kept.length;
    };
    // Those of layers may have their names beside them.
    const areLayers = column.some(
      ({ y, heading }) => y.ticktext?.length === 1 || NAME.test(heading?.text ?? ""),
    );
    if (areLayers) continue;
    while (kept.length > 2 && room() < LEAST_HEIGHT) kept.pop();
    if (kept.length === column.length) continue;
    for (const { key, heading } of column.slice(kept.length)) {
      delete layout[key];
      delete layout[key.replace("x", "y")];
      if (heading) heading.text = "";
      const reference = key.replace("xaxis", "y");
      layout.shapes = layout.shapes?.filter(({ yref }) => yref !== reference);
    }
    // What stands below the last panel is of all.
    const { title, showticklabels } = last.x;
    Object.assign(kept[kept.length - 1].x, { title, showticklabels });
    const gap = Math.max(...kept.slice(1).map((panel, i) => needed(kept[i], panel) / height));
    const high = (top - bottom - gap * (kept.length - 1)) / kept.length;
    kept.forEach(({ y }, i) => {
      const start = top - i * (high + gap);
      y.domain = [start - high, start];
    });
  }
}

/**
 * Moves panels that stand one below the other apart, as far as the words between them need.
 * @param {Layout} layout Is changed.
 * @param {number} height Of what the domains are shares, in pixels.
 */
export function spaceRows(layout, height) {
  for (const column of columnsOf(layout)) {
    const gaps = column.slice(1).map(({ y }, i) => column[i].y.domain[0] - y.domain[1]);
    const wanted = gaps.map((gap, i) => Math.max(gap, needed(column[i], column[i + 1]) / height));
    const sum = (/** @type {number[]} */ all) => all.reduce((a, b) => a + b, 0);
    if (sum(wanted) <= sum(gaps) + 1e-9) continue;
    const [top, bottom] = [column[0].y.domain[1], column[column.length - 1].y.domain[0]];
    const scale = (top - bottom - sum(wanted)) / (top - bottom - sum(gaps));
    if (scale <= 0) continue;
    let high = top;
    column.forEach((panel, i) => {
      const [from, to] = panel.y.domain;
      const low = high - scale * (to - from);
      panel.y.domain = [low, high];
      high = low - (wanted[i] ?? 0);
    });
  }
}

/**
 * Leaves axes at the left of low panels as many numbers as fit.
 * @param {Layout} layout Is changed.
 * @param {number} height Of what the domains are shares, in pixels.
 */
export function thinTicks(layout, height) {
  const apart = APART * (layout.font?.size ?? 12);
  for (const { y } of panelsOf(layout)) {
    const length = (y.domain[1] - y.domain[0]) * height;
    const most = Math.max(1, Math.floor(length / apart));
    if (y.nticks) y.nticks = Math.min(y.nticks, most);
    if (!y.range) continue;
    const unit = length / (y.range[1] - y.range[0]);
    const [first, second] = y.tickvals ?? [];
    if (y.tickvals && !y.ticktext && unit * (second - first) < apart) {
      y.tickvals = [first, y.tickvals[y.tickvals.length - 1]];
    }
    if (y.dtick) y.dtick *= Math.max(1, Math.ceil((y.range[1] - y.range[0]) / (most * y.dtick)));
  }
}

/**
 * Pixels that the words between two panels take.
 * @param {Panel} above
 * @param {Panel} below
 */
function needed({ x }, { heading }) {
  const lines = heading?.text ? heading.text.split("<br>").length : 0;
  const numbers = x.showticklabels === false ? 0 : NUMBERS;
  return ABOVE + LINE * lines + numbers + (x.title?.text ? TITLE : 0);
}
