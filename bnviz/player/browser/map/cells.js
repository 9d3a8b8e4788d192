// Cells: which cell the pointer or the keyboard is at, framed on all maps at once.

/** @import { Cell, CellGrid } from "types/map" */
/** @import { MapParts } from "types/parts" */
/** @import { Axis } from "types/plotly" */

/**
 * Rows up and columns to the right by key.
 * @type {Record<string, [row: number, column: number]>}
 */
const MOVES = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };
// Pixels that a pointer may move during a click.
const STILL = 6;

/**
 * The cell between ascending columns and descending rows of edges in which a place lies.
 * @param {{ x: number[], y: number[] }} edges In pixels.
 * @param {number} left
 * @param {number} top
 * @returns {Cell | null}
 */
export function cellAt({ x, y }, left, top) {
  const column = x.findLastIndex((edge) => edge <= left);
  const row = y.findLastIndex((edge) => edge >= top);
  const inside = column >= 0 && column < x.length - 1 && row >= 0 && row < y.length - 1;
  return inside ? { row, column } : null;
}

/**
 * The cell that a key leads to, within the map.
 * @param {CellGrid} grid
 * @param {Cell} cell
 * @param {string} key
 * @returns {Cell | null} Null if the key moves nothing.
 */
export function cellAfter({ words }, { row, column }, key) {
  const move = MOVES[key];
  if (!move) return null;
  /** @type {(value: number, count: number) => number} */
  const within = (value, count) => Math.min(Math.max(value, 0), count - 1);
  return {
    row: within(row + move[0], words.length),
    column: within(column + move[1], words[0].length),
  };
}

export class Cells {
  /**
   * @param {MapParts} parts
   * @param {() => void} onChoose Called when another cell is chosen.
   * @param {(cell: Cell) => void} onOpen Called with a cell that is to be shown as a run.
   */
  constructor(parts, onChoose, onOpen) {
    this.parts = parts;
    this.onChoose = onChoose;
    this.onOpen = onOpen;
    this.frames = /** @type {HTMLElement[]} */ ([...parts.frames.children]);
    /** @type {CellGrid | undefined} */
    this.grid = undefined;
    /** @type {Cell} */
    this.at = { row: 0, column: 0 };
    /** @type {PointerEvent | undefined} */
    this.pressed = undefined;
    const { picture, cell, open } = parts;
    picture.addEventListener("pointermove", (event) => this.#move(event));
    picture.addEventListener("pointerdown", (event) => this.#press(event));
    picture.addEventListener("pointerup", (event) => this.#release(event));
    cell.addEventListener("keydown", (event) => this.#key(event));
    cell.onclick = () => this.onOpen(this.at);
    open.onclick = () => this.onOpen(this.at);
  }

  /**
   * Takes the cells of a picture.
   * @param {CellGrid | undefined} grid None for the seeds.
   * @param {boolean} anew Whether they are those of another map.
   */
  set(grid, anew) {
    const first = !this.grid;
    this.grid = grid;
    this.parts.frames.hidden = this.parts.chosen.hidden = !grid;
    if (!grid) return;
    const { row, column } = this.at;
    const inside = row < grid.words.length && column < grid.words[0].length;
    if (anew || first || !inside) this.at = grid.start;
    this.#describe(grid);
  }

  /** Puts the frames around the chosen cell. */
  frame() {
    const { row, column } = this.at;
    this.frames.forEach((frame, number) => {
      const edges = this.#edges(number);
      if (!edges) return;
      const { x, y } = edges;
      Object.assign(frame.style, {
        left: `${x[column]}px`,
        top: `${y[row + 1]}px`,
        width: `${x[column + 1] - x[column]}px`,
        height: `${y[row] - y[row + 1]}px`,
      });
    });
  }

  /**
   * @param {CellGrid} grid
   * @param {Cell | null} cell
   */
  #choose(grid, cell) {
    if (!cell || this.#chosen(cell)) return;
    this.at = cell;
    this.#describe(grid);
    this.frame();
    this.onChoose();
  }

  /** @param {Cell} cell */
  #chosen({ row, column }) {
    return row === this.at.row && column === this.at.column;
  }

  /** @param {CellGrid} grid */
  #describe({ words: texts }) {
    const { words, cell } = this.parts;
    const text = texts[this.at.row][this.at.column];
    if (words.textContent !== text) words.textContent = text;
    cell.setAttribute("aria-label", `${text} Enter shows this run.`);
  }

  /**
   * The edges of the cells on one map, in pixels from the left and the top of the picture.
   * @param {number} number Of the map, from 0.
   */
  #edges(number) {
    const layout = this.parts.plot._fullLayout;
    if (!this.grid || !layout) return undefined;
    const suffix = number ? String(number + 1) : "";
    /** @type {(axis: Axis, edges: number[]) => number[]} */
    const pixels = (axis, edges) => edges.map((edge) => axis._offset + axis.d2p(edge));
    return {
      x: pixels(layout[`xaxis${suffix}`], this.grid.x),
      y: pixels(layout[`yaxis${suffix}`], this.grid.y),
    };
  }

  /**
   * The cell under the pointer, on whichever map.
   * @param {PointerEvent} event
   */
  #find(event) {
    const box = this.parts.plot.getBoundingClientRect();
    for (const number of this.frames.keys()) {
      const edges = this.#edges(number);
      const cell = edges && cellAt(edges, event.clientX - box.left, event.clientY - box.top);
      if (cell) return cell;
    }
    return null;
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const cell = this.#find(event);
    this.parts.picture.style.cursor = cell ? "pointer" : "";
    if (this.grid && event.pointerType === "mouse") this.#choose(this.grid, cell);
  }

  /** @param {PointerEvent} event */
  #press(event) {
    this.pressed = event.isPrimary && event.button === 0 ? event : undefined;
  }

  /**
   * A mouse opens the cell that it has chosen by pointing. A finger cannot point without touching:
   * its first touch chooses a cell, a second one opens it.
   * @param {PointerEvent} event
   */
  #release(event) {
    const { pressed } = this;
    this.pressed = undefined;
    if (!pressed) return;
    const [right, down] = [event.clientX - pressed.clientX, event.clientY - pressed.clientY];
    if (Math.hypot(right, down) > STILL) return;
    const cell = this.#find(event);
    if (!this.grid || !cell) return;
    const again = this.#chosen(cell);
    this.#choose(this.grid, cell);
    if (again || event.pointerType === "mouse") this.onOpen(cell);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { grid } = this;
    const cell = grid && cellAfter(grid, this.at, event.key);
    if (!grid || !cell || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.#choose(grid, cell);
  }
}
