// The places of the diagram beside the histograms.

import assert from "node:assert/strict";
import test from "node:test";

import { shortNames } from "../../../bnviz/player/browser/player/diagram_picture.js";
import {
  bandOf,
  layerAt,
  levelOf,
  roomsOf,
  rowsOf,
  skipOf,
} from "../../../bnviz/player/browser/player/wiring.js";

const PARTS = {
  none: ["weights", "activation"],
  before: ["weights", "normalization", "activation"],
  after: ["weights", "activation", "normalization"],
  weight: ["normalized_weights", "activation"],
};
const QUANTITIES = ["pre_activation", "activation"];

/** The layout of a figure with the histograms of some layers of some networks side by side. */
function layoutOf(layers, networks, { width = 1056, height = 470 } = {}) {
  const layout = { width, height };
  const column = (0.665 * width) / networks;
  const share = { 1: 0.13, 2: 0.128, 3: 0.105 }[networks];
  const length = height - 68;
  const pitch = length / (layers + 0.57);
  for (let i = 0; i < networks; i++) {
    const suffix = i ? String(i + 1) : "";
    const inner = column - 20 - share * width;
    layout[`xaxis${suffix}`] = {
      _offset: 8 + i * column + share * width,
      _length: inner,
      d2p: (value) => ((value + 6.24) / 12.48) * inner,
    };
    layout[`yaxis${suffix}`] = {
      _offset: 26,
      _length: length,
      d2p: (value) => length - (value + 0.12) * pitch,
    };
  }
  return layout;
}

/** The rooms of such a figure. */
function rooms(layers, networks, size) {
  const columns = Array.from({ length: networks }, (_, i) => ({ panel: i + 1 }));
  const baselines = Array.from({ length: layers }, (_, row) => layers - 1 - row);
  return roomsOf({ columns, baselines, start: -6 }, layoutOf(layers, networks, size));
}

const SIZES = [1, 5, 20].flatMap((layers) =>
  [1, 2, 3].flatMap((networks) => [470, 300].map((height) => ({ layers, networks, height }))),
);

for (const { layers, networks, height } of SIZES) {
  const made = rooms(layers, networks, { height });
  const level = levelOf(made);
  const name = `${layers} layers of ${networks} networks in ${height} pixels (${level})`;

  test(`the dot is on its lead, which ends where its baseline begins: ${name}`, () => {
    const layout = layoutOf(layers, networks, { height });
    made.forEach((room, column) => {
      const suffix = column ? String(column + 1) : "";
      const [x, y] = [layout[`xaxis${suffix}`], layout[`yaxis${suffix}`]];
      for (const parts of Object.values(PARTS)) {
        for (const quantity of QUANTITIES) {
          rowsOf(parts, quantity, room, level).forEach(({ lead, taps }, row) => {
            assert.deepEqual(lead[0], taps[quantity]);
            const base = y._offset + y.d2p(layers - 1 - row);
            assert.ok(Math.abs(lead.at(-1)[0] - (x._offset + x.d2p(-6))) < 1e-9);
            assert.ok(Math.abs(lead.at(-1)[1] - base) < 1e-9);
            assert.ok(lead.every(([, height]) => height <= base + 1e-9));
            assert.equal(lead.at(-2)[1], lead.at(-1)[1]);
          });
        }
      }
    });
  });

  test(`nothing leaves its row or covers the next part: ${name}`, () => {
    for (const room of made) {
      for (const parts of Object.values(PARTS)) {
        const rows = rowsOf(parts, "pre_activation", room, level);
        rows.forEach(({ boxes }, row) => {
          boxes.forEach(({ left, width, top, height: tall }, i) => {
            assert.ok(left >= room.left - 1e-9);
            assert.ok(left + width <= room.right - 4);
            assert.ok(top + tall < room.baselines[row]);
            if (row > 0) assert.ok(top > room.baselines[row - 1] + 4);
            if (i > 0) assert.ok(left > boxes[i - 1].left + boxes[i - 1].width);
          });
        });
        rows.forEach(({ name: [, y] }, row) => {
          if (level === "full" && row > 0) assert.ok(y - 11 > room.baselines[row - 1] + 4);
        });
      }
    }
  });
}

test("the parts stand in the order of the network, with the taps on both sides of the activation", () => {
  const [room] = rooms(5, 2);
  for (const parts of Object.values(PARTS)) {
    const [{ boxes, taps }] = rowsOf(parts, "activation", room, "full");
    assert.deepEqual(
      boxes.map(({ kind }) => kind),
      parts,
    );
    const { left, width } = boxes.find(({ kind }) => kind === "activation");
    assert.ok(taps.pre_activation[0] < left && taps.activation[0] > left + width);
    for (const [x] of Object.values(taps)) {
      assert.ok(boxes.every((box) => x < box.left || x > box.left + box.width));
    }
  }
});

test("a normalization before the activation stands before the tap of the values, one after it behind that of the outputs", () => {
  const [room] = rooms(5, 2);
  const of = (parts) => {
    const [{ boxes, taps }] = rowsOf(parts, "activation", room, "full");
    return { box: boxes.find(({ kind }) => kind === "normalization"), taps };
  };
  const before = of(PARTS.before);
  assert.ok(before.box.left + before.box.width < before.taps.pre_activation[0]);
  const after = of(PARTS.after);
  assert.ok(after.box.left > after.taps.activation[0]);
});

test("the wire leads through a row and to the weights of the next one, if there is one", () => {
  const [room] = rooms(5, 2);
  const rows = rowsOf(PARTS.before, "activation", room, "full");
  rows.slice(0, -1).forEach(({ wire }, row) => {
    const { left, width, top } = rows[row + 1].boxes[0];
    assert.ok(Math.abs(wire.at(-1)[0] - (left + width / 2)) < 1e-9);
    assert.ok(Math.abs(wire.at(-1)[1] - top) < 1e-9);
  });
  assert.equal(rows.at(-1).wire.length, 2);
});

test("the lower and the narrower the rows, the less is drawn", () => {
  assert.equal(levelOf(rooms(5, 2)), "full");
  assert.equal(levelOf(rooms(10, 2)), "compact");
  assert.equal(levelOf(rooms(20, 2)), "dots");
  assert.equal(levelOf(rooms(5, 3)), "full");
  assert.equal(levelOf(rooms(5, 2, { width: 400 })), "none");
});

test("the diagrams of all networks are as wide", () => {
  const widths = rooms(5, 3).map(({ left, right }) => right - left);
  for (const width of widths) assert.ok(Math.abs(width - widths[0]) < 1e-9);
});

test("a place in a row is in its layer and its band, one outside in none", () => {
  const made = rooms(5, 2);
  const [{ left, top, baselines }] = made;
  baselines.forEach((base, row) => {
    assert.equal(layerAt(made, left + 1, base - 3), row + 1);
    const band = bandOf(made[0], row + 1);
    assert.ok(band.top < base - 3 && band.top + band.height > base);
    assert.equal(layerAt(made, left + 1, band.top + 1), row + 1);
  });
  assert.equal(layerAt(made, left + 1, top - 1), 0);
  assert.equal(layerAt(made, left - 1, baselines[0]), 0);
  assert.equal(layerAt(made, made[1].end + 1, baselines[0]), 0);
  assert.equal(layerAt(made, left + 1, baselines[4] + 12), 0);
});

test("each layer may consist of other parts", () => {
  const [room] = rooms(3, 2);
  const each = [PARTS.none, PARTS.before, PARTS.after];
  const rows = rowsOf(each, "activation", room, "full");
  assert.deepEqual(
    rows.map(({ boxes }) => boxes.map(({ kind }) => kind)),
    each,
  );
});

test("a skip leads from the wire into a block to where its second layer adds it", () => {
  for (const [level, height] of [
    ["full", 402],
    ["compact", 240],
  ]) {
    const [room] = rooms(5, 2, { height });
    assert.equal(levelOf([room]), level);
    for (const adds of ["before", "after"]) {
      const rows = rowsOf(PARTS[adds], "activation", room, level);
      for (const closing of [3, 5]) {
        const way = skipOf(rows, closing, adds, room);
        const opens = rows[closing - 2].boxes[0];
        assert.equal(way[0][0], opens.left + opens.width / 2);
        assert.ok(way[0][1] > room.baselines[closing - 3] && way[0][1] < opens.top);
        const { boxes, taps, wire } = rows[closing - 1];
        const [x, y] = way[way.length - 1];
        if (adds === "before") {
          const norm = boxes.find(({ kind }) => kind === "normalization");
          assert.ok(norm && norm.left + norm.width <= x && x < taps.pre_activation[0]);
          assert.equal(y, wire[0][1]);
        } else if (closing === 5) {
          assert.deepEqual([x, y], wire[wire.length - 1]);
        } else {
          assert.deepEqual([x, y], wire[wire.length - 2]);
        }
        // No part of it goes through a box.
        for (const [px, py] of way.slice(1, -1)) {
          assert.ok(px < opens.left || boxes.every(({ top, height }) => py > top + height));
        }
      }
    }
    assert.deepEqual(skipOf(rowsOf(PARTS.none, "activation", room, "dots"), 3, "before", room), []);
  }
});

test("a name that is too long keeps its beginning and its end", () => {
  assert.deepEqual(shortNames(["layer 12"], 8), ["layer 12"]);
  for (const most of [8, 9, 16]) {
    const [short] = shortNames(["block_13/expand_relu", "other"], most);
    assert.equal(short.length, most);
    assert.match(short, /^blo.*….*elu$/);
  }
});

test("names that would look alike are shortened where they are alike", () => {
  const names = [1, 2, 13].flatMap((n) => [`conv_dw_${n}_relu`, `conv_pw_${n}_relu`]);
  assert.deepEqual(shortNames(names.slice(0, 2), 9), ["conv_dw_1", "conv_pw_1"]);
  assert.deepEqual(shortNames(names, 8).slice(-2), ["…_dw_13", "…_pw_13"]);
  assert.equal(new Set(shortNames(names, 8)).size, names.length);
  assert.ok(shortNames(["a".repeat(20), "a".repeat(21)], 8).every(({ length }) => length === 8));
});
