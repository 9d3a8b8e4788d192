// Lettering: words on a picture, each as near to its point as it can stand without touching others.
//
// Points stay where their values are; only words move. What has moved far has a line to its point.

/** @import { Font } from "types/plotly" */

/** @typedef {{ left: number, top: number, right: number, bottom: number }} Area */
/**
 * Words that belong to a point; pixels of the picture.
 * @typedef {object} Words
 * @property {string[]} lines
 * @property {number} x Of the point.
 * @property {number} y
 * @property {string} position On which side of it they stand by preference, as Plotly's
 *   `textposition`.
 * @property {Font} font
 * @property {number} width Of the longest line.
 * @property {[x: number, y: number]} [mark] The mark that they name, if it is not at the point.
 * @property {Area} [panel] Their axes; words that move stay there, or right above or below.
 */

// Pixels between a point and its words, sideways and up or down, and between words.
const BESIDE = 7;
const ABOVE = 5;
const GAP = 2;
// Height of a line, of the letters above its foot, and of those below it, as shares of the size of
// the font.
const LINE = 1.12;
const FOOT = 0.24;
// Pixels from a mark to its words from which on a line joins them, and up to which words may move.
const FAR = 20;
const FARTHEST = 90;

/**
 * Whether two areas come closer than words should.
 * @param {Area} one
 * @param {Area} other
 */
const touch = (one, other) =>
  one.left < other.right + GAP &&
  other.left < one.right + GAP &&
  one.top < other.bottom + GAP &&
  other.top < one.bottom + GAP;

/**
 * The area of words on a side of their point.
 * @param {Words} words
 * @param {string} vertical "top", "middle" or "bottom".
 * @param {string} horizontal "left", "center" or "right".
 * @returns {Area}
 */
function areaOf({ lines, x, y, font, width }, vertical, horizontal) {
  const height = lines.length * font.size * LINE;
  const left =
    horizontal === "right"
      ? x + BESIDE
      : horizontal === "left"
        ? x - BESIDE - width
        : x - width / 2;
  const top =
    vertical === "top" ? y - ABOVE - height : vertical === "bottom" ? y + ABOVE : y - height / 2;
  return { left, top, right: left + width, bottom: top + height };
}

/**
 * The nearest free area above or below one, or the area itself.
 * @param {Area} wanted
 * @param {Area[]} taken
 * @param {Area} room
 * @returns {Area | undefined}
 */
function nearest(wanted, taken, room) {
  // Sideways words only move as far as the picture ends.
  const width = wanted.right - wanted.left;
  const left = Math.max(room.left, Math.min(wanted.left, room.right - width));
  const height = wanted.bottom - wanted.top;
  const near = taken.filter((each) => each.left < left + width + GAP && left < each.right + GAP);
  const tops = [
    Math.max(room.top, Math.min(wanted.top, room.bottom - height)),
    ...near.flatMap(({ top, bottom }) => [bottom + GAP, top - GAP - height]),
  ];
  tops.sort((a, b) => Math.abs(a - wanted.top) - Math.abs(b - wanted.top));
  return tops
    .filter((top) => top >= room.top && top + height <= room.bottom)
    .map((top) => ({ left, top, right: left + width, bottom: top + height }))
    .find((area) => near.every((each) => !touch(area, each)));
}

/**
 * The areas that words beside one upright line want, moved apart in the order of their points.
 * @param {Area[]} areas In the order of their heights.
 * @returns {Area[]}
 */
function apart(areas) {
  /** @type {{ top: number, height: number, areas: Area[] }[]} */
  const blocks = [];
  for (const area of areas) {
    const height = area.bottom - area.top + GAP + 0.1;
    let block = { top: area.top, height, areas: [area] };
    // Blocks that touch are joined around the middle that both had.
    for (let above = blocks.at(-1); above && above.top + above.height > block.top; ) {
      const shift = block.top - above.height;
      const share = block.areas.length / (block.areas.length + above.areas.length);
      block = {
        top: above.top + share * (shift - above.top),
        height: above.height + block.height,
        areas: [...above.areas, ...block.areas],
      };
      blocks.pop();
      above = blocks.at(-1);
    }
    blocks.push(block);
  }
  return blocks.flatMap((block) => {
    let { top } = block;
    return block.areas.map((area) => {
      const height = area.bottom - area.top;
      const moved = { ...area, top, bottom: top + height };
      top += height + GAP + 0.1;
      return moved;
    });
  });
}

/**
 * The area that each of some words would take if there were no others but those beside the same
 * upright line.
 * @param {Words[]} all
 */
function wishes(all) {
  const areas = all.map((words) => {
    const [vertical, horizontal] = words.position.split(" ");
    return areaOf(words, vertical, horizontal);
  });
  /** @type {Map<string, number[]>} */
  const columns = new Map();
  all.forEach(({ x, position }, i) => {
    if (!position.startsWith("middle")) return;
    columns.set(`${x} ${position}`, [...(columns.get(`${x} ${position}`) ?? []), i]);
  });
  for (const column of columns.values()) {
    column.sort((i, j) => areas[i].top - areas[j].top);
    const moved = apart(column.map((i) => areas[i]));
    column.forEach((i, place) => {
      areas[i] = moved[place];
    });
  }
  return areas;
}

/**
 * Where words stand: at their own side of the point, else moved up or down there or at the other
 * side, whatever is nearer, but not into another panel; null if it fits nowhere.
 * @param {Words[]} all The most important first.
 * @param {Area[]} taken By other words.
 * @param {Area} room The picture.
 * @returns {(Area | null)[]}
 */
export function placeWords(all, taken, room) {
  const held = [...taken];
  const wanting = wishes(all);
  return all.map((words, number) => {
    const [vertical, horizontal] = words.position.split(" ");
    const other = { left: "right", right: "left" }[horizontal];
    const wanted = wanting[number];
    const { panel = room } = words;
    const beyond = other ? [areaOf(words, vertical, other)] : [];
    const inside = beyond.filter(({ left, right }) => left >= panel.left && right <= panel.right);
    const sides = [wanted, ...inside];
    const around = wanted.bottom - wanted.top + ABOVE;
    const own = {
      ...room,
      top: Math.max(room.top, Math.min(wanted.top, panel.top - around)),
      bottom: Math.min(room.bottom, Math.max(wanted.bottom, panel.bottom + around)),
    };
    const [best] = sides
      .flatMap((side, i) => {
        const area = nearest(side, held, own);
        if (!area) return [];
        const moved = Math.hypot(area.left - side.left, area.top - side.top);
        return moved > FARTHEST ? [] : [{ area, cost: moved + (i && FAR) }];
      })
      .sort((a, b) => a.cost - b.cost);
    if (!best) return null;
    held.push(best.area);
    return best.area;
  });
}

/**
 * The line from a mark to words that stand far from it.
 * @param {Words} words
 * @param {Area} area Where they stand.
 * @returns {[from: [x: number, y: number], to: [x: number, y: number]] | null}
 */
export function leaderOf({ x, y, mark = [x, y] }, { left, top, right, bottom }) {
  /** @type {[number, number]} */
  const end = [
    Math.max(left - 1, Math.min(mark[0], right + 1)),
    Math.max(top, Math.min(mark[1], bottom)),
  ];
  return Math.hypot(end[0] - mark[0], end[1] - mark[1]) > FAR ? [mark, end] : null;
}

/**
 * Writes words where they stand, with an outline in the colour of the page, which sets them off
 * from the curves behind them.
 * @param {CanvasRenderingContext2D} context
 * @param {Words} words
 * @param {Area} area
 * @param {{ family: string, back: string, muted: string }} style
 */
export function writeWords(context, words, area, { family, back, muted }) {
  const leader = leaderOf(words, area);
  context.setLineDash([]);
  if (leader) {
    context.strokeStyle = muted;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(...leader[0]);
    context.lineTo(...leader[1]);
    context.stroke();
  }
  const { lines, font, position } = words;
  const [, horizontal] = position.split(" ");
  context.font = `${font.size}px ${family}`;
  context.fillStyle = font.color;
  context.textBaseline = "alphabetic";
  context.textAlign = horizontal === "center" ? "center" : "left";
  context.strokeStyle = back;
  context.lineWidth = 3;
  const left = horizontal === "center" ? (area.left + area.right) / 2 : area.left;
  lines.forEach((line, i) => {
    const foot = area.top + ((i + 1) * LINE - FOOT) * font.size;
    context.strokeText(line, left, foot);
    context.fillText(line, left, foot);
  });
}

/**
 * Where the words of drawings stand, in pixels of what covers them.
 * @param {Element} cover
 * @param {Element[]} drawings
 * @returns {Area[]}
 */
export function wordAreas(cover, drawings) {
  const frame = cover.getBoundingClientRect();
  return drawings
    .flatMap((each) => [...each.querySelectorAll("text")])
    .filter((text) => text.textContent)
    .map((text) => {
      const { left, top, right, bottom } = text.getBoundingClientRect();
      return {
        left: left - frame.left,
        top: top - frame.top,
        right: right - frame.left,
        bottom: bottom - frame.top,
      };
    });
}
