import assert from "node:assert/strict";
import { test } from "node:test";
import { leaderOf, placeWords } from "../../../bnviz/player/browser/player/lettering.js";

const ROOM = { left: 0, top: 0, right: 300, bottom: 200 };
const words = (x, y, position = "middle right", width = 40) => ({
  lines: ["word"],
  x,
  y,
  position,
  width,
  font: { size: 10, color: "black" },
});
const touch = (a, b) =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

test("words alone stand beside their point", () => {
  const [area] = placeWords([words(100, 100)], [], ROOM);
  assert.deepEqual([area.left, (area.top + area.bottom) / 2], [107, 100]);
});

test("no words touch others, nor what stands there already, nor leave the picture", () => {
  const heights = [0, 1, 100, 101, 102, 103, 199, 200];
  const sides = ["middle right", "top left", "bottom right", "middle center"];
  const all = heights.flatMap((y, i) => sides.map((side) => words(30 * i + 20, y, side)));
  const taken = [{ left: 90, top: 90, right: 180, bottom: 110 }];
  const areas = placeWords(all, taken, ROOM).filter(Boolean);
  assert.ok(areas.length > 10);
  areas.forEach((one, i) => {
    for (const other of [...taken, ...areas.slice(i + 1)]) assert.ok(!touch(one, other));
    assert.ok(one.left >= 0 && one.top >= 0 && one.right <= 300 && one.bottom <= 200);
  });
});

test("words beside one upright line keep the order of their points", () => {
  const areas = placeWords([words(9, 52), words(9, 50), words(9, 51)], [], ROOM);
  const order = [1, 2, 0].map((i) => areas[i].top);
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  );
});

test("words go to the other side of their point rather than far from it", () => {
  const wall = { left: 100, top: 0, right: 200, bottom: 200 };
  const [area] = placeWords([words(98, 100)], [wall], ROOM);
  assert.equal(area.right, 91);
});

test("words do not leave their panel for the other side of their point, nor for another panel", () => {
  const wall = { left: 100, top: 0, right: 200, bottom: 90 };
  const panel = { left: 95, top: 70, right: 300, bottom: 100 };
  const own = { ...words(98, 80), panel };
  const [area] = placeWords([own], [wall], ROOM);
  assert.ok(area.left > 98 && area.top > 90);
  assert.deepEqual(placeWords([own], [{ ...wall, bottom: 120 }], ROOM), [null]);
});

test("words without any room are left out", () => {
  assert.deepEqual(placeWords([words(100, 100)], [ROOM], ROOM), [null]);
});

test("a line joins a mark and its words only where they are far apart", () => {
  const area = { left: 107, top: 40, right: 147, bottom: 51 };
  assert.equal(leaderOf(words(100, 60), area), null);
  assert.deepEqual(leaderOf(words(100, 90), area), [
    [100, 90],
    [106, 51],
  ]);
  assert.deepEqual(leaderOf({ ...words(100, 45), mark: [100, 0] }, area)?.[0], [100, 0]);
});
