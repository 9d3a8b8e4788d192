import assert from "node:assert/strict";
import { test } from "node:test";
import { formatted, transformed } from "../../../bnviz/player/browser/player/scales.js";
import { CONSTANTS } from "../support/frames.js";

test("a linear axis leaves values as they are", () => {
  const values = [1, NaN, -3];
  assert.equal(transformed(values, "", CONSTANTS), values);
});

test("the symmetric logarithm keeps 0 and signs, and is linear near 0", () => {
  const drawn = transformed([0, 0.9, -0.9, 1e-6], "symlog", CONSTANTS);
  assert.equal(drawn[0], 0);
  assert.ok(Math.abs(drawn[1] - 1) < 1e-12);
  assert.equal(drawn[2], -drawn[1]);
  assert.ok(Math.abs(drawn[3] - 1e-5 / Math.LN10) < 1e-10);
});

test("the figure's constant says where it turns", () => {
  const [drawn] = transformed([9], "symlog", { ...CONSTANTS, symlog_linear: 1 });
  assert.ok(Math.abs(drawn - 1) < 1e-12);
});

for (const [value, unit, text] of [
  [0, "", "0.00"],
  [-1.239, "", "−1.24"],
  [999.9, "", "999.90"],
  [1000, "", "1.0e3"],
  [0.01, "", "0.01"],
  [0.0096, "", "9.6e−3"],
  [-0.00031, "", "−3.1e−4"],
  [NaN, "", "not a number"],
  [Infinity, "", "∞"],
  [-Infinity, "", "−∞"],
  [0.876, "%", "88 %"],
  [-0.004, "%", "0 %"],
  [NaN, "%", "not a number"],
  [0.0059, ".01", "0.01"],
  [-0.0072, ".01", "−0.01"],
  [-0.004, ".01", "0.00"],
  [1000, ".01", "1.0e3"],
]) {
  test(`${value}${unit} is written as ${text}`, () => assert.equal(formatted(value, unit), text));
}
