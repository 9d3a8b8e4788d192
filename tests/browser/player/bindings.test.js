import assert from "node:assert/strict";
import { test } from "node:test";
import { points } from "../../../bnviz/player/browser/player/bindings.js";
import { CONSTANTS, framesOf } from "../support/frames.js";

const RUN = { x: "step", x_scale: 2 };
const FIELDS = { step: ["i4"], a: ["f4"], b: ["f4"], c: ["f4"] };

const run = (...rows) =>
  framesOf(
    FIELDS,
    rows.map(([a, b = 0, c = 0], step) => ({ step, a, b, c })),
  );
const draw = (binding, frames, at = 0) => points(binding, frames, at, CONSTANTS);
const close = (found, expected) => {
  assert.equal(found.length, expected.length);
  found.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]) < 1e-6, `${found} is not ${expected}`);
  });
};

test("past and future of a series share the frame at the cursor", () => {
  const frames = run([5], [6], [7], [8]);
  const series = (part) => draw({ kind: "series", ...RUN, y: "a", part, transform: "" }, frames, 1);
  assert.deepEqual(series("past"), { x: [0, 2], y: [5, 6] });
  assert.deepEqual(series("future"), { x: [2, 4, 6], y: [6, 7, 8] });
  assert.deepEqual(series("all").y, [5, 6, 7, 8]);
});

test("a series over a square root tells of what it is the root", () => {
  const series = { kind: "series", x: "sqrt step", x_scale: 2, y: "a", part: "all", transform: "" };
  const { x, y, customdata } = draw(series, run([5], [6], [7], [8], [9]));
  assert.deepEqual([x[1], x[4], y[4]], [2, 4, 9]);
  close(customdata, [0, 4, 8, 12, 16]);
});

test("a band goes there along its lower edge and back along its upper one", () => {
  const frames = run([1, 4], [NaN, 5], [2, Infinity], [3, 6]);
  const band = { kind: "band", ...RUN, lower: "a", upper: "b", part: "all", transform: "" };
  assert.deepEqual(draw(band, frames), { x: [0, 6, 6, 0], y: [1, 3, 6, 4] });
});

const MARKER = { kind: "marker", ...RUN, y: "a", text: "it {}", unit: "", transform: "" };
const marker = (frames, more, at = 0) =>
  draw({ ...MARKER, low: 0, high: 10, middle: 1, before: [], after: [], ...more }, frames, at);

test("a marker has its value in words", () => {
  const { x, y, text } = marker(run([0], [5]), {}, 1);
  assert.deepEqual([x, y, text], [[2], [5], ["it 5.00"]]);
});

test("a marker beyond the axis stands at its end with its true value, NaN at the top", () => {
  assert.deepEqual(marker(run([99]), {}).y, [10]);
  assert.deepEqual(marker(run([99]), {}).text, ["it 99.00"]);
  assert.deepEqual(marker(run([-99]), {}).y, [0]);
  assert.deepEqual(marker(run([NaN]), {}).y, [10]);
});

test("the names of three markers stand above, beside and below", () => {
  const frames = run([5, 8, 2]);
  const side = (y, before, after) => marker(frames, { y, before, after }).textposition;
  assert.equal(side("a", [], ["b", "c"]), "middle right");
  assert.equal(side("b", ["a"], ["c"]), "top right");
  assert.equal(side("c", ["a", "b"], []), "bottom right");
});

test("of two equal markers the earlier one has its name above", () => {
  const frames = run([5, 5]);
  assert.equal(marker(frames, { after: ["b"] }).textposition, "top right");
  assert.equal(marker(frames, { y: "b", before: ["a"] }).textposition, "bottom right");
});

test("names keep within the axes", () => {
  assert.equal(marker(run([99]), {}).textposition, "bottom right");
  assert.equal(marker(run([-99, 5]), { after: ["b"] }).textposition, "top right");
  assert.equal(marker(run([5], [5]), {}, 1).textposition, "top left");
});

test("the cursor is a vertical line", () => {
  const cursor = { kind: "cursor", ...RUN, low: -1, high: 3 };
  assert.deepEqual(draw(cursor, run([0], [0]), 1), { x: [2, 2], y: [-1, 3] });
});

const ENDS = { kind: "ends", ...RUN, measures: ["a", "b", "c"], names: ["A", "B", "C"] };

test("names at the ends of curves keep their order and a gap, within the axis", () => {
  const ends = { ...ENDS, low: 0, high: 10, log: false, gap: 0.1 };
  const { x, y, text } = draw(ends, run([0, 0, 0], [5, 5.2, 1]));
  close(y, [5, 6, 1]);
  assert.deepEqual(
    [x, text],
    [
      [2, 2, 2],
      ["A", "B", "C"],
    ],
  );
  close(draw(ends, run([10, 9.9, 30])).y, [9, 8, 10]);
});

test("a curve without a place on the axis has no name", () => {
  const ends = { ...ENDS, low: -1, high: 1, log: true, gap: 0.1 };
  const { y } = draw(ends, run([0, 1, NaN]));
  assert.equal(y[0], null);
  close([y[1]], [1]);
  assert.equal(y[2], null);
  close([draw(ends, run([0, 10 ** 0.5, NaN])).y[1]], [10 ** 0.5]);
});

test("each value of a sentence stands in its place", () => {
  const words = { kind: "words", x: 1, y: 2, text: "{} of {}", measures: ["b", "a"] };
  assert.deepEqual(draw(words, run([3, 1])), { x: [1], y: [2], text: ["1.00 of 3.00"] });
});
