// Sheet: the values of a batch as squares: a row for each example, a column for each unit, and in a
// convolution a map of its positions for each of both.

/** @import { AxesLayer, Box, Place } from "types/axes" */

import { holds, placeAt } from "./groups.js";

// Letters: beside the rows and above the columns for their numbers; and pixels between two maps.
const LEFT = 1.7;
const TOP = 1.4;
const GAP = 3;
// A square takes a number if it is so large; letters.
const WIDE = 2.3;
const HIGH = 1.5;
// Rows so low have a number at every eighth only; letters.
const LOW = 1.2;
// From which share of the full colour on a number is written in the colour of the background.
const STRONG = 0.72;
// What is left of the colours and the ink outside of the group.
const DIM = 0.22;
const DIM_INK = 0.6;
// The lines between units and examples: how much ink.
const LINES = 0.2;
// As many maps as stand below each other at most: the examples after them stand beside them.
const MAX_MAPS = 16;

/**
 * @typedef {object} Colours
 * @property {string} ink
 * @property {string} back
 * @property {string} low
 * @property {string} high
 * @property {string} font
 */

/**
 * A mixture of two colours, each as the browser computes it: "rgb(1, 2, 3)".
 * @param {string} one
 * @param {string} other
 * @param {number} share Of the one.
 */
export function mixed(one, other, share) {
  const [first, second] = [one, other].map((colour) => colour.match(/[\d.]+/g)?.map(Number) ?? []);
  const channel = (/** @type {number} */ i) =>
    Math.round(share * first[i] + (1 - share) * second[i]);
  return `rgb(${channel(0)}, ${channel(1)}, ${channel(2)})`;
}

export class Sheet {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.letter = 13;
    /** @type {{ rows: number, units: number, side: number }} */
    this.grid = { rows: 1, units: 1, side: 1 };
  }

  /**
   * Where everything is, in pixels: blocks of rows beside each other, each with all units. A unit of an
   * example takes `across` and `down`, with a gap in it if it is a map.
   */
  get #measures() {
    const { rows, units, side } = this.grid;
    const { width, height } = this.canvas.getBoundingClientRect();
    const blocks = side > 1 ? Math.ceil(rows / MAX_MAPS) : 1;
    const high = Math.ceil(rows / blocks);
    const [left, top] = [LEFT * this.letter, TOP * this.letter];
    const wide = (width - 2) / blocks;
    const across = (wide - left) / units;
    const down = (height - top - 2) / high;
    const right = side > 1 ? GAP : 0;
    const below = Math.min(right, down / 6);
    const square = { width: (across - right) / side, height: (down - below) / side };
    return { width, height, high, wide, left, top, across, down, right, below, square };
  }

  /**
   * The value at a point.
   * @param {{ clientX: number, clientY: number }} point
   * @returns {Place | null}
   */
  at({ clientX, clientY }) {
    const { rows, units, side } = this.grid;
    const { high, wide, left, top, across, down } = this.#measures;
    const canvas = this.canvas.getBoundingClientRect();
    const block = Math.floor((clientX - canvas.left) / wide);
    const x = Math.floor(((clientX - canvas.left - block * wide - left) / across) * side);
    const y = Math.floor(((clientY - canvas.top - top) / down) * side);
    if (x < 0 || y < 0 || x >= units * side || y >= high * side) return null;
    const place = placeAt(side, x, y);
    const row = place.row + block * high;
    return row < rows ? { ...place, row } : null;
  }

  /**
   * Draws values, those of a group in full colour.
   * @param {AxesLayer} layer
   * @param {number} size Examples in the batch.
   * @param {(index: number) => number} value
   * @param {{ box: Box, at: Place, full: number, colours: Colours, letter: number, write: (value: number) => string }} how
   *   `full`: the size of a value in full colour; `letter`: the size of words in pixels.
   */
  draw({ shape: [, units, positions] }, size, value, { box, at, full, colours, letter, write }) {
    const side = Math.sqrt(positions);
    this.grid = { rows: size, units, side };
    this.letter = letter;
    const { canvas } = this;
    const { width, height, high, wide, left, top, across, down, right, below, square } =
      this.#measures;
    const scale = window.devicePixelRatio;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const context = canvas.getContext("2d");
    if (!context || !width) return;
    context.scale(scale, scale);
    context.textAlign = "center";
    context.textBaseline = "middle";
    const numbered = side === 1 && square.width >= WIDE * letter && square.height >= HIGH * letter;
    const letters = Math.min(1.4 * letter, square.height * 0.5, square.width * 0.31);
    const corner = (/** @type {Place} */ { row, column, position }) => ({
      x: Math.floor(row / high) * wide + left + column * across + (position % side) * square.width,
      y: top + (row % high) * down + Math.floor(position / side) * square.height,
    });
    const inRow = (/** @type {number} */ row) => row >= box.rows[0] && row < box.rows[1];
    const inColumn = (/** @type {number} */ column) =>
      column >= box.columns[0] && column < box.columns[1];
    for (let row = 0, index = 0; row < size; row++) {
      for (let column = 0; column < units; column++) {
        for (let position = 0; position < positions; position++, index++) {
          const lit = holds(box, { row, column, position });
          const number = value(index);
          const share = Math.min(1, Math.abs(number) / full) * (lit ? 1 : DIM);
          const { x, y } = corner({ row, column, position });
          context.fillStyle = mixed(number < 0 ? colours.low : colours.high, colours.back, share);
          context.fillRect(x, y, square.width + 0.3, square.height + 0.3);
          if (!numbered) continue;
          context.fillStyle = share > STRONG ? colours.back : colours.ink;
          context.globalAlpha = lit ? 1 : DIM_INK;
          context.font = `${lit ? "600 " : ""}${letters}px ${colours.font}`;
          context.fillText(write(number), x + square.width / 2, y + square.height / 2);
          context.globalAlpha = 1;
        }
      }
    }
    if (down >= LOW * letter) {
      context.strokeStyle = mixed(colours.ink, colours.back, LINES);
      for (let row = 0; row < size; row++) {
        for (let column = 0; column < units; column++) {
          const { x, y } = corner({ row, column, position: 0 });
          context.strokeRect(x, y, across - right, down - below);
        }
      }
    }
    context.fillStyle = colours.ink;
    const label = (
      /** @type {number} */ number,
      /** @type {boolean} */ lit,
      /** @type {number} */ x,
      /** @type {number} */ y,
    ) => {
      context.font = `${lit ? "700 " : ""}${0.9 * letter}px ${colours.font}`;
      context.fillText(String(number), x, y);
    };
    for (let first = 0; first < size; first += high) {
      const offset = (first / high) * wide + left;
      for (let column = 0; column < units; column++) {
        label(
          column + 1,
          inColumn(column),
          offset + column * across + (across - right) / 2,
          top / 2,
        );
      }
      for (let row = first; row < Math.min(size, first + high); row++) {
        if (down < LOW * letter && (row + 1) % 8 && row !== first) continue;
        label(
          row + 1,
          inRow(row),
          offset - left / 2,
          top + (row - first) * down + (down - below) / 2,
        );
      }
      // The part of the group that is in this block.
      const from = Math.max(first, box.rows[0]);
      const to = Math.min(first + high, box.rows[1]);
      if (from >= to) continue;
      context.strokeStyle = colours.ink;
      context.lineWidth = 2.5;
      const [begin, end] = box.columns;
      if (box.positions[1] - box.positions[0] === positions) {
        const { x, y } = corner({ row: from, column: begin, position: 0 });
        context.strokeRect(x, y, (end - begin) * across - right, (to - from) * down - below);
        continue;
      }
      for (let column = begin; column < end; column++) {
        const { x, y } = corner({ row: from, column, position: box.positions[0] });
        context.strokeRect(x, y, square.width, square.height);
      }
    }
    const { x, y } = corner(at);
    for (const [colour, line] of /** @type {[string, number][]} */ ([
      [colours.back, 5],
      [colours.ink, 2.5],
    ])) {
      context.strokeStyle = colour;
      context.lineWidth = line;
      context.strokeRect(x - 1, y - 1, square.width + 2, square.height + 2);
    }
  }
}
