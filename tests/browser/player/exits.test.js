import assert from "node:assert/strict";
import { test } from "node:test";
import { exitsOf } from "../../../bnviz/player/browser/player/exits.js";

const X = { _offset: 0, _length: 100, d2p: (value) => value };
// From 0 at the top to 50 at the bottom.
const Y = { _offset: 0, _length: 50, d2p: (value) => value };
const exits = (x, y) => exitsOf({ x, y }, X, Y);

test("each stretch beyond an end of the axes is marked where it begins", () => {
  const found = exits([0, 10, 20, 30, 60, 70], [25, -5, -20, 25, 60, 25]);
  assert.deepEqual(
    found.map(({ x, up }) => [x, up]),
    [
      [10, true],
      [60, false],
    ],
  );
});

test("a line within its axes has no mark, nor has a gap in it", () => {
  assert.deepEqual(exits([0, 50, 100], [0, null, 50]), []);
});

test("stretches close to one another share a mark, but not one at the other end", () => {
  const found = exits([0, 2, 4, 5, 6, 8], [-9, 25, -9, 25, 99, 25]);
  assert.deepEqual(
    found.map(({ x, up }) => [x, up]),
    [
      [0, true],
      [6, false],
    ],
  );
});

test("what lies left or right of the axes is not marked", () => {
  assert.deepEqual(exits([-50, 150], [-9, 99]), []);
});
