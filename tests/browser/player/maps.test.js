import assert from "node:assert/strict";
import { test } from "node:test";
import {
  endOf,
  placeOf,
  spokenMap,
  stagesOfMap,
  valuesOf,
} from "../../../bnviz/player/browser/player/maps.js";
import { CONSTANTS, framesOf } from "../support/frames.js";

const MAPS = { layer: 1, example: 1, start: 2, size: [1, 2] };
const FRAMES = framesOf(
  {
    "bn/maps": ["u1", 2, 2, 4],
    "bn/map_ranges": ["f4", 2, 2, 2],
    m: ["f4"],
    v: ["f4"],
    g: ["f4"],
    b: ["f4"],
  },
  [
    {
      "bn/maps": [0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0],
      "bn/map_ranges": [0, 0, 0, 0, -2, 3, NaN, NaN],
      m: 1,
      v: 3,
      g: 2,
      b: -1,
    },
  ],
);
const NEURON = {
  mean: "m",
  variance: "v",
  gamma: "g",
  beta: "b",
  epsilon: 1,
  by_hand: "learnt",
  hand: [1, 0],
};

test("codes go from the lowest to the highest value of the channel", () => {
  assert.deepEqual(valuesOf(MAPS, "bn", 0, FRAMES, 0, CONSTANTS), [-2, 3]);
});

test("a channel without a range has no values", () => {
  assert.equal(valuesOf(MAPS, "bn", 1, FRAMES, 0, CONSTANTS), undefined);
});

test("every position goes the way of BN and its activation", () => {
  const arm = { neuron: NEURON, activation: "relu" };
  const stages = stagesOfMap(arm, [-2, 3], FRAMES, 0, CONSTANTS);
  assert.deepEqual(stages, [
    [-2, 3],
    [-4, 1],
    [0, 1],
  ]);
  assert.deepEqual(stagesOfMap({ neuron: null, activation: "" }, [1], FRAMES, 0, CONSTANTS), [[1]]);
});

test("a way that has no numbers ends before them, as after BN was removed", () => {
  const arm = { neuron: { ...NEURON, mean: "n" }, activation: "relu" };
  const frames = framesOf({ n: ["f4"], v: ["f4"], g: ["f4"], b: ["f4"] }, [
    { n: NaN, v: NaN, g: NaN, b: NaN },
  ]);
  const stages = stagesOfMap(arm, [-2, 3], frames, 0, CONSTANTS);
  assert.deepEqual(stages, [[-2, 3], undefined, undefined]);
});

test("maps of a frozen BN are normalized by its moving statistics", () => {
  const neuron = { ...NEURON, moving_mean: "mm", moving_variance: "mv", frozen_after: 8 };
  const fields = {
    step: ["u4"],
    m: ["f4"],
    v: ["f4"],
    g: ["f4"],
    b: ["f4"],
    mm: ["f4"],
    mv: ["f4"],
  };
  const row = { m: 1, v: 3, g: 2, b: -1, mm: 2, mv: 15 };
  const frames = framesOf(
    fields,
    [8, 9].map((step) => ({ ...row, step })),
  );
  const arm = { neuron, activation: "" };
  assert.deepEqual(stagesOfMap(arm, [-2, 4], frames, 0, CONSTANTS)[1], [-4, 2]);
  assert.deepEqual(stagesOfMap(arm, [-2, 4], frames, 1, CONSTANTS)[1], [-3, 0]);
});

test("the scale of colours ends at a round number that no value exceeds", () => {
  assert.deepEqual([0, 1, 1.1, 3, 49, 51, 1e7].map(endOf), [1, 1, 2, 5, 50, 100, 1e7]);
});

test("0 is in the middle of the colours, and the ends are as far from it", () => {
  assert.equal(placeOf(0, 5, 0.1), 0);
  assert.equal(placeOf(5, 5, 0.1), 1);
  assert.equal(placeOf(-9, 5, 0.1), -1);
  assert.equal(placeOf(0.3, 5, 0.1), -placeOf(-0.3, 5, 0.1));
});

test("a map is told by its range and its share above 0", () => {
  assert.equal(spokenMap([-1, 0, 2, 4]), "from −1.00 to 4.00, above 0 at 50 % of the positions");
});
