import assert from "node:assert/strict";
import { test } from "node:test";
import { SeedStrip } from "../../../bnviz/player/browser/player/seeds.js";
import { FakeElement } from "../support/dom.js";

class Button extends FakeElement {}
globalThis.HTMLButtonElement = Button;
globalThis.document = {
  createElement: (tag) => (tag === "button" ? new Button() : new FakeElement()),
};

const KNOWN = {
  text: "speed-up in 3 seeds",
  title: "scope",
  ticks: [{ at: 0.1, text: "1×" }],
  dots: [
    {
      seed: 4,
      at: 0.4,
      level: 0,
      bound: "",
      here: true,
      words: "Seed 4 (this run): BN 4 times as fast.",
    },
    { seed: 5, at: 0.6, level: 1, bound: "more than", here: false, words: "Seed 5: more." },
    { seed: 6, at: null, level: 0, bound: "", here: false, words: "Seed 6: no speed-up." },
  ],
};

function strip() {
  const asked = [];
  const root = new FakeElement();
  return { asked, root, strip: new SeedStrip(root, (request) => asked.push(request)) };
}

test("the strip is hidden until there is something to say", () => {
  const { root, strip: shown } = strip();
  assert.equal(root.hidden, true);
  shown.show({ text: "Checking …" });
  assert.equal(root.hidden, false);
  assert.equal(root.children[0].textContent, "Checking …");
  shown.show(null);
  assert.equal(root.hidden, true);
});

test("a dot stands at its share of the width, and opens the run of its seed", () => {
  const { root, asked, strip: shown } = strip();
  shown.show(KNOWN, true);
  const [tick, ...dots] = root.children[1].children;
  assert.equal(tick.style.left, "10%");
  assert.deepEqual(
    dots.map((dot) => dot.textContent),
    ["▸", "○", "●"],
  );
  assert.equal(dots[0].style.left, "60%");
  assert.equal(dots[0].style["--level"], "1");
  assert.match(dots[2].className, /bnviz-here/);
  dots[0].onclick();
  assert.deepEqual(asked, [{ seed: 5 }]);
  assert.equal(dots[2].onclick, undefined);
});

test("dots that open nothing are no buttons", () => {
  const { root, strip: shown } = strip();
  shown.show(KNOWN);
  assert.ok(root.children[1].children.every((child) => !(child instanceof Button)));
});

test("a run is checked once somebody asks for it, and only once", () => {
  const { root, asked, strip: shown } = strip();
  shown.show({ text: "", offer: "Check on 8 other seeds" });
  const [button] = root.children;
  button.onclick();
  assert.deepEqual(asked, [{ check: true }]);
  assert.equal(button.disabled, true);
});

test("the same strip is not drawn again", () => {
  const { root, strip: shown } = strip();
  shown.show(KNOWN, true);
  const before = root.children;
  shown.show({ ...KNOWN }, true);
  assert.equal(root.children, before);
});
