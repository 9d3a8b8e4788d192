import assert from "node:assert/strict";
import { test } from "node:test";
import { points } from "../../../bnviz/player/browser/player/bindings.js";
import { CONSTANTS, framesOf } from "../support/frames.js";

const field = (...values) => framesOf({ p: ["u1", values.length] }, [{ p: values }]);
const GRID = { kind: "grid", values: "p", size: 3, reach: 2 };

test("a grid is centred, its rows go upwards, and 255 is certainty", () => {
  const { x, y, z } = points(GRID, field(0, 51, 255, 0, 0, 0, 255, 255, 255), 0, CONSTANTS);
  assert.deepEqual(
    [x, y],
    [
      [-2, 0, 2],
      [-2, 0, 2],
    ],
  );
  assert.deepEqual(z, [
    [0, 0.2, 1],
    [0, 0, 0],
    [1, 1, 1],
  ]);
});

const BOUNDARY = { ...GRID, kind: "boundary", size: 2 };

test("the boundary of one cell is a segment at equal probabilities", () => {
  const { x, y } = points(BOUNDARY, field(0, 255, 0, 255), 0, CONSTANTS);
  assert.deepEqual(
    [x, y],
    [
      [0, 0, null],
      [-2, 2, null],
    ],
  );
});

// 102 of 255 is 25.5 below one half, 204 is 76.5 above it: a quarter of the way.
test("each side of a cell is interpolated on its own", () => {
  const [low, high] = [102, 204];
  const crossing = (...corners) => {
    const { x, y } = points(BOUNDARY, field(...corners), 0, CONSTANTS);
    return [x, y];
  };
  assert.deepEqual(crossing(low, high, low, high), [
    [-1, -1, null],
    [-2, 2, null],
  ]);
  assert.deepEqual(crossing(low, low, high, high), [
    [2, -2, null],
    [-1, -1, null],
  ]);
});

test("the boundary of a larger grid passes through all of its rows", () => {
  const grid = { ...GRID, kind: "boundary" };
  const { x, y } = points(grid, field(0, 0, 255, 0, 0, 255, 0, 0, 255), 0, CONSTANTS);
  assert.deepEqual(x, [1, 1, null, 1, 1, null]);
  assert.deepEqual(y, [-2, 0, null, 0, 2, null]);
});

test("a saddle has two segments, and a cell of one class none", () => {
  const saddle = points(BOUNDARY, field(0, 255, 255, 0), 0, CONSTANTS);
  assert.equal(saddle.x.filter((each) => each === null).length, 2);
  assert.equal(saddle.x.length, 6);
  const corner = points(BOUNDARY, field(0, 0, 0, 255), 0, CONSTANTS);
  assert.deepEqual(
    [corner.x, corner.y],
    [
      [2, 0, null],
      [0, 2, null],
    ],
  );
  assert.deepEqual(points(BOUNDARY, field(9, 9, 9, 9), 0, CONSTANTS), { x: [], y: [] });
});

test("places are the points of one class, as shares of the plane", () => {
  const fields = { xy: ["i2", 3, 2], label: ["u1", 3] };
  const frame = { xy: [32767, -32767, 1, 1, 0, 32767], label: [1, 0, 1] };
  const places = { kind: "places", places: "xy", classes: "label", label: 1, reach: 3 };
  const { x, y } = points(places, framesOf(fields, [frame]), 0, CONSTANTS);
  assert.deepEqual(
    [x, y],
    [
      [3, 0],
      [-3, 3],
    ],
  );
});
