// Rows: rows of numbers at the cursor, such as one a neuron.
// The same rules as bnviz/figures/rows.py; a browser test holds them equal.

import { transformed } from "./scales.js";

const PERCENTILES = [5, 15, 25, 50, 75, 85, 95];
const WIDTH = PERCENTILES.length;
const MEDIAN = PERCENTILES.indexOf(50);

// The percentiles of every neuron in one list, as drawn.
const drawn = (b, frames, at) =>
  transformed(Array.from(frames.row(b.percentiles, at)), b.transform);

export function spans(b, frames, at) {
  const rows = drawn(b, frames, at);
  const x = [];
  const y = [];
  for (const neuron of b.neurons) {
    x.push(neuron + 1, neuron + 1, null);
    y.push(rows[neuron * WIDTH + b.low], rows[neuron * WIDTH + b.high], null);
  }
  return { x, y };
}

export function medians(b, frames, at) {
  const rows = drawn(b, frames, at);
  return {
    x: b.neurons.map((neuron) => neuron + 1),
    y: b.neurons.map((neuron) => rows[neuron * WIDTH + MEDIAN]),
  };
}

export function violins(b, frames, at) {
  const rows = drawn(b, frames, at);
  const x = [];
  const y = [];
  for (const neuron of b.neurons) {
    const places = rows.slice(neuron * WIDTH, (neuron + 1) * WIDTH);
    if (!places.every(isFinite)) continue;
    const half = [0];
    const heights = [places[0]];
    for (let i = 0; i + 1 < WIDTH; i++) {
      const share = (PERCENTILES[i + 1] - PERCENTILES[i]) / 100;
      const density = share / Math.max(places[i + 1] - places[i], 1e-9);
      half.push(Math.min(b.cap, b.scale * Math.sqrt(density)));
      heights.push((places[i] + places[i + 1]) / 2);
    }
    half.push(0);
    heights.push(places[WIDTH - 1]);
    x.push(...half.map((width) => neuron + 1 + width));
    x.push(...half.reverse().map((width) => neuron + 1 - width), null);
    y.push(...heights, ...heights.slice().reverse(), null);
  }
  return { x, y };
}

export function bars(b, frames, at) {
  const bins = b.edges.length - 1;
  const low = b.edges[0];
  const high = b.edges[bins];
  const counts = new Array(bins).fill(0);
  for (const value of frames.row(b.row, at)) {
    if (Number.isNaN(value)) continue;
    const place = Math.min(Math.max(value, low), high);
    counts[Math.min(Math.floor(((place - low) / (high - low)) * bins), bins - 1)] += 1;
  }
  const places = b.edges.flatMap((edge) => [edge, edge]);
  const heights = [0, ...counts.flatMap((count) => [count, count]), 0];
  return b.upright ? { x: heights, y: places } : { x: places, y: heights };
}
