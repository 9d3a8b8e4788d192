import assert from "node:assert/strict";
import { test } from "node:test";
import { cellIndices, paintHeat } from "../../../bnviz/player/browser/player/heat.js";
import { Painter } from "../../../bnviz/player/browser/player/painter.js";
import { heightAbove, heightLeft } from "../../../bnviz/player/browser/player/space.js";
import { applyTheme } from "../../../bnviz/player/browser/player/theme.js";
import { FakeElement } from "../support/dom.js";

test("each equal part of a heat map takes the colour of the cell at its middle", () => {
  assert.deepEqual(cellIndices([0, 1, 2, 4], 4), [0, 1, 2, 2]);
  assert.deepEqual(cellIndices([0, 1, 2, 4], 8), [0, 0, 1, 1, 2, 2, 2, 2]);
  assert.deepEqual(cellIndices([0, 3.5, 4], 2), [0, 0]);
  assert.deepEqual(cellIndices([-1, 1], 3), [0, 0, 0]);
});

test("a heat map's lowest row is at the bottom, and its ends take what lies beyond", () => {
  const images = [];
  globalThis.document = {
    createElement: () => {
      const context = {
        createLinearGradient: () => ({ addColorStop() {} }),
        fillRect() {},
        getImageData: () => ({ data: Uint32Array.from({ length: 256 }, (_, i) => i) }),
        createImageData: (width, height) => ({ data: new Uint32Array(width * height) }),
        putImageData: ({ data }) => images.push([...data]),
      };
      return { getContext: () => context };
    },
  };
  const trace = { colorscale: [], zmin: 0, zmax: 255 };
  const points = {
    x: [0, 1],
    y: [10, 20, 30],
    z: [
      [0, 1],
      [2, -5],
      [300, 255],
    ],
  };
  const axis = { d2p: (value) => 100 + 2 * value };
  const drawn = [];
  const context = { drawImage: (_, ...box) => drawn.push(box) };
  for (let i = 0; i < 2; i++) paintHeat(context, trace, points, axis, axis);
  assert.deepEqual(images, [[255, 255, 2, 0, 0, 1]]);
  assert.deepEqual(drawn[0], [99, 170, 4, -60]);
  const edged = { ...points, x: [0, 1, 2], y: [10, 20, 30, 40] };
  paintHeat(context, trace, edged, axis, axis);
  assert.deepEqual(drawn[2], [100, 180, 4, -60]);
  paintHeat(context, { ...trace, colorscale: [] }, points, axis, axis);
  assert.equal(images.length, 3);
  assert.equal(images[1].length, 640 * 320);
});

/** A drawing context that notes what it is told. */
function recorder() {
  const calls = [];
  const context = new Proxy(
    {},
    {
      get: (own, name) => own[name] ?? ((...args) => calls.push([name, ...args])),
    },
  );
  return { calls, context };
}

const AXIS = { _offset: 0, _length: 100, d2p: (value) => (value === 0 ? NaN : value) };
const LAYOUT = { width: 200, height: 100, font: { family: "serif" }, xaxis: AXIS, yaxis: AXIS };
const TRACE = { type: "scatter", xaxis: "x", yaxis: "y", mode: "lines", line: { width: 1 } };

function paint(trace, points, layout = LAYOUT) {
  globalThis.window = { devicePixelRatio: 2 };
  globalThis.getComputedStyle = () => ({ getPropertyValue: () => "white" });
  const { calls, context } = recorder();
  context.measureText = (text) => ({ width: 5 * text.length });
  const canvas = new FakeElement();
  canvas.getContext = () => context;
  new Painter(canvas).draw([{ trace, points }], layout, []);
  return { canvas, calls, of: (...names) => calls.filter(([name]) => names.includes(name)) };
}

test("a null, a NaN and a value without a place start another part of a line", () => {
  for (const hole of [null, NaN, 0]) {
    const { of } = paint(TRACE, { x: [1, 2, 3, 4, 5], y: [1, 2, hole, 4, 5] });
    const path = of("moveTo", "lineTo").map(([name, left]) => [name, left]);
    assert.deepEqual(path, [
      ["moveTo", 1],
      ["lineTo", 2],
      ["moveTo", 4],
      ["lineTo", 5],
    ]);
  }
});

test("a line without width has no stroke but its fill", () => {
  const trace = { ...TRACE, line: { width: 0 }, fill: "toself", fillcolor: "red" };
  const { of } = paint(trace, { x: [1, 2], y: [1, 2] });
  assert.deepEqual([of("fill").length, of("stroke").length], [1, 0]);
});

test("a trace is drawn on its own axes", () => {
  const second = { ...AXIS, _offset: 50 };
  const layout = { ...LAYOUT, xaxis2: second };
  const { of } = paint({ ...TRACE, xaxis: "x2" }, { x: [1], y: [1] }, layout);
  assert.deepEqual(of("translate"), [["translate", 50, 0]]);
});

test("markers and texts leave out points without a value", () => {
  const trace = {
    ...TRACE,
    mode: "markers+text",
    marker: { color: ["red", "green", "blue"], size: 8 },
    textfont: { size: 10, color: "black" },
  };
  const points = { x: [1, 2, 3], y: [1, null, 3], text: ["a", "b", ""] };
  const { of } = paint(trace, { ...points, textposition: "top right" });
  assert.deepEqual(
    of("arc").map(([, left]) => left),
    [1, 3],
  );
  const words = of("fillText");
  assert.deepEqual(
    words.map(([, text, left]) => [text, left]),
    [["a", 8]],
  );
});

test("words in a span are left out where they would take half of their axis", () => {
  const trace = { ...TRACE, mode: "text", textfont: { size: 10, color: "black" } };
  const text = ["2 %<span> beyond</span> ▸"];
  const written = (length) => {
    const xaxis = { ...AXIS, _length: length };
    const { of } = paint(trace, { x: [1], y: [1], text }, { ...LAYOUT, xaxis });
    return of("fillText").map(([, words]) => words);
  };
  assert.deepEqual(written(200), ["2 % beyond ▸"]);
  assert.deepEqual(written(100), ["2 % ▸"]);
});

test("the canvas has the resolution of the screen", () => {
  const { canvas } = paint(TRACE, { x: [], y: [] });
  assert.deepEqual([canvas.width, canvas.height, canvas.style.width], [400, 200, "200px"]);
});

test("above a bar at the lower edge a figure has the room before anything is scrolled", () => {
  globalThis.window = { innerHeight: 800 };
  const figure = (scrolled) => ({
    getBoundingClientRect: () => ({ top: 300 - scrolled }),
    parentElement: { scrollTop: scrolled, parentElement: { scrollTop: 0, parentElement: null } },
  });
  assert.equal(heightAbove(figure(0), { offsetHeight: 100 }), 400);
  assert.equal(heightAbove(figure(120), { offsetHeight: 100 }), 400);
});

test("the height left is what the page above and the other parts leave of the window", () => {
  globalThis.window = { scrollY: 30, innerHeight: 900 };
  const root = { getBoundingClientRect: () => ({ top: 20 }), scrollHeight: 700 };
  assert.equal(heightLeft(root, { offsetHeight: 400 }), 900 - 50 - 300 - 14);
});

test("what comes after the last part that must fit takes no height, but for a foot on a high screen", () => {
  const root = { getBoundingClientRect: () => ({ top: 20 }), scrollHeight: 700 };
  const parts = {
    last: { getBoundingClientRect: () => ({ bottom: 620 }) },
    foot: { offsetHeight: 25 },
  };
  globalThis.window = { scrollY: 0, innerHeight: 720 };
  assert.equal(heightLeft(root, { offsetHeight: 400 }, parts), 720 - 20 - 200 - 14);
  globalThis.window = { scrollY: 0, innerHeight: 900 };
  assert.equal(heightLeft(root, { offsetHeight: 400 }, parts), 900 - 20 - 200 - 25 - 14);
});

test("a figure takes the colours and the font of the page, and the layout for its width", () => {
  const colours = { "--bnviz-ink": [200, 100, 0], "--bnviz-back": [0, 0, 100] };
  globalThis.getComputedStyle = () => ({
    fontFamily: "Source Sans",
    getPropertyValue: (name) => name,
  });
  globalThis.document = {
    createElement: () => {
      const context = {
        fillRect() {},
        getImageData: () => ({ data: Uint8Array.from([...colours[context.fillStyle], 255]) }),
      };
      return { getContext: () => context };
    },
  };
  const figure = {
    data: [{ line: { color: "var(--bnviz-ink)" }, marker: { color: ["var(--bnviz-clear)"] } }],
    layout: { font: { color: "var(--bnviz-muted)", size: 13 }, xaxis: { range: [0, 1], a: 1 } },
    layouts: {
      narrow: { height: 300, xaxis: { domain: [0, 1] }, annotations: [{ text: "narrow" }] },
      wide: { xaxis: { domain: [0, 0.5] } },
    },
  };
  const before = structuredClone(figure);
  const { layout, traces } = applyTheme({}, figure, "narrow", { width: 390, height: 310 });
  assert.deepEqual(figure, before);
  assert.deepEqual(traces, [
    { line: { color: "rgb(200,100,0)" }, marker: { color: ["rgba(200,100,0,0)"] } },
  ]);
  assert.deepEqual(layout, {
    width: 390,
    height: 310,
    font: { color: "rgb(144,72,28)", size: 13, family: "Source Sans" },
    xaxis: { range: [0, 1], a: 1, domain: [0, 1] },
    annotations: [{ text: "narrow" }],
  });
});
