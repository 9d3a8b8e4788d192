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
 * The values that are normalized together with one. All positions of a unit always are.
 * @param {Norm} norm
 * @param {number} size Examples in the batch.
 * @param {Place} place
 * @returns {Box}
 */
export function boxAround({ examples, units }, size, { row, column }) {
  const left = column - (column % units);
  return {
    top: examples ? 0 : row,
    bottom: examples ? size : row + 1,
    left,
    right: left + units,
  };
}

/**
 * Their mean and variance.
 * @param {AxesLayer} layer
 * @param {Norm} norm
 * @param {Box} box
 * @returns {Statistics}
 */
export function statisticsOf(layer, norm, box) {
  const values = valuesIn(layer, box);
  const count = values.length;
  const sum = (/** @type {number[]} */ numbers) => numbers.reduce((all, each) => all + each, 0);
  const mean = norm.mean ? sum(values) / count : 0;
  const variance = sum(values.map((value) => (value - mean) ** 2)) / count;
  return { count, mean, variance };
}

/**
 * @param {AxesLayer} layer
 * @param {Box} box
 */
function valuesIn(layer, { top, bottom, left, right }) {
  const [, units, positions] = layer.shape;
  const values = [];
  for (let row = top; row < bottom; row++) {
    const start = (row * units + left) * positions;
    const end = (row * units + right) * positions;
    for (let index = start; index < end; index++) values.push(layer.hundredths[index] / 100);
  }
  return values;
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
      const box = boxAround(norm, size, { row, column, position: 0 });
      const { mean, variance } = statisticsOf(layer, norm, box);
      const root = Math.sqrt(variance + epsilon);
      for (let inner = box.top; inner < box.bottom; inner++) {
        const start = (inner * units + box.left) * positions;
        const end = (inner * units + box.right) * positions;
        for (let index = start; index < end; index++) {
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
