import assert from "node:assert/strict";
import { test } from "node:test";
import { points } from "../../../bnviz/player/browser/player/bindings.js";
import { CONSTANTS, framesOf } from "../support/frames.js";

const COUNT = CONSTANTS.percentiles.length;
const ROWS = { percentiles: "p", transform: "" };
const neurons = (...rows) => framesOf({ p: ["f4", rows.length, COUNT] }, [{ p: rows.flat() }]);
const FIRST = [1, 2, 3, 4, 5, 6, 7];
const SECOND = [10, 20, 30, 40, 50, 60, 70];

test("a span goes from one percentile of a neuron to another", () => {
  const spans = { kind: "spans", ...ROWS, neurons: [1], low: 1, high: 5 };
  const { x, y } = points(spans, neurons(FIRST, SECOND), 0, CONSTANTS);
  assert.deepEqual(
    [x, y],
    [
      [2, 2, null],
      [20, 60, null],
    ],
  );
});

test("medians are the percentile that the figure's constants call 50", () => {
  const medians = { kind: "medians", ...ROWS, neurons: [0, 1] };
  const frames = neurons(FIRST, SECOND);
  assert.deepEqual(points(medians, frames, 0, CONSTANTS), { x: [1, 2], y: [4, 40] });
  const other = { ...CONSTANTS, percentiles: [50, 60, 70, 80, 90, 95, 99] };
  assert.deepEqual(points(medians, frames, 0, other).y, [1, 10]);
});

const VIOLINS = { kind: "violins", ...ROWS, neurons: [0], scale: 1, cap: 9 };

test("a violin is symmetric and as wide as the root of the density", () => {
  const { x, y } = points(VIOLINS, neurons(FIRST), 0, CONSTANTS);
  const half = (x.length - 1) / 2;
  assert.equal(half, COUNT + 1);
  assert.deepEqual([x.at(-1), y.at(-1)], [null, null]);
  for (let i = 0; i < half; i++) {
    assert.ok(Math.abs(x[i] + x[2 * half - 1 - i] - 2) < 1e-12);
    assert.equal(y[i], y[2 * half - 1 - i]);
  }
  // Between the 25th and the 50th percentile, one apart: a quarter of the values.
  assert.ok(Math.abs(x[3] - 1.5) < 1e-12);
  assert.equal(y[3], 3.5);
  assert.deepEqual([x[0], x[half - 1]], [1, 1]);
  assert.deepEqual([y[0], y[half - 1]], [FIRST[0], FIRST[COUNT - 1]]);
});

test("a violin is no wider than its cap, and a neuron with a broken value has none", () => {
  const collapsed = neurons([0, 0, 0, 0, 0, 0, 0]);
  const { x } = points({ ...VIOLINS, cap: 0.3 }, collapsed, 0, CONSTANTS);
  assert.equal(Math.max(...x.filter((each) => each !== null)), 1.3);
  assert.deepEqual(points(VIOLINS, neurons(FIRST.with(2, NaN)), 0, CONSTANTS), { x: [], y: [] });
});

const BARS = { kind: "bars", row: "row", edges: [0, 1, 2, 3], upright: false };
const row = (...values) => framesOf({ row: ["f4", values.length] }, [{ row: values }]);

test("bars count each value once, those outside in the end bins, and no NaN", () => {
  const frames = row(-5, 0, 0.5, 1, 2.5, 3, 99, NaN);
  const { x, y } = points(BARS, frames, 0, CONSTANTS);
  assert.deepEqual(x, [0, 0, 1, 1, 2, 2, 3, 3]);
  assert.deepEqual(y, [0, 3, 3, 1, 1, 3, 3, 0]);
});

test("upright bars swap the axes", () => {
  const frames = row(0.5);
  const { x, y } = points(BARS, frames, 0, CONSTANTS);
  assert.deepEqual(points({ ...BARS, upright: true }, frames, 0, CONSTANTS), { x: y, y: x });
});
