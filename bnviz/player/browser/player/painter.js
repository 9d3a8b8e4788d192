// Painter: draws a figure's moving traces on a canvas above its axes.
//
// Plotly lays out axes, headings and zoom and answers the mouse. Redrawing moving traces through it
// costs twenty times as much as painting them, and the processor is needed for training.

/** @import { HeatPoints, Points } from "types/bindings" */
/** @import { Axis, FullLayout, HeatTrace, Trace } from "types/plotly" */
/** @import { Area, Words } from "./lettering.js" */

import { context2d } from "./canvas.js";
import { exitsOf, paintExit } from "./exits.js";
import { paintHeat } from "./heat.js";
import { placeWords, writeWords } from "./lettering.js";

// Pixels from an end of the axes within which a dot is taken to be there.
const END = 0.5;
// Words that can be left out, and the share of an axis that a line with them may take.
const SPAN = /<span>(.*?)<\/span>/;
const MOST = 0.45;
/** @type {Record<string, number[]>} */
const DASHES = { dot: [2, 3], dash: [6, 4], longdash: [16, 5], dashdot: [9, 4, 2, 4] };
/**
 * The key of an axis in the full layout: "x2" is "xaxis2".
 * @template {"x" | "y"} Letter
 * @param {string} reference
 * @param {Letter} letter
 * @returns {`${Letter}axis${string}`}
 */
export const axisKey = (reference, letter) => `${letter}axis${reference.slice(1)}`;

/**
 * Makes the path through points; a null or NaN starts another part.
 * @param {CanvasRenderingContext2D} context
 * @param {Points} points
 * @param {Axis} xAxis
 * @param {Axis} yAxis
 */
function makePath(context, { x, y }, xAxis, yAxis) {
  context.beginPath();
  let started = false;
  for (let i = 0; i < x.length; i++) {
    const left = xAxis.d2p(x[i] ?? NaN);
    const top = yAxis.d2p(y[i] ?? NaN);
    // A logarithmic axis has no place for 0.
    if (!Number.isFinite(left) || !Number.isFinite(top)) {
      started = false;
      continue;
    }
    if (started) context.lineTo(left, top);
    else context.moveTo(left, top);
    started = true;
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Trace} trace
 * @param {Points} points
 * @param {Axis} xAxis
 * @param {Axis} yAxis
 */
function paintLines(context, trace, points, xAxis, yAxis) {
  makePath(context, points, xAxis, yAxis);
  if (trace.fill === "toself" && trace.fillcolor) {
    context.fillStyle = trace.fillcolor;
    context.fill();
  }
  if (!trace.line?.width) return;
  const { color, width, dash = "solid" } = trace.line;
  context.strokeStyle = color;
  context.lineWidth = width;
  context.setLineDash(DASHES[dash] ?? []);
  context.stroke();
}

/**
 * Marks where a line leaves its axes.
 * @param {CanvasRenderingContext2D} context
 * @param {Trace} trace
 * @param {Points} points
 * @param {Axis} xAxis
 * @param {Axis} yAxis
 * @param {string} back Colour of the page.
 */
function markExits(context, { line }, points, xAxis, yAxis, back) {
  if (!line?.width) return;
  for (const { x, up } of exitsOf(points, xAxis, yAxis)) {
    paintExit(context, x, up, yAxis, line.color, back);
  }
}

/**
 * Paints a dot at each point; at the upper or lower end of the axes, beyond which its value may be,
 * a mark that points there.
 * @param {CanvasRenderingContext2D} context
 * @param {Trace} trace
 * @param {Points} points
 * @param {Axis} xAxis
 * @param {Axis} yAxis
 * @param {string} back Colour of the page.
 */
function paintMarkers(context, { marker }, { x, y }, xAxis, yAxis, back) {
  if (!marker) return;
  const { color, size, line } = marker;
  for (let i = 0; i < x.length; i++) {
    const [left, top] = [x[i], y[i]];
    if (left === null || top === null || !Number.isFinite(top)) continue;
    const colour = Array.isArray(color) ? color[i] : color;
    const [right, down] = [xAxis.d2p(left), yAxis.d2p(top)];
    if (down < END || down > yAxis._length - END) {
      paintExit(context, right, down < END, yAxis, colour, back);
      continue;
    }
    context.fillStyle = colour;
    context.beginPath();
    context.arc(right, down, size / 2, 0, 7);
    context.fill();
    if (!line) continue;
    context.strokeStyle = line.color;
    context.lineWidth = line.width;
    context.stroke();
  }
}

/**
 * A line of words without tags, and without what a span holds if it is too long.
 * @param {CanvasRenderingContext2D} context
 * @param {string} line
 * @param {number} room In pixels.
 */
function fitting(context, line, room) {
  if (!SPAN.test(line)) return line;
  const whole = line.replace(SPAN, "$1");
  // What has one digit is as long as what has two: all lines of a figure have their words, or none.
  const longest = whole.replace(/\d+/, "00");
  return context.measureText(longest).width <= room ? whole : line.replace(SPAN, "");
}

/**
 * The words of a trace, at their points of the picture.
 * @param {CanvasRenderingContext2D} context
 * @param {Trace} trace
 * @param {Points} points
 * @param {Axis} xAxis
 * @param {Axis} yAxis
 * @param {string} family Of the font.
 * @returns {Words[]}
 */
function wordsOf(context, trace, points, xAxis, yAxis, family) {
  const { x, y, text = [], customdata } = points;
  const { textfont: font } = trace;
  if (!font) return [];
  context.font = `${font.size}px ${family}`;
  const position = points.textposition ?? trace.textposition ?? "middle center";
  return Array.from(x).flatMap((left, i) => {
    const top = y[i];
    if (!text[i] || left === null || top === null || !Number.isFinite(top)) return [];
    const all = text[i].split("<br>");
    const lines = all.map((line) => fitting(context, line, MOST * xAxis._length));
    const width = Math.max(...lines.map((line) => context.measureText(line).width));
    const place = xAxis._offset + xAxis.d2p(left);
    const height = (/** @type {number} */ value) => yAxis._offset + yAxis.d2p(value);
    const panel = {
      left: xAxis._offset,
      right: xAxis._offset + xAxis._length,
      top: yAxis._offset,
      bottom: yAxis._offset + yAxis._length,
    };
    /** @type {Words} */
    const words = { lines, x: place, y: height(top), position, font, width, panel };
    const named = customdata?.[i] ?? null;
    return [named === null ? words : { ...words, mark: [place, height(named)] }];
  });
}

export class Painter {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {number} [dots] To a pixel of the figure; those of the screen if not given.
   */
  constructor(canvas, dots) {
    this.canvas = canvas;
    this.dots = dots;
    this.context = context2d(canvas);
  }

  /**
   * Draws all moving traces.
   * @param {{ trace: Trace, points: Points }[]} moving
   * @param {FullLayout} layout
   * @param {Area[]} taken By words that are there already; in pixels of the figure.
   */
  draw(moving, layout, taken) {
    const { canvas, context } = this;
    this.#fit(layout.width, layout.height);
    const colours = getComputedStyle(canvas);
    const back = colours.getPropertyValue("--bnviz-back");
    const muted = colours.getPropertyValue("--bnviz-muted");
    const family = layout.font.family ?? "sans-serif";
    /** @type {Words[]} */
    const words = [];
    for (const { trace, points } of moving) {
      const mode = trace.mode ?? "lines";
      const xAxis = layout[axisKey(trace.xaxis, "x")];
      const yAxis = layout[axisKey(trace.yaxis, "y")];
      context.save();
      context.translate(xAxis._offset, yAxis._offset);
      if (trace.cliponaxis !== false) {
        context.beginPath();
        context.rect(0, -1, xAxis._length, yAxis._length + 2);
        context.clip();
      }
      context.globalAlpha = trace.opacity ?? 1;
      context.lineJoin = "round";
      context.lineCap = (trace.line?.dash ?? "solid") === "solid" ? "round" : "butt";
      if (trace.type === "heatmap") {
        const [heat, cells] = /** @type {[HeatTrace, HeatPoints]} */ ([trace, points]);
        paintHeat(context, heat, cells, xAxis, yAxis);
      } else {
        if (mode.includes("lines")) {
          paintLines(context, trace, points, xAxis, yAxis);
          markExits(context, trace, points, xAxis, yAxis, back);
        }
        if (mode.includes("markers")) paintMarkers(context, trace, points, xAxis, yAxis, back);
        if (mode.includes("text")) {
          words.push(...wordsOf(context, trace, points, xAxis, yAxis, family));
        }
      }
      context.restore();
    }
    const room = { left: 1, top: 1, right: layout.width - 1, bottom: layout.height - 1 };
    placeWords(words, taken, room).forEach((area, i) => {
      if (area) writeWords(context, words[i], area, { family, back, muted });
    });
  }

  /**
   * Clears the canvas.
   * @param {number} width In CSS pixels.
   * @param {number} height
   */
  #fit(width, height) {
    const { canvas, context } = this;
    const ratio = this.dots ?? (window.devicePixelRatio || 1);
    if (
      canvas.width !== Math.round(width * ratio) ||
      canvas.height !== Math.round(height * ratio)
    ) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
  }
}
