import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Cells, cellAfter, cellAt } from "../../../bnviz/player/browser/map/cells.js";
import { fakeParts } from "../support/dom.js";

const EDGES = { x: [10, 20, 40], y: [90, 60, 30] };
const GRID = {
  x: [0, 1, 2],
  y: [0, 1, 2],
  words: [
    ["south west", "south east"],
    ["north west", "north east"],
  ],
  start: { row: 0, column: 1 },
};

for (const [left, top, cell] of [
  [10, 90, { row: 0, column: 0 }],
  [19.9, 60.1, { row: 0, column: 0 }],
  [20, 60, { row: 1, column: 1 }],
  [39, 31, { row: 1, column: 1 }],
  [9, 50, null],
  [40, 50, null],
  [15, 91, null],
  [15, 30, null],
]) {
  test(`at ${left}, ${top} is ${cell ? `cell ${cell.row} ${cell.column}` : "no cell"}`, () => {
    assert.deepEqual(cellAt(EDGES, left, top), cell);
  });
}

test("arrow keys move by one cell and stay on the map", () => {
  const after = (row, column, key) => cellAfter(GRID, { row, column }, key);
  assert.deepEqual(after(0, 0, "ArrowUp"), { row: 1, column: 0 });
  assert.deepEqual(after(1, 0, "ArrowUp"), { row: 1, column: 0 });
  assert.deepEqual(after(0, 0, "ArrowDown"), { row: 0, column: 0 });
  assert.deepEqual(after(0, 0, "ArrowRight"), { row: 0, column: 1 });
  assert.deepEqual(after(0, 0, "ArrowLeft"), { row: 0, column: 0 });
  assert.equal(after(0, 0, "a"), null);
  const words = [".....", "..s..", ".w.e.", "..n..", "....."].map((row) => [...row]);
  const keys = ["ArrowUp", "ArrowRight", "ArrowDown", "ArrowLeft"];
  const around = keys.map((key) => cellAfter({ words }, { row: 2, column: 2 }, key));
  assert.deepEqual(
    around.map(({ row, column }) => words[row][column]),
    ["n", "e", "s", "w"],
  );
  assert.deepEqual(cellAfter({ words: [["a", "b"], ["c"]] }, { row: 0, column: 0 }, "ArrowRight"), {
    row: 0,
    column: 1,
  });
});

let parts;
let cells;
let chosen;
let opened;

beforeEach(() => {
  parts = fakeParts("picture plot frames cell chosen words open");
  parts.frames.children = Object.values(fakeParts("first second"));
  const axis = (offset, scale) => ({ _offset: offset, d2p: (value) => offset + scale * value });
  parts.plot._fullLayout = {
    xaxis: axis(0, 10),
    yaxis: { _offset: 0, d2p: (value) => 20 - 10 * value },
    xaxis2: { _offset: 100, d2p: (value) => 10 * value },
    yaxis2: { _offset: 0, d2p: (value) => 20 - 10 * value },
  };
  parts.plot.getBoundingClientRect = () => ({ left: 1000, top: 500 });
  [chosen, opened] = [0, []];
  cells = new Cells(
    parts,
    () => {
      chosen += 1;
    },
    (cell) => opened.push(cell),
  );
});

const pointer = (left, top, more) => ({
  clientX: 1000 + left,
  clientY: 500 + top,
  pointerType: "mouse",
  isPrimary: true,
  button: 0,
  ...more,
});
const click = (left, top, more) => {
  parts.picture.fire("pointerdown", pointer(left, top, more));
  parts.picture.fire("pointerup", pointer(left, top, more));
};

test("a map starts at its first cell and tells it", () => {
  cells.set(GRID, true);
  assert.deepEqual(cells.at, GRID.start);
  assert.equal(parts.words.textContent, "south east");
  assert.match(parts.cell.getAttribute("aria-label"), /^south east/);
  assert.equal(parts.chosen.hidden, false);
});

test("the chosen cell stays when more is known, and not on another or a smaller map", () => {
  cells.set(GRID, true);
  cells.at = { row: 1, column: 0 };
  cells.set(GRID, false);
  assert.deepEqual(cells.at, { row: 1, column: 0 });
  cells.set({ ...GRID, words: [["a", "b"]] }, false);
  assert.deepEqual(cells.at, GRID.start);
  cells.at = { row: 0, column: 0 };
  cells.set(GRID, true);
  assert.deepEqual(cells.at, GRID.start);
});

test("without cells nothing is framed, chosen or opened", () => {
  cells.set(undefined, true);
  assert.equal(parts.frames.hidden, true);
  click(5, 15);
  parts.picture.fire("pointermove", pointer(5, 15));
  parts.cell.fire("keydown", { key: "ArrowUp" });
  assert.deepEqual([chosen, opened], [0, []]);
});

test("a mouse chooses the cell it points at, on either map, and opens it by a click", () => {
  cells.set(GRID, true);
  parts.picture.fire("pointermove", pointer(5, 15));
  assert.deepEqual([cells.at, chosen], [{ row: 0, column: 0 }, 1]);
  assert.equal(parts.picture.style.cursor, "pointer");
  parts.picture.fire("pointermove", pointer(115, 5));
  assert.deepEqual(cells.at, { row: 1, column: 1 });
  parts.picture.fire("pointermove", pointer(60, 5));
  assert.equal(parts.picture.style.cursor, "");
  assert.deepEqual(cells.at, { row: 1, column: 1 });
  click(5, 5);
  assert.deepEqual(opened, [{ row: 1, column: 0 }]);
});

test("a finger chooses by its first touch and opens by its second", () => {
  cells.set(GRID, true);
  click(5, 15, { pointerType: "touch" });
  assert.deepEqual([cells.at, opened], [{ row: 0, column: 0 }, []]);
  click(5, 15, { pointerType: "touch" });
  assert.deepEqual(opened, [{ row: 0, column: 0 }]);
});

test("a finger that only passes over a cell does not choose it", () => {
  cells.set(GRID, true);
  parts.picture.fire("pointermove", pointer(5, 15, { pointerType: "touch" }));
  assert.deepEqual(cells.at, GRID.start);
});

test("a swipe and another button open nothing", () => {
  cells.set(GRID, true);
  parts.picture.fire("pointerdown", pointer(5, 15));
  parts.picture.fire("pointerup", pointer(5, 5));
  click(5, 15, { button: 2 });
  parts.picture.fire("pointerup", pointer(5, 15));
  assert.deepEqual(opened, []);
});

test("keys choose a cell, buttons open it", () => {
  cells.set(GRID, true);
  parts.cell.fire("keydown", { key: "ArrowUp" });
  assert.deepEqual([cells.at, chosen], [{ row: 1, column: 1 }, 1]);
  parts.cell.fire("keydown", { key: "ArrowUp" });
  parts.cell.fire("keydown", { key: "ArrowLeft", ctrlKey: true });
  assert.deepEqual([cells.at, chosen], [{ row: 1, column: 1 }, 1]);
  parts.open.onclick();
  parts.cell.onclick();
  assert.deepEqual(opened, [
    { row: 1, column: 1 },
    { row: 1, column: 1 },
  ]);
});

test("a frame surrounds the chosen cell on each map", () => {
  cells.set(GRID, true);
  cells.frame();
  const [first, second] = cells.frames.map(({ style }) => [
    style.left,
    style.top,
    style.width,
    style.height,
  ]);
  assert.deepEqual(first, ["10px", "10px", "10px", "10px"]);
  assert.deepEqual(second, ["110px", "10px", "10px", "10px"]);
});
