import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { mixed, Sheet } from "../../../bnviz/player/browser/axes/sheet.js";

const MAPS = { shape: [32, 8, 16] };
const DENSE = { shape: [32, 8, 1] };
const BOX = { rows: [0, 1], columns: [0, 1], positions: [0, 1] };
const COLOURS = { ink: "rgb(0, 0, 0)", back: "rgb(255, 255, 255)" };
const HOW = {
  box: BOX,
  at: { row: 0, column: 0, position: 0 },
  full: 1,
  colours: { ...COLOURS, low: COLOURS.ink, high: COLOURS.ink, font: "serif" },
  letter: 10,
  write: String,
};

let sheet;
let written;

beforeEach(() => {
  globalThis.window = { devicePixelRatio: 1 };
  written = [];
  const context = {
    scale() {},
    fillRect() {},
    strokeRect() {},
    fillText: (text) => written.push(text),
  };
  sheet = new Sheet({
    getBoundingClientRect: () => ({ left: 100, top: 50, width: 402, height: 336 }),
    getContext: () => context,
  });
});

test("a mixture of two colours lies between them", () => {
  assert.equal(mixed(COLOURS.ink, COLOURS.back, 0), "rgb(255, 255, 255)");
  assert.equal(mixed("rgb(10, 20, 30)", "rgba(110, 20, 130, 1)", 0.5), "rgb(60, 20, 80)");
});

test("a point of a sheet belongs to a value, one beside it to none", () => {
  sheet.draw(DENSE, 32, () => 0, HOW);
  // 17 pixels to the left, 14 above; columns of 47.9 and rows of 10.
  assert.deepEqual(sheet.at({ clientX: 120, clientY: 66 }), { row: 0, column: 0, position: 0 });
  assert.deepEqual(sheet.at({ clientX: 490, clientY: 383 }), { row: 31, column: 7, position: 0 });
  assert.equal(sheet.at({ clientX: 110, clientY: 66 }), null);
  assert.equal(sheet.at({ clientX: 120, clientY: 60 }), null);
});

test("maps of many examples stand in two blocks beside each other", () => {
  sheet.draw(MAPS, 32, () => 0, HOW);
  // Blocks of 200 pixels; maps of 22.9 and 20.
  assert.deepEqual(sheet.at({ clientX: 118, clientY: 65 }), { row: 0, column: 0, position: 0 });
  assert.deepEqual(sheet.at({ clientX: 318, clientY: 65 }), { row: 16, column: 0, position: 0 });
  assert.deepEqual(sheet.at({ clientX: 499, clientY: 383 }), { row: 31, column: 7, position: 15 });
});

test("numbers are written where there is room for them", () => {
  sheet.draw(DENSE, 2, (index) => 100 + index, HOW);
  assert.ok(written.includes("115"));
  written.length = 0;
  sheet.draw(DENSE, 32, (index) => 1000 + index, HOW);
  assert.ok(!written.includes("1015"));
  assert.deepEqual(written.slice(0, 9), ["1", "2", "3", "4", "5", "6", "7", "8", "1"]);
});
