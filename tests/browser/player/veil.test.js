import assert from "node:assert/strict";
import { test } from "node:test";

import { Veil } from "../../../bnviz/player/browser/player/veil.js";
import { FakeElement, fakeParts } from "../support/dom.js";

function build() {
  const parts = fakeParts("tabs other missing lacking offer");
  const root = new FakeElement();
  const asked = [];
  const tab = new FakeElement();
  parts.tabs.querySelector = () => tab;
  globalThis.document = {};
  const veil = new Veil(root, parts, () => asked.push(true));
  return { veil, root, asked, tab, ...parts };
}

test("a view that cannot be shown says so and offers a run, and goes with its picture", () => {
  const { veil, root, missing, lacking, offer } = build();
  veil.show({ other: "", missing: { sentence: "This view shows a; b.", offer: "Train a" } });
  assert.equal(root.attributes["data-missing"], "");
  assert.equal(missing.hidden, false);
  assert.equal(lacking.textContent, "This view shows a; b.");
  assert.deepEqual([offer.textContent, offer.hidden], ["Train a", false]);
  veil.show({ other: "", missing: null });
  assert.equal(root.attributes["data-missing"], undefined);
  assert.equal(missing.hidden, true);
});

test("the button asks once, and leaves the focus on the open tab", () => {
  const { veil, asked, tab, offer } = build();
  veil.show({ other: "", missing: { sentence: "It.", offer: "Train" } });
  offer.onclick();
  assert.equal(asked.length, 1);
  assert.equal(offer.disabled, true);
  assert.equal(document.activeElement, tab);
  veil.show({ other: "", missing: { sentence: "It.", offer: "Train" } }); // the request was refused
  assert.equal(offer.disabled, false);
});

test("nothing is offered while the run that has it begins", () => {
  const { veil, offer } = build();
  veil.show({ other: "", missing: { sentence: "It opens soon.", offer: "" } });
  assert.equal(offer.hidden, true);
});

test("a player of other settings is dimmed with a line over it, and no longer once it is not", () => {
  const { veil, root, other } = build();
  veil.show({ missing: null, other: "Shown: steps 800." });
  assert.equal(root.attributes["data-other"], "");
  assert.equal(other.textContent, "Shown: steps 800.");
  veil.show({ missing: null, other: "" });
  assert.equal(root.attributes["data-other"], undefined);
  assert.equal(other.textContent, "");
});
