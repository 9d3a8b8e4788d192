// Labels: words beside marks on a line, as many as fit without touching one another or a mark.

/**
 * A mark on one of several lines, and the words that would stand beside it.
 * @typedef {{ lane: number, x: number, width: number, weight: number }} Mark
 */

// Pixels between a mark or words and what is next to it.
const GAP = 4;

/**
 * Where the words of each mark begin: right of it, or else left of it, or nowhere (null). Those of
 * greater weight come first, then those farther left.
 * @param {Mark[]} marks With the middle of each mark and the width of its words, in pixels.
 * @param {number} size Width of a mark.
 * @param {number} room Length of the lines.
 * @returns {(number | null)[]}
 */
export function placeLabels(marks, size, room) {
  /** @type {Map<number, [start: number, end: number][]>} */
  const taken = new Map();
  for (const { lane, x } of marks) {
    const line = taken.get(lane) ?? [];
    line.push([x - size / 2, x + size / 2]);
    taken.set(lane, line);
  }
  /** @type {(number | null)[]} */
  const places = marks.map(() => null);
  const order = marks.map((_, i) => i);
  order.sort((a, b) => marks[b].weight - marks[a].weight || marks[a].x - marks[b].x);
  for (const i of order) {
    const { lane, x, width } = marks[i];
    const line = taken.get(lane) ?? [];
    const sides = [x + size / 2 + GAP, x - size / 2 - GAP - width];
    const start = sides.find(
      (left) =>
        left >= 0 &&
        left + width <= room &&
        line.every(([from, to]) => left >= to + GAP - 1 || left + width <= from - GAP + 1),
    );
    if (start === undefined) continue;
    places[i] = start;
    line.push([start, start + width]);
  }
  return places;
}
