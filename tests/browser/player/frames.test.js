import assert from "node:assert/strict";
import { test } from "node:test";
import { Frames } from "../../../bnviz/player/browser/player/frames.js";
import { bytesOf, framesOf, schemaOf } from "../support/frames.js";

const FIELDS = {
  step: ["i4"],
  "bn/loss": ["f4"],
  "bn/counts": ["u2", 2, 3],
  "bn/label": ["u1", 3],
};
const made = (step) => ({
  step,
  "bn/loss": step / 4,
  "bn/counts": [0, 1, 2, 10, 11, 12 + step],
  "bn/label": [7, 8, 200],
});

test("numbers and rows are read where the schema puts them, whatever their type", () => {
  const frames = framesOf(FIELDS, [made(0), made(5)]);
  assert.equal(frames.value("step", 1), 5);
  assert.equal(frames.value("bn/loss", 1), 1.25);
  assert.equal(frames.value("bn/counts/1/2", 1), 17);
  assert.equal(frames.value("bn/label/2", 1), 200);
  assert.deepEqual([...frames.row("bn/counts/1", 1)], [10, 11, 17]);
  assert.deepEqual([...frames.row("bn/counts", 0)], [0, 1, 2, 10, 11, 12]);
});

test("signed and large numbers keep sign and size", () => {
  const fields = { a: ["i2", 2], b: ["u4"], c: ["i4"] };
  const frames = framesOf(fields, [{ a: [-32767, 32767], b: 4e9, c: -1 }]);
  assert.deepEqual([...frames.row("a", 0)], [-32767, 32767]);
  assert.equal(frames.value("b", 0), 4e9);
  assert.equal(frames.value("c", 0), -1);
});

test("a column goes from its first to its last frame, scaled", () => {
  const frames = framesOf(FIELDS, [0, 1, 2, 3].map(made));
  assert.deepEqual(frames.column("step", 1, 2, 10), [10, 20]);
  assert.deepEqual(frames.column("step", 0, 3), [0, 1, 2, 3]);
  assert.deepEqual(frames.column("step", 3, 2), []);
});

test("a message that leaves a gap is refused and changes nothing", () => {
  const schema = schemaOf(FIELDS);
  const frames = new Frames(schema, 4);
  assert.equal(frames.extend(1, bytesOf(schema, [made(1)])), false);
  assert.equal(frames.length, 0);
  assert.equal(frames.extend(0, bytesOf(schema, [made(0)])), true);
  assert.equal(frames.extend(2, bytesOf(schema, [made(2)])), false);
  assert.equal(frames.length, 1);
});

test("messages that overlap or repeat leave each frame once", () => {
  const schema = schemaOf(FIELDS);
  const frames = new Frames(schema, 4);
  frames.extend(0, bytesOf(schema, [0, 1].map(made)));
  assert.equal(frames.extend(0, bytesOf(schema, [0].map(made))), true);
  assert.equal(frames.length, 2);
  assert.equal(frames.extend(1, bytesOf(schema, [1, 2, 3].map(made))), true);
  assert.deepEqual(frames.column("step", 0, 3), [0, 1, 2, 3]);
  assert.equal(frames.length, 4);
});

test("a frame that has arrived is not overwritten", () => {
  const schema = schemaOf(FIELDS);
  const frames = new Frames(schema, 2);
  frames.extend(0, bytesOf(schema, [made(0)]));
  frames.extend(0, bytesOf(schema, [99, 1].map(made)));
  assert.deepEqual(frames.column("step", 0, 1), [0, 1]);
});

test("frames beyond the end of the run are cut off", () => {
  const schema = schemaOf(FIELDS);
  const frames = new Frames(schema, 2);
  assert.equal(frames.extend(0, bytesOf(schema, [0, 1, 2].map(made))), true);
  assert.equal(frames.length, 2);
});

test("a percentile is interpolated between the sorted values of its row", () => {
  const frames = framesOf({ row: ["f4", 4] }, [{ row: [3, 1, 2, 4] }, { row: [9, 9, 9, 9] }]);
  assert.equal(frames.value("row@0", 0), 1);
  assert.equal(frames.value("row@25", 0), 1.75);
  assert.equal(frames.value("row@50", 0), 2.5);
  assert.equal(frames.value("row@100", 0), 4);
  assert.equal(frames.value("row@25", 1), 9);
  assert.deepEqual([...frames.row("row", 0)], [3, 1, 2, 4]);
});

test("a percentile of a row with a value that is not finite is NaN", () => {
  for (const broken of [NaN, Infinity, -Infinity]) {
    const frames = framesOf({ row: ["f4", 3] }, [{ row: [1, broken, 2] }]);
    assert.ok(Number.isNaN(frames.value("row@50", 0)));
  }
});

test("two paths with a minus between them are a difference, also of percentiles", () => {
  const fields = { a: ["f4"], row: ["f4", 3] };
  const frames = framesOf(fields, [{ a: 10, row: [1, 2, 3] }]);
  assert.equal(frames.value("a - row@50", 0), 8);
  assert.deepEqual(frames.column("row/2 - a", 0, 0), [-7]);
});

test("a path that the schema lacks is named", () => {
  assert.throws(() => framesOf(FIELDS, [made(0)]).value("bn/gain/1", 0), /bn\/gain/);
});

test("a percentile of the first numbers of a row leaves out what follows them", () => {
  const frames = framesOf({ row: ["f4", 2, 4] }, [{ row: [9, 9, 9, 9, 1, 2, 3, Number.NaN] }]);
  assert.equal(frames.value("row/1@50:3", 0), 2);
  assert.ok(Number.isNaN(frames.value("row/1@50", 0)));
});

test("a run that becomes longer has room for its frames and keeps those that it has", () => {
  const frames = framesOf(FIELDS, [made(0), made(5)]);
  const before = frames.snapshot();
  assert.equal(frames.value("step", 1), 5);
  frames.reserve(4);
  assert.ok(frames.extend(2, bytesOf(schemaOf(FIELDS), [made(6), made(7), made(8)])));
  assert.equal(frames.length, 4);
  assert.deepEqual(frames.column("step", 0, 3), [0, 5, 6, 7]);
  assert.deepEqual(before.column("step", 0, 1), [0, 5]);
});
