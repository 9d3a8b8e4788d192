import assert from "node:assert/strict";
import { test } from "node:test";
import { Events, groupEvents, latestEvent } from "../../../bnviz/player/browser/player/events.js";
import { Ruler } from "../../../bnviz/player/browser/player/ruler.js";
import { FakeElement, fakeParts } from "../support/dom.js";

const event = (index, arm = "bn", sentence = `at ${index}`) => ({
  index,
  step: 5 * index,
  arm,
  kind: "accuracy",
  sentence,
  name: `event ${index}`,
  colour: arm,
});
const groups = (events, distance, arms = ["none", "bn"]) =>
  groupEvents(events, arms, 5 * distance, (step) => step).map(({ lane, group }) => [
    lane,
    group.map((e) => e.index),
  ]);

test("events closer than the distance to the first of a group share its mark", () => {
  const events = [10, 14, 15, 19, 20].map((index) => event(index));
  assert.deepEqual(groups(events, 5), [
    [1, [10, 14]],
    [1, [15, 19]],
    [1, [20]],
  ]);
});

test("events of different arms share no mark", () => {
  assert.deepEqual(groups([event(10, "none"), event(10, "bn")], 5), [
    [0, [10]],
    [1, [10]],
  ]);
});

test("marks follow in the order of their frames, whatever their lanes", () => {
  const events = [event(1, "bn"), event(3, "none"), event(9, "bn")];
  assert.deepEqual(groups(events, 2), [
    [1, [1]],
    [0, [3]],
    [1, [9]],
  ]);
});

test("every event of a known arm is in one group", () => {
  const events = Array.from({ length: 60 }, (_, i) => event(2 * i, i % 3 ? "bn" : "none"));
  const found = groups(events, 7).flatMap(([, indices]) => indices);
  assert.deepEqual(
    found.sort((a, b) => a - b),
    events.map((each) => each.index),
  );
});

test("the sentence is that of the event just passed, for thirty frames", () => {
  const events = [event(10), event(20)];
  assert.equal(latestEvent(events, 9).text, "");
  assert.deepEqual(latestEvent(events, 10), { text: "at 10", colour: "bn", passed: false });
  assert.equal(latestEvent(events, 11).passed, true);
  assert.equal(latestEvent(events, 20).text, "at 20");
  assert.equal(latestEvent(events, 50).text, "at 20");
  assert.deepEqual(latestEvent(events, 51), { text: "", colour: "transparent", passed: false });
});

/** The events of a run of 101 frames on an axis of 1,012 pixels: ten pixels a frame. */
function shown(events, root = false) {
  globalThis.HTMLElement = FakeElement;
  // A canvas on which each letter is six pixels wide.
  const context = { measureText: (text) => ({ width: 6 * text.length }) };
  globalThis.document = {
    createElement: () => Object.assign(new FakeElement(), { getContext: () => context }),
    activeElement: null,
  };
  globalThis.getComputedStyle = () => ({ getPropertyValue: () => "12px" });
  globalThis.ResizeObserver = class {
    observe() {}
  };
  const parts = fakeParts("events");
  parts.events.clientWidth = 1012;
  const jumps = [];
  const ruler = Object.assign(new Ruler(), { steps: 500, root });
  const made = new Events(parts, ruler, (index) => jumps.push(index));
  made.show(events, ["none", "bn"]);
  return {
    events: made,
    parts,
    jumps,
    marks: parts.events.children.filter((each) => each.dataset.key),
  };
}

test("marks stand at their share of the axis, in their arm's lane and colour", () => {
  const { marks, parts } = shown([event(0, "none"), event(25, "bn"), event(100, "none")]);
  const drawn = marks.map(({ style }) => [style["--share"], style["--lane"], style["--arm"]]);
  assert.deepEqual(drawn, [
    ["0", "0", "none"],
    ["0.25", "1", "bn"],
    ["1", "0", "none"],
  ]);
  assert.equal(parts.events.style["--lanes"], "2");
});

test("by the square root, marks stand where the slider has their steps, and part earlier", () => {
  const { marks } = shown([event(1), event(2), event(25), event(26)], true);
  assert.deepEqual(
    marks.map(({ style }) => Number(style["--share"])),
    [0.1, Math.sqrt(0.02), 0.5],
  );
});

test("events share a mark if two marks would overlap: below twelve pixels", () => {
  const { marks } = shown([event(10), event(11), event(12)]);
  assert.deepEqual(
    marks.map((mark) => mark.title),
    ["at 10\nat 11", "at 12"],
  );
});

test("a mark has the shape of its most serious event", () => {
  const kinds = (...names) => names.map((kind) => ({ ...event(10), kind }));
  const shape = (...names) => shown(kinds(...names)).marks[0].dataset.shape;
  assert.equal(shape("accuracy"), "round");
  assert.equal(shape("something new"), "round");
  assert.equal(shape("accuracy", "vanishing"), "peak");
  assert.equal(shape("dead", "diverged"), "cross");
  assert.equal(shape("diverged", "change"), "change");
});

test("a mark jumps to its first event, and by further clicks to the next ones", () => {
  const { events, jumps, marks } = shown([event(50), event(51), event(80)]);
  for (const at of [0, 49, 50, 51, 60, 90]) {
    events.moveTo(at);
    marks[0].onclick();
  }
  assert.deepEqual(jumps, [50, 50, 51, 50, 50, 50]);
});

test("the focus stays on the mark of the same event when the marks change", () => {
  const { events, parts } = shown([event(50)]);
  parts.events.children[0].focus();
  events.show([event(20), event(50)], ["none", "bn"]);
  assert.equal(document.activeElement, parts.events.children[1]);
});

test("marks are made once for the same events", () => {
  const { events, parts } = shown([event(50)]);
  const [mark] = parts.events.children;
  events.show([event(50)], ["none", "bn"]);
  assert.equal(parts.events.children[0], mark);
});

test("of two events at one frame the other is counted", () => {
  assert.equal(latestEvent([event(10), event(10)], 10).text, "at 10 And 1 more.");
});

test("of several events at one frame the first is told and the others are counted", () => {
  const events = [event(10, "none", "first"), event(10, "bn"), event(10, "bn")];
  assert.equal(latestEvent(events, 12).text, "first And 2 more.");
});

const labels = (parts) =>
  parts.events.children.filter((each) => !each.dataset.key).map((each) => each.textContent);

test("marks have words beside them: of the most serious event, and how many more there are", () => {
  const { parts } = shown([
    event(10),
    { ...event(11), kind: "diverged", name: "the end" },
    event(60),
  ]);
  assert.deepEqual(labels(parts), ["55: the end +1", "300: event 60"]);
});

test("words for which there is no room are left out", () => {
  const events = [10, 14, 18].map((index) => event(index));
  events[1] = { ...events[1], kind: "diverged", name: "diverges for a long time, in many words" };
  const { parts } = shown(events);
  assert.deepEqual(labels(parts), ["50: event 10", "90: event 18"]);
});
