import assert from "node:assert/strict";
import { test } from "node:test";

import { compared, Moment, moment } from "../../../bnviz/player/browser/player/moment.js";
import { FakeElement } from "../support/dom.js";
import { framesOf } from "../support/frames.js";

const ARMS = [
  { name: "none", label: "without BN", colour: "orange", with: "without BN" },
  { name: "bn", label: "with BN", colour: "blue", with: "with BN" },
  { name: "layer_norm", label: "layer norm", colour: "green", with: "with layer norm" },
];

/**
 * Frames of networks with two layers, whose second one's values are as wide as given.
 * @param {{ step: number, widths: number[], diverged?: number[] }[]} given
 */
function made(given) {
  const arms = ARMS.slice(0, given[0].widths.length);
  const fields = { step: ["i4"] };
  for (const { name } of arms) {
    fields[`${name}/diverged_at`] = ["i4"];
    fields[`${name}/pre_activation_percentiles`] = ["f4", 2, 7];
  }
  const frames = given.map(({ step, widths, diverged = [] }) => {
    const frame = { step };
    arms.forEach(({ name }, i) => {
      const half = widths[i] / 2;
      frame[`${name}/diverged_at`] = diverged[i] ?? -1;
      frame[`${name}/pre_activation_percentiles`] = [
        ...[0, 0, 0, 0, 0, 0, 0],
        ...[-9 * half, -half, 0, 0, 0, half, 9 * half],
      ];
    });
    return frame;
  });
  return { frames: framesOf(fields, frames), arms };
}

/** What is said of the last of some frames. */
function said(...given) {
  const { frames, arms } = made(given);
  return moment(frames, given.length - 1, arms, 2);
}

test("widths are compared with those at step 0, whatever the ratio", () => {
  for (const [now, words] of [
    [1, "about as wide"],
    [1.4, "about as wide"],
    [0.7, "about as wide"],
    [1.6, "more than 1.5 times as wide"],
    [2.5, "more than twice as wide"],
    [4, "more than 3 times as wide"],
    [1e6, "more than 100 times as wide"],
    [0.6, "less than two thirds as wide"],
    [0.4, "less than half as wide"],
    [1e-6, "less than a hundredth as wide"],
  ]) {
    assert.equal(compared(now, 1), words);
  }
  for (const [now, start] of [
    [Number.NaN, 1],
    [1, 0],
    [0, 1],
    [0, 0],
    [Number.POSITIVE_INFINITY, 1],
    [0.06, 0.01],
  ]) {
    assert.equal(compared(now, start), "");
  }
});

test("before the first step nothing is trained", () => {
  assert.equal(said({ step: 0, widths: [1, 1] }), "Nothing is trained yet.");
});

test("each network is compared with itself at step 0, in the layer chosen", () => {
  const start = { step: 0, widths: [1, 4] };
  assert.equal(
    said(start, { step: 60, widths: [2.5, 4] }),
    "Each compared with its own step 0, the values in layer 2 are spread more than twice as wide without BN " +
      "and about as wide with BN.",
  );
  assert.equal(
    said(start, { step: 60, widths: [0.4, 16] }),
    "Each compared with its own step 0, the values in layer 2 are spread less than half as wide without BN " +
      "and more than 3 times as wide with BN.",
  );
});

test("networks that are alike are said to be alike", () => {
  const start = { step: 0, widths: [1, 4] };
  assert.match(
    said(start, { step: 9, widths: [1, 4] }),
    / spread about as wide in both networks\.$/,
  );
  const three = { step: 0, widths: [1, 1, 1] };
  assert.match(
    said(three, { step: 9, widths: [9, 9, 9] }),
    / more than 5 times as wide in all networks\.$/,
  );
});

test("a third network has its own words", () => {
  const words = said({ step: 0, widths: [1, 1, 1] }, { step: 9, widths: [1, 1, 9] });
  assert.match(words, /, about as wide with BN and more than 5 times as wide with layer norm\.$/);
});

test("a network that has diverged is named, and its values are compared no more", () => {
  const start = { step: 0, widths: [1, 1] };
  const lost = { step: 9, widths: [Number.NaN, 1], diverged: [5, -1] };
  assert.equal(said(start, lost), "Without BN, the network has diverged.");
  const later = { ...lost, diverged: [12, -1] };
  assert.match(said(start, later), / spread about as wide with BN\.$/);
  const both = { ...lost, diverged: [5, 9] };
  assert.equal(said(start, both), "No network is left: all have diverged.");
  const three = [
    { step: 0, widths: [1, 1, 1] },
    { step: 9, widths: [1, 1, 1], diverged: [5, -1, 6] },
  ];
  assert.equal(said(...three), "Without BN and with layer norm, the networks have diverged.");
});

test("a network whose widths cannot be compared is left out", () => {
  assert.equal(
    said({ step: 0, widths: [0, 1] }, { step: 9, widths: [1, 1] }),
    "Compared with step 0, the values in layer 2 are spread about as wide with BN.",
  );
});

test("without a width at step 0 nothing is said but the step", () => {
  assert.equal(said({ step: 0, widths: [0, 0.01] }, { step: 9, widths: [1, 0.05] }), "");
  assert.equal(said({ step: 3, widths: [1, 1] }, { step: 9, widths: [5, 1] }), "");
});

test("the line gives the step, or the event that has just passed, and stands while it plays", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  globalThis.document = { createElement: () => new FakeElement() };
  const { frames, arms } = made([
    { step: 0, widths: [1, 1] },
    { step: 9, widths: [5.5, 1] },
    { step: 20, widths: [1, 5.5] },
  ]);
  const line = new FakeElement();
  const shown = new Moment(line);
  const text = () => line.children.map((each) => each.textContent ?? each).join("");
  const about = { arms, layer: 2, events: [] };
  shown.show(frames, 0, about, true);
  assert.equal(text(), "Training begins.");
  shown.show(frames, 1, about, true);
  shown.show(frames, 2, about, true);
  assert.equal(text(), "Training begins.");
  t.mock.timers.tick(700);
  assert.match(text(), /^Each compared .* about as wide without BN and more than 5 times/);
  shown.show(frames, 1, about, false);
  assert.match(text(), /^Step 9\. Each compared .* more than 5 times/);
  const event = { index: 2, sentence: "Step 20: it ends.", colour: "blue" };
  const past = { ...event, index: 0, sentence: "Step 0: it begins." };
  shown.show(frames, 1, { ...about, events: [past] }, false);
  assert.equal(text(), "Earlier, step 0: it begins.");
  shown.show(frames, 2, { ...about, events: [event] }, false);
  assert.equal(text(), "Step 20: it ends.");
  assert.equal(line.style["--arm"], "blue");
  t.mock.timers.tick(5000);
  assert.equal(text(), "Step 20: it ends.");
});

test("networks and layers that have names of their own are called by them", () => {
  const { frames, arms } = made([
    { step: 0, widths: [1] },
    { step: 9, widths: [3] },
  ]);
  const own = arms.map((arm) => ({ ...arm, label: "mine", with: "in “mine”" }));
  assert.equal(
    moment(frames, 1, own, 2, "conv_2"),
    "Compared with step 0, the values in conv_2 are spread more than twice as wide.",
  );
  const lost = made([{ step: 9, widths: [1, 1], diverged: [-1, 9] }]);
  const second = [lost.arms[0], { ...own[0], name: "bn" }];
  assert.match(moment(lost.frames, 0, second, 2), /^In “mine”, the network has diverged/);
});
