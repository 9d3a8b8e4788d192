import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { addressOf, Place, placeOf } from "../../../bnviz/player/browser/player/place.js";

const USUAL = { name: "layers", value_axis: "linear", layer: 0, gamma: 1 };

test("view, choices and step are read", () => {
  const { view, step } = placeOf("#view=drift&step=340&layer=2&value_axis=symlog", USUAL, USUAL);
  assert.deepEqual(view, { ...USUAL, name: "drift", layer: 2, value_axis: "symlog" });
  assert.equal(step, 340);
});

test("without an address it begins as usual", () => {
  assert.deepEqual(placeOf("", USUAL, USUAL), { view: USUAL });
});

for (const hash of ["#step=-1", "#step=1.5", "#step=x", "#layer=x", "#__proto__=1", "#name=x"]) {
  test(`${hash} is as usual`, () => assert.deepEqual(placeOf(hash, USUAL, USUAL), { view: USUAL }));
}

test("an address leads back to what it was made of", () => {
  const view = { ...USUAL, name: "inside", gamma: -2.5 };
  const address = addressOf(view, USUAL, "12");
  assert.equal(address, "#view=inside&gamma=-2.5&step=12");
  assert.deepEqual(placeOf(address, USUAL, USUAL), { view, step: 12 });
});

test("an address that names no view leads to the view at first, and any other is as by default", () => {
  const first = { ...USUAL, name: "inside", layer: 2 };
  assert.deepEqual(placeOf("#step=3", first, USUAL), { view: first, step: 3 });
  assert.deepEqual(placeOf("#view=drift", first, USUAL), { view: { ...USUAL, name: "drift" } });
});

let listeners;
let chosen;
let here;
let place;
let went;

beforeEach(() => {
  listeners = {};
  chosen = [];
  went = 0;
  globalThis.window = {
    addEventListener: (name, listener) => {
      listeners[name] = listener;
    },
    removeEventListener: () => {},
    dispatchEvent: () => listeners.hashchange(),
  };
  globalThis.document = globalThis.window;
  globalThis.HashChangeEvent = class {};
  globalThis.location = { hash: "", href: "http://page/?units=8" };
  globalThis.history = {
    state: null,
    replaceState: (_state, _title, address) => {
      location.hash = address;
    },
  };
  here = { view: USUAL, step: "7", playing: false };
  place = new Place(() => here, {
    choose(view) {
      chosen.push(view);
      here = { ...here, view };
      place.touch();
    },
    go: () => {
      went += 1;
    },
  });
});

afterEach(() => place.close());

test("the address says nothing before a viewer has chosen anything", () => {
  place.begin(USUAL);
  place.write();
  assert.equal(location.hash, "");
});

test("it says view and step, and the view alone while the run is played", () => {
  place.begin(USUAL);
  place.touch();
  place.write();
  assert.equal(location.hash, "#view=layers&step=7");
  here = { ...here, playing: true };
  place.write();
  assert.equal(location.hash, "#view=layers");
  assert.deepEqual(chosen, []);
});

test("an address leads to its view and step, and stays until the cursor is there", () => {
  location.hash = "#view=drift&step=340";
  place.begin(USUAL);
  assert.deepEqual(chosen, [{ ...USUAL, name: "drift" }]);
  assert.equal(place.step, 340);
  place.write();
  assert.equal(location.hash, "#view=drift&step=340");
  place.touch();
  place.write();
  assert.equal(location.hash, "#view=drift&step=7");
});

test("an address of the usual view chooses nothing", () => {
  location.hash = "#view=layers&step=5";
  place.begin(USUAL);
  assert.deepEqual(chosen, []);
  assert.equal(place.step, 5);
});

test("another address is followed, but not what was written here", () => {
  place.begin(USUAL);
  place.touch();
  place.write();
  assert.equal(place.step, undefined);
  location.hash = "#view=drift&step=3";
  listeners.hashchange();
  assert.equal(place.step, 3);
  assert.equal(chosen.length, 1);
  assert.equal(went, 1);
});

test("a link has the step of a run that is played", () => {
  place.begin(USUAL);
  here = { ...here, playing: true };
  assert.equal(place.link(), "http://page/?units=8#view=layers&step=7");
});

test("what is not as by default is said, though it was so at first", () => {
  here = { ...here, view: { ...USUAL, layer: 2 } };
  place.defaults = USUAL;
  place.begin(here.view);
  assert.equal(place.link(), "http://page/?units=8#view=layers&layer=2&step=7");
});

test("while it waits the address means nothing", () => {
  location.hash = "#view=drift&step=3";
  place.waits = true;
  place.begin(USUAL);
  assert.deepEqual(chosen, []);
  place.waits = false;
  place.begin(USUAL);
  assert.equal(chosen.length, 1);
});

test("whoever goes back is led to the same place again by the run that comes for it", () => {
  place.begin(USUAL);
  location.hash = "#view=drift&step=3";
  listeners.popstate();
  listeners.hashchange();
  // What is still shown goes there, and is replaced by what is shown in another view.
  place.touch();
  here = { ...here, view: USUAL };
  place.write();
  assert.equal(location.hash, "#view=drift&step=3");
  place.arrive();
  assert.equal(place.step, 3);
  assert.equal(chosen.length, 2);
});

test("whoever has done anything since is left where they are", () => {
  place.begin(USUAL);
  location.hash = "#view=drift&step=3";
  listeners.popstate();
  listeners.pointerdown();
  place.arrive();
  assert.equal(place.step, undefined);
  assert.deepEqual(chosen, []);
});

test("what is shown in one view alone writes no address", () => {
  place.begin(USUAL);
  place.touch();
  place.waits = true;
  place.write();
  assert.equal(location.hash, "");
});
