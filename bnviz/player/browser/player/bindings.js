// Bindings: how a trace's points follow from the frames and the cursor.
// The same rules as bnviz/figures/bindings.py; a browser test holds them equal.

import { passage, scale_and_shift } from "./passage.js";
import { boundary, grid, places } from "./plane.js";
import { bars, medians, spans, violins } from "./rows.js";
import { transformed, written } from "./scales.js";
import { heat, outside, ridges } from "./shapes.js";

function span(part, at, frames) {
  if (part === "past") return [0, at];
  return [part === "future" ? at : 0, frames.length - 1];
}

function series(b, frames, at) {
  const [first, last] = span(b.part, at, frames);
  return {
    x: frames.column(b.x, first, last, b.x_scale),
    y: transformed(frames.column(b.y, first, last), b.transform),
  };
}

function band(b, frames, at) {
  const [first, last] = span(b.part, at, frames);
  const x = frames.column(b.x, first, last, b.x_scale);
  const lower = transformed(frames.column(b.lower, first, last), b.transform);
  const upper = transformed(frames.column(b.upper, first, last), b.transform);
  const known = x.map((_, i) => i).filter((i) => isFinite(lower[i]) && isFinite(upper[i]));
  const back = known.slice().reverse();
  return {
    x: [...known.map((i) => x[i]), ...back.map((i) => x[i])],
    y: [...known.map((i) => lower[i]), ...back.map((i) => upper[i])],
  };
}

function marker(b, frames, at) {
  const x = frames.value(b.x, at) * b.x_scale;
  const value = frames.value(b.y, at);
  const [y] = transformed([value], b.transform);
  const before = b.before.filter((path) => frames.value(path, at) >= value).length;
  const higher = before + b.after.filter((path) => frames.value(path, at) > value).length;
  const height = Number.isNaN(y) ? b.high : Math.min(Math.max(y, b.low), b.high);
  let side = higher ? (higher < b.before.length + b.after.length ? "middle" : "bottom") : "top";
  if (height <= b.low) side = "top";
  if (height >= b.high) side = "bottom";
  return {
    x: [x],
    y: [height],
    text: [b.text.replace("{}", written(value, b.unit))],
    textposition: `${side} ${x > b.middle ? "left" : "right"}`,
  };
}

function cursor(b, frames, at) {
  const x = frames.value(b.x, at) * b.x_scale;
  return { x: [x, x], y: [b.low, b.high] };
}

function ends(b, frames) {
  const last = frames.length - 1;
  const values = b.measures.map((path) => frames.value(path, last));
  const known = values.map((_, i) => i).filter((i) => isFinite(values[i]) && (values[i] > 0 || !b.log));
  known.sort((i, j) => values[i] - values[j]);
  const heights = [];
  for (const i of known) {
    const drawn = b.log ? Math.log10(values[i]) : values[i];
    const share = Math.min(Math.max((drawn - b.low) / (b.high - b.low), 0), 1);
    heights.push(heights.length ? Math.max(share, heights[heights.length - 1] + b.gap) : share);
  }
  for (let place = heights.length - 1; place >= 0; place--) {
    const above = place + 1 < heights.length ? heights[place + 1] - b.gap : 1;
    heights[place] = Math.min(heights[place], above);
  }
  const x = frames.value(b.x, last) * b.x_scale;
  const y = values.map(() => null);
  known.forEach((i, place) => {
    const drawn = b.low + heights[place] * (b.high - b.low);
    y[i] = b.log ? 10 ** drawn : drawn;
  });
  return { x: y.map(() => x), y, text: b.names };
}

function words(b, frames, at) {
  let { text } = b;
  for (const path of b.measures) text = text.replace("{}", written(frames.value(path, at)));
  return { x: [b.x], y: [b.y], text: [text] };
}

const KINDS = {
  ridges, outside, heat, series, band, marker, cursor, ends, words,
  spans, medians, violins, bars, grid, boundary, places, passage, scale_and_shift,
};

// The changing attributes of the trace that `binding` belongs to.
export function points(binding, frames, at) {
  return KINDS[binding.kind](binding, frames, at);
}
