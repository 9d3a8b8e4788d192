import assert from "node:assert/strict";
import { test } from "node:test";
import { Frames } from "../../../bnviz/player/browser/player/frames.js";
import { Ghost, Ghosts, pointsOf } from "../../../bnviz/player/browser/player/ghost.js";
import { smallPrint } from "../../../bnviz/player/browser/player/picture.js";

const SCHEMA = { size: 4, fields: { step: { offset: 0, type: "u4", shape: [] } } };

/** @param {number[]} steps */
const bytesOf = (...steps) => new Uint8Array(new Uint32Array(steps).buffer);

/** @param {Partial<import("types/message").GhostPart>} part */
const partOf = (part) => ({
  run: "a",
  name: "A & <b>",
  first: 0,
  available: 4,
  capacity: 4,
  bytes: 0,
  aligned: false,
  letter: "A",
  line: "dashed",
  ...part,
});

test("a ghost collects its frames in pieces and asks for the rest", () => {
  const ghost = new Ghost();
  assert.equal(ghost.receive(partOf({ schema: SCHEMA }), bytesOf()), false);
  assert.equal(ghost.lacks, true);
  assert.equal(ghost.receive(partOf({ schema: SCHEMA }), bytesOf(0, 10)), true);
  assert.deepEqual(ghost.held, { run: "a", from: 2 });
  assert.equal(ghost.receive(partOf({ first: 2 }), bytesOf(20, 30)), true);
  assert.equal(ghost.lacks, false);
});

test("a ghost has room for all frames of a run that is longer than was known", () => {
  const ghost = new Ghost();
  ghost.receive(partOf({ schema: SCHEMA, available: 2, capacity: 2 }), bytesOf(0, 1));
  ghost.receive(partOf({ first: 2, available: 3, capacity: 9 }), bytesOf(2));
  assert.equal(ghost.lacks, false);
  assert.deepEqual(ghost.held, { run: "a", from: 3 });
});

test("a ghost grows with the run whose accuracies it follows", () => {
  const ghost = new Ghost();
  ghost.receive(partOf({ schema: SCHEMA, available: 1 }), bytesOf(0));
  assert.equal(ghost.lacks, false);
  ghost.receive(partOf({ first: 1, available: 2 }), bytesOf());
  assert.equal(ghost.lacks, true);
  ghost.receive(partOf({ first: 1, available: 2 }), bytesOf(10));
  assert.deepEqual([ghost.held.from, ghost.lacks], [2, false]);
});

test("its frame is the last one at or before the step", () => {
  const ghost = new Ghost();
  ghost.receive(partOf({ schema: SCHEMA }), bytesOf(0, 10, 20, 30));
  assert.deepEqual(
    [0, 9, 10, 19, 30, 99].map((step) => ghost.indexAt(step)),
    [0, 0, 1, 1, 3, 3],
  );
});

test("nothing is left of a ghost that is not drawn any more", () => {
  const ghosts = new Ghosts();
  ghosts.receive([partOf({ schema: SCHEMA, bytes: 4 })], bytesOf(0));
  assert.equal(ghosts.receive([], bytesOf()), true);
  assert.deepEqual(ghosts.held, []);
  assert.equal(ghosts.receive([], bytesOf()), false);
});

test("each of several takes its own frames, and keeps them when another goes", () => {
  const ghosts = new Ghosts();
  const parts = [
    partOf({ schema: SCHEMA, bytes: 8 }),
    partOf({ run: "b", schema: SCHEMA, bytes: 4 }),
  ];
  assert.equal(ghosts.receive(parts, bytesOf(0, 10, 7)), true);
  assert.deepEqual(ghosts.held, [
    { run: "a", from: 2 },
    { run: "b", from: 1 },
  ]);
  assert.equal(ghosts.receive([partOf({ run: "b", first: 1, bytes: 0 })], bytesOf()), true);
  assert.deepEqual(ghosts.held, [{ run: "b", from: 1 }]);
  assert.equal(ghosts.all[0].indexAt(99), 0);
  assert.equal(ghosts.lacks, true);
});

test("its traces take their points from its own frames", () => {
  const ghosts = new Ghosts();
  const frames = new Frames(SCHEMA, 1);
  frames.extend(0, bytesOf(10));
  const binding = { kind: "series", x: "step", x_scale: 1, y: "step", part: "all", transform: "" };
  const figure = /** @type {any} */ ({
    bindings: [binding, binding],
    ghosts: [[1]],
    constants: {},
  });
  assert.deepEqual(pointsOf(figure, 1, frames, 0, ghosts), { x: [], y: [] });
  ghosts.receive([partOf({ schema: SCHEMA, bytes: 8 })], bytesOf(0, 5));
  assert.deepEqual(pointsOf(figure, 0, frames, 0, ghosts).y, [10]);
  assert.deepEqual(pointsOf(figure, 1, frames, 0, ghosts).y, [0, 5]);
});

test("its histograms end with it, and it has none without counts", () => {
  const ghosts = new Ghosts();
  // The counts are the bytes of the step: those of step 0 are none.
  const fields = { ...SCHEMA.fields, counts: { offset: 0, type: "u1", shape: [1, 4] } };
  const schema = { size: 4, fields };
  ghosts.receive([partOf({ schema, bytes: 8 })], bytesOf(0, 10));
  const frames = new Frames(schema, 2);
  frames.extend(0, bytesOf(10, 11));
  const rows = { rows: [0], baselines: [0], positions: [0, 1, 2], first: 1, smoothing: 0 };
  const binding = { kind: "ridges", counts: "counts", scale: 1, cap: 2, start: false, ...rows };
  const figure = /** @type {any} */ ({ bindings: [binding], ghosts: [[0]], constants: {} });
  assert.notEqual(pointsOf(figure, 0, frames, 0, ghosts).y?.length, 0);
  assert.deepEqual(pointsOf(figure, 0, frames, 1, ghosts), { x: [], y: [] });
  const early = new Frames(schema, 1);
  early.extend(0, bytesOf(3));
  assert.deepEqual(pointsOf(figure, 0, early, 0, ghosts), { x: [], y: [] });
});

test("at the same accuracy its last histograms stand until the next ones come", () => {
  const ghost = new Ghost();
  ghost.receive(partOf({ schema: SCHEMA, available: 2 }), bytesOf(0, 10));
  assert.deepEqual([ghost.endsBefore(10), ghost.endsBefore(11)], [false, true]);
  ghost.receive(partOf({ available: 2, aligned: true }), bytesOf());
  assert.equal(ghost.endsBefore(11), false);
  // What the host has already may be of quite another accuracy.
  ghost.receive(partOf({ available: 4, aligned: true }), bytesOf());
  assert.equal(ghost.endsBefore(11), true);
});

test("what they are by now stays when they are others or grow", () => {
  const ghosts = new Ghosts();
  ghosts.receive([partOf({ schema: SCHEMA, bytes: 8 })], bytesOf(0, 10));
  const kept = ghosts.snapshot();
  ghosts.receive([partOf({ first: 2, bytes: 4 })], bytesOf(20));
  assert.equal(kept.all[0].indexAt(99), 1);
  ghosts.receive([], bytesOf());
  assert.deepEqual([kept.held, kept.all[0].name], [[{ run: "a", from: 2 }], "A & <b>"]);
  assert.deepEqual(kept.all[0].frames?.column("step", 0, 1), [0, 10]);
});

test("what is dashed is said only where something is, and in a picture as well", () => {
  const ghosts = new Ghosts();
  const bindings = [{ kind: "series" }, { kind: "ridges" }];
  const [drawn, none] = [[[0]], [[]]].map(
    (numbers) => /** @type {any} */ ({ ghosts: numbers, bindings }),
  );
  assert.equal(ghosts.caption(drawn), "");
  const first = partOf({ schema: SCHEMA, bytes: 4 });
  ghosts.receive([first], bytesOf(0));
  assert.equal(ghosts.caption(drawn), "Dashed: A & <b>.");
  assert.equal(ghosts.caption(none), "This view does not draw A & <b>.");
  const settings = "units 4";
  assert.deepEqual(smallPrint({ figure: none, ghosts, settings }), [settings]);
  const lines = [settings, "Dashed: A &amp; &lt;b>."];
  assert.deepEqual(smallPrint({ figure: drawn, ghosts, settings }), lines);
  const second = partOf({
    run: "b",
    name: "B",
    letter: "L",
    line: "waves",
    schema: SCHEMA,
    bytes: 4,
  });
  ghosts.receive([first, second], bytesOf(0, 0));
  assert.equal(ghosts.caption(drawn), "A (dashed): A & <b>; L: B, not drawn in this view.");
  const both = /** @type {any} */ ({ ghosts: [[0], [0]], bindings });
  assert.equal(ghosts.caption(both), "A (dashed): A & <b>; L (waves): B.");
  assert.equal(ghosts.caption(none), "This view does not draw A & <b> or B.");
  const shapes = /** @type {any} */ ({ ghosts: [[0, 1], [0]], bindings });
  assert.match(ghosts.caption(shapes), /B\. Of histograms only those of A are drawn/);
  ghosts.receive([partOf({ aligned: true })], bytesOf());
  assert.match(ghosts.caption(drawn), /^Dashed: A & <b>, each network at the first step/);
});
