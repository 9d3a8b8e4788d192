// Moment: what a frame shows, in one sentence that follows from its numbers alone.

/** @import { Cards, RunEvent } from "types/message" */
/** @import { Frames } from "./frames.js" */

import { latestEvent } from "./events.js";

// From which ratio on, and up to its inverse, a width differs from another.
const CLEAR = 1.5;
/** @type {[times: number, wider: string, narrower: string][]} */
const RATIOS = [
  [100, "more than 100 times as wide", "less than a hundredth as wide"],
  [10, "more than 10 times as wide", "less than a tenth as wide"],
  [5, "more than 5 times as wide", "less than a fifth as wide"],
  [3, "more than 3 times as wide", "less than a third as wide"],
  [2, "more than twice as wide", "less than half as wide"],
  [CLEAR, "more than 1.5 times as wide", "less than two thirds as wide"],
];
const STEADY = "about as wide";
// Widths below, less than a hundredth of the axis, cannot be seen.
const SEEN = 0.1;
// What the sentence of an event begins with once its step has passed.
const EARLIER = "Earlier,";
// Milliseconds for which a sentence stands at least while the cursor moves by itself.
const STANDS = 700;

/**
 * How a width compares with that at step 0, in words; empty if they cannot be compared or seen.
 * @param {number} now
 * @param {number} start
 */
export function compared(now, start) {
  const ratio = now / start;
  if (Math.max(now, start) < SEEN) return "";
  if (!(ratio > 0 && Number.isFinite(ratio))) return "";
  for (const [times, wider, narrower] of RATIOS) {
    if (ratio > times) return wider;
    if (ratio * times < 1) return narrower;
  }
  return STEADY;
}

/** @param {string} text */
const capitalized = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** @param {string[]} words */
const listed = (words) =>
  words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${words.at(-1)}` : words[0];

/**
 * The distance from the 15th to the 85th percentile of a layer's values, which are the second and
 * the last but one of `PERCENTILES` in bnviz/recording/frames.py.
 * @param {Frames} frames
 * @param {string} arm
 * @param {number} layer From 1.
 * @param {number} at Index of the frame.
 */
function width(frames, arm, layer, at) {
  const path = `${arm}/pre_activation_percentiles/${layer - 1}`;
  return frames.value(`${path}/5`, at) - frames.value(`${path}/1`, at);
}

/**
 * What a frame shows; empty where nothing is certain.
 * @param {Frames} frames
 * @param {number} at Index of the frame.
 * @param {Cards["arms"]} arms
 * @param {number} layer The hidden layer whose values it tells of, from 1.
 * @param {string} [name] What it is called.
 */
export function moment(frames, at, arms, layer, name = `layer ${layer}`) {
  const step = frames.value("step", at);
  if (step === 0) return "Nothing is trained yet.";
  const lost = arms.filter(({ name }) => {
    const diverged = frames.value(`${name}/diverged_at`, at);
    return diverged >= 0 && diverged <= step;
  });
  if (lost.length === arms.length) return "No network is left: all have diverged.";
  if (lost.length) {
    const names = listed(lost.map((arm) => arm.with));
    return `${capitalized(names)}, the ${lost.length > 1 ? "networks have" : "network has"} diverged.`;
  }
  if (frames.value("step", 0) !== 0) return "";
  const widths = arms
    .map((arm) => ({
      label: arm.with,
      words: compared(width(frames, arm.name, layer, at), width(frames, arm.name, layer, 0)),
    }))
    .filter(({ words }) => words);
  if (!widths.length) return "";
  const [first, ...others] = widths;
  if (arms.length === 1)
    return `Compared with step 0, the values in ${name} are spread ${first.words}.`;
  const alike = widths.length === arms.length && others.every(({ words }) => words === first.words);
  const found = alike
    ? `${first.words} in ${arms.length > 2 ? "all" : "both"} networks`
    : listed(widths.map(({ label, words }) => `${words} ${label}`));
  const each = widths.length > 1 ? "Each compared with its own" : "Compared with";
  return `${each} step 0, the values in ${name} are spread ${found}.`;
}

export class Moment {
  /** @param {HTMLElement} line */
  constructor(line) {
    this.line = line;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {(() => void) | undefined} */
    this.waiting = undefined;
  }

  /**
   * Says what a frame shows: the event that has just passed, or else what its numbers are. While the
   * cursor moves by itself each sentence stands for a while, so it does not name the frame's step.
   * @param {Frames} frames
   * @param {number} at Index of the frame.
   * @param {Cards & { events: RunEvent[] }} about
   * @param {boolean} moving Whether the cursor moves by itself.
   */
  show(frames, at, { arms, layer, names, events }, moving) {
    const write = () => {
      const { text, colour, passed } = latestEvent(events, at);
      const step = `Step ${frames.value("step", at).toLocaleString("en")}.`;
      // The sentence of an event names its own step.
      const lead = text ? passed && EARLIER : !moving && step;
      // Moving frames pass while it stands.
      const begins = moving && frames.value("step", at) === 0;
      const event = passed ? text.replace(/^Step/, "step") : text;
      const said =
        event ||
        (begins ? "Training begins." : moment(frames, at, arms, layer, names?.[layer - 1]));
      this.line.style.setProperty("--arm", colour);
      const strong = document.createElement("strong");
      strong.textContent = lead || "";
      this.line.replaceChildren(...(lead ? [strong, " "] : []), said);
    };
    if (!moving) {
      this.close();
      write();
    } else if (this.timer === undefined) {
      write();
      this.#wait();
    } else {
      this.waiting = write;
    }
  }

  close() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting = undefined;
  }

  #wait() {
    this.timer = setTimeout(() => {
      this.timer = undefined;
      const write = this.waiting;
      this.waiting = undefined;
      if (!write) return;
      write();
      this.#wait();
    }, STANDS);
  }
}
