import assert from "node:assert/strict";
import { test } from "node:test";

import { figureOf } from "../../../bnviz/player/browser/replay/figures.js";

const VIEW = { name: "inside", axis: "linear", x: "steps", neuron: 0 };
const TABLE = {
  inside: [
    { fixed: { x: "seconds" }, figure: { data: [1, 2], layout: {} }, groups: [] },
    {
      fixed: {},
      figure: {
        data: [{ title: "plain" }],
        layout: { range: [0, 1], kept: { deep: true } },
        path: { $: "neuron", plus: 0, before: "bn/mean/2/", after: "" },
        text: { $: "neuron", plus: 1, before: "neuron ", after: ": mean {}" },
        neurons: [{ $: "neuron", plus: 0 }],
      },
      groups: [
        {
          choices: ["axis"],
          patches: {
            log: [
              [
                ["layout", "range"],
                [-3, 3],
              ],
            ],
          },
        },
        { choices: ["x"], patches: { examples: [[["data", 0, "title"], "other"]] } },
      ],
    },
  ],
};

test("each choice changes its own part", () => {
  const { data, layout } = figureOf(TABLE, { ...VIEW, axis: "log", x: "examples" });
  assert.deepEqual(data, [{ title: "other" }]);
  assert.deepEqual(layout.range, [-3, 3]);
  assert.deepEqual(layout.kept, { deep: true });
});

test("the table stays as it is", () => {
  figureOf(TABLE, { ...VIEW, axis: "log", x: "examples" });
  assert.deepEqual(figureOf(TABLE, VIEW).layout.range, [0, 1]);
});

test("a number is put into texts and into numbers", () => {
  const { path, text, neurons } = figureOf(TABLE, { ...VIEW, neuron: 11 });
  assert.deepEqual([path, text, neurons], ["bn/mean/2/11", "neuron 12: mean {}", [11]]);
});

test("a fixed option has a figure of its own", () => {
  assert.deepEqual(figureOf(TABLE, { ...VIEW, x: "seconds" }).data, [1, 2]);
});

test("what the table does not know is as usual", () => {
  assert.deepEqual(figureOf(TABLE, { ...VIEW, axis: "no such" }).layout.range, [0, 1]);
});

test("each view has an id of its own, by which a zoom is kept", () => {
  const [one, other] = [figureOf(TABLE, VIEW), figureOf(TABLE, { ...VIEW, neuron: 1 })];
  assert.notEqual(one.id, other.id);
  assert.equal(one.layout.uirevision, one.id);
});
