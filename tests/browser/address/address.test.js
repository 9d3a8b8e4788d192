import assert from "node:assert/strict";
import { test } from "node:test";
import address from "../../../bnviz/player/browser/address/address.js";

test("links replace each other for as long as the page says so", () => {
  const entries = ["/"];
  globalThis.history = {
    pushState: (_state, _title, link) => entries.push(link),
    replaceState: (_state, _title, link) => entries.splice(-1, 1, link),
  };
  for (const [replaces, link] of [
    [true, "/?units=4"],
    [true, "/?units=8"],
    [false, "/?units=16"],
  ]) {
    address({ data: { replaces } });
    history.pushState({}, "", link);
  }
  assert.deepEqual(entries, ["/?units=8", "/?units=16"]);
});
