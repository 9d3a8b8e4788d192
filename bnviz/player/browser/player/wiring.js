// Wiring: where the parts of the diagram beside the histograms stand, in pixels of the figure.
//
// Each layer of each network is a row: its boxes from the weights on, the two places where its
// histogram can be taken, and the wire to the next row. A lead runs from the chosen place to the
// baseline of the histogram.

/** @import { Diagram } from "types/message" */
/** @import { FullLayout } from "types/plotly" */

/** @typedef {[x: number, y: number]} Place */
/** @typedef {{ kind: "weights" | "normalized_weights" | "normalization" | "activation", left: number, top: number, width: number, height: number }} Box */
/**
 * The room for a network's diagram, up to where the baselines of its histograms begin; the height
 * of each baseline; and where the histograms begin at the top and end at the right.
 * @typedef {object} Room
 * @property {number} left
 * @property {number} right
 * @property {number} top
 * @property {number} end
 * @property {number[]} baselines
 */
/**
 * @typedef {object} Row
 * @property {Box[]} boxes In the order of the network.
 * @property {Record<string, Place>} taps By the quantity that is taken there.
 * @property {Place[]} lead From the chosen tap to the beginning of the baseline.
 * @property {Place[]} wire Through the boxes; from the last one on to the next row, if any.
 * @property {Place} name Where the name of the layer begins, or ends if there are no boxes.
 */

/** How much is drawn: all; no names above the boxes; only dots and leads; nothing. */
/** @typedef {"full" | "compact" | "dots" | "none"} Level */

// Least height of a row with boxes and a name above them, and with boxes alone; pixels.
const FULL = 50;
const COMPACT = 29;
// Least width of the room for boxes, for a name and a dot, and for a name alone; pixels.
const BOXES = 78;
const DOTS = 72;
// Widths in a room that is wide enough; pixels. In a narrower one all shrink.
const TAP = 20;
const GAP = 8;
const WIDTHS = widthsOf(24);
// The weights with the number of their layer.
const NUMBERED = widthsOf(32);
// Between the histograms of a network and the diagram of the next one, and before the first one.
const BETWEEN = 14;
const MARGIN = 8;
// Between a baseline and the wire below it, and between the last part and the wire down.
const BELOW = 4;
const END = 4;
// From a network's boxes to the skips at their left.
const SIDE = 4;

/**
 * The widths of boxes. Weights that are normalized themselves take the room of a normalization, too.
 * @param {number} weights
 */
function widthsOf(weights) {
  const normalization = 32;
  const normalized_weights = weights + GAP + normalization;
  return { weights, normalized_weights, normalization, activation: 26 };
}

/**
 * Height of a row.
 * @param {Room} room
 */
export const pitchOf = ({ baselines, top }) =>
  baselines.length > 1 ? baselines[1] - baselines[0] : (baselines[0] - top) / 1.45;

/**
 * The room for the diagram of each network, as wide in all of them.
 * @param {Diagram} diagram
 * @param {FullLayout} layout
 * @param {number} [scale] Factor on the sizes of the diagram; the rooms are in pixels before it.
 */
export function roomsOf({ columns, baselines, start }, layout, scale = 1) {
  /** @type {Room[]} */
  const rooms = [];
  for (const { panel } of columns) {
    const suffix = panel === 1 ? "" : String(panel);
    const [x, y] = [layout[`xaxis${suffix}`], layout[`yaxis${suffix}`]];
    const right = (x._offset + Math.max(0, x.d2p(start))) / scale;
    const before = rooms[rooms.length - 1];
    const free = right - (before ? before.end + BETWEEN : MARGIN);
    const width = Math.max(0, Math.min(free, before ? before.right - before.left : free));
    rooms.push({
      left: right - width,
      right,
      top: y._offset / scale,
      end: (x._offset + x._length) / scale,
      baselines: baselines.map((each) => (y._offset + y.d2p(each)) / scale),
    });
  }
  return rooms;
}

/**
 * How much can be drawn in a room without anything covering anything else.
 * @param {Room[]} rooms One for each network.
 * @returns {Level}
 */
export function levelOf(rooms) {
  const pitch = Math.min(...rooms.map(pitchOf));
  const width = Math.min(...rooms.map(({ left, right }) => right - left));
  if (width >= BOXES && pitch >= COMPACT) return pitch >= FULL ? "full" : "compact";
  return width >= DOTS ? "dots" : "none";
}

/**
 * The rows of a network, the first layer first.
 * @param {string[] | string[][]} parts What every layer, or each of them, consists of, in order.
 * @param {string} quantity Which of the taps is chosen.
 * @param {Room} room
 * @param {Level} level
 * @returns {Row[]}
 */
export function rowsOf(parts, quantity, room, level) {
  const pitch = pitchOf(room);
  const { right, baselines } = room;
  if (level === "dots" || level === "none") {
    return baselines.map((y) => {
      /** @type {Place} */
      const dot = [right - 12, y];
      const lead = /** @type {Place[]} */ (level === "dots" ? [dot, [right, y]] : []);
      return { boxes: [], taps: { [quantity]: dot }, lead, wire: [], name: [right - 24, y] };
    });
  }
  const widths = level === "full" ? WIDTHS : NUMBERED;
  const height = level === "full" ? Math.min(26, 0.42 * pitch) : Math.min(22, 0.55 * pitch);
  const drop = level === "full" ? Math.min(10, 0.14 * pitch) : 4;
  return baselines.map((base, number) => {
    const middle = base - drop - height / 2;
    const own = parts[number];
    const consists = /** @type {string[]} */ (Array.isArray(own) ? own : parts);
    const { boxes, taps, end } = boxesOf(consists, room, middle, height, widths);
    const [x, y] = taps[quantity];
    const wire = wireOf(boxes, middle, end, base, baselines[number + 1] - base);
    return {
      boxes,
      taps,
      lead: [
        [x, y],
        [x, base],
        [right, base],
      ],
      wire,
      name: [boxes[0].left + boxes[0].width / 2 + 8, middle - height / 2 - 5],
    };
  });
}

/**
 * The boxes of a row and the places between them. A network without normalization leaves its room
 * empty, so that the same parts stand at the same places.
 * @param {string[]} parts
 * @param {Room} room
 * @param {number} middle
 * @param {number} height
 * @param {typeof WIDTHS} widths
 */
function boxesOf(parts, { left, right }, middle, height, widths) {
  const total = widths.weights + widths.normalization + widths.activation + 2 * TAP + 2 * GAP;
  const scale = Math.min(1, (right - left - 8) / total);
  /** @type {Box[]} */
  const boxes = [];
  /** @type {Record<string, Place>} */
  const taps = {};
  let x = left;
  /** @param {keyof typeof WIDTHS} kind */
  const box = (kind) => {
    const width = widths[kind] * scale;
    boxes.push({ kind, left: x, top: middle - height / 2, width, height });
    x += width;
  };
  /** @param {string} quantity */
  const tap = (quantity) => {
    taps[quantity] = [x + (TAP * scale) / 2, middle];
    x += TAP * scale;
  };
  if (parts[0] === "normalized_weights") {
    box("normalized_weights");
  } else {
    box("weights");
    x += GAP * scale;
    if (parts.indexOf("normalization") === 1) box("normalization");
    else if (!parts.includes("normalization")) x += widths.normalization * scale;
  }
  tap("pre_activation");
  box("activation");
  tap("activation");
  if (parts.indexOf("normalization") === 2) box("normalization");
  return { boxes, taps, end: x + END * scale };
}

/**
 * The wire through a row's boxes, and on to the weights of the next row.
 * @param {Box[]} boxes
 * @param {number} middle
 * @param {number} end
 * @param {number} base
 * @param {number} pitch Height of a row; NaN in the last one.
 * @returns {Place[]}
 */
function wireOf(boxes, middle, end, base, pitch) {
  const [{ left, width, top }] = boxes;
  const start = left + width / 2;
  /** @type {Place[]} */
  const through = [
    [start, middle],
    [end, middle],
  ];
  if (!Number.isFinite(pitch)) return through;
  return [...through, [end, base + BELOW], [start, base + BELOW], [start, top + pitch]];
}

/**
 * The way of a skip around a residual block: from the wire to its first layer to where its second
 * one adds it, before the activation or on the wire that leaves it.
 * @param {Row[]} rows
 * @param {number} closing The second layer of the block, from 1.
 * @param {string} adds "before" or "after" the activation.
 * @param {Room} room
 * @returns {Place[]} None where there are no boxes.
 */
export function skipOf(rows, closing, adds, { baselines }) {
  const { boxes, taps, wire } = rows[closing - 1];
  const [weights] = rows[closing - 2].boxes;
  if (!weights) return [];
  const start = weights.left + weights.width / 2;
  const side = weights.left - SIDE;
  const begin = (baselines[closing - 3] + BELOW + weights.top) / 2;
  const [{ top, height }] = boxes;
  const base = baselines[closing - 1];
  /** @type {Place[]} */
  const down = [
    [start, begin],
    [side, begin],
  ];
  if (adds === "before") {
    const below = (top + height + base) / 2;
    const activation = /** @type {Box} */ (boxes.find(({ kind }) => kind === "activation"));
    const [tap] = taps.pre_activation;
    // Between the normalization, or its room, and the dot.
    const sum = tap - 0.75 * (activation.left - tap);
    return [...down, [side, below], [sum, below], [sum, top + height / 2]];
  }
  if (closing < rows.length) return [...down, [side, base + BELOW], [start, base + BELOW]];
  const [, [end, middle]] = wire;
  return [...down, [side, base + BELOW], [end, base + BELOW], [end, middle]];
}

/**
 * The layer whose row a place is in, from 1; 0 outside all rows.
 * @param {Room[]} rooms
 * @param {number} x
 * @param {number} y
 */
export function layerAt(rooms, x, y) {
  const [{ left, top, baselines }] = rooms;
  if (x < left || x > rooms[rooms.length - 1].end || y < top) return 0;
  return baselines.findIndex((base) => y <= base + BELOW + 2) + 1;
}

/**
 * Top and height of a layer's row.
 * @param {Room} room
 * @param {number} layer From 1.
 */
export function bandOf(room, layer) {
  const base = room.baselines[layer - 1];
  const height = Math.min(pitchOf(room), 90);
  return { top: base + BELOW + 2 - height, height: height - 1 };
}
