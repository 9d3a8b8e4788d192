import assert from "node:assert/strict";
import { test } from "node:test";
import { stepAt } from "../../../bnviz/player/browser/player/course.js";

/** An axis of 200 pixels from pixel 100 on, for values up to `end`. */
const axis = (end) => ({ _offset: 100, _length: 200, p2d: (pixels) => (pixels / 200) * end });
const LAYOUT = { xaxis: axis(20), yaxis: axis(1), xaxis2: { ...axis(800), _offset: 400 } };

/** A figure with a curve for each binding, all on the same axes. */
const figureOf = (bindings, xaxis = "x") => ({
  data: bindings.map(() => ({ xaxis, yaxis: "y" })),
  bindings: Object.fromEntries(bindings.entries()),
});

test("a place on an axis by the square root is the step drawn there", () => {
  const figure = figureOf([{ x: "sqrt step", x_scale: 1 }]);
  assert.equal(stepAt(figure, LAYOUT, 150, 200), 25);
  const examples = figureOf([{ x: "sqrt step", x_scale: Math.sqrt(4) }]);
  assert.equal(stepAt(examples, LAYOUT, 150, 200), 25 / 4);
});

test("a place on a linear axis is the step drawn there, on the axes that are there", () => {
  const figure = figureOf([{ x: "step", x_scale: 2 }], "x2");
  assert.equal(stepAt(figure, LAYOUT, 500, 200), 200);
  assert.equal(stepAt(figure, LAYOUT, 150, 200), undefined);
});

test("a curve whose panel has been left out is passed over", () => {
  const figure = figureOf([{ x: "step", x_scale: 1 }]);
  figure.data.push({ xaxis: "x9", yaxis: "y9" });
  figure.bindings[1] = { x: "step", x_scale: 1 };
  assert.equal(stepAt(figure, LAYOUT, 200, 200), 10);
});

test("where the networks take unlike times it is the step of the one that is there last", () => {
  const figure = figureOf([1, 4].map((cost) => ({ x: "step", x_scale: cost })));
  assert.equal(stepAt(figure, LAYOUT, 300, 200), 5);
});

test("beside its panel and on panels of other things there is none", () => {
  const figure = figureOf([{ x: "step", x_scale: 1 }]);
  for (const place of [
    [99, 200],
    [301, 200],
    [200, 99],
    [200, 301],
  ]) {
    assert.equal(stepAt(figure, LAYOUT, ...place), undefined);
  }
  assert.equal(stepAt(figureOf([{ kind: "ridges" }]), LAYOUT, 200, 200), undefined);
});
