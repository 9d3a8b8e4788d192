import assert from "node:assert/strict";
import { test } from "node:test";
import {
  answerOf,
  exampleName,
  shortNames,
  spoken,
} from "../../../bnviz/player/browser/player/answers.js";
import { linesOf, percentOf } from "../../../bnviz/player/browser/player/guesses.js";
import { enlarged } from "../../../bnviz/player/browser/player/pictures.js";
import { framesOf } from "../support/frames.js";

const SHOWN = {
  kind: "image",
  labels: [0, 1],
  classes: ["0", "1", "2", "3", "4"],
  guesses: 3,
  no_answer: 65535,
  max_byte: 255,
};
const FIELDS = {
  "bn/answers": ["u2", 2, 3],
  "bn/answer_probabilities": ["u1", 2, 3],
  "bn/true_probability": ["u1", 2],
};
const frames = framesOf(FIELDS, [
  {
    "bn/answers": [0, 2, 1, 4, 0, 2],
    "bn/answer_probabilities": [255, 0, 0, 102, 51, 51],
    "bn/true_probability": [255, 25],
  },
  {
    "bn/answers": [65535, 65535, 65535, 1, 0, 65535],
    "bn/answer_probabilities": [0, 0, 0, 153, 102, 0],
    "bn/true_probability": [0, 153],
  },
]);
const ARMS = [{ name: "bn", label: "with BN", colour: "blue" }];

test("an answer is right, wrong or none by the most probable class at the cursor", () => {
  const states = [0, 1].map((at) =>
    [0, 1].map((example) => answerOf(SHOWN, frames, "bn", at, example).state),
  );
  assert.deepEqual(states, [
    ["right", "wrong"],
    ["none", "right"],
  ]);
});

test("an answer has its guesses, as many as there are, and the probability of its own class", () => {
  const wrong = answerOf(SHOWN, frames, "bn", 0, 1);
  assert.deepEqual(
    wrong.guesses.map(({ label, share }) => [label, share]),
    [
      [4, 0.4],
      [0, 0.2],
      [2, 0.2],
    ],
  );
  assert.equal(wrong.own, 25 / 255);
  assert.equal(answerOf(SHOWN, frames, "bn", 1, 1).guesses.length, 2);
  assert.deepEqual(answerOf(SHOWN, frames, "bn", 1, 0).guesses, []);
});

test("probabilities have a line for the own class, and one for all others", () => {
  const lines = linesOf(SHOWN, 1, answerOf(SHOWN, frames, "bn", 0, 1));
  assert.deepEqual(
    lines.map(({ name, own }) => [name, own]),
    [
      ["4", false],
      ["0", false],
      ["2", false],
      ["1", true],
      ["one other", false],
    ],
  );
  const sum = lines.reduce((total, { share }) => total + share, 0);
  assert.ok(Math.abs(sum - 1) < 1e-9);
  const known = linesOf(SHOWN, 0, answerOf(SHOWN, frames, "bn", 0, 0));
  assert.deepEqual(
    known.map(({ name, own }) => [name, own]),
    [
      ["0", true],
      ["2", false],
      ["1", false],
      ["2 others", false],
    ],
  );
  assert.deepEqual(linesOf(SHOWN, 0, answerOf(SHOWN, frames, "bn", 1, 0)), []);
  const two = { ...SHOWN, classes: ["a", "b"], labels: [0, 1] };
  assert.equal(linesOf(two, 1, answerOf(two, frames, "bn", 1, 1)).length, 2);
});

test("a probability of 8 bits is never told as certain", () => {
  assert.equal(percentOf(0), "< 1 %");
  assert.equal(percentOf(1), "> 99 %");
  assert.equal(percentOf(128 / 255), "50 %");
  assert.equal(percentOf(1 / 255), "< 1 %");
  assert.equal(percentOf(2 / 255), "1 %");
});

test("short names are without what all share, and differ", () => {
  assert.deepEqual(shortNames(["0", "1", "9"]), ["0", "1", "9"]);
  assert.deepEqual(shortNames(["cultivar 1", "cultivar 2"]), ["1", "2"]);
  assert.deepEqual(shortNames(["malignant", "benign"]), ["mal", "ben"]);
  assert.deepEqual(shortNames(["setosa", "setose"]), ["0", "1"]);
  assert.deepEqual(shortNames(["same", "same"]), ["0", "1"]);
  assert.deepEqual(shortNames(["", "b"]), ["0", "1"]);
  assert.deepEqual(shortNames(["a ", "a b"]), ["a", "a b"]);
  assert.deepEqual(shortNames(["👍👍👍👍", "x"]), ["👍👍👍", "x"]);
});

test("an example is called by its class", () => {
  const named = (change) => exampleName({ ...SHOWN, ...change }, 1);
  assert.equal(named({}), "digit 1");
  assert.equal(named({ kind: "point" }), "point of class 1");
  assert.equal(named({ kind: "values" }), "class 1");
  assert.equal(named({ classes: ["shoe", "bag"] }), "bag");
  assert.equal(named({ classes: ["10", "11"] }), "class 11");
});

test("a label says what is shown and what each arm says", () => {
  const answers = (at, example) => [answerOf(SHOWN, frames, "bn", at, example)];
  assert.equal(spoken(SHOWN, 1, ARMS, answers(0, 1)), "digit 1: with BN says 4, wrong");
  assert.equal(spoken(SHOWN, 1, ARMS, answers(1, 1)), "digit 1: with BN says 1, right");
  assert.equal(spoken(SHOWN, 0, ARMS, answers(1, 0)), "digit 0: with BN has no answer");
  const both = [...ARMS, { name: "none", label: "without BN", colour: "red" }];
  assert.equal(
    spoken(SHOWN, 0, both, [...answers(0, 0), ...answers(1, 0)]),
    "digit 0: with BN says 0, right; without BN has no answer",
  );
});

test("an image keeps its pixels when it is enlarged: shades as ink, colours as they are", () => {
  const shades = enlarged(Uint8Array.from([0, 255, 7, 9]), [2, 2, 1], 2);
  const ink = Array.from(shades).filter((_, i) => i % 4 === 3);
  assert.deepEqual(ink, [0, 0, 255, 255, 0, 0, 255, 255, 7, 7, 9, 9, 7, 7, 9, 9]);
  assert.ok(Array.from(shades).every((value, i) => i % 4 === 3 || value === 0));
  const colours = enlarged(Uint8Array.from([1, 2, 3, 4, 5, 6]), [1, 2, 3], 1);
  assert.deepEqual(Array.from(colours), [1, 2, 3, 255, 4, 5, 6, 255]);
});
