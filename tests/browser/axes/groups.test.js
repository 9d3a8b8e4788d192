import assert from "node:assert/strict";
import { test } from "node:test";
import {
  boxAround,
  holds,
  normalized,
  placeAfter,
  placeAt,
  statisticsOf,
} from "../../../bnviz/player/browser/axes/groups.js";

// Two examples, four units, four positions; each value is its place.
const LAYER = {
  unit: "channel",
  shape: [2, 4, 4],
  hundredths: Array.from({ length: 32 }, (_, index) => 100 * index),
};
const BATCH = { examples: true, units: 1, mean: true, positions: true };
const GROUP = { examples: false, units: 2, mean: true, positions: true };
const RMS = { examples: false, units: 4, mean: false, positions: false };
const AT = { row: 1, column: 2, position: 3 };

test("a group is a unit of all examples, or some units of one", () => {
  const box = (norm) => boxAround(LAYER, norm, 2, AT);
  assert.deepEqual(box(BATCH), { rows: [0, 2], columns: [2, 3], positions: [0, 4] });
  assert.deepEqual(box(GROUP), { rows: [1, 2], columns: [2, 4], positions: [0, 4] });
  assert.deepEqual(box(RMS), { rows: [1, 2], columns: [0, 4], positions: [3, 4] });
});

test("its statistics count all of its values, and a mean that stays is 0", () => {
  const batch = statisticsOf(LAYER, BATCH, boxAround(LAYER, BATCH, 2, AT));
  assert.deepEqual(batch, { count: 8, mean: 17.5, variance: 65.25 });
  const first = { rows: [0, 1], columns: [0, 4], positions: [0, 1] };
  assert.deepEqual(statisticsOf(LAYER, RMS, first), { count: 4, mean: 0, variance: 56 });
  assert.equal(holds(first, { row: 0, column: 3, position: 0 }), true);
  assert.equal(holds(first, { row: 0, column: 3, position: 1 }), false);
});

test("of one value nothing is left, of two only which is larger", () => {
  const dense = { ...LAYER, shape: [2, 2, 1], hundredths: [100, 500, 300, -100] };
  assert.deepEqual([...normalized(dense, BATCH, 1, 0.001)], [0, 0]);
  const [one, other, ...rest] = normalized(dense, BATCH, 2, 0);
  assert.deepEqual([one, other, ...rest], [-1, 1, 1, -1]);
});

test("other examples change nothing within one example", () => {
  const alone = normalized(LAYER, GROUP, 1, 0.001);
  assert.deepEqual(normalized(LAYER, GROUP, 2, 0.001).subarray(0, 16), alone);
});

test("arrow keys go over maps and examples and stay within them", () => {
  const after = (place, key) => placeAfter(LAYER, 2, place, key);
  assert.deepEqual(after(AT, "ArrowLeft"), { row: 1, column: 2, position: 2 });
  assert.deepEqual(after(AT, "ArrowRight"), { row: 1, column: 3, position: 2 });
  assert.deepEqual(after(AT, "ArrowUp"), { row: 1, column: 2, position: 1 });
  assert.deepEqual(after({ row: 1, column: 0, position: 0 }, "ArrowUp"), {
    row: 0,
    column: 0,
    position: 2,
  });
  assert.deepEqual(after(AT, "ArrowDown"), AT);
  assert.equal(after(AT, "Enter"), null);
});

test("a square belongs to an example, a unit and a position", () => {
  assert.deepEqual(placeAt(1, 3, 1), { row: 1, column: 3, position: 0 });
  assert.deepEqual(placeAt(2, 5, 3), AT);
});
