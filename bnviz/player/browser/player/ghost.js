// Ghost: the frames of another run, drawn in the same figure: its curves, and its histograms at the
// same step, up to its last one, or at the same accuracy.

/** @import { Points, Ridges } from "types/bindings" */
/** @import { Figure, GhostPart } from "types/message" */
/** @import { Trace } from "types/plotly" */

import { points } from "./bindings.js";
import { Frames } from "./frames.js";

export class Ghost {
  constructor() {
    this.run = "";
    // What the viewer calls it.
    this.name = "";
    // Whether its frames are those of the accuracies of the run, not of its steps.
    this.aligned = false;
    /** @type {Frames | undefined} */
    this.frames = undefined;
    // Frames that the host has.
    this.available = 0;
  }

  /**
   * Takes what a message holds of it.
   * @param {GhostPart | null} part Null if nothing is to be drawn beside the run.
   * @param {Uint8Array} bytes Of whole frames.
   * @returns {boolean} Whether what is drawn has changed.
   */
  receive(part, bytes) {
    if (!part) {
      const had = this.frames !== undefined;
      this.run = "";
      this.name = "";
      this.frames = undefined;
      this.available = 0;
      return had;
    }
    if (part.run !== this.run) {
      if (!part.schema) return false;
      this.run = part.run;
      this.frames = new Frames(part.schema, part.capacity);
    }
    this.name = part.name;
    this.aligned = part.aligned;
    this.available = part.available;
    return this.frames?.extend(part.first, bytes) === true && bytes.length > 0;
  }

  /** What the player tells the host that it has of it. */
  get held() {
    return { run: this.run, from: this.frames?.length ?? 0 };
  }

  /**
   * What is said of it beside a figure; empty without a ghost.
   * @param {Pick<Figure, "ghosts"> | undefined} figure
   */
  caption(figure) {
    if (!this.frames || !figure) return "";
    if (!figure.ghosts.length) return `This view does not draw ${this.name}.`;
    return this.aligned
      ? `Dashed: ${this.name}, each network at the first step at which it had at least this run's validation accuracy.`
      : `Dashed: ${this.name}.`;
  }

  /** Whether the host has more of it. */
  get lacks() {
    return this.frames !== undefined && this.frames.length < this.available;
  }

  /** What it is by now. */
  snapshot() {
    return Object.assign(new Ghost(), this, { frames: this.frames?.snapshot() });
  }

  /**
   * Whether it has ended before a step, or its frame of then is still to come.
   * @param {number} step
   */
  endsBefore(step) {
    const { frames } = this;
    if (!frames?.length) return true;
    // The frames at the accuracies of a live run come after the run's own: the last one stands until
    // then, lest it blink.
    if (this.aligned && !this.lacks) return false;
    return frames.value("step", frames.length - 1) < step;
  }

  /**
   * Index of its last frame at or before a step, at least 0.
   * @param {number} step
   */
  indexAt(step) {
    const { frames } = this;
    if (!frames) return 0;
    let [low, high] = [0, frames.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (frames.value("step", middle) <= step) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

/**
 * Whether none of the histograms has a count in a frame.
 * @param {Ridges} binding
 * @param {Frames} frames
 * @param {number} at Index of the frame.
 */
const isEmpty = ({ counts, rows }, frames, at) =>
  rows.every((row) => frames.row(`${counts}/${row}`, at).every((count) => count === 0));

/**
 * The points of a moving trace, of the run or of its ghost.
 * @param {Figure} figure
 * @param {number} number Of the trace.
 * @param {Frames} frames Of the run.
 * @param {number} at Index of the frame at the cursor.
 * @param {Ghost} [ghost]
 */
export function pointsOf(figure, number, frames, at, ghost) {
  const binding = figure.bindings[number];
  if (!figure.ghosts.includes(number)) return points(binding, frames, at, figure.constants);
  if (!ghost?.frames?.length) return { x: [], y: [] };
  const step = frames.value("step", at);
  const there = ghost.indexAt(step);
  if (binding.kind === "ridges") {
    /** @type {any} */
    const ridges = binding;
    if (ghost.endsBefore(step) || isEmpty(ridges, ghost.frames, there)) return { x: [], y: [] };
  }
  return points(binding, ghost.frames, there, figure.constants);
}

/**
 * The moving traces with their points, in the order in which they are painted.
 * @param {Figure} figure
 * @param {Trace[]} traces In the colours of the page.
 * @param {Frames} frames Of the run.
 * @param {number} at Index of the frame at the cursor.
 * @param {Ghost} [ghost]
 * @returns {{ trace: Trace, points: Points }[]}
 */
export function movingTraces(figure, traces, frames, at, ghost) {
  const { bindings, ghosts } = figure;
  const others = Object.keys(bindings).map(Number);
  // Ghosts are painted first, below the others.
  const order = [...ghosts, ...others.filter((number) => !ghosts.includes(number))];
  return order
    .filter((number) => number in bindings)
    .map((number) => ({
      trace: traces[number],
      points: pointsOf(figure, number, frames, at, ghost),
    }));
}
