// Ticks: round numbers on an axis that runs by the square root, as many as fit.
// The same rule as bnviz/figures/run_axis.py, for any part of the axis and its size in pixels.

/** @import { Run } from "types/message" */
/** @import { Layout, RunAxis } from "types/plotly" */

import { context2d, newCanvas } from "./canvas.js";
import { withMinus } from "./scales.js";

// Ticks are at most so many times the least distance apart, unless no number lies between.
const REACH = 2.4;
// Least distance of two ticks, as a share of the axis.
const SHARE = 0.11;
// Between two numbers, and between the numbers of two axes side by side; pixels.
const GAP = 16;
const BESIDE = 8;
// Lengths and heights in a layout are shares that differ by rounding.
const CLOSE = 1e-4;
// The widest of usual numbers beside a panel, and how far it stands from it; pixels.
const WIDEST = "100%";
const NEAR = 4;
// What is counted in a title: the step of "training step", the seconds of "seconds of …".
const COUNTED = /^(?:training )?(\w+).*$/s;
const BY_ROOT = /<span>.*<\/span>/;

/**
 * The multiple of the largest round number between two; undefined if it must be whole and none is.
 * @param {number} low
 * @param {number} high
 * @param {boolean} whole
 */
function roundest(low, high, whole) {
  for (let exponent = Math.floor(Math.log10(high)); ; exponent--) {
    for (const digit of [5, 2, 1]) {
      const step = digit * 10 ** exponent;
      if (whole && step < 1) return undefined;
      const value = Math.floor(high / step + 1e-9) * step;
      if (value >= low * (1 - 1e-9)) return value;
    }
  }
}

/**
 * The ticks of a part of an axis; of a whole one 0, the end, and round numbers between.
 * @param {[low: number, high: number]} range As drawn, in roots.
 * @param {number} apart Least distance of two ticks, as drawn.
 * @param {Pick<Run, "end" | "whole">} run
 * @param {number} [over] How far a number may reach beyond the axis, as drawn.
 */
export function rootTicks([low, high], apart, { end, whole }, over = apart) {
  const least = low > 0 ? low : apart;
  const last = Math.sqrt(end);
  const ends = last <= high && apart / 2 <= over;
  const ticks = ends ? [end] : [];
  let place = ends ? last : Math.min(high, last, high + over - apart / 2) + apart;
  while (place - apart > least) {
    const lowest = Math.max(place - REACH * apart, least);
    const value = roundest(lowest ** 2, (place - apart) ** 2, whole);
    if (value !== undefined) ticks.push(value);
    place = value === undefined ? lowest + apart : Math.sqrt(value);
  }
  if (low <= 0) ticks.push(0);
  return ticks.reverse();
}

/**
 * @param {number} value
 * @param {boolean} whole
 */
const textOf = (value, whole) =>
  whole ? Math.round(value).toLocaleString("en") : withMinus(Number(value.toPrecision(3)));

/**
 * Measures words in the font of a layout's axes.
 * @param {Layout} layout
 * @param {number} share Of the size of its font.
 */
function measureIn({ font }, share) {
  const context = context2d(newCanvas(1, 1));
  context.font = `${share * (font?.size ?? 12)}px ${font?.family ?? "sans-serif"}`;
  return (/** @type {string} */ text) => context.measureText(text).width;
}

/**
 * Whether numbers stand at the left of a panel.
 * @param {Layout} layout
 * @param {string} key Of its horizontal axis.
 */
const isNumbered = (layout, key) =>
  /** @type {RunAxis} */ (layout[key.replace("x", "y")])?.showticklabels !== false;

/**
 * Makes room at the left margin for the numbers beside the first panels, and at the right one for the
 * half of the last number that reaches into it.
 * @param {Layout} layout Is changed.
 * @param {Run} run
 */
export function widenMargin(layout, { axes, end, whole }) {
  const margin = /** @type {{ l: number, r: number }} */ (layout.margin);
  const lengthOf = measureIn(layout, 1);
  const room = Number(layout.width) - margin.l - margin.r;
  const needed = Object.keys(layout)
    .filter((key) => key.startsWith("xaxis") && isNumbered(layout, key))
    .map((key) => {
      const { ticktext = [] } = /** @type {RunAxis} */ (layout[key.replace("x", "y")]) ?? {};
      const widest = Math.max(...[WIDEST, ...ticktext].map(lengthOf));
      return widest + NEAR - /** @type {RunAxis} */ (layout[key]).domain[0] * room;
    });
  const l = Math.max(margin.l, ...needed.map(Math.ceil));
  const last = axes.filter((key) => layout[key]).map((key) => /** @type {RunAxis} */ (layout[key]));
  const ends = last.some((axis) => axis.showticklabels && axis.domain[1] > 1 - CLOSE);
  const half = ends ? Math.ceil(lengthOf(textOf(end, whole)) / 2) + 1 : 0;
  layout.margin = { ...margin, l, r: Math.max(margin.r, half) };
}

/**
 * Gives the axes over the run the ticks that fit, and leaves out of their titles what does not.
 * @param {Layout} layout Is changed.
 * @param {Run} run
 * @param {number} left Margin at the left, in pixels.
 * @param {number} right Margin at the right.
 * @param {Record<string, [low: number, high: number]>} [ranges] Of axes that are zoomed.
 */
export function fitTicks(layout, { axes, end, whole }, left, right, ranges = {}) {
  const width = Number(layout.width) - left - right;
  const lengthOf = measureIn(layout, 1);
  const titleLength = measureIn(layout, 1.2);
  const number = lengthOf(textOf(end, whole));
  const all = Object.keys(layout).filter((key) => key.startsWith("xaxis"));
  const starts = all.map((key) => /** @type {RunAxis} */ (layout[key]).domain);
  const heights = all.map((key) => heightOf(layout, key));
  for (const key of axes) {
    // A low panel may have been left out.
    if (!layout[key]) continue;
    const axis = /** @type {RunAxis} */ (layout[key]);
    const length = (axis.domain[1] - axis.domain[0]) * width;
    const beside = starts
      .filter((_, i) => Math.abs(heights[i] - heightOf(layout, key)) < CLOSE)
      .map(([start]) => (start - axis.domain[1]) * width - BESIDE)
      .filter((free) => free >= -BESIDE);
    const free = Math.min((1 - axis.domain[1]) * width + right, ...beside);
    const range = ranges[key] ?? axis.range;
    const unit = (range[1] - range[0]) / length;
    const apart = Math.max(number + GAP, SHARE * length);
    const over = unit * (free + (apart - number) / 2);
    const values = rootTicks(range, unit * apart, { end, whole }, over);
    const title = axis.title && {
      ...axis.title,
      text: fitting(axis.title.text, titleLength, length),
    };
    layout[key] = {
      ...axis,
      ...(title && { title }),
      tickvals: values.map(Math.sqrt),
      ticktext: values.map((value) => textOf(value, whole)),
    };
  }
}

/**
 * The title of an axis, without what does not fit: at last what is counted is left.
 * @param {string} text
 * @param {(text: string) => number} lengthOf
 * @param {number} length
 */
function fitting(text, lengthOf, length) {
  if (lengthOf(text.replace(/<[^>]*>/g, "")) <= length) return text;
  const short = text.replace(BY_ROOT, "");
  return lengthOf(short) <= length ? short : short.replace(COUNTED, "$1");
}

/**
 * Where the panel of an axis ends at the bottom, as a share.
 * @param {Layout} layout
 * @param {string} key Of its horizontal axis.
 */
const heightOf = (layout, key) => /** @type {RunAxis} */ (layout[key.replace("x", "y")]).domain[0];
