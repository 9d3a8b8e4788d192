import assert from "node:assert/strict";
import { test } from "node:test";
import { Ruler } from "../../../bnviz/player/browser/player/ruler.js";

const STEPS = [0, 1, 2, 5, 9, 20, 50, 100, 200, 400];
const ruler = (root) => Object.assign(new Ruler((at) => STEPS[at]), { steps: STEPS.at(-1), root });

for (const root of [false, true]) {
  test(`each frame is found at its place${root ? " by the square root" : ""}`, () => {
    const scale = ruler(root);
    STEPS.forEach((_, at) => {
      assert.equal(scale.frameAt(scale.place(at), STEPS.length), at);
    });
    assert.deepEqual([scale.place(0), scale.place(STEPS.length - 1)], [0, 1]);
  });
}

test("between two frames the nearer one is found, by the slider's own scale", () => {
  // Step 292 is nearer to 200, but the square roots meet at 291.4.
  assert.equal(ruler(false).frameAt(292 / 400, STEPS.length), 8);
  assert.equal(ruler(true).frameAt(Math.sqrt(292 / 400), STEPS.length), 9);
});

test("no frame is found that has not arrived", () => {
  assert.equal(ruler(true).frameAt(0.9, 4), 3);
  assert.equal(ruler(true).frameAt(0.9, 1), 0);
  assert.equal(ruler(true).frameAt(0.9, 0), 0);
});
