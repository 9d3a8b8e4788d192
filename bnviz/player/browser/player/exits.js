// Exits: marks where a line leaves its axes through their upper or lower end.

/** @import { Points } from "types/bindings" */
/** @import { Axis } from "types/plotly" */

// Width and height of a mark, and the least distance between the middles of two; pixels.
const WIDTH = 9;
const HEIGHT = 7;
const APART = 12;
// Pixels by which a line must pass the end of its axes.
const PASSED = 1;

/**
 * Where points leave their axes: the first one of each stretch beyond an end, unless the mark of
 * another stretch is close.
 * @param {Points} points
 * @param {Axis} xAxis
 * @param {Axis} yAxis
 * @returns {{ x: number, up: boolean }[]}
 */
export function exitsOf({ x, y }, xAxis, yAxis) {
  /** @type {{ x: number, up: boolean }[]} */
  const exits = [];
  /** @type {boolean | undefined} */
  let beyond;
  for (let i = 0; i < x.length; i++) {
    const left = xAxis.d2p(x[i] ?? NaN);
    const top = yAxis.d2p(y[i] ?? NaN);
    const far = Math.max(-top, top - yAxis._length);
    const outside = far > PASSED && left >= -PASSED && left <= xAxis._length + PASSED;
    const up = outside ? top < 0 : undefined;
    if (up !== undefined && up !== beyond) {
      const last = exits.findLast((each) => each.up === up);
      if (!last || Math.abs(last.x - left) >= APART) exits.push({ x: left, up });
    }
    beyond = up;
  }
  return exits;
}

/**
 * Paints a mark within the axes, at their end.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x In pixels of the axes.
 * @param {boolean} up Whether it points upwards.
 * @param {Axis} yAxis
 * @param {string} colour
 * @param {string} back Colour of the page.
 */
export function paintExit(context, x, up, yAxis, colour, back) {
  const tip = up ? 0 : yAxis._length;
  const foot = up ? HEIGHT : yAxis._length - HEIGHT;
  context.beginPath();
  context.moveTo(x, tip);
  context.lineTo(x + WIDTH / 2, foot);
  context.lineTo(x - WIDTH / 2, foot);
  context.closePath();
  context.setLineDash([]);
  context.strokeStyle = back;
  context.lineWidth = 2;
  context.stroke();
  context.fillStyle = colour;
  context.fill();
}
