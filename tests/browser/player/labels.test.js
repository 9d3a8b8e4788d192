import assert from "node:assert/strict";
import { test } from "node:test";

import { placeLabels } from "../../../bnviz/player/browser/player/labels.js";

const mark = (x, width, lane = 0, weight = 0) => ({ x, width, lane, weight });

test("words stand right of their mark, or left of it at the end of the line", () => {
  assert.deepEqual(placeLabels([mark(100, 50), mark(390, 50)], 12, 400), [110, 330]);
});

test("the weightier words get the room", () => {
  const marks = [mark(100, 150), mark(130, 150, 0, 1)];
  assert.deepEqual(placeLabels(marks, 12, 300), [null, 140]);
});

test("lines do not take room from each other", () => {
  assert.deepEqual(placeLabels([mark(20, 100, 0), mark(24, 100, 1)], 12, 200), [30, 34]);
});

test("no words touch other words or another mark, and all lie on the line", () => {
  for (let seed = 1; seed < 300; seed++) {
    let state = seed;
    const random = () => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return state / 2147483648;
    };
    const marks = Array.from({ length: 12 }, () =>
      mark(6 + 488 * random(), 20 + 150 * random(), Math.floor(2 * random()), random()),
    );
    const places = placeLabels(marks, 12, 500);
    assert.ok(places.some((left) => left !== null));
    places.forEach((left, i) => {
      if (left === null) return;
      const right = left + marks[i].width;
      assert.ok(left >= 0 && right <= 500);
      marks.forEach((other, j) => {
        if (other.lane !== marks[i].lane) return;
        assert.ok(right <= other.x - 6 || left >= other.x + 6);
        const start = places[j];
        if (i !== j && start !== null) assert.ok(right <= start || left >= start + other.width);
      });
    });
  }
});
