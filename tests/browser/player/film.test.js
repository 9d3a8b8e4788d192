import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { filmFrames, MAX_FRAMES } from "../../../bnviz/player/browser/player/film/film.js";
import { filmName, isQuarter } from "../../../bnviz/player/browser/player/film/film_form.js";
import { changes } from "../../../bnviz/player/browser/player/film/gif.js";
import { Frames } from "../../../bnviz/player/browser/player/frames.js";

const SCHEMA = { size: 4, fields: { step: { offset: 0, type: "u4", shape: [] } } };

/** @param {number} count Of frames, each ten steps after the one before. */
function framesOf(count) {
  const frames = new Frames(SCHEMA, count);
  const steps = Uint32Array.from({ length: count }, (_, at) => 10 * at);
  frames.extend(0, new Uint8Array(steps.buffer));
  return frames;
}

test("a film has the frames between two steps, both included", () => {
  const frames = framesOf(9);
  assert.deepEqual(filmFrames(frames, 20, 50), [2, 3, 4, 5]);
  assert.deepEqual(filmFrames(frames, 21, 49), [3, 4]);
  assert.deepEqual(filmFrames(frames, 50, 20), []);
  assert.deepEqual(filmFrames(frames, Number.NaN, 20), []);
});

test("a long film keeps both ends and its frames are evenly chosen", () => {
  const chosen = filmFrames(framesOf(1000), 100, 9900);
  assert.equal(chosen.length, MAX_FRAMES);
  assert.equal(chosen[0], 10);
  assert.equal(chosen.at(-1), 990);
  const apart = new Set(chosen.slice(1).map((at, i) => at - chosen[i]));
  assert.deepEqual([...apart].sort(), [7, 8]);
});

test("a film is called by the steps that it has", () => {
  const frames = framesOf(9);
  const indices = filmFrames(frames, -1.5, 1e300);
  assert.equal(
    filmName("bnviz-drift", frames, indices, "image/gif"),
    "bnviz-drift-steps-0-to-80.gif",
  );
  const video = filmName(
    "bnviz-drift",
    frames,
    filmFrames(frames, 11, 49),
    'video/webm; codecs="vp9"',
  );
  assert.equal(video, "bnviz-drift-steps-20-to-40.webm");
});

test("how far a film is is said at its quarters alone", () => {
  const said = (/** @type {number} */ all) =>
    Array.from({ length: all }, (_, i) => i + 1).filter((made) => isQuarter(made, all));
  assert.deepEqual(said(2), [1, 2]);
  assert.deepEqual(said(21), [6, 11, 16, 21]);
  assert.deepEqual(said(MAX_FRAMES), [32, 63, 94, 125]);
});

test("a frame of a GIF leaves out what is as before", () => {
  const nearest = (/** @type {number} */ pixel) => pixel % 100;
  const [one, two] = [Uint32Array.of(101, 102, 103), Uint32Array.of(101, 107, 103)];
  assert.deepEqual([...changes(undefined, one, nearest)], [1, 2, 3]);
  assert.deepEqual([...changes(one, two, nearest)], [255, 7, 255]);
});

const packages = new URL("../node_modules/", import.meta.url);

// They are there once `check` has installed them.
const installed = { skip: !existsSync(new URL("gifenc", packages)) && "without node_modules" };

test("what films are made with are the packages named in package.json", installed, () => {
  const files = {
    "gifenc.min.js": "gifenc/dist/gifenc.esm.js",
    "gifenc.LICENSE.md": "gifenc/LICENSE.md",
    "mediabunny.min.js": "mediabunny/dist/bundles/mediabunny.min.mjs",
  };
  const folder = new URL("../../../bnviz/player/browser/player/film/", import.meta.url);
  for (const [ours, theirs] of Object.entries(files)) {
    const [kept, published] = [new URL(ours, folder), new URL(theirs, packages)].map((each) =>
      readFileSync(each),
    );
    assert.ok(kept.equals(published), ours);
  }
});
