import assert from "node:assert/strict";
import { test } from "node:test";
import { points } from "../../../bnviz/player/browser/player/bindings.js";
import { relation } from "../../../bnviz/player/browser/player/formula.js";
import { stagesOf } from "../../../bnviz/player/browser/player/passage.js";
import { CONSTANTS, framesOf } from "../support/frames.js";

const FIELDS = { s: ["i1", 4], mean: ["f4"], var: ["f4"], gamma: ["f4"], beta: ["f4"] };
const ROW = { s: [127, 0, -64, -128], mean: 5, var: 9, gamma: 2, beta: -1 };
const PASSAGE = {
  kind: "passage",
  values: "s",
  coded: true,
  mean: "mean",
  variance: "var",
  gamma: "gamma",
  beta: "beta",
  epsilon: 7,
  by_hand: "learnt",
  hand: [3, 0.5],
  activation: "relu",
  examples: [0, 1, 2, 3],
  transform: "",
};
const FOUND = stagesOf(PASSAGE, framesOf(FIELDS, [ROW]), 0, CONSTANTS);

test("the largest code is the largest score, and 0 the mean", () => {
  assert.ok(Math.abs(FOUND.ways[0][0] - (5 + 16 * 3)) < 1e-9);
  assert.equal(FOUND.ways[1][0], 5);
  assert.ok(Math.abs(FOUND.ways[2][0] - (5 - 3 * Math.expm1((64 / 127) * Math.log(17)))) < 1e-9);
});

test("an unknown code has no numbers on its whole way", () => {
  assert.ok(FOUND.ways[3].every(Number.isNaN));
});

test("the numbers of the formula follow from each other", () => {
  const { mean, variance, gamma, beta, ways } = FOUND;
  for (const [x, centred, normalized, scaled, activated] of ways.slice(0, 3)) {
    assert.equal(centred, x - mean);
    assert.ok(Math.abs(normalized - centred / Math.sqrt(variance + 7)) < 1e-12);
    assert.equal(scaled, gamma * normalized + beta);
    assert.equal(activated, Math.max(scaled, 0));
  }
});

test("the lines drawn are the ways of the examples", () => {
  const { y } = points(PASSAGE, framesOf(FIELDS, [ROW]), 0, CONSTANTS);
  assert.deepEqual(y.slice(0, 5), FOUND.ways[0]);
});

test("a frozen BN subtracts the moving mean and divides by the moving variance", () => {
  const fields = { ...FIELDS, step: ["u4"], mm: ["f4"], mv: ["f4"] };
  const rows = [8, 9].map((step) => ({ ...ROW, step, mm: 4, mv: 18 }));
  const frozen = { ...PASSAGE, moving_mean: "mm", moving_variance: "mv", frozen_after: 8 };
  const frames = framesOf(fields, rows);
  assert.deepEqual(stagesOf(frozen, frames, 0, CONSTANTS), FOUND);
  const { mean, variance, ways } = stagesOf(frozen, frames, 1, CONSTANTS);
  assert.deepEqual([mean, variance], [4, 18]);
  ways.slice(0, 3).forEach(([x, centred, normalized], i) => {
    assert.equal(x, FOUND.ways[i][0]);
    assert.equal(centred, x - 4);
    assert.ok(Math.abs(normalized - centred / 5) < 1e-12);
  });
});

test("rounded numbers are equal only where what is written adds up", () => {
  const sum = (a, b) => a + b;
  assert.equal(relation(sum, [-0.444, 0.068], -0.376), "≈");
  assert.equal(relation(sum, [-0.44, 0.07], -0.37), "=");
  assert.equal(
    relation((a, b) => a / b, [1, 0], Infinity),
    "=",
  );
});
