import assert from "node:assert/strict";
import { test } from "node:test";
import { pathOf } from "../../../bnviz/player/browser/keep/cards.js";
import {
  isKept,
  leaving,
  MAX_BYTES,
  MAX_RUNS,
} from "../../../bnviz/player/browser/keep/records.js";

const CURVES = [{ colour: "#0072B2", points: [0, 0.5, null, 1] }];
const RUN = { id: "a", name: "A", curves: CURVES, query: null, size: 0, since: 1 };

const idsOf = (runs) => runs.map(({ id }) => id);

test("a run is told from whatever else its owner has put there", () => {
  assert.equal(isKept(RUN), true);
  assert.equal(isKept({ ...RUN, query: { units: "4" } }), true);
  // Eight changes in mid-run.
  const interventions = "12000:learning_rate=0.0005,".repeat(8);
  assert.equal(isKept({ ...RUN, query: { interventions } }), true);
  assert.equal(isKept({ ...RUN, query: { interventions: interventions.repeat(2) } }), false);
  const wrong = [
    { id: 1 },
    { name: "x".repeat(201) },
    { curves: "curves" },
    { curves: [{ colour: 'url("x")', points: [] }] },
    { curves: [{ colour: "#0072B2", points: [Number.NaN] }] },
    { curves: [{ colour: "#0072B2", points: Array(501).fill(0) }] },
    { query: undefined },
    { query: { units: 4 } },
    { size: "1" },
    { since: Number.POSITIVE_INFINITY },
  ];
  for (const each of wrong) assert.equal(isKept({ ...RUN, ...each }), false, JSON.stringify(each));
  for (const each of [null, undefined, "a", []]) assert.equal(isKept(each), false);
});

test("the oldest make room for runs", () => {
  const runs = Array.from({ length: MAX_RUNS + 2 }, (_, at) => ({
    ...RUN,
    id: `${at}`,
    since: at,
  }));
  assert.deepEqual(idsOf(leaving(runs)), ["1", "0"]);
  assert.deepEqual(leaving(runs.slice(2)), []);
});

test("the oldest make room for files, and runs without a file need none", () => {
  const half = MAX_BYTES / 2;
  const sized = (id, since, size) => ({ ...RUN, id, since, size });
  const runs = [sized("old", 1, half), sized("link", 2, 0), sized("b", 3, half), sized("c", 4, 1)];
  assert.deepEqual(idsOf(leaving(runs)), ["old"]);
  const more = [sized("link", 1, 0), sized("a", 2, half), sized("b", 3, half), sized("c", 4, 1)];
  assert.deepEqual(idsOf(leaving(more)), ["a"]);
});

test("a curve stays in its picture and is interrupted where nothing is known", () => {
  assert.equal(pathOf([0, null, 9]), "M0.0,38.0M100.0,2.0");
});
