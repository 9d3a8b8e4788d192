import assert from "node:assert/strict";
import { test } from "node:test";
import { summaryOf } from "../../../bnviz/player/browser/player/summary.js";

const ARMS = [
  { name: "none", label: "without BN" },
  { name: "bn", label: "with BN" },
];
function summary(none, bn) {
  const values = {
    step: 0,
    "none/validation_accuracy": none,
    "bn/validation_accuracy": bn,
    "none/validation_loss": 2,
    "bn/validation_loss": 1,
  };
  const frames = { value: (path) => values[path] };
  return summaryOf(frames, 0, { arms: ARMS, layer: 2, view: "Layers", steps: 10 });
}

test("a summary says where it is, how each network does, and which is ahead by how much", () => {
  const said = summary(0.5, 0.75);
  assert.match(said, /^Layers, layer 2, step 0 of 10\. without BN: validation accuracy 50\.0 %/);
  assert.match(said, /Ahead: with BN, by 25\.0 percentage points\./);
});

test("networks that differ by less than half a point are level, and one without a number is not compared", () => {
  assert.match(summary(0.5, 0.504), /level/);
  assert.doesNotMatch(summary(NaN, 0.5), /level|Ahead/);
});
