// Painter: draws a figure's moving traces on a canvas above its axes.
//
// Plotly lays out axes, headings and zoom and answers the mouse. Redrawing moving traces through it
// costs twenty times as much as painting them, and the processor is needed for training.

/** @import { HeatPoints, Points } from "types/bindings" */
/** @import { Axis, Font, FullLayout, HeatTrace, Trace } from "types/plotly" */

import { context2d } from "./canvas.js";
import { paintHeat } from "./heat.js";

/** @type {Record<string, number[]>} */
const DASHES = { dot: [2, 3], dash: [6, 4] };
/** @type {Record<string, { align: CanvasTextAlign, shift: number }>} */
const SIDES = {
  left: { align: "right", shift: -7 },
  right: { align: "left", shift: 7 },
  center: { align: "center", shift: 0 },
};

/**
 * The key of an axis in the full layout: "x2" is "xaxis2".
 * @template {"x" | "y"} Letter
 * @param {string} reference
 * @param {Letter} letter
 * @returns {`${Letter}axis${string}`}
 */
const axisKey = (reference, letter) => `${letter}axis${reference.slice(1)}`;

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
 * Writes a text beside a point.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text Lines with "<br>" between them.
 * @param {number} left
 * @param {number} top
 * @param {string} position As Plotly's `textposition`.
 * @param {Font} font
 * @param {{ family: string, back: string }} style
 */
function write(context, text, left, top, position, font, { family, back }) {
  const [vertical, horizontal] = position.split(" ");
  const { align, shift } = SIDES[horizontal];
  const lines = text.split("<br>");
  context.font = `${font.size}px ${family}`;
  context.fillStyle = font.color;
  context.textAlign = align;
  context.textBaseline = vertical === "top" ? "bottom" : vertical === "bottom" ? "top" : "middle";
  // An outline in the colour of the page sets words off from the curves behind them.
  context.strokeStyle = back;
  context.lineWidth = 3;
  context.setLineDash([]);
  lines.forEach((line, i) => {
    const above = -5 - (lines.length - 1 - i) * font.size;
    const below = 5 + i * font.size;
    const drop = vertical === "middle" ? 0 : vertical === "top" ? above : below;
    context.strokeText(line, left + shift, top + drop);
    context.fillText(line, left + shift, top + drop);
  });
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
 * @param {CanvasRenderingContext2D} context
 * @param {Trace} trace
 * @param {Points} points
 * @param {Axis} xAxis
 * @param {Axis} yAxis
 */
function paintMarkers(context, { marker }, { x, y }, xAxis, yAxis) {
  if (!marker) return;
  const { color, size, line } = marker;
  for (let i = 0; i < x.length; i++) {
    const [left, top] = [x[i], y[i]];
    if (left === null || top === null || !Number.isFinite(top)) continue;
    context.fillStyle = Array.isArray(color) ? color[i] : color;
    context.beginPath();
    context.arc(xAxis.d2p(left), yAxis.d2p(top), size / 2, 0, 7);
    context.fill();
    if (!line) continue;
    context.strokeStyle = line.color;
    context.lineWidth = line.width;
    context.stroke();
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Trace} trace
 * @param {Points} points
 * @param {Axis} xAxis
 * @param {Axis} yAxis
 * @param {{ family: string, back: string }} style
 */
function paintText(context, trace, { x, y, text = [], textposition }, xAxis, yAxis, style) {
  const position = textposition ?? trace.textposition ?? "middle center";
  for (let i = 0; i < x.length; i++) {
    const [left, top] = [x[i], y[i]];
    if (!text[i] || !trace.textfont || left === null || top === null) continue;
    write(context, text[i], xAxis.d2p(left), yAxis.d2p(top), position, trace.textfont, style);
  }
}

export class Painter {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = context2d(canvas);
  }

  /**
   * Draws all moving traces.
   * @param {{ trace: Trace, points: Points }[]} moving
   * @param {FullLayout} layout
   */
  draw(moving, layout) {
    const { canvas, context } = this;
    this.#fit(layout.width, layout.height);
    const back = getComputedStyle(canvas).getPropertyValue("--bnviz-back");
    const style = { family: layout.font.family ?? "sans-serif", back };
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
        if (mode.includes("lines")) paintLines(context, trace, points, xAxis, yAxis);
        if (mode.includes("markers")) paintMarkers(context, trace, points, xAxis, yAxis);
        if (mode.includes("text")) paintText(context, trace, points, xAxis, yAxis, style);
      }
      context.restore();
    }
  }

  /**
   * Clears the canvas, in the resolution of the screen.
   * @param {number} width In CSS pixels.
   * @param {number} height
   */
  #fit(width, height) {
    const { canvas, context } = this;
    const ratio = window.devicePixelRatio || 1;
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
