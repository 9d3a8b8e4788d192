import assert from "node:assert/strict";
import { test } from "node:test";
import { position, valueAt } from "../../../bnviz/player/browser/fields/tracks.js";

const plain = { whole: false, ratios: true, origin: 0, offset: 0 };
const LINES = {
  rate: { ...plain, low: 1e-5, high: 10 },
  units: { ...plain, low: 2, high: 256, whole: true },
  penalty: { ...plain, low: 0, high: 1, offset: 1e-5 },
  momentum: { ...plain, low: 0, high: 0.9999, origin: 1 },
  noise: { ...plain, low: 0, high: 1, ratios: false },
  seed: { ...plain, low: 0, high: 2 ** 31 - 1, whole: true, offset: 1 },
};

for (const [name, line] of Object.entries(LINES)) {
  test(`${name}: the values along a line increase from bound to bound`, () => {
    const values = Array.from({ length: 201 }, (_, at) => valueAt(line, at / 200));
    assert.deepEqual([values[0], values.at(-1)], [line.low, line.high]);
    assert.ok(values.every((each, at) => !at || each >= values[at - 1]));
  });
}

for (const [name, value] of [
  ["rate", 0.2],
  ["units", 32],
  ["penalty", 0.001],
  ["momentum", 0.99],
  ["noise", 0.2],
  ["seed", 7],
]) {
  test(`${name}: a round value is found again at its position`, () => {
    assert.equal(valueAt(LINES[name], position(LINES[name], value)), value);
  });
}
