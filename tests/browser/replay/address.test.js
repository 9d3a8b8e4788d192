import assert from "node:assert/strict";
import { test } from "node:test";

import { addressOf, placeOf } from "../../../bnviz/player/browser/replay/address.js";

const USUAL = { name: "layers", value_axis: "linear", layer: 0, gamma: 1 };

test("view, choices and step are read", () => {
  const { view, step } = placeOf("#view=drift&step=340&layer=2&value_axis=symlog", USUAL);
  assert.deepEqual(view, { ...USUAL, name: "drift", layer: 2, value_axis: "symlog" });
  assert.equal(step, 340);
});

test("without an address it begins as usual", () => {
  assert.deepEqual(placeOf("", USUAL), { view: USUAL });
});

for (const hash of ["#step=-1", "#step=1.5", "#step=x", "#layer=x", "#__proto__=1", "#name=x"]) {
  test(`${hash} is as usual`, () => assert.deepEqual(placeOf(hash, USUAL), { view: USUAL }));
}

test("an address leads back to what it was made of", () => {
  const view = { ...USUAL, name: "inside", gamma: -2.5 };
  const address = addressOf(view, USUAL, "12");
  assert.equal(address, "#view=inside&gamma=-2.5&step=12");
  assert.deepEqual(placeOf(address, USUAL), { view, step: 12 });
});
