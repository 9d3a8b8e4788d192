// Scales: the axis that is logarithmic to both sides of 0.

const SYMLOG_LINEAR = 0.1;

const symlog = (v) => Math.sign(v) * Math.log10(1 + Math.abs(v) / SYMLOG_LINEAR);

export const transformed = (values, transform) =>
  transform === "symlog" ? values.map(symlog) : values;

// A value as it stands beside a dot: two decimals, or two digits where that says nothing.
export function written(value, unit = "") {
  if (Number.isNaN(value)) return "not a number";
  if (!isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (unit === "%") return `${(100 * value).toFixed(0)} %`;
  const size = Math.abs(value);
  if (value === 0 || (size >= 0.01 && size < 1000)) return value.toFixed(2);
  return value.toExponential(0).replace("e+", "e");
}
