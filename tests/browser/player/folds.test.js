import assert from "node:assert/strict";
import { test } from "node:test";

import { Folds } from "../../../bnviz/player/browser/player/folds.js";
import { fakeParts } from "../support/dom.js";

function build() {
  const reports = [];
  const parts = fakeParts("button part other otherPart");
  const folds = new Folds((opened) => reports.push(opened));
  folds.add("view", parts.button, parts.part);
  folds.add("verdict", parts.other, parts.otherPart);
  return { folds, reports, ...parts };
}

test("a click opens a part, another closes it, and the host is told", () => {
  const { reports, button, part, otherPart } = build();
  assert.equal(part.hidden, true);
  assert.equal(button.attributes["aria-expanded"], "false");
  button.onclick();
  assert.equal(part.hidden, false);
  assert.equal(button.attributes["aria-expanded"], "true");
  assert.equal(otherPart.hidden, true);
  button.onclick();
  assert.equal(part.hidden, true);
  assert.deepEqual(reports, [["view"], []]);
});

test("what the host says is opened without a report, and what it cannot open is kept", () => {
  const { folds, reports, part, other, otherPart } = build();
  folds.follow(["settings", "verdict"]);
  assert.equal(part.hidden, true);
  assert.equal(otherPart.hidden, false);
  assert.deepEqual(reports, []);
  other.onclick();
  assert.deepEqual(reports, [["settings"]]);
});

test("a click counts until the host says something else", () => {
  const { folds, button, part, otherPart } = build();
  button.onclick();
  folds.follow([]); // an answer that was under way
  assert.equal(part.hidden, false);
  folds.follow(["view"]);
  assert.equal(part.hidden, false);
  folds.follow(["verdict"]); // another link
  assert.equal(part.hidden, true);
  assert.equal(otherPart.hidden, false);
});
