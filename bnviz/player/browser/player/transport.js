// Transport: the time cursor, and the controls that move it.

/** @import { PlayerParts } from "types/parts" */
/** @import { Ruler } from "./ruler.js" */

export const SPEEDS = [0.25, 0.5, 1, 2, 4];
const FRAMES_PER_SECOND = 30;
const LONG_STEP = 10;
// Milliseconds for which a repeating recording stays on its last frame.
const REST = 2500;

export class Transport {
  /**
   * @param {Pick<PlayerParts,
   *   "back" | "play" | "forward" | "speed" | "scrub" | "live">} parts
   * @param {Ruler} ruler Of the slider.
   * @param {() => void} onChange Called when a viewer has moved the cursor or paused.
   */
  constructor(parts, ruler, onChange) {
    this.parts = parts;
    this.ruler = ruler;
    this.onChange = onChange;
    // Index of the frame at the cursor.
    this.at = 0;
    // Frames so far, and frames of the whole run.
    this.length = 0;
    this.capacity = 1;
    // Frame at which a recording begins, as soon as it is there.
    this.from = 0;
    this.playing = false;
    // Whether the cursor stays on the newest frame.
    this.following = false;
    this.loops = false;
    this.speed = 1;
    // Frames that have been due for longer than one was drawn; less than one.
    this.carried = 0;
    // Milliseconds spent on the last frame of a repeating recording.
    this.rested = 0;
    for (const speed of SPEEDS) parts.speed.add(new Option(`${speed}×`, String(speed)));
    parts.speed.value = "1";
    parts.speed.onchange = () => this.setSpeed(Number(parts.speed.value));
    parts.play.onclick = () => this.toggle();
    parts.back.onclick = () => this.step(-1);
    parts.forward.onclick = () => this.step(1);
    parts.live.onclick = () => this.toNewest();
    parts.scrub.oninput = () =>
      this.seek(this.ruler.frameAt(Number(parts.scrub.value), this.length));
  }

  /**
   * Starts another recording, of which no frame has arrived.
   * @param {number} capacity
   * @param {boolean} playing
   * @param {number} from Frame at which it begins.
   */
  begin(capacity, playing, from) {
    this.capacity = capacity;
    this.length = 0;
    this.at = 0;
    this.from = from;
    this.carried = 0;
    this.following = false;
    this.playing = playing;
    this.show();
  }

  /**
   * Takes note of further frames.
   * @param {number} length Frames so far.
   */
  grow(length) {
    this.length = length;
    if (this.from && this.from < length) {
      this.at = this.from;
      this.from = 0;
    }
    if (this.following) this.at = Math.max(0, length - 1);
    this.show();
  }

  /** Plays or pauses; from the end it plays from the start. */
  toggle() {
    if (!this.playing && this.at >= this.capacity - 1) this.at = 0;
    this.playing = !this.playing;
    this.following = false;
    this.show();
    this.onChange();
  }

  /**
   * Pauses, and moves the cursor by some frames.
   * @param {number} frames
   */
  step(frames) {
    this.pause(this.at + frames);
  }

  /**
   * Pauses at a frame, or at the nearest one that is there.
   * @param {number} at
   */
  pause(at) {
    this.playing = false;
    this.seek(at);
  }

  /**
   * Moves the cursor to a frame, or to the nearest one that is there.
   * @param {number} at
   */
  seek(at) {
    this.from = 0;
    this.at = Math.min(Math.max(0, at), Math.max(0, this.length - 1));
    this.following = false;
    this.show();
    this.onChange();
  }

  /** Moves the cursor to the newest frame, and keeps it there while the run grows. */
  toNewest() {
    this.seek(this.length - 1);
    this.following = this.length < this.capacity;
    this.playing = this.following;
    this.show();
  }

  /** @param {number} speed One of `SPEEDS`. */
  setSpeed(speed) {
    this.speed = speed;
    this.parts.speed.value = String(speed);
  }

  /**
   * Advances the cursor by the time that has passed.
   * @param {number} milliseconds
   * @returns {boolean} Whether it moved.
   */
  tick(milliseconds) {
    if (!this.playing || this.length === 0) return false;
    // Up to normal speed no frame is skipped, however slow the screen.
    const limit = Math.max(1, this.speed);
    const due = this.carried + (milliseconds / 1000) * FRAMES_PER_SECOND * this.speed;
    this.carried = Math.min(limit, due);
    const frames = Math.floor(this.carried + 0.05);
    if (frames < 1) return false;
    this.carried = Math.max(0, this.carried - frames);
    if (this.at < this.length - 1) {
      this.at = Math.min(this.at + frames, this.length - 1);
      this.show();
      return true;
    }
    if (this.length === this.capacity) {
      if (this.loops) return this.#rest(milliseconds);
      this.playing = false;
      this.show();
    }
    return false;
  }

  /**
   * Stays on the last frame for a while, then returns to the first.
   * @param {number} milliseconds
   * @returns {boolean} Whether the cursor moved.
   */
  #rest(milliseconds) {
    this.rested += milliseconds;
    if (this.rested < REST) return false;
    this.rested = 0;
    this.at = 0;
    return true;
  }

  /**
   * Acts on a key.
   * @param {{ key: string, shiftKey: boolean }} event
   * @returns {boolean} Whether the key is one of the player's.
   */
  key({ key, shiftKey }) {
    const long = shiftKey ? LONG_STEP : 1;
    const place = SPEEDS.indexOf(this.speed);
    /** @type {Record<string, () => void>} */
    const keys = {
      " ": () => this.toggle(),
      k: () => this.toggle(),
      ArrowLeft: () => this.step(-long),
      ArrowRight: () => this.step(long),
      Home: () => this.seek(0),
      End: () => this.toNewest(),
      l: () => this.toNewest(),
      "+": () => this.setSpeed(SPEEDS[Math.min(place + 1, SPEEDS.length - 1)]),
      "-": () => this.setSpeed(SPEEDS[Math.max(place - 1, 0)]),
    };
    const action = keys[key];
    if (!action) return false;
    action();
    return true;
  }

  /** Shows the cursor, what has arrived, and whether it plays. */
  show() {
    const { play, scrub, live } = this.parts;
    play.setAttribute("aria-label", this.playing ? "Pause" : "Play");
    const at = this.ruler.place(this.at);
    scrub.value = String(at);
    scrub.style.setProperty("--at", `${100 * at}%`);
    const here = this.ruler.place(Math.max(0, this.length - 1));
    scrub.style.setProperty("--here", `${100 * here}%`);
    live.disabled = this.at >= this.length - 1;
  }
}
