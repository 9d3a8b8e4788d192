// Shapes: distributions at the cursor and over the run.
// The same rules as bnviz/figures/bindings/shapes.py; a browser test compares the points.

/** @import { Constants, Heat, HeatPoints, Outside, Ridges } from "types/bindings" */
/** @import { Frames, Row } from "./frames.js" */

import { ROOT } from "./frames.js";

/** @typedef {{ x: (number | null)[], y: (number | null)[] }} LinePoints */

/** @param {Row} counts */
function sum(counts) {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}

/**
 * A density with each bin mixed with its neighbours, 1 : 2 : 1.
 * @param {Float64Array} density
 * @param {number} passes How many times.
 */
function smoothed(density, passes) {
  let values = density;
  const last = values.length - 1;
  for (let pass = 0; pass < passes; pass++) {
    const next = new Float64Array(values.length);
    for (let i = 0; i <= last; i++) {
      next[i] = (values[Math.max(0, i - 1)] + 2 * values[i] + values[Math.min(last, i + 1)]) / 4;
    }
    values = next;
  }
  return values;
}

/**
 * The outlines of the first frame, which stay the same.
 * @type {WeakMap<Ridges, { frames: Frames, points: LinePoints }>}
 */
const starts = new WeakMap();

/**
 * Outlines of histograms, each above the baseline of its layer.
 * @param {Ridges} binding
 * @param {Frames} frames
 * @param {number} at
 */
export function ridges(binding, frames, at) {
  if (!binding.start) return outlines(binding, frames, at);
  let known = starts.get(binding);
  if (known?.frames !== frames) {
    known = { frames, points: outlines(binding, frames, 0) };
    starts.set(binding, known);
  }
  return known.points;
}

/**
 * @param {Ridges} binding
 * @param {Frames} frames
 * @param {number} at
 * @returns {LinePoints}
 */
function outlines(binding, frames, at) {
  const { positions, scale, cap } = binding;
  /** @type {(number | null)[]} */
  const x = [];
  /** @type {(number | null)[]} */
  const y = [];
  const bins = positions.length - 1;
  binding.rows.forEach((row, place) => {
    const counts = frames.row(`${binding.counts}/${row}`, at);
    const base = binding.baselines[place];
    const total = Math.max(sum(counts), 1);
    const drawn = new Float64Array(bins);
    for (let i = 0; i < bins; i++) {
      drawn[i] = counts[binding.first + i] / total / (positions[i + 1] - positions[i]);
    }
    const density = smoothed(drawn, binding.smoothing);
    x.push(positions[0]);
    y.push(base);
    for (let i = 0; i < bins; i++) {
      x.push((positions[i] + positions[i + 1]) / 2);
      y.push(base + Math.min(cap, scale * Math.sqrt(density[i])));
    }
    x.push(positions[bins], null);
    y.push(base, null);
  });
  return binding.upright ? { x: y, y: x } : { x, y };
}

/**
 * The share of each layer's values beyond one end of the axis, as text there.
 * @param {Outside} binding
 * @param {Frames} frames
 * @param {number} at
 */
export function outside(binding, frames, at) {
  const text = binding.rows.map((row) => {
    const counts = frames.row(`${binding.counts}/${row}`, at);
    const nan = binding.nan ? frames.value(`${binding.nan}/${row}`, at) : 0;
    const total = Math.max(sum(counts) + nan, 1);
    const share = (100 * sum(counts.subarray(binding.start, binding.stop))) / total;
    const parts = nan ? [`NaN ${((100 * nan) / total).toFixed(0)} %`] : [];
    if (share >= 0.5) parts.push(binding.text.replace("{}", share.toFixed(0)));
    return parts.join("<br>");
  });
  return { x: text.map(() => binding.x), y: binding.baselines.map((base) => base + 0.08), text };
}

/**
 * The last points of each heat map.
 * @type {WeakMap<Heat, { frames: Frames, length: number, points: HeatPoints }>}
 */
const latest = new WeakMap();

/**
 * A layer's histograms over the run as colours. Returns the same object until frames are added, so
 * that the painter can keep the image it made from it.
 * @param {Heat} binding
 * @param {Frames} frames
 * @param {number} _at
 * @param {Constants} constants
 */
export function heat(binding, frames, _at, constants) {
  const known = latest.get(binding);
  if (known && known.frames === frames && known.length === frames.length) return known.points;
  const points = heatPoints(binding, frames, constants);
  latest.set(binding, { frames, length: frames.length, points });
  return points;
}

/**
 * What follows the last of some edges if what they run over goes on as evenly.
 * @param {number[]} edges As drawn.
 * @param {string} path Of what they run over.
 */
function nextEdge(edges, path) {
  const power = path.startsWith(ROOT) ? 2 : 1;
  const [before, last] = edges.slice(-2).map((edge) => edge ** power);
  return (2 * last - before) ** (1 / power);
}

/**
 * @param {Heat} binding
 * @param {Frames} frames
 * @param {Constants} constants
 */
function heatPoints({ positions, ...binding }, frames, { heat_shares: shares }) {
  const count = frames.length;
  const x = frames.column(binding.x, 0, count - 1, binding.x_scale);
  x.push(count > 1 ? nextEdge(x, binding.x) : x[0] + binding.width);
  const widths = positions.slice(1).map((edge, i) => edge - positions[i]);
  const narrowest = Math.min(...widths);
  const z = widths.map(() => new Float64Array(count));
  for (let at = 0; at < count; at++) {
    const counts = frames.row(`${binding.counts}/${binding.row}`, at);
    const scale = shares / Math.max(sum(counts), 1);
    widths.forEach((width, i) => {
      z[i][at] = Math.log1p((scale * counts[binding.first + i] * narrowest) / width);
    });
  }
  return { x, y: positions, z };
}
