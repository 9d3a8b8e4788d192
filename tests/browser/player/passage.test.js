import assert from "node:assert/strict";
import { test } from "node:test";
import { points } from "../../../bnviz/player/browser/player/bindings.js";
import { CONSTANTS, framesOf } from "../support/frames.js";

const FIELDS = { v: ["f4", 3], mean: ["f4"], var: ["f4"], gamma: ["f4"], beta: ["f4"] };
const FRAMES = framesOf(FIELDS, [{ v: [1, 5, 9], mean: 5, var: 12, gamma: 2, beta: -1 }]);
const PASSAGE = {
  kind: "passage",
  values: "v",
  mean: "mean",
  variance: "var",
  gamma: "gamma",
  beta: "beta",
  epsilon: 4,
  by_hand: "learnt",
  hand: [3, 0.5],
  activation: "relu",
  examples: [2, 0],
  transform: "",
};
const draw = (more) => points({ ...PASSAGE, ...more }, FRAMES, 0, CONSTANTS);

test("an example is centred, normalized, scaled and shifted, activated", () => {
  const { x, y } = draw();
  assert.deepEqual(x, [1, 2, 3, 4, 5, null, 1, 2, 3, 4, 5, null]);
  assert.deepEqual(y, [9, 4, 1, 1, 1, null, 1, -4, -1, -3, 0, null]);
});

test("BN after the activation ends with its own output", () => {
  assert.deepEqual(draw({ activation: "" }).y, [9, 4, 1, 1, null, 1, -4, -1, -3, null]);
});

test("the variance scales what is not one standard deviation from the mean, too", () => {
  const { y } = draw({ epsilon: 52, activation: "leaky_relu" });
  assert.deepEqual(y.slice(0, 5), [9, 4, 0.5, 0, 0]);
  assert.deepEqual(y.slice(6, 11), [1, -4, -0.5, -2, -0.4]);
});

test("gamma and beta of the identity return the input; those by hand are used", () => {
  const identity = draw({ by_hand: "identity", activation: "linear" }).y;
  assert.deepEqual([identity[3], identity[9]], [9, 1]);
  const hand = draw({ by_hand: "hand", activation: "linear" }).y;
  assert.deepEqual([hand[3], hand[9]], [3.5, -2.5]);
});

test("gamma and beta are written", () => {
  const words = { ...PASSAGE, kind: "scale_and_shift", x: 1, y: 2 };
  const { text } = points(words, FRAMES, 0, CONSTANTS);
  assert.deepEqual(text, ["γ 2.00<br>β −1.00"]);
});

// Values at -1 and 1 by other means: gelu(1) is the normal distribution's Φ(1).
for (const [name, below, above] of [
  ["sigmoid", 1 / (1 + Math.E), Math.E / (1 + Math.E)],
  ["tanh", -0.76159416, 0.76159416],
  ["relu", 0, 1],
  ["leaky_relu", -0.2, 1],
  ["elu", 1 / Math.E - 1, 1],
  ["selu", -1.11133074, 1.05070099],
  ["gelu", -0.15865525, 0.84134475],
  ["silu", -0.26894142, 0.73105858],
  ["linear", -1, 1],
]) {
  test(`${name} is what it should be at -1 and 1`, () => {
    const { y } = draw({ by_hand: "hand", hand: [1, 0], activation: name });
    assert.ok(Math.abs(y[4] - above) < 1e-6, `${y[4]} is not ${above}`);
    assert.ok(Math.abs(y[10] - below) < 1e-6, `${y[10]} is not ${below}`);
  });
}

test("the constants of the activations are those of the figure", () => {
  const constants = { ...CONSTANTS, leaky_relu_slope: 0.5, selu_alpha: 1, selu_scale: 2 };
  const at = (activation) =>
    points({ ...PASSAGE, by_hand: "hand", hand: [1, 0], activation }, FRAMES, 0, constants).y[10];
  assert.equal(at("leaky_relu"), -0.5);
  assert.ok(Math.abs(at("selu") - 2 * (1 / Math.E - 1)) < 1e-12);
});
