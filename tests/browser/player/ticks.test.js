import assert from "node:assert/strict";
import { test } from "node:test";
import { rootTicks, widenMargin } from "../../../bnviz/player/browser/player/ticks.js";

const whole = (end, share) => {
  const drawn = Math.sqrt(end);
  return rootTicks([0, 1.005 * drawn], share * drawn, { end, whole: true });
};

// The same as in tests/figures/test_run_axis.py.
for (const [end, share, ticks] of [
  [800, 0.16, [0, 50, 200, 500, 800]],
  [10, 0.16, [0, 2, 5, 10]],
  [1, 0.1, [0, 1]],
  [50_000, 0.22, [0, 5_000, 20_000, 50_000]],
  [800, 0.9, [0, 800]],
]) {
  test(`ticks of ${end} steps, ${share} of the axis apart`, () => {
    assert.deepEqual(whole(end, share), ticks);
  });
}

test("seconds need not be whole", () => {
  const drawn = Math.sqrt(0.533);
  const ticks = rootTicks([0, drawn], 0.22 * drawn, { end: 0.533, whole: false });
  assert.deepEqual(ticks, [0, 0.05, 0.2, 0.533]);
});

test("a part of the axis has round ticks of its own, all within it", () => {
  const range = /** @type {[number, number]} */ ([Math.sqrt(37), Math.sqrt(64)]);
  const apart = (range[1] - range[0]) / 8;
  const ticks = rootTicks(range, apart, { end: 800, whole: true });
  assert.ok(ticks.length >= 3, String(ticks));
  assert.ok(ticks.includes(50), String(ticks));
  assert.ok(ticks.every((tick) => Number.isInteger(tick) && tick >= 37 && tick <= 64));
});

test("between two steps there is no tick, and the search ends", () => {
  const range = /** @type {[number, number]} */ ([Math.sqrt(40.2), Math.sqrt(40.8)]);
  assert.deepEqual(rootTicks(range, 0.001, { end: 800, whole: true }), []);
});

test("the end has no number where half of it would reach too far", () => {
  const drawn = Math.sqrt(800);
  const apart = 0.16 * drawn;
  const cut = rootTicks([0, drawn], apart, { end: 800, whole: true }, 0.25 * apart);
  assert.equal(cut.at(0), 0);
  assert.ok(cut.at(-1) < 800);
  assert.ok(Math.sqrt(cut.at(-1)) + apart / 2 <= drawn + 0.25 * apart + 1e-9);
});

test("the left margin has room for the numbers of the first panel, however large", () => {
  globalThis.document = {
    createElement: () => {
      const context = {
        measureText: (text) => ({ width: text.length * parseFloat(context.font) }),
      };
      return { getContext: () => context };
    },
  };
  const leftAt = (size, shown = true) => {
    const layout = {
      width: 508,
      margin: { l: 8, r: 0 },
      font: { size },
      xaxis: { domain: [0.1, 0.5] },
      yaxis: { showticklabels: shown },
      xaxis2: { domain: [0.6, 1] },
      yaxis2: {},
    };
    widenMargin(layout, { axes: [], end: 800, whole: true });
    return layout.margin.l;
  };
  assert.deepEqual(
    [10, 20].map((size) => leftAt(size)),
    [8, 34],
  );
  assert.equal(leftAt(20, false), 8);
});
