// Scales: values as drawn on an axis and as written beside a dot.
// The same rules as bnviz/figures/bindings/binding.py; a browser test compares the points.

/** @import { Constants, Transform } from "types/bindings" */

/**
 * Values as drawn on an axis. "symlog", the symmetric logarithm, is
 * sign(v) * log10(1 + |v| / symlog_linear).
 * @param {number[]} values
 * @param {Transform} transform
 * @param {Constants} constants
 */
export function transformed(values, transform, { symlog_linear: linear }) {
  if (transform !== "symlog") return values;
  return values.map((value) => Math.sign(value) * Math.log10(1 + Math.abs(value) / linear));
}

/**
 * A number in words or beside a mark, with a minus sign where code has a hyphen.
 * @param {number | string} number
 */
export const withMinus = (number) => String(number).replace(/-/g, "−");

/**
 * A text in which a number and its percent sign stay in one line.
 * @param {string} text
 */
export const unbroken = (text) => text.replaceAll(" %", "\u00a0%");

/**
 * A value in two decimals, or in two digits and a power of 10 if it is tiny or huge.
 * @param {number} value
 * @param {boolean} [smaller] Whether it is written smaller than .01.
 */
export function rounded(value, smaller = true) {
  const size = Math.abs(value);
  // Never −0.
  if (!smaller && size < 0.005) return (0).toFixed(2);
  if (value === 0 || (size >= (smaller ? 0.01 : 0) && size < 1000)) return value.toFixed(2);
  return value.toExponential(1).replace("e+", "e");
}

/**
 * A value as text: two decimals, or two digits and a power of 10 if it is tiny or huge.
 * @param {number} value
 * @param {"" | "%" | ".01"} unit "%" if the value is a share, ".01" if it is never written smaller.
 */
export function formatted(value, unit = "") {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  // Never −0.
  if (unit === "%") return `${withMinus(Number((100 * value).toFixed(0)))} %`;
  return withMinus(rounded(value, unit !== ".01"));
}
