// Profiles: a measure of every layer, from the first layer to the last.
// The same rules as bnviz/figures/bindings/profiles.py; a browser test compares the points.

/** @import { Growth, Profile } from "types/bindings" */
/** @import { Frames } from "./frames.js" */

/**
 * A measure of some layers next to each other.
 * @param {Profile} binding
 * @param {Frames} frames
 * @param {number} at
 */
export function profile({ row, first, count, at_start: atStart }, frames, at) {
  const drawn = Array.from(frames.row(row, atStart ? 0 : at)).slice(first, first + count);
  return { x: drawn.map((_, place) => first + place + 1), y: drawn };
}

/**
 * A measure as if it grew by a factor with each layer towards the input, from its value in the last
 * layer and the first frame.
 * @param {Growth} binding
 * @param {Frames} frames
 */
export function growth({ row, first, last, factor, text }, frames) {
  const start = frames.row(row, 0)[last];
  const layers = Array.from({ length: last - first + 1 }, (_, place) => first + place);
  return {
    x: layers.map((layer) => layer + 1),
    y: layers.map((layer) => start * factor ** (last - layer)),
    text: layers.map((layer) => (layer === first ? text : "")),
  };
}
