// Ghost: the frames of another run, drawn in the same figure: its curves, and its histograms at the
// same step, up to its last one, or at the same accuracy. Of several, the first alone has histograms.

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
    // What its curves end with where there are several, and how they are drawn, in words.
    this.letter = "";
    this.line = "";
    // Whether its frames are those of the accuracies of the run, not of its steps.
    this.aligned = false;
    /** @type {Frames | undefined} */
    this.frames = undefined;
    // Frames that the host has.
    this.available = 0;
  }

  /**
   * Takes what a message holds of it.
   * @param {GhostPart} part
   * @param {Uint8Array} bytes Of whole frames.
   * @returns {boolean} Whether what is drawn has changed.
   */
  receive(part, bytes) {
    if (part.run !== this.run) {
      if (!part.schema) return false;
      this.run = part.run;
      this.frames = new Frames(part.schema, part.capacity);
    }
    this.name = part.name;
    this.letter = part.letter;
    this.line = part.line;
    this.aligned = part.aligned;
    this.available = part.available;
    this.frames?.reserve(part.capacity);
    return this.frames?.extend(part.first, bytes) === true && bytes.length > 0;
  }

  /** What the player tells the host that it has of it. */
  get held() {
    return { run: this.run, from: this.frames?.length ?? 0 };
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

const ALIGNED =
  "each network at the first step at which it had at least this run's validation accuracy";

export class Ghosts {
  constructor() {
    /** @type {Ghost[]} */
    this.all = [];
  }

  /**
   * Takes what a message holds of them.
   * @param {GhostPart[]} parts
   * @param {Uint8Array} bytes Of whole frames, of one ghost after the other.
   * @returns {boolean} Whether what is drawn has changed.
   */
  receive(parts, bytes) {
    const before = this.all;
    let changed = parts.length !== before.length;
    let start = 0;
    this.all = parts.map((part, place) => {
      const known = before.find(({ run }) => run === part.run);
      const ghost = known ?? new Ghost();
      const end = start + part.bytes;
      const grown = ghost.receive(part, bytes.subarray(start, end));
      changed = grown || ghost !== before[place] || changed;
      start = end;
      return ghost;
    });
    return changed;
  }

  /** What the player tells the host that it has of them. */
  get held() {
    return this.all.map((ghost) => ghost.held);
  }

  /** Frames of all of them. */
  get count() {
    return this.held.reduce((sum, { from }) => sum + from, 0);
  }

  /** Whether the host has more of any. */
  get lacks() {
    return this.all.some((ghost) => ghost.lacks);
  }

  /**
   * What is said of them beside a figure; empty without a ghost.
   * @param {Pick<Figure, "ghosts" | "bindings"> | undefined} figure
   */
  caption(figure) {
    const drawn = this.all.filter(({ frames }) => frames);
    if (!drawn.length || !figure) return "";
    if (!figure.ghosts.some((traces) => traces.length)) {
      return `This view does not draw ${drawn.map(({ name }) => name).join(" or ")}.`;
    }
    const aligned = drawn[0].aligned ? ALIGNED : "";
    if (drawn.length === 1) {
      return `Dashed: ${[drawn[0].name, aligned].filter(Boolean).join(", ")}.`;
    }
    const names = drawn.map((ghost) =>
      figure.ghosts[this.all.indexOf(ghost)]?.length
        ? `${ghost.letter} (${ghost.line}): ${ghost.name}`
        : `${ghost.letter}: ${ghost.name}, not drawn in this view`,
    );
    const shapes = figure.ghosts.flat().some((trace) => figure.bindings[trace].kind === "ridges");
    return [
      names.join("; "),
      aligned && `; ${aligned}`,
      shapes
        ? `. Of histograms only those of ${this.all[0].letter} are drawn, as several cannot be told apart.`
        : ".",
    ].join("");
  }

  /** What they are by now. */
  snapshot() {
    return Object.assign(new Ghosts(), { all: this.all.map((ghost) => ghost.snapshot()) });
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
 * The points of a moving trace, of the run or of one of its ghosts.
 * @param {Figure} figure
 * @param {number} number Of the trace.
 * @param {Frames} frames Of the run.
 * @param {number} at Index of the frame at the cursor.
 * @param {Ghosts} [ghosts]
 */
export function pointsOf(figure, number, frames, at, ghosts) {
  const binding = figure.bindings[number];
  const place = figure.ghosts.findIndex((traces) => traces.includes(number));
  if (place < 0) return points(binding, frames, at, figure.constants);
  const ghost = ghosts?.all[place];
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
 * @param {Ghosts} [ghosts]
 * @returns {{ trace: Trace, points: Points }[]}
 */
export function movingTraces(figure, traces, frames, at, ghosts) {
  const { bindings } = figure;
  const others = figure.ghosts.flat();
  const own = Object.keys(bindings).map(Number);
  // Ghosts are painted first, below the others; but the words of the run have the first choice of room.
  const order = [
    ...others.filter((number) => traces[number].mode !== "text"),
    ...own.filter((number) => !others.includes(number)),
    ...others.filter((number) => traces[number].mode === "text"),
  ];
  return order
    .filter((number) => number in bindings)
    .map((number) => ({
      trace: traces[number],
      points: pointsOf(figure, number, frames, at, ghosts),
    }));
}
