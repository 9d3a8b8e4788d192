// Words: what is said of the group that is lit up, from its numbers.

/** @import { AxesLayer, Box, Norm, Shown, Statistics } from "types/axes" */

// Smaller numbers are written as 0.00.
const NOTHING = 0.005;

/**
 * @param {number} count
 * @param {string} noun
 */
const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/**
 * Which values are normalized together, such as "neuron 3 of all 32 examples".
 * @param {Shown} shown
 * @param {Box} box
 */
export function groupInWords({ layer: { unit, shape }, size }, { rows, columns, positions }) {
  const [, units, all] = shape;
  const [first, width] = [columns[0] + 1, columns[1] - columns[0]];
  let which = `${unit} ${first}`;
  if (width > 1) which = `${unit}s ${first} to ${columns[1]}`;
  if (width === units) which = `all ${units} ${unit}s`;
  let examples = `example ${rows[0] + 1}`;
  if (rows[1] - rows[0] > 1) examples = size === 2 ? "both examples" : `all ${size} examples`;
  const places =
    positions[1] - positions[0] > 1 ? `all ${all} positions` : `position ${positions[1]}`;
  return `${which} of ${examples}${all > 1 ? `, ${places}` : ""}`;
}

/**
 * What these values have in common, in a sentence after their name.
 * @param {Norm} norm
 * @param {number} count
 */
export function shared({ mean }, count) {
  if (count === 1) return "1 value, with a mean and a variance of its own";
  const what = mean ? "a mean and a variance" : "a mean square; no mean is subtracted";
  return `${counted(count, "value")} share ${what}`;
}

/**
 * The mean and the variance, or the mean square, in a sentence without its full stop.
 * @param {Norm} norm
 * @param {Statistics} statistics
 * @param {(value: number) => string} written
 */
export function numbersInWords(norm, { mean, variance }, written) {
  if (!norm.mean) return `Mean square ${written(variance)}`;
  return `Mean ${written(mean)}, variance ${written(variance)}`;
}

/**
 * What the normalization does to the whole batch, if that is worth a sentence; else what it does to
 * the group.
 * @param {Shown} shown
 * @param {Statistics} statistics Of the group.
 * @param {Float64Array} out All values of the batch, normalized.
 * @param {number[]} inGroup Those of the group.
 * @param {boolean} asInstance Whether instance normalization gives the same.
 * @param {(value: number) => string} written
 */
export function effect({ norm }, { count }, out, inGroup, asInstance, written) {
  const sizes = [...out].map(Math.abs);
  const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
  if (high < NOTHING) {
    return `All ${out.length} values become 0: each is its own mean. After gamma and beta, beta is left, whatever the example was.`;
  }
  if (count === 2 && norm.mean) {
    return `Of each two values one becomes −1, the other +1, up to ε: here all are ${written(low)} to ${written(high)} in size. How far apart they were is lost.`;
  }
  if (asInstance && norm.examples) {
    return "With one example, this is instance normalization: all values come out as with that.";
  }
  const mean = inGroup.reduce((all, each) => all + each, 0) / count;
  const variance = inGroup.reduce((all, each) => all + (each - mean) ** 2, 0) / count;
  const words = `What comes out of this group has mean ${written(mean)} and standard deviation ${written(Math.sqrt(variance))}`;
  if (norm.mean) return `${words}.`;
  const square = inGroup.reduce((all, each) => all + each ** 2, 0) / count;
  return `${words}; its mean square is ${written(square)}.`;
}

/**
 * The touched value, for whoever does not see the picture.
 * @param {Shown} shown
 * @param {number} x
 * @param {number} y
 * @param {(value: number) => string} written
 */
export function valueInWords({ layer, at }, x, y, written) {
  return `${valueName(layer, at)}: ${written(x)} becomes ${written(y)}`;
}

/**
 * @param {AxesLayer} layer
 * @param {Shown["at"]} at
 */
export function valueName({ unit, shape }, { row, column, position }) {
  const place = shape[2] > 1 ? `, position ${position + 1}` : "";
  return `Example ${row + 1}, ${unit} ${column + 1}${place}`;
}
