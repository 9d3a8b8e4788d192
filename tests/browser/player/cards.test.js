import assert from "node:assert/strict";
import { test } from "node:test";
import { arrival, Cards, duration, speedUp } from "../../../bnviz/player/browser/player/cards.js";
import { fakeParts } from "../support/dom.js";
import { framesOf } from "../support/frames.js";

const FIELDS = { step: ["i4"], "bn/diverged_at": ["i4"] };
const frames = framesOf(
  FIELDS,
  [0, 50, 1200].map((step) => ({ step, "bn/diverged_at": -1 })),
);

test("a target, and what it is, is reached once the cursor has passed the step", () => {
  const pair = { target: 0.9, share: "the most", reached: { bn: 50 } };
  assert.equal(arrival("bn", frames, 0, pair), "90 % accuracy not reached");
  assert.equal(arrival("bn", frames, 1, pair), "90 % accuracy at step 50");
});

test("a target that is never reached says so at every step", () => {
  const pair = { target: 0.9, share: "the most", reached: { bn: null } };
  assert.equal(arrival("bn", frames, 2, pair), "90 % accuracy not reached");
});

test("without a target nothing is said", () => {
  assert.equal(arrival("bn", frames, 2, {}), "");
  assert.equal(arrival("bn", frames, 2, { target: null, reached: {} }), "");
});

test("an arm that has diverged says so, from that step on", () => {
  const broken = framesOf(
    FIELDS,
    [0, 7, 9].map((step) => ({ step, "bn/diverged_at": step < 7 ? -1 : 7 })),
  );
  const pair = { target: 0.9, share: "the most", reached: { bn: null } };
  assert.equal(arrival("bn", broken, 2, pair), "diverged at step 7");
  assert.equal(arrival("bn", broken, 0, pair), "90 % accuracy not reached");
});

test("a speed-up is told once both arms have reached the target", () => {
  const speeds = { bn: "more than 4.2 times fewer steps" };
  const pair = { target: 0.9, share: "the most", reached: { none: 600, bn: 50 }, speeds };
  assert.equal(speedUp("bn", 599, pair), "");
  assert.equal(speedUp("bn", 600, pair), "more than 4.2 times fewer steps");
  assert.equal(speedUp("none", 600, pair), "");
  assert.equal(speedUp("bn", 600, {}), "");
  assert.equal(speedUp("bn", 600, { ...pair, speeds: { bn: "" } }), "");
  const alone = { ...pair, reached: { none: null, bn: 50 } };
  assert.equal(speedUp("bn", 50, alone), "more than 4.2 times fewer steps");
});

test("with what a step costs, seconds take the place of steps", () => {
  const pair = {
    target: 0.9,
    share: "the most",
    reached: { none: 600, bn: 50 },
    speeds: { bn: "12.0 times fewer steps" },
    speeds_in_seconds: { bn: "8.0 times less time" },
  };
  assert.equal(arrival("bn", frames, 1, pair, 9e-5), "90 % accuracy in 4.5 ms");
  assert.equal(speedUp("bn", 600, pair, 9e-5), "8.0 times less time");
  assert.equal(speedUp("bn", 599, pair, 9e-5), "");
  assert.equal(speedUp("bn", 600, pair, null), "12.0 times fewer steps");
  assert.equal(arrival("bn", frames, 0, pair, 9e-5), "90 % accuracy not reached");
  const never = { ...pair, reached: { none: 600, bn: null } };
  assert.equal(arrival("bn", frames, 2, never, 1e-3), "90 % accuracy not reached");
});

test("a time has two digits and its unit", () => {
  assert.equal(duration(0), "0 ms");
  assert.equal(duration(3.14159e-5), "0.031 ms");
  assert.equal(duration(0.0456), "46 ms");
  assert.equal(duration(0.456), "456 ms");
  assert.equal(duration(1), "1 s");
  assert.equal(duration(4567.8), "4,568 s");
});

test("a card has the accuracy and the loss of its arm at the cursor", () => {
  const fields = {
    ...FIELDS,
    "bn/validation_accuracy": ["f4"],
    "bn/validation_loss": ["f4"],
  };
  const cards = new Cards(fakeParts("summary cards"));
  cards.spec = { arms: [{ name: "bn", label: "with BN", colour: "blue" }] };
  cards.cards = [{ ...fakeParts("value correct loss line note card"), target: [{}, {}, {}] }];
  for (const [accuracy, text] of [
    [0.0625, "6.3 %"],
    [0.25, "25 %"],
    [0.984375, "98 %"],
    [0.99609375, "99.6 %"],
    [1, "100.0 %"],
  ]) {
    const frame = { step: 3, "bn/diverged_at": 2, "bn/validation_loss": 0.5 };
    const all = framesOf(fields, [{ ...frame, "bn/validation_accuracy": accuracy }]);
    cards.draw(all, 0, {});
    const [{ value, loss, target, note }] = cards.cards;
    assert.equal(value.textContent, text);
    assert.equal(loss.textContent, "loss 0.50");
    const told = target.map(({ textContent }) => textContent);
    assert.deepEqual([...told, note.textContent], ["diverged at step 2", "", "", ""]);
  }
});

test("a network without a known accuracy has none on its card, and a loss where it is known", () => {
  const measures = ["bn/validation_accuracy", "bn/validation_loss"];
  const fields = { ...FIELDS, ...Object.fromEntries(measures.map((name) => [name, ["f4"]])) };
  const cards = new Cards(fakeParts("summary cards"));
  cards.spec = { arms: [{ name: "bn", label: "with BN", colour: "blue" }] };
  cards.cards = [{ ...fakeParts("value correct loss line note card"), target: [{}, {}, {}] }];
  const [{ value, correct, loss }] = cards.cards;
  for (const [accuracy, known, words] of [
    [Number.NaN, Number.NaN, ["", "", ""]],
    [Number.NaN, 0.5, ["", "", "loss 0.50"]],
    [0.5, Number.NaN, ["50 %", " correct", "loss not a number"]],
  ]) {
    const frame = { step: 3, "bn/diverged_at": -1, "bn/validation_accuracy": accuracy };
    cards.draw(framesOf(fields, [{ ...frame, "bn/validation_loss": known }]), 0, {});
    const told = [value, correct, loss].map(({ textContent }) => textContent);
    assert.deepEqual(told, words);
  }
});

test("a network that has diverged has no speed-up on its card, whatever it was before", () => {
  const arms = ["none", "bn"];
  const kinds = { diverged_at: "i4", validation_accuracy: "f4", validation_loss: "f4" };
  const fields = Object.entries(kinds).flatMap(([measure, type]) =>
    arms.map((arm) => [`${arm}/${measure}`, [type]]),
  );
  const cards = new Cards(fakeParts("summary cards"));
  cards.spec = { arms: arms.map((name) => ({ name, label: name, colour: "blue" })) };
  cards.cards = arms.map(() => ({
    ...fakeParts("value correct loss line note card"),
    target: [{}, {}, {}],
  }));
  const pair = { reached: { none: null, bn: 2 }, speeds: { bn: "2.0 times fewer steps" } };
  const steps = [3, 9].map((step) => ({
    step,
    "none/diverged_at": -1,
    "bn/diverged_at": step < 7 ? -1 : 7,
  }));
  const frames = framesOf({ step: ["i4"], ...Object.fromEntries(fields) }, steps);
  const told = [0, 1].map((at) => {
    cards.draw(frames, at, pair);
    return cards.cards[1].note.textContent;
  });
  assert.deepEqual(told, ["2.0 times fewer steps", ""]);
});

test("a narrow card can leave out of what the target is a share, which its title says", () => {
  const fields = {
    ...FIELDS,
    "bn/validation_accuracy": ["f4"],
    "bn/validation_loss": ["f4"],
  };
  const cards = new Cards(fakeParts("summary cards"));
  cards.spec = { arms: [{ name: "bn", label: "with BN", colour: "blue" }] };
  cards.cards = [{ ...fakeParts("value correct loss line note card"), target: [{}, {}, {}] }];
  const pair = { target: 0.9, share: "the most", reached: { bn: 2 } };
  cards.draw(framesOf(fields, [{ step: 3, "bn/diverged_at": -1 }]), 0, pair);
  const told = cards.cards[0].target.map(({ textContent }) => textContent);
  assert.deepEqual(told, ["90 %", " accuracy", " at step 2"]);
  assert.equal(cards.cards[0].line.title, "The target is the most accuracy");
});

test("an arm that diverges in the first step, and right at the cursor, has diverged", () => {
  const at = (step) => framesOf(FIELDS, [{ step, "bn/diverged_at": step }]);
  assert.equal(arrival("bn", at(0), 0, {}), "diverged at step 0");
  assert.equal(arrival("bn", at(7), 0, {}), "diverged at step 7");
});

test("the certificate holds if all digests of the arms are equal, and not otherwise", () => {
  const kinds = ["data", "kernels", "batches"];
  const names = ["none", "bn"].flatMap((arm) => kinds.map((kind) => `${arm}/${kind}_digest`));
  const fields = Object.fromEntries(names.map((name) => [name, ["u1", 8]]));
  const digest = (first) => [first, 1, 2, 250, 4, 5, 6, 7];
  const equal = Object.fromEntries(names.map((name, i) => [name, digest(i % 3)]));
  const cards = new Cards(fakeParts("summary cards"));
  cards.spec = { arms: ["none", "bn"].map((name) => ({ name, label: name, colour: "" })) };
  const holds = cards.certificate(framesOf(fields, [equal]), 0);
  assert.match(holds, /^✓ Same data.*010102fa·020102fa$/);
  for (const name of names) {
    const other = framesOf(fields, [{ ...equal, [name]: digest(9) }]);
    assert.match(cards.certificate(other, 0), /^✗/);
  }
});
