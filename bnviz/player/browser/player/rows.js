// Rows: numbers at the cursor side by side, such as one or several per neuron.
// The same rules as bnviz/figures/bindings/rows.py; a browser test compares the points.

/** @import { Bars, Constants, Medians, Spans, Transform, Violins } from "types/bindings" */
/** @import { Frames } from "./frames.js" */

import { transformed } from "./scales.js";

/**
 * The percentiles of each neuron, as drawn.
 * @param {{ percentiles: string, transform: Transform }} binding
 * @param {Frames} frames
 * @param {number} at
 * @param {Constants} constants
 * @returns {(neuron: number) => number[]}
 */
function percentilesOf(binding, frames, at, constants) {
  const values = Array.from(frames.row(binding.percentiles, at));
  const drawn = transformed(values, binding.transform, constants);
  const count = constants.percentiles.length;
  return (neuron) => drawn.slice(neuron * count, (neuron + 1) * count);
}

/**
 * A vertical line per neuron from one percentile to another.
 * @param {Spans} binding
 * @param {Frames} frames
 * @param {number} at
 * @param {Constants} constants
 */
export function spans(binding, frames, at, constants) {
  const percentiles = percentilesOf(binding, frames, at, constants);
  /** @type {(number | null)[]} */
  const x = [];
  /** @type {(number | null)[]} */
  const y = [];
  for (const neuron of binding.neurons) {
    const row = percentiles(neuron);
    x.push(neuron + 1, neuron + 1, null);
    y.push(row[binding.low], row[binding.high], null);
  }
  return { x, y };
}

/**
 * A dot per neuron at its median.
 * @param {Medians} binding
 * @param {Frames} frames
 * @param {number} at
 * @param {Constants} constants
 */
export function medians(binding, frames, at, constants) {
  const percentiles = percentilesOf(binding, frames, at, constants);
  const median = constants.percentiles.indexOf(50);
  return {
    x: binding.neurons.map((neuron) => neuron + 1),
    y: binding.neurons.map((neuron) => percentiles(neuron)[median]),
  };
}

/**
 * The density of each neuron's values, as wide to both sides of a vertical line.
 * @param {Violins} binding
 * @param {Frames} frames
 * @param {number} at
 * @param {Constants} constants
 */
export function violins(binding, frames, at, constants) {
  const percentiles = percentilesOf(binding, frames, at, constants);
  const shares = constants.percentiles;
  /** @type {(number | null)[]} */
  const x = [];
  /** @type {(number | null)[]} */
  const y = [];
  for (const neuron of binding.neurons) {
    const row = percentiles(neuron);
    if (!row.every(Number.isFinite)) continue;
    const half = [0];
    const heights = [row[0]];
    for (let i = 0; i + 1 < row.length; i++) {
      const share = (shares[i + 1] - shares[i]) / 100;
      const density = share / Math.max(row[i + 1] - row[i], 1e-9);
      half.push(Math.min(binding.cap, binding.scale * Math.sqrt(density)));
      heights.push((row[i] + row[i + 1]) / 2);
    }
    half.push(0);
    heights.push(row[row.length - 1]);
    x.push(...half.map((width) => neuron + 1 + width));
    x.push(...half.reverse().map((width) => neuron + 1 - width), null);
    y.push(...heights, ...heights.slice().reverse(), null);
  }
  return { x, y };
}

/**
 * The outline of a histogram of a row; the end bins include what lies outside.
 * @param {Bars} binding
 * @param {Frames} frames
 * @param {number} at
 */
export function bars({ row, edges, upright }, frames, at) {
  const bins = edges.length - 1;
  const low = edges[0];
  const high = edges[bins];
  const counts = new Array(bins).fill(0);
  for (const value of frames.row(row, at)) {
    if (Number.isNaN(value)) continue;
    const place = Math.min(Math.max(value, low), high);
    counts[Math.min(Math.floor(((place - low) / (high - low)) * bins), bins - 1)] += 1;
  }
  const places = edges.flatMap((edge) => [edge, edge]);
  const heights = [0, ...counts.flatMap((count) => [count, count]), 0];
  return upright ? { x: heights, y: places } : { x: places, y: heights };
}
