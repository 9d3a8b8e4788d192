import assert from "node:assert/strict";
import { test } from "node:test";
import { viewAt } from "../../../bnviz/player/browser/player/keys.js";

const figure = (layer, name) => ({
  cards: { arms: [], layer, layers: 3 },
  tabs: [{ name: "layers" }, { name: "drift" }],
  view: { name },
});

test("brackets lead to the layers before and after, the last of which is 0", () => {
  const found = [1, 2, 3].map((layer) =>
    ["[", "]"].map((key) => viewAt(key, figure(layer))?.layer),
  );
  assert.deepEqual(found, [
    [undefined, 2],
    [1, 0],
    [2, undefined],
  ]);
});

test("braces lead to the views before and after", () => {
  const found = ["layers", "drift"].map((name) =>
    ["{", "}"].map((key) => viewAt(key, figure(1, name))?.name),
  );
  assert.deepEqual(found, [
    [undefined, "drift"],
    ["layers", undefined],
  ]);
});

test("other keys lead nowhere", () => {
  assert.equal(viewAt("a", figure(2, "layers")), undefined);
});
