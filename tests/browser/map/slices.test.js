import assert from "node:assert/strict";
import { test } from "node:test";
import { sliceFigure, slicePoints } from "../../../bnviz/player/browser/map/slices.js";

// Two rows upwards, three columns to the right; one cell is not filled.
const SHEET = {
  places: { x: [1, 10, 100], y: [0.5, 2] },
  headings: { x: ["lower row", "upper row"], y: ["left", "middle", "right"] },
  values: {
    none: [
      [1, 2, 3],
      [4, null, 6],
    ],
    bn: [
      [1, 9, 0],
      [9, null, 0],
    ],
  },
  low: {
    none: [
      [0, 1, 2],
      [3, null, 5],
    ],
    bn: [
      [0, 0, 0],
      [0, null, 0],
    ],
  },
  high: {
    none: [
      [2, 3, 4],
      [5, null, 7],
    ],
    bn: [
      [9, 9, 9],
      [9, null, 9],
    ],
  },
};
const points = (along, part, row, column) =>
  slicePoints({ arm: "none", along, part }, SHEET, { row, column });

test("a median is the cell's row or column, with its holes", () => {
  assert.deepEqual(points("x", "median", 0, 1), { x: [1, 10, 100], y: [1, 2, 3] });
  assert.deepEqual(points("x", "median", 1, 0).y, [4, null, 6]);
  assert.deepEqual(points("y", "median", 0, 2), { x: [0.5, 2], y: [3, 6] });
});

test("the chosen cell is a point of both lines", () => {
  assert.deepEqual(points("x", "here", 1, 2), { x: [100], y: [6] });
  assert.deepEqual(points("y", "here", 1, 2), { x: [2], y: [6] });
});

test("the seeds' range goes there along the lowest and back along the highest", () => {
  assert.deepEqual(points("x", "range", 0, 0), {
    x: [1, 10, 100, 100, 10, 1],
    y: [0, 1, 2, 4, 3, 2],
  });
  assert.deepEqual(points("x", "range", 1, 0), { x: [1, 100, 100, 1], y: [3, 5, 7, 5] });
});

const slices = ["none", "bn"].map((arm) => ({ arm, along: "x", part: "here" }));
const sides = (row, column) => {
  const drawn = { traces: [{}, {}], layout: { annotations: [{ y: 1 }, {}] } };
  const figure = sliceFigure({ slices, sheet: SHEET }, drawn, { row, column });
  return [figure, ...figure.traces.map((trace) => trace.textposition)];
};

test("names keep apart from each other and within the figure", () => {
  assert.deepEqual(sides(0, 1).slice(1), ["bottom right", "top right"]);
  assert.deepEqual(sides(0, 2).slice(1), ["top left", "bottom left"]);
  assert.deepEqual(sides(0, 0).slice(1), ["bottom right", "top right"]);
});

test("the headings are those of the cell", () => {
  const [{ layout }] = sides(1, 2);
  assert.deepEqual(layout.annotations, [{ y: 1, text: "upper row" }, { text: "right" }]);
});
