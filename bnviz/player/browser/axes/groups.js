// Groups: which values a normalization takes together, and what it makes of them.

/** @import { AxesLayer, Box, Norm, Place, Statistics } from "types/axes" */

/**
 * Where a value lies among the values of a layer.
 * @param {AxesLayer} layer
 * @param {Place} place
 */
export const indexOf = ({ shape: [, units, positions] }, { row, column, position }) =>
  (row * units + column) * positions + position;

/**
 * The values that are normalized together with one.
 * @param {AxesLayer} layer
 * @param {Norm} norm
 * @param {number} size Examples in the batch.
 * @param {Place} place
 * @returns {Box}
 */
export function boxAround({ shape: [, , all] }, norm, size, { row, column, position }) {
  const left = column - (column % norm.units);
  return {
    rows: norm.examples ? [0, size] : [row, row + 1],
    columns: [left, left + norm.units],
    positions: norm.positions ? [0, all] : [position, position + 1],
  };
}

/**
 * Whether a box holds a value.
 * @param {Box} box
 * @param {Place} place
 */
export function holds({ rows, columns, positions }, { row, column, position }) {
  const within = (/** @type {number} */ at, /** @type {[number, number]} */ [from, to]) =>
    at >= from && at < to;
  return within(row, rows) && within(column, columns) && within(position, positions);
}

/**
 * Where the values of a box lie among those of the layer.
 * @param {AxesLayer} layer
 * @param {Box} box
 */
export function indicesIn({ shape: [, units, positions] }, box) {
  const indices = [];
  for (let row = box.rows[0]; row < box.rows[1]; row++) {
    for (let column = box.columns[0]; column < box.columns[1]; column++) {
      const start = (row * units + column) * positions;
      for (let at = box.positions[0]; at < box.positions[1]; at++) indices.push(start + at);
    }
  }
  return indices;
}

/**
 * Their mean and variance.
 * @param {AxesLayer} layer
 * @param {Norm} norm
 * @param {Box} box
 * @returns {Statistics}
 */
export function statisticsOf(layer, norm, box) {
  const values = indicesIn(layer, box).map((index) => layer.hundredths[index] / 100);
  const count = values.length;
  const sum = (/** @type {number[]} */ numbers) => numbers.reduce((all, each) => all + each, 0);
  const mean = norm.mean ? sum(values) / count : 0;
  const variance = sum(values.map((value) => (value - mean) ** 2)) / count;
  return { count, mean, variance };
}

/**
 * All values of a batch after the normalization: `(x - mean) / sqrt(variance + epsilon)`.
 * @param {AxesLayer} layer
 * @param {Norm} norm
 * @param {number} size The batch holds the first so many examples.
 * @param {number} epsilon
 */
export function normalized(layer, norm, size, epsilon) {
  const [, units, positions] = layer.shape;
  const out = new Float64Array(size * units * positions);
  for (let row = 0; row < size; row += norm.examples ? size : 1) {
    for (let column = 0; column < units; column += norm.units) {
      for (let position = 0; position < positions; position += norm.positions ? positions : 1) {
        const box = boxAround(layer, norm, size, { row, column, position });
        const { mean, variance } = statisticsOf(layer, norm, box);
        const root = Math.sqrt(variance + epsilon);
        for (const index of indicesIn(layer, box)) {
          out[index] = (layer.hundredths[index] / 100 - mean) / root;
        }
      }
    }
  }
  return out;
}

/**
 * The value beside another one: keys go over all examples, units and the positions of a map.
 * @param {AxesLayer} layer
 * @param {number} size Examples in the batch.
 * @param {Place} place
 * @param {string} key
 * @returns {Place | null} Null if the key leads nowhere.
 */
export function placeAfter({ shape: [, units, positions] }, size, place, key) {
  const side = Math.sqrt(positions);
  const steps = /** @type {Record<string, [number, number]>} */ ({
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
  });
  if (!(key in steps)) return null;
  const [down, right] = steps[key];
  const y = place.row * side + Math.floor(place.position / side) + down;
  const x = place.column * side + (place.position % side) + right;
  const within = y >= 0 && y < size * side && x >= 0 && x < units * side;
  return within ? placeAt(side, x, y) : place;
}

/**
 * The value in a square of a sheet.
 * @param {number} side Of a unit's map, in squares.
 * @param {number} x Counted from the left, over all units.
 * @param {number} y Counted from above, over all examples.
 * @returns {Place}
 */
export const placeAt = (side, x, y) => ({
  row: Math.floor(y / side),
  column: Math.floor(x / side),
  position: (y % side) * side + (x % side),
});
