// Plane: a classifier of points in the plane.
// The same rules as bnviz/figures/bindings/plane.py; a browser test compares the points.

/** @import { Constants, Grid, Places } from "types/bindings" */
/** @import { Frames } from "./frames.js" */

/**
 * The probability of class 1 on a square grid.
 * @param {Grid} binding
 * @param {Frames} frames
 * @param {number} at
 * @param {Constants} constants
 */
export function grid({ values: path, size, reach }, frames, at, { max_byte: most }) {
  const values = frames.row(path, at);
  const step = (2 * reach) / (size - 1);
  const places = Array.from({ length: size }, (_, i) => i * step - reach);
  const z = places.map((_, i) =>
    Array.from(values.subarray(i * size, (i + 1) * size), (value) => value / most),
  );
  return { x: places, y: places, z };
}

/**
 * Where both classes are equally probable, as line segments through the grid's cells.
 * @param {Grid} binding
 * @param {Frames} frames
 * @param {number} at
 * @param {Constants} constants
 */
export function boundary({ values: path, size, reach }, frames, at, { max_byte: most }) {
  const values = frames.row(path, at);
  const step = (2 * reach) / (size - 1);
  /** @type {(number | null)[]} */
  const x = [];
  /** @type {(number | null)[]} */
  const y = [];
  for (let row = 0; row + 1 < size; row++) {
    for (let column = 0; column + 1 < size; column++) {
      const first = row * size + column;
      const [a, b, c, d] = [first, first + 1, first + size, first + size + 1].map(
        (i) => values[i] - most / 2,
      );
      crossings(a, b, c, d).forEach(([right, up], number) => {
        x.push(step * (column + right) - reach);
        y.push(step * (row + up) - reach);
        if (number % 2) {
          x.push(null);
          y.push(null);
        }
      });
    }
  }
  return { x, y };
}

/**
 * Where 0 crosses the lower, right, upper and left side of a cell: 0, 2 or 4 places.
 * @param {number} a Value at the lower left corner.
 * @param {number} b Lower right.
 * @param {number} c Upper left.
 * @param {number} d Upper right.
 */
function crossings(a, b, c, d) {
  const places = [];
  if (a * b < 0) places.push([a / (a - b), 0]);
  if (b * d < 0) places.push([1, b / (b - d)]);
  if (c * d < 0) places.push([c / (c - d), 1]);
  if (a * c < 0) places.push([0, a / (a - c)]);
  return places;
}

/**
 * The points of one class.
 * @param {Places} binding
 * @param {Frames} frames
 * @param {number} at
 * @param {Constants} constants
 */
export function places({ places: path, classes, label, reach }, frames, at, { max_short: most }) {
  const values = frames.row(path, at);
  /** @type {number[]} */
  const x = [];
  /** @type {number[]} */
  const y = [];
  frames.row(classes, at).forEach((each, i) => {
    if (each !== label) return;
    x.push((values[2 * i] * reach) / most);
    y.push((values[2 * i + 1] * reach) / most);
  });
  return { x, y };
}
