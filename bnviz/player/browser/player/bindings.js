// Bindings: how a trace's points follow from the frames and the cursor; here those of curves.
// The same rules as bnviz/figures/bindings; a browser test compares the points.

/** @import * as Types from "types/bindings" */
/** @import { Frames } from "./frames.js" */

import { ROOT } from "./frames.js";
import { isAfter, lack, moments, passage, scale_and_shift } from "./passage.js";
import { boundary, grid, places } from "./plane.js";
import { growth, profile } from "./profiles.js";
import { bars, medians, spans, violins } from "./rows.js";
import { formatted, transformed } from "./scales.js";
import { heat, outside, ridges } from "./shapes.js";

/**
 * The first and the last frame of a part of the run.
 * @param {Types.Part} part
 * @param {number} at
 * @param {Frames} frames
 */
function range(part, at, frames) {
  if (part === "past") return [0, at];
  return [part === "future" ? at : 0, frames.length - 1];
}

/**
 * A measure over the run; over a square root with what it is the root of, for labels.
 * @param {Types.Series} binding
 * @param {Frames} frames
 * @param {number} at
 * @param {Types.Constants} constants
 */
function series(binding, frames, at, constants) {
  const [first, last] = range(binding.part, at, frames);
  const x = frames.column(binding.x, first, last, binding.x_scale);
  const y = transformed(frames.column(binding.y, first, last), binding.transform, constants);
  return binding.x.startsWith(ROOT) ? { x, y, customdata: x.map((root) => root ** 2) } : { x, y };
}

/**
 * The area between two measures over the run.
 * @param {Types.Band} binding
 * @param {Frames} frames
 * @param {number} at
 * @param {Types.Constants} constants
 */
function band(binding, frames, at, constants) {
  const [first, last] = range(binding.part, at, frames);
  const x = frames.column(binding.x, first, last, binding.x_scale);
  const [lower, upper] = [binding.lower, binding.upper].map((path) =>
    transformed(frames.column(path, first, last), binding.transform, constants),
  );
  const known = [...x.keys()].filter((i) => Number.isFinite(lower[i]) && Number.isFinite(upper[i]));
  const back = known.slice().reverse();
  return {
    x: [...known, ...back].map((i) => x[i]),
    y: [...known.map((i) => lower[i]), ...back.map((i) => upper[i])],
  };
}

/**
 * A dot at the cursor with its name and value, which keep clear of the other arms' and the axes.
 * @param {Types.Marker} binding
 * @param {Frames} frames
 * @param {number} at
 * @param {Types.Constants} constants
 */
function marker(binding, frames, at, constants) {
  const { before, after, low, high } = binding;
  const x = frames.value(binding.x, at) * binding.x_scale;
  const value = frames.value(binding.y, at);
  const [y] = transformed([value], binding.transform, constants);
  const higher =
    before.filter((path) => frames.value(path, at) >= value).length +
    after.filter((path) => frames.value(path, at) > value).length;
  const height = Number.isNaN(y) ? high : Math.min(Math.max(y, low), high);
  let side = higher ? (higher < before.length + after.length ? "middle" : "bottom") : "top";
  if (height <= low) side = "top";
  if (height >= high) side = "bottom";
  return {
    x: [x],
    y: [height],
    text: [binding.text.replace("{}", formatted(value, binding.unit))],
    textposition: `${side} ${x > binding.middle ? "left" : "right"}`,
  };
}

/**
 * A vertical line at the cursor.
 * @param {Types.CursorLine} binding
 * @param {Frames} frames
 * @param {number} at
 */
function cursor(binding, frames, at) {
  const x = frames.value(binding.x, at) * binding.x_scale;
  return { x: [x, x], y: [binding.low, binding.high] };
}

/**
 * The ends of several curves.
 * @param {Types.EndDots} binding
 * @param {Frames} frames
 */
function end_dots({ x, x_scale, measures, low, high, log }, frames) {
  const last = frames.length - 1;
  const [least, most] = log ? [10 ** low, 10 ** high] : [low, high];
  const y = measures.map((path) => {
    const value = frames.value(path, last);
    const known = Number.isFinite(value) && (value > 0 || !log);
    return known ? Math.min(Math.max(value, least), most) : null;
  });
  return { x: y.map(() => frames.value(x, last) * x_scale), y };
}

/**
 * Names at the ends of several curves, at least `gap` apart, with the heights of the ends.
 * @param {Types.Ends} binding
 * @param {Frames} frames
 */
function ends(binding, frames) {
  const { low, high, log, gap } = binding;
  const { x, y: dots } = end_dots(binding, frames);
  const values = dots.map(Number);
  const known = [...dots.keys()].filter((i) => dots[i] !== null);
  // Values beyond the axis keep their order.
  const order = binding.measures.map((path) => frames.value(path, frames.length - 1));
  known.sort((i, j) => order[i] - order[j]);
  /** @type {number[]} */
  const heights = [];
  for (const i of known) {
    const drawn = log ? Math.log10(values[i]) : values[i];
    const share = Math.min(Math.max((drawn - low) / (high - low), 0), 1);
    heights.push(heights.length ? Math.max(share, heights[heights.length - 1] + gap) : share);
  }
  for (let place = heights.length - 1; place >= 0; place--) {
    const above = place + 1 < heights.length ? heights[place + 1] - gap : 1;
    heights[place] = Math.min(heights[place], above);
  }
  /** @type {(number | null)[]} */
  const y = values.map(() => null);
  known.forEach((i, place) => {
    const drawn = low + heights[place] * (high - low);
    y[i] = log ? 10 ** drawn : drawn;
  });
  return { x, y, text: binding.names, customdata: dots };
}

/**
 * A sentence with measures at the cursor in it.
 * @param {Types.Words} binding
 * @param {Frames} frames
 * @param {number} at
 */
function words(binding, frames, at) {
  let { text } = binding;
  for (const path of binding.measures) text = text.replace("{}", formatted(frames.value(path, at)));
  return { x: [binding.x], y: [binding.y], text: [text] };
}

/**
 * A line of text that is there in a part of the run.
 * @param {Types.Note} binding
 * @param {Frames} frames
 * @param {number} at
 */
function note({ x, y, text, after, until }, frames, at) {
  const shown = isAfter(frames, at, after) && !isAfter(frames, at, until);
  return { x: [x], y: [y], text: [shown ? text : ""] };
}

/**
 * By the `kind` of a binding the function that draws it.
 * @typedef {(b: any, frames: Frames, at: number, constants: Types.Constants) => Types.Points} Draw
 * @type {Record<string, Draw>}
 */
const KINDS = {
  // biome-ignore format: a list by module
  series,
  band,
  marker,
  cursor,
  end_dots,
  ends,
  words,
  note,
  ridges,
  outside,
  heat,
  spans,
  medians,
  violins,
  bars,
  grid,
  boundary,
  places,
  passage,
  scale_and_shift,
  moments,
  lack,
  profile,
  growth,
};

/**
 * The changing attributes of the trace that a binding belongs to.
 * @param {Types.Binding} binding
 * @param {Frames} frames
 * @param {number} at Index of the frame under the cursor.
 * @param {Types.Constants} constants Those of the figure.
 */
export function points(binding, frames, at, constants) {
  return KINDS[binding.kind](binding, frames, at, constants);
}
