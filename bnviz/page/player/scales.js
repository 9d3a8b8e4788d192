// Scales: the axis that is logarithmic to both sides of 0.

const SYMLOG_LINEAR = 0.1;

const symlog = (v) => Math.sign(v) * Math.log10(1 + Math.abs(v) / SYMLOG_LINEAR);

export const transformed = (values, transform) =>
  transform === "symlog" ? values.map(symlog) : values;
