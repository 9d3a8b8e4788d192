// Painter: draws a figure's moving traces on a canvas above its axes.
//
// Plotly lays out axes, headings and zoom and answers the mouse; redrawing the moving shapes through
// it costs twenty times as much as painting them, and the processor is wanted for training.

import { paintHeat } from "./heat.js";

const DASHES = { dot: [2, 3], dash: [6, 4] };
const SIDES = { left: ["right", -1], right: ["left", 1], center: ["center", 0] };

const axisName = (reference, letter) => `${letter}axis${reference.slice(1)}`;

// Path through the points; a null or NaN starts another part.
function trail(context, x, y, xAxis, yAxis) {
  context.beginPath();
  let started = false;
  for (let i = 0; i < x.length; i++) {
    const left = x[i] === null ? NaN : xAxis.d2p(x[i]);
    const top = y[i] === null ? NaN : yAxis.d2p(y[i]);
    // A logarithmic axis has no place for 0.
    if (!isFinite(left) || !isFinite(top)) {
      started = false;
      continue;
    }
    if (started) context.lineTo(left, top);
    else context.moveTo(left, top);
    started = true;
  }
}

function write(context, text, left, top, position, font, { family, back }) {
  const [vertical, horizontal] = position.split(" ");
  const [align, direction] = SIDES[horizontal];
  const lines = text.split("<br>");
  context.font = `${font.size}px ${family}`;
  context.fillStyle = font.color;
  context.textAlign = align;
  context.textBaseline = vertical === "top" ? "bottom" : vertical === "bottom" ? "top" : "middle";
  // A rim in the colour of the page keeps words apart from the curves beneath.
  context.strokeStyle = back;
  context.lineWidth = 3;
  context.setLineDash([]);
  lines.forEach((line, i) => {
    const shift = vertical === "top" ? -5 - (lines.length - 1 - i) * font.size : 5 + i * font.size;
    const place = [left + 7 * direction, top + (vertical === "middle" ? 0 : shift)];
    context.strokeText(line, ...place);
    context.fillText(line, ...place);
  });
}

function paint(context, trace, points, xAxis, yAxis, style) {
  if (trace.type === "heatmap") return paintHeat(context, trace, points, xAxis, yAxis);
  const { x, y, text } = points;
  const lines = (trace.mode ?? "lines").includes("lines");
  if (lines) {
    trail(context, x, y, xAxis, yAxis);
    if (trace.fill === "toself") {
      context.fillStyle = trace.fillcolor;
      context.fill();
    }
    const { color, width, dash } = trace.line;
    if (width > 0) {
      context.strokeStyle = color;
      context.lineWidth = width;
      context.setLineDash(DASHES[dash] ?? []);
      context.stroke();
    }
  }
  if (trace.mode?.includes("markers")) {
    const { color, size, line } = trace.marker;
    x.forEach((value, i) => {
      if (y[i] === null || !isFinite(y[i])) return;
      context.fillStyle = Array.isArray(color) ? color[i] : color;
      context.beginPath();
      context.arc(xAxis.d2p(value), yAxis.d2p(y[i]), size / 2, 0, 7);
      context.fill();
      if (!line) return;
      context.strokeStyle = line.color;
      context.lineWidth = line.width;
      context.stroke();
    });
  }
  if (trace.mode?.includes("text")) {
    const position = points.textposition ?? trace.textposition;
    x.forEach((value, i) => {
      if (!text[i] || y[i] === null) return;
      write(context, text[i], xAxis.d2p(value), yAxis.d2p(y[i]), position, trace.textfont, style);
    });
  }
}

export class Painter {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
  }

  // Draws all moving traces: moving is a list of {trace, points}; layout is Plotly's full layout.
  draw(moving, layout) {
    const { canvas, context } = this;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [layout.width, layout.height];
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const back = getComputedStyle(canvas).getPropertyValue("--bnviz-back");
    const style = { family: layout.font.family, back };
    for (const { trace, points } of moving) {
      const xAxis = layout[axisName(trace.xaxis, "x")];
      const yAxis = layout[axisName(trace.yaxis, "y")];
      context.save();
      context.translate(xAxis._offset, yAxis._offset);
      if (trace.cliponaxis !== false) {
        context.beginPath();
        context.rect(0, -1, xAxis._length, yAxis._length + 2);
        context.clip();
      }
      context.globalAlpha = trace.opacity ?? 1;
      context.lineJoin = "round";
      context.lineCap = trace.line?.dash && trace.line.dash !== "solid" ? "butt" : "round";
      paint(context, trace, points, xAxis, yAxis, style);
      context.restore();
    }
  }
}
