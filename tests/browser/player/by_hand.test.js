import assert from "node:assert/strict";
import { test } from "node:test";
import { dragged, withHand } from "../../../bnviz/player/browser/player/by_hand.js";

const LIMITS = { low: -10, high: 10, step: 0.1 };

test("a drag goes from step to step, without remainders", () => {
  assert.equal(dragged(1, 8, LIMITS), 1.2);
  assert.equal(dragged(0.3, -4, LIMITS), 0.2);
  assert.equal(dragged(0.3, 1, LIMITS), 0.3);
});

test("a drag ends at the limits", () => {
  assert.equal(dragged(1, 10_000, LIMITS), 10);
  assert.equal(dragged(1, -10_000, LIMITS), -10);
});

test("the picture takes the dragged number, and the host's figure stays as it was", () => {
  const figure = {
    view: { by_hand: "hand", gamma: 1, beta: 0.5 },
    bindings: { 0: { kind: "passage", hand: [1, 0.5] }, 1: { kind: "caption" } },
  };
  const found = withHand(figure, { gamma: 2 });
  assert.deepEqual(found.bindings, {
    0: { kind: "passage", hand: [2, 0.5] },
    1: { kind: "caption" },
  });
  assert.equal(found.view.gamma, 2);
  assert.deepEqual(figure.bindings[0].hand, [1, 0.5]);
});
