import assert from "node:assert/strict";
import { test } from "node:test";
import { points } from "../../../bnviz/player/browser/player/bindings.js";
import { CONSTANTS, framesOf } from "../support/frames.js";

const FRAMES = framesOf({ norm: ["f4", 4] }, [{ norm: [8, 4, 2, 1] }, { norm: [5, 6, 7, NaN] }]);
const PROFILE = { kind: "profile", row: "norm", first: 0, count: 4, at_start: false };

test("a profile draws every layer at the cursor, the first at 1", () => {
  const drawn = points(PROFILE, FRAMES, 1, CONSTANTS);
  assert.deepEqual(drawn, { x: [1, 2, 3, 4], y: [5, 6, 7, NaN] });
});

test("a profile of the start keeps the first frame, and one of some layers their places", () => {
  const some = { ...PROFILE, first: 2, count: 1, at_start: true };
  assert.deepEqual(points(some, FRAMES, 1, CONSTANTS), { x: [3], y: [2] });
});

test("growth starts from the last layer of the first frame and is named at the other end", () => {
  const growth = { kind: "growth", row: "norm", first: 1, last: 3, factor: 3, text: "theory" };
  assert.deepEqual(points(growth, FRAMES, 1, CONSTANTS), {
    x: [2, 3, 4],
    y: [9, 3, 1],
    text: ["theory", "", ""],
  });
});
