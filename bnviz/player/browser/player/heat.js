// Heat: a grid of numbers as colours.

/** @import { HeatPoints } from "types/bindings" */
/** @import { Axis, ColourScale, HeatTrace } from "types/plotly" */

import { context2d, newCanvas } from "./canvas.js";

const COLOURS = 256;
const COLUMNS = 640;
const ROWS = 320;

/**
 * An image is slow to make and drawn many times: kept as long as its numbers and its colours.
 * @type {WeakMap<HeatPoints, { colours: ColourScale, image: HTMLCanvasElement }>}
 */
const images = new WeakMap();

/**
 * The colours of a scale, as the bytes of a pixel each.
 * @param {ColourScale} scale
 */
function palette(scale) {
  const context = context2d(newCanvas(COLOURS, 1));
  const gradient = context.createLinearGradient(0, 0, COLOURS, 0);
  for (const [place, colour] of scale) gradient.addColorStop(place, colour);
  context.fillStyle = gradient;
  context.fillRect(0, 0, COLOURS, 1);
  return new Uint32Array(context.getImageData(0, 0, COLOURS, 1).data.buffer);
}

/**
 * Divides the range of some edges into `count` equal parts and finds the cell at each one's middle.
 * @param {number[]} edges In ascending order.
 * @param {number} count
 */
export function cellIndices(edges, count) {
  const low = edges[0];
  const step = (edges[edges.length - 1] - low) / count;
  let cell = 0;
  return Array.from({ length: count }, (_, i) => {
    while (cell < edges.length - 2 && edges[cell + 1] <= low + (i + 0.5) * step) cell += 1;
    return cell;
  });
}

/**
 * An image with a pixel for each of the given columns and rows of cells.
 * @param {HeatTrace} trace
 * @param {HeatPoints} points
 * @param {number[]} columns
 * @param {number[]} rows From the bottom.
 */
function imageOf(trace, { z }, columns, rows) {
  const canvas = newCanvas(columns.length, rows.length);
  const context = context2d(canvas);
  const image = context.createImageData(columns.length, rows.length);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = palette(trace.colorscale);
  const scale = (COLOURS - 1) / (trace.zmax - trace.zmin);
  const painted = z.map((row) =>
    Uint32Array.from(row, (value) => {
      const place = Math.round((value - trace.zmin) * scale);
      return colours[Math.min(Math.max(place, 0), COLOURS - 1)];
    }),
  );
  for (let row = 0; row < rows.length; row++) {
    const start = (rows.length - 1 - row) * columns.length;
    if (row > 0 && rows[row] === rows[row - 1]) {
      pixels.copyWithin(start, start + columns.length, start + 2 * columns.length);
      continue;
    }
    const cells = painted[rows[row]];
    for (let i = 0; i < columns.length; i++) pixels[start + i] = cells[columns[i]];
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/**
 * Paints a heat map. Its x and y are either the edges of the cells, or the middles of cells of one
 * size, which then blend into each other.
 * @param {CanvasRenderingContext2D} context
 * @param {HeatTrace} trace
 * @param {HeatPoints} points
 * @param {Axis} xAxis
 * @param {Axis} yAxis
 */
export function paintHeat(context, trace, points, xAxis, yAxis) {
  const { x, y, z } = points;
  const edged = y.length > z.length;
  const known = images.get(points);
  let image = known?.colours === trace.colorscale ? known.image : undefined;
  if (!image) {
    image = edged
      ? imageOf(trace, points, cellIndices(x, COLUMNS), cellIndices(y, ROWS))
      : imageOf(trace, points, [...x.keys()], [...y.keys()]);
    images.set(points, { colours: trace.colorscale, image });
  }
  /** @param {number[]} middles */
  const halfCell = (middles) => (edged ? 0 : (middles[1] - middles[0]) / 2);
  const left = xAxis.d2p(x[0] - halfCell(x));
  const right = xAxis.d2p(x[x.length - 1] + halfCell(x));
  const top = yAxis.d2p(y[y.length - 1] + halfCell(y));
  const bottom = yAxis.d2p(y[0] - halfCell(y));
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  context.drawImage(image, left, top, right - left, bottom - top);
}
