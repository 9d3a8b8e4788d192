import assert from "node:assert/strict";
import { test } from "node:test";
import { join, part } from "../../../bnviz/player/browser/fields/entries.js";

test("each drag leaves one entry, and what is done otherwise one each", () => {
  const entries = [];
  globalThis.history = {
    pushState: (_state, _title, link) => entries.push(link),
    replaceState: (_state, _title, link) => entries.splice(-1, 1, link),
  };
  const go = (...links) => {
    for (const link of links) history.pushState({}, "", link);
  };
  join();
  go("/?a=1", "/?a=2", "/?a=3");
  part();
  go("/?b=1", "/?b=2");
  join();
  go("/?c=1");
  join();
  go("/?d=1", "/?d=2");
  assert.deepEqual(entries, ["/?a=3", "/?b=1", "/?b=2", "/?c=1", "/?d=2"]);
});
