import assert from "node:assert/strict";
import { test } from "node:test";
import {
  effect,
  groupInWords,
  numbersInWords,
  shared,
  valueInWords,
} from "../../../bnviz/player/browser/axes/words.js";

const DENSE = { unit: "neuron", shape: [32, 8, 1] };
const MAPS = { unit: "channel", shape: [32, 8, 16] };
const BATCH = { examples: true, mean: true };
const RMS = { examples: false, mean: false };
const write = (value) => value.toFixed(2);

for (const [layer, size, rows, columns, positions, words] of [
  [DENSE, 32, [0, 32], [4, 5], [0, 1], "neuron 5 of all 32 examples"],
  [DENSE, 2, [0, 2], [4, 5], [0, 1], "neuron 5 of both examples"],
  [DENSE, 1, [0, 1], [4, 5], [0, 1], "neuron 5 of example 1"],
  [DENSE, 32, [2, 3], [0, 8], [0, 1], "all 8 neurons of example 3"],
  [MAPS, 32, [2, 3], [4, 8], [0, 16], "channels 5 to 8 of example 3, all 16 positions"],
  [MAPS, 32, [2, 3], [0, 8], [5, 6], "all 8 channels of example 3, position 6"],
]) {
  test(`a group is called ${words}`, () => {
    assert.equal(groupInWords({ layer, size }, { rows, columns, positions }), words);
  });
}

test("what values share is a mean and a variance, or a mean square", () => {
  assert.equal(shared(BATCH, 32), "32 values share a mean and a variance");
  assert.match(shared(RMS, 8), /^8 values share a mean square; no mean/);
  assert.match(shared(BATCH, 1), /^1 value, with .* its own$/);
});

test("a mean square is not called a variance", () => {
  const statistics = { mean: 0, variance: 0.84 };
  assert.equal(numbersInWords(RMS, statistics, write), "Mean square 0.84");
  assert.equal(numbersInWords(BATCH, statistics, write), "Mean 0.00, variance 0.84");
});

const said = (norm, count, out, asInstance = false) =>
  effect({ norm }, { count }, Float64Array.from(out), out, asInstance, write);

test("what is said of a batch follows from its numbers", () => {
  assert.match(said(BATCH, 1, [0, 0]), /^All 2 values become 0/);
  assert.match(said(BATCH, 2, [-0.78, 0.78, 1, -1]), /0\.78 to 1\.00 in size/);
  assert.match(said(BATCH, 4, [-1, 1, 1, -1], true), /this is instance normalization/);
  assert.match(said(BATCH, 4, [-1, 1, 1, -1]), /mean 0\.00 and standard deviation 1\.00\.$/);
  assert.match(said(RMS, 2, [1, 1]), /mean 1\.00 and .* 0\.00; its mean square is 1\.00\.$/);
  // Instance normalization itself is not called so again.
  assert.doesNotMatch(said(RMS, 2, [1, 1], true), /instance/);
});

test("a value is told with its place and what becomes of it", () => {
  const at = { row: 0, column: 4, position: 5 };
  assert.equal(
    valueInWords({ layer: MAPS, at }, -0.36, 0.27, write),
    "Example 1, channel 5, position 6: -0.36 becomes 0.27",
  );
});
