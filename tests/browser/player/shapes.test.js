import assert from "node:assert/strict";
import { test } from "node:test";
import { points } from "../../../bnviz/player/browser/player/bindings.js";
import { Frames } from "../../../bnviz/player/browser/player/frames.js";
import { bytesOf, CONSTANTS, framesOf, schemaOf } from "../support/frames.js";

// The first and the last count are those outside all edges.
const FIELDS = { step: ["i4"], counts: ["u4", 2, 5], nan: ["u4", 2] };
const frame = (step, counts, nan = [0, 0]) => ({ step, counts, nan });
const RIDGES = {
  kind: "ridges",
  counts: "counts",
  rows: [0, 1],
  baselines: [10, 20],
  positions: [0, 1, 2, 4],
  first: 1,
  start: false,
  smoothing: 0,
  scale: 1,
  cap: 100,
  upright: false,
};
const draw = (binding, frames, at = 0) => points(binding, frames, at, CONSTANTS);

test("a ridge is an outline per layer above its baseline, as high as the root of the density", () => {
  const frames = framesOf(FIELDS, [frame(0, [0, 16, 0, 48, 0, 36, 0, 0, 64, 0])]);
  const { x, y } = draw(RIDGES, frames);
  assert.deepEqual(x.slice(0, 6), [0, 0.5, 1.5, 3, 4, null]);
  // Shares 1/4, 0 and 3/4 of widths 1, 1 and 2.
  const heights = y.slice(0, 6);
  assert.deepEqual(heights.slice(0, 3), [10, 10.5, 10]);
  assert.ok(Math.abs(heights[3] - 10 - Math.sqrt(0.375)) < 1e-12);
  assert.deepEqual(heights.slice(4), [10, null]);
  // Values outside the edges count, too.
  assert.ok(Math.abs(y[9] - 20 - Math.sqrt(0.32)) < 1e-12);
});

test("a ridge is no higher than its cap; upright ones swap the axes", () => {
  const frames = framesOf(FIELDS, [frame(0, [0, 1, 0, 0, 0, 0, 1, 0, 0, 0])]);
  const { x, y } = draw({ ...RIDGES, cap: 0.25 }, frames);
  assert.equal(Math.max(...y.slice(0, 5)), 10.25);
  assert.deepEqual(draw({ ...RIDGES, cap: 0.25, upright: true }, frames), { x: y, y: x });
});

test("the outline of the start is that of the first frame at every cursor", () => {
  const counts = [0, 1, 0, 0, 0, 0, 1, 0, 0, 0];
  const others = [0, 0, 1, 0, 0, 0, 1, 0, 0, 0];
  const frames = framesOf(FIELDS, [frame(0, others), frame(1, counts)]);
  const start = { ...RIDGES, start: true };
  assert.deepEqual(draw(start, frames, 1), draw(RIDGES, frames, 0));
  assert.notDeepEqual(draw(start, frames, 1), draw(RIDGES, frames, 1));
  // It is computed once for the same frames, and anew for others.
  assert.equal(draw(start, frames, 0), draw(start, frames, 1));
  const turned = framesOf(FIELDS, [frame(0, counts), frame(1, others)]);
  assert.deepEqual(draw(start, turned, 1), draw(RIDGES, turned, 0));
});

test("smoothing mixes a bin with its neighbours, 1 : 2 : 1, and loses nothing", () => {
  const frames = framesOf({ counts: ["u4", 1, 7] }, [{ counts: [0, 0, 0, 64, 0, 0, 0] }]);
  const ridges = { ...RIDGES, rows: [0], baselines: [0], positions: [0, 1, 2, 3, 4, 5] };
  const densities = (smoothing) =>
    draw({ ...ridges, smoothing }, frames)
      .y.slice(1, 6)
      .map((height) => Math.round(1e9 * height ** 2) / 1e9);
  assert.deepEqual(densities(1), [0, 0.25, 0.5, 0.25, 0]);
  assert.deepEqual(densities(2), [0.0625, 0.25, 0.375, 0.25, 0.0625]);
});

const OUTSIDE = {
  kind: "outside",
  counts: "counts",
  nan: "nan",
  rows: [0, 1],
  baselines: [1, 2],
  x: 6,
  start: 4,
  stop: 5,
  text: "{} % ▸",
};

test("the share beyond the axis is written if it rounds to a percent, and so is that of NaN", () => {
  const counts = [0, 50, 0, 0, 25, 0, 996, 0, 0, 4];
  const frames = framesOf(FIELDS, [frame(0, counts, [25, 0])]);
  const { x, y, text } = draw(OUTSIDE, frames);
  assert.deepEqual(text, ["NaN 25 %<br>25 % ▸", ""]);
  assert.deepEqual(
    [x, y],
    [
      [6, 6],
      [1.08, 2.08],
    ],
  );
  assert.deepEqual(draw({ ...OUTSIDE, nan: "" }, frames).text, ["33 % ▸", ""]);
});

const HEAT = {
  kind: "heat",
  x: "step",
  x_scale: 2,
  counts: "counts",
  row: 1,
  positions: [0, 1, 2, 4],
  first: 1,
  width: 7,
};

test("a heat map's colours are the logarithm of counts per narrowest bin", () => {
  const counts = [0, 0, 0, 0, 0, 0, 1, 1, 2, 0];
  const frames = framesOf(FIELDS, [frame(0, counts), frame(3, counts), frame(5, counts)]);
  const { x, y, z } = draw(HEAT, frames);
  assert.deepEqual(x, [0, 6, 10, 14]);
  assert.deepEqual(y, HEAT.positions);
  assert.deepEqual(
    z.map((bin) => Array.from(bin, (colour) => Math.round(Math.expm1(colour)))),
    [
      [250, 250, 250],
      [250, 250, 250],
      [250, 250, 250],
    ],
  );
  const wider = { ...HEAT, positions: [0, 2, 4, 8] };
  assert.deepEqual(draw(wider, frames).z, z);
});

test("the only frame of a heat map has the width that the figure gives", () => {
  const frames = framesOf(FIELDS, [frame(4, [0, 0, 0, 0, 0, 0, 1, 1, 2, 0])]);
  assert.deepEqual(draw(HEAT, frames).x, [8, 15]);
});

test("a heat map stays the same object until a frame is added", () => {
  const schema = schemaOf(FIELDS);
  const frames = new Frames(schema, 2);
  const counts = [0, 0, 0, 0, 0, 0, 1, 1, 2, 0];
  frames.extend(0, bytesOf(schema, [frame(0, counts)]));
  const first = draw(HEAT, frames);
  assert.equal(draw(HEAT, frames), first);
  frames.extend(1, bytesOf(schema, [frame(1, counts)]));
  const second = draw(HEAT, frames);
  assert.notEqual(second, first);
  assert.deepEqual(second.x, [0, 2, 4]);
  assert.notEqual(draw(HEAT, framesOf(FIELDS, [frame(0, counts), frame(1, counts)])), second);
});
