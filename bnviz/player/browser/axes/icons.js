// Icons: which values share a mean and a variance, as a small sheet or a small block.

/** @import { Norm } from "types/axes" */

const SVG = "http://www.w3.org/2000/svg";
// Examples, units and positions along the edges of an icon.
const STEPS = 4;

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 */
function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/**
 * Whether a part of an icon belongs to its group, which lies at the front, on top and at the left.
 * @param {Norm} norm
 * @param {number} all Units of the layer.
 * @param {number} example
 * @param {number} unit
 * @param {number} position
 */
const isLit = (norm, all, example, unit, position) =>
  (norm.examples || example === 0) &&
  unit < Math.max(1, (norm.units / all) * STEPS) &&
  (norm.positions || position === 0);

/**
 * The icon of a normalization: rows are examples, columns are units. With positions it is a block,
 * whose front is one example.
 * @param {Norm} norm
 * @param {number} units Units of the layer.
 * @param {boolean} positions
 */
export function iconOf(norm, units, positions) {
  const icon = element("svg", { viewBox: "0 0 44 44", "aria-hidden": "true" });
  /** @type {(points: string, lit: boolean) => void} */
  const add = (points, lit) =>
    icon.append(element("polygon", { points, class: lit ? "bnviz-lit" : "" }));
  for (let first = 0; first < STEPS; first++) {
    for (let second = 0; second < STEPS; second++) {
      if (!positions) {
        const [x, y] = [2 + 10 * second, 2 + 10 * first];
        add(corners([x, y], [10, 0], [0, 10]), isLit(norm, units, first, second, 0));
        continue;
      }
      // The front: units to the right, positions down. Above it and beside it the examples behind.
      add(
        corners([1 + 7 * second, 15 + 7 * first], [7, 0], [0, 7]),
        isLit(norm, units, 0, second, first),
      );
      const [right, up] = [3.5 * first, -3.5 * first];
      add(
        corners([1 + 7 * second + right, 15 + up], [7, 0], [3.5, -3.5]),
        isLit(norm, units, first, second, 0),
      );
      add(
        corners([29 + right, 15 + up + 7 * second], [0, 7], [3.5, -3.5]),
        isLit(norm, units, first, STEPS - 1, second),
      );
    }
  }
  return icon;
}

/**
 * The corners of a parallelogram.
 * @param {[number, number]} corner
 * @param {[number, number]} one
 * @param {[number, number]} other
 */
function corners([x, y], [a, b], [c, d]) {
  return `${x},${y} ${x + a},${y + b} ${x + a + c},${y + b + d} ${x + c},${y + d}`;
}
