import assert from "node:assert/strict";
import { test } from "node:test";
import { groupEvents, latestEvent } from "../../../bnviz/player/browser/player/events.js";

const event = (index, arm = "bn", sentence = `at ${index}`) => ({
  index,
  step: 5 * index,
  arm,
  kind: "accuracy",
  sentence,
  colour: arm,
});
const groups = (events, distance, arms = ["none", "bn"]) =>
  groupEvents(events, arms, distance).map(({ lane, group }) => [lane, group.map((e) => e.index)]);

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
  assert.deepEqual(latestEvent(events, 10), { text: "at 10", colour: "bn" });
  assert.equal(latestEvent(events, 20).text, "at 20");
  assert.equal(latestEvent(events, 50).text, "at 20");
  assert.deepEqual(latestEvent(events, 51), { text: "", colour: "transparent" });
});

test("of several events at one frame the first is told and the others are counted", () => {
  const events = [event(10, "none", "first"), event(10, "bn"), event(10, "bn")];
  assert.equal(latestEvent(events, 12).text, "first And 2 more.");
});
