import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { mount, partsOf } from "../../../bnviz/player/browser/player/mount.js";
import { FakeElement } from "../support/dom.js";

let built;
let call;

class FakeComponent {
  constructor() {
    this.root = new FakeElement();
    this.root.isConnected = false;
    this.received = [];
    this.closed = false;
    built.push(this);
  }

  receive(message) {
    this.received.push(message);
  }

  close() {
    this.closed = true;
  }
}

mock.timers.enable({ apis: ["setTimeout"] });

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  built = [];
  const main = mount(() => new FakeComponent());
  call = (parentElement, data) => main({ parentElement, data });
});

/** Takes an element off the page, with what is in it. */
function remove(place) {
  place.isConnected = false;
  for (const child of place.children) {
    if (child.parentElement === place) child.isConnected = false;
  }
}

test("each message in one element goes to one component there", () => {
  const place = new FakeElement();
  call(place, "first");
  call(place, "second");
  assert.equal(built.length, 1);
  assert.deepEqual(built[0].received, ["first", "second"]);
  assert.equal(built[0].root.parentElement, place);
  assert.equal(place.children.length, 1);
});

test("a call with another element moves the component as it is", () => {
  const [old, place] = [new FakeElement(), new FakeElement()];
  const leave = call(old, "first");
  call(place, "second");
  remove(old);
  leave();
  mock.timers.tick(60_000);
  assert.equal(built.length, 1);
  assert.equal(built[0].root.parentElement, place);
  assert.equal(built[0].closed, false);
});

test("a call with an element that has left the page makes no component", () => {
  const place = new FakeElement();
  place.isConnected = false;
  call(place, "first");
  assert.equal(built.length, 0);
});

test("a component whose element has left moves to the newest on the page, with its message", () => {
  const [stays, leaves] = [new FakeElement(), new FakeElement()];
  call(stays, "first");
  const leave = call(leaves, "second");
  remove(leaves);
  leave();
  assert.equal(built[0].root.parentElement, stays);
  assert.deepEqual(built[0].received, ["first", "second", "first"]);
});

test("a component without an element is closed after two seconds, and then built anew", () => {
  const place = new FakeElement();
  const leave = call(place, "first");
  remove(place);
  leave();
  mock.timers.tick(1_999);
  assert.equal(built[0].closed, false);
  mock.timers.tick(1);
  assert.equal(built[0].closed, true);
  call(new FakeElement(), "second");
  assert.equal(built.length, 2);
});

test("a component whose element returns in time lives on", () => {
  const place = new FakeElement();
  const leave = call(place, "first");
  remove(place);
  leave();
  mock.timers.tick(1_000);
  const other = new FakeElement();
  call(other, "second");
  mock.timers.tick(60_000);
  assert.equal(built.length, 1);
  assert.equal(built[0].closed, false);
  assert.equal(built[0].root.parentElement, other);
});

test("parts are found by their names", () => {
  const [plot, play] = [new FakeElement(), new FakeElement()];
  plot.dataset.part = "plot";
  play.dataset.part = "play";
  assert.deepEqual(partsOf({ querySelectorAll: () => [plot, play] }), { plot, play });
});
