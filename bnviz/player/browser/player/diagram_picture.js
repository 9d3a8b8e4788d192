// The picture of the diagram: boxes, wires, dots and names, as elements of an SVG.

/** @import { Diagram as Spec } from "types/message" */
/** @import { Box, Level, Place, Room, Row } from "./wiring.js" */

import { bandOf, pitchOf } from "./wiring.js";

const SVG = "http://www.w3.org/2000/svg";
// Least height of a row with a name, and least length of the wire from a named input; pixels.
const NAMED = 17;
const LONG = 34;
// Room for a layer's name above its boxes, and of one letter of it; pixels. Fewest letters of a name.
const LONGEST = 120;
const LETTER = 7;
const FEWEST = 8;
// What weight normalization makes the weights of.
const NORMALIZED_WEIGHTS = "g·v/‖v‖";
// Size of words that fill a box, times their letters, as a share of its width: of capitals, and of
// a formula with strokes and dots.
const WIDE = 1.45;
const SLIM = 2;
// From the last baseline to the foot of the words below it; pixels.
const UNDER = 22;

/**
 * A row's place in the diagram.
 * @typedef {{ spec: Spec, column: number, layer: number, level: Level, room: Room }} About
 */

/** @param {Place[]} places */
const path = (places) => `M${places.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}`;

/** @param {number} number */
const subscript = (number) =>
  [...String(number)].map((digit) => String.fromCharCode(0x2080 + Number(digit))).join("");

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 */
function shape(tag, attributes, text = "") {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.textContent = text;
  return node;
}

/**
 * A layer's name with at most so many letters, which begins and ends as it does.
 * @param {string} name
 * @param {number} most
 */
function shortened(name, most) {
  if (name.length <= most) return name;
  const end = Math.floor((most - 1) / 2);
  return `${name.slice(0, most - 1 - end)}…${name.slice(name.length - end)}`;
}

/**
 * The names of layers with at most so many letters, shortened so that no two of them look alike, if
 * that can be: in the middle, without the last part that all share, or at the beginning.
 * @param {string[]} names
 * @param {number} most
 */
export function shortNames(names, most) {
  const last = /[_/][^_/]*$/;
  const [ending] = names[0].match(last) ?? [""];
  const shared = names.every((name) => name.endsWith(ending) && name.length > ending.length);
  const stems = shared ? names.map((name) => name.slice(0, name.length - ending.length)) : names;
  const ways = [
    names.map((name) => shortened(name, most)),
    stems.map((name) => shortened(name, most)),
    stems.map((name) => (name.length > most ? `…${name.slice(2 - most)}` : name)),
  ];
  return ways.find((found) => new Set(found).size === names.length) ?? ways[0];
}

/**
 * The ground of the chosen layer's row, through all networks.
 * @param {Room[]} rooms
 * @param {number} layer From 1.
 */
export function drawBand(rooms, layer) {
  const { top: y, height } = bandOf(rooms[0], layer);
  const x = Math.max(0, rooms[0].left - 4);
  const width = rooms[rooms.length - 1].end + 4 - x;
  return shape("rect", { class: "bnviz-band", x, y, width, height, rx: 6 });
}

/**
 * The wire from the input to the first layer's weights.
 * @param {Row} row
 * @param {Room} room
 * @param {Level} level
 */
export function drawInput({ boxes }, { top }, level) {
  if (!boxes.length) return [];
  const [{ left, width, top: end }] = boxes;
  const named = level === "full" && end - top > LONG;
  const x = left + width / 2;
  const from = named ? top + 17 : Math.max(top, end - 14);
  /** @type {Place[]} */
  const places = [
    [x, from],
    [x, end],
  ];
  const wire = [shape("path", { class: "bnviz-wire", d: path(places) }), arrow(x, end)];
  return named ? [...wire, shape("text", { x: left, y: top + 12 }, "input")] : wire;
}

/**
 * What the boxes of a network are, below its last row: those of the first one, and weights that are
 * normalized themselves.
 * @param {Row} row The last one.
 * @param {About} about
 */
export function drawLegend({ boxes }, { column, level, room }) {
  if (level !== "full") return [];
  const [{ kind, left: x }] = boxes;
  const normalized = kind === "normalized_weights";
  if (column > 0 && !normalized) return [];
  const y = room.baselines[room.baselines.length - 1] + UNDER;
  return [shape("text", { x, y }, normalized ? `W = ${NORMALIZED_WEIGHTS}` : "W: weights")];
}

/**
 * The way of a skip around a block, with an arrow where it is added.
 * @param {Place[]} way
 */
export function drawSkip(way) {
  if (!way.length) return [];
  const [[fromX, fromY], [x, y]] = way.slice(-2);
  const [right, up] = [Math.sign(x - fromX), Math.sign(y - fromY)];
  /** @type {Place[]} */
  const head = [
    [x - 5 * right - 3.5 * up, y - 5 * up - 3.5 * right],
    [x - 0.5 * right, y - 0.5 * up],
    [x - 5 * right + 3.5 * up, y - 5 * up + 3.5 * right],
  ];
  return [way, head].map((places) => shape("path", { class: "bnviz-wire", d: path(places) }));
}

/**
 * @param {Row} row
 * @param {About} about
 */
export function drawRow({ boxes, taps, lead, wire, name }, about) {
  const { spec, column, level } = about;
  const { colour } = spec.columns[column];
  const shapes = [];
  if (wire.length) shapes.push(shape("path", { class: "bnviz-wire", d: path(wire) }));
  if (wire.length > 2) shapes.push(arrow(...wire[wire.length - 1]));
  if (lead.length) {
    shapes.push(shape("path", { class: "bnviz-lead", d: path(lead), style: `stroke: ${colour}` }));
  }
  shapes.push(...boxes.flatMap((box) => drawBox(box, about)));
  for (const [quantity, [cx, cy]] of level === "none" ? [] : Object.entries(taps)) {
    const chosen = quantity === spec.quantity;
    const dot = { class: "bnviz-dot", r: level === "full" ? 5.5 : 4, style: `fill: ${colour}` };
    const ring = { class: "bnviz-ring", r: 3 };
    shapes.push(shape("circle", { cx, cy, ...(chosen ? dot : ring) }));
  }
  return [...shapes, ...nameOf(name, about)];
}

/**
 * @param {Box} box
 * @param {About} about
 */
function drawBox(box, { spec, column, layer, level }) {
  const { kind, left: x, top: y, width, height } = box;
  const { colour, contrast } = spec.columns[column];
  const { short } = spec.rows?.[layer - 1].norms[column] ?? spec.columns[column];
  const rect = { class: "bnviz-box", x, y, width, height, rx: Math.min(5, height / 4) };
  if (kind === "activation") {
    const points = spec.rows?.[layer - 1].curve ?? spec.curve;
    if (!points.length) return [shape("rect", rect)];
    const curve = { class: "bnviz-curve", d: path(curveIn(box, points)) };
    return [shape("rect", rect), shape("path", curve)];
  }
  const weights = kind === "weights";
  const texts = {
    weights: `W${level === "compact" ? subscript(layer) : ""}`,
    normalized_weights: NORMALIZED_WEIGHTS,
    normalization: short,
  };
  const text = texts[kind];
  const size = Math.min(13, ((text === NORMALIZED_WEIGHTS ? SLIM : WIDE) * width) / text.length);
  const fill = weights ? "var(--bnviz-ink)" : contrast;
  /** @type {Record<string, string>} */
  const ground = weights ? {} : { style: `fill: ${colour}; stroke: ${colour}` };
  const words = {
    x: x + width / 2,
    y: y + height / 2,
    "text-anchor": "middle",
    "dominant-baseline": "central",
    style: `fill: ${fill}; font-size: ${size}px; font-weight: ${weights ? 400 : 700}`,
  };
  return [shape("rect", { ...rect, ...ground }), shape("text", words, text)];
}

/**
 * The name of a layer: above its boxes, or left of its dot where there is room for it.
 * @param {Place} place
 * @param {About} about
 */
function nameOf([x, y], { spec, column, layer, level, room }) {
  // Without room above the boxes, the weights have the layer's number.
  if (level === "compact" || (level !== "full" && column > 0)) return [];
  const pitch = pitchOf(room);
  const every = [1, 2, 5].find((step) => step * pitch >= NAMED) ?? 10;
  // Where not all have room, the chosen one has it before its neighbours.
  const near = layer !== spec.layer && Math.abs(layer - spec.layer) < every;
  if (near || (layer !== spec.layer && layer > 1 && layer % every)) return [];
  const beside = { x: level === "dots" ? x : x + 16, y: y + 4, "text-anchor": "end" };
  const place = level === "full" ? { x, y } : beside;
  const chosen = layer === spec.layer ? "bnviz-chosen" : "";
  const most = Math.floor((level === "full" ? LONGEST : place.x) / LETTER);
  const names = spec.rows?.map(({ name }) => name);
  const name = names ? shortNames(names, Math.max(FEWEST, most))[layer - 1] : `layer ${layer}`;
  return [shape("text", { ...place, class: chosen }, name)];
}

/**
 * The head of a wire that comes from above.
 * @param {number} x
 * @param {number} y
 */
function arrow(x, y) {
  /** @type {Place[]} */
  const places = [
    [x - 3.5, y - 5],
    [x, y - 0.5],
    [x + 3.5, y - 5],
  ];
  return shape("path", { class: "bnviz-wire", d: path(places) });
}

/**
 * The points of an activation in its box.
 * @param {Box} box
 * @param {Place[]} curve In a unit square.
 * @returns {Place[]}
 */
function curveIn({ left, top, width, height }, curve) {
  const [side, edge] = [0.72 * width, 0.6 * height];
  return curve.map(([x, y]) => [
    left + (width - side) / 2 + x * side,
    top + (height + edge) / 2 - y * edge,
  ]);
}
