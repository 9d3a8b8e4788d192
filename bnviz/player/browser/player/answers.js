// Answers: what the arms say of some validation examples at the cursor, and how sure they are.

/** @import { CardArm, Shown } from "types/message" */
/** @import { Frames } from "./frames.js" */

import { buildGuesses } from "./guesses.js";
import { examplePictures } from "./pictures.js";

// Longest name that stands under an example, in characters.
const SHORT = 3;

/**
 * What an arm says of one example.
 * @typedef {{
 *   state: "right" | "wrong" | "none",
 *   guesses: { label: number, share: number }[],
 *   own: number,
 * }} Answer
 */

/**
 * What an arm says of an example at a frame: its most probable classes, and the probability of the
 * example's own.
 * @param {Shown} shown
 * @param {Frames} frames
 * @param {string} arm
 * @param {number} at Index of the frame.
 * @param {number} example Index of the example.
 * @returns {Answer}
 */
export function answerOf(shown, frames, arm, at, example) {
  const { labels, guesses: count, no_answer: none, max_byte: most } = shown;
  const first = example * count;
  const classes = frames.row(`${arm}/answers`, at).subarray(first, first + count);
  const shares = frames.row(`${arm}/answer_probabilities`, at).subarray(first, first + count);
  const guesses = Array.from(classes, (label, i) => ({ label, share: shares[i] / most }));
  const own = frames.row(`${arm}/true_probability`, at)[example] / most;
  const state = classes[0] === none ? "none" : classes[0] === labels[example] ? "right" : "wrong";
  return { state, guesses: guesses.filter(({ label }) => label !== none), own };
}

/**
 * Names of classes that fit under an example: without what all begin with, or cut as long as they
 * still differ; the class numbers if they do not.
 * @param {string[]} classes
 */
export function shortNames(classes) {
  const words = classes.map((name) => name.split(/(?<=\s)/));
  let shared = 0;
  while (words.every((each) => shared < each.length - 1 && each[shared] === words[0][shared])) {
    shared += 1;
  }
  const rest = words.map((each) => each.slice(shared).join("").trim());
  const cut = rest.map((name) => Array.from(name).slice(0, SHORT).join("").trim());
  const differ = new Set(cut).size === cut.length && cut.every((name) => name !== "");
  return differ ? cut : classes.map((_, number) => String(number));
}

/**
 * What an example is, by its class.
 * @param {Shown} shown
 * @param {number} example
 */
export function exampleName({ kind, classes, labels }, example) {
  const name = classes[labels[example]];
  if (kind === "point") return `point of class ${name}`;
  if (!/^[\d.]+$/.test(name)) return name;
  return kind === "image" && name.length === 1 ? `digit ${name}` : `class ${name}`;
}

/**
 * A row in words: what it shows an example of, and what each arm says.
 * @param {Shown} shown
 * @param {number} example
 * @param {CardArm[]} arms
 * @param {Answer[]} answers By arm.
 */
export function spoken(shown, example, arms, answers) {
  const says = answers.map(({ state, guesses }, i) =>
    state === "none"
      ? `${arms[i].label} has no answer`
      : `${arms[i].label} says ${shown.classes[guesses[0].label]}, ${state}`,
  );
  return `${exampleName(shown, example)}: ${says.join("; ")}`;
}

/**
 * What the examples are: no more than a sample, which is not what an accuracy is taken on.
 * @param {Shown} shown
 */
export const sampleOf = ({ labels }) => `${labels.length} of the validation examples`;

/** A row of examples, each with the answers of one or more arms under it. */
export class AnswerRow {
  /**
   * @param {CardArm[]} arms Whose answers stand under the examples.
   * @param {CardArm[]} all Those whose probabilities are shown of the example pointed at.
   * @param {string} className
   */
  constructor(arms, all, className) {
    this.arms = arms;
    this.all = all;
    this.root = document.createElement("div");
    this.root.className = `bnviz-answers ${className}`;
    this.root.setAttribute("role", "group");
    this.root.hidden = true;
    /** @type {Shown | null} */
    this.shown = null;
    /** @type {{ button: HTMLElement, says: HTMLElement[], label: string }[]} */
    this.items = [];
    /** @type {{ frames: Frames, at: number } | undefined} */
    this.drawn = undefined;
    // The example whose probabilities are shown, and the one that a click has kept open; or -1.
    this.opened = -1;
    this.kept = -1;
    this.panel = document.createElement("div");
    this.root.addEventListener("keydown", (event) => this.#key(event));
  }

  /**
   * Puts the examples into the row; without any it is hidden.
   * @param {Shown | null} shown
   */
  build(shown) {
    this.shown = shown;
    this.drawn = undefined;
    this.opened = this.kept = -1;
    this.root.hidden = !shown;
    this.items = [];
    this.root.replaceChildren();
    if (!shown) return;
    const whose = this.arms.map((arm) => arm.label).join(" and ");
    this.root.setAttribute("aria-label", `${sampleOf(shown)}: what is said of them ${whose}`);
    const line = document.createElement("div");
    line.className = "bnviz-examples";
    this.names = shortNames(shown.classes);
    line.classList.toggle(
      "bnviz-words",
      this.names.some((name) => name.length > 2),
    );
    examplePictures(shown).forEach((picture, i) => {
      const item = this.#item(picture, i);
      this.items.push(item);
      line.append(item.button);
    });
    this.root.append(line);
    if (shown.kind === "values") {
      const legend = document.createElement("div");
      legend.className = "bnviz-legend";
      legend.textContent = `bars: ${shown.names.join(", ")}; from the mean`;
      legend.title = legend.textContent;
      this.root.append(legend);
    }
    this.panel = document.createElement("div");
    this.panel.className = "bnviz-odds";
    this.panel.setAttribute("role", "tooltip");
    this.panel.hidden = true;
    this.root.append(this.panel);
  }

  /**
   * Shows the answers at a frame.
   * @param {Frames} frames
   * @param {number} at
   */
  draw(frames, at) {
    const { shown } = this;
    if (!shown) return;
    this.drawn = { frames, at };
    this.items.forEach((item, example) => {
      const answers = this.arms.map(({ name }) => answerOf(shown, frames, name, at, example));
      const label = spoken(shown, example, this.arms, answers);
      if (item.label === label) return;
      item.label = label;
      item.button.setAttribute("aria-label", label);
      answers.forEach(({ state, guesses }, i) => {
        item.says[i].dataset.state = state;
        item.says[i].textContent = state === "none" ? "–" : (this.names?.[guesses[0].label] ?? "");
      });
    });
    if (this.opened >= 0) this.#open(this.opened);
  }

  /**
   * @param {HTMLElement} picture
   * @param {number} i
   */
  #item(picture, i) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "bnviz-example";
    button.tabIndex = i ? -1 : 0;
    button.append(picture);
    const says = this.arms.map((arm) => {
      const text = document.createElement("span");
      text.className = "bnviz-answer";
      text.style.setProperty("--arm", arm.colour);
      button.append(text);
      return text;
    });
    button.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "mouse") this.#open(i);
    });
    button.addEventListener("pointerleave", () => {
      if (this.kept >= 0) this.#open(this.kept);
      else this.#close();
    });
    button.addEventListener("focus", () => {
      this.#rove(i);
      this.#open(i);
    });
    button.addEventListener("blur", () => {
      this.kept = -1;
      this.#close();
    });
    button.addEventListener("click", () => {
      this.kept = this.kept === i ? -1 : i;
      if (this.kept < 0) this.#close();
      else this.#open(i);
    });
    return { button, says, label: "" };
  }

  /**
   * Makes one example the row's stop for the tab key.
   * @param {number} i
   */
  #rove(i) {
    this.items.forEach(({ button }, each) => {
      button.tabIndex = each === i ? 0 : -1;
    });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const at = this.items.findIndex(({ button }) => button === document.activeElement);
    const last = this.items.length - 1;
    /** @type {Record<string, number>} */
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last };
    if (event.key === "Escape" && this.opened >= 0) {
      this.kept = -1;
      this.#close();
    } else if (event.key in to && !event.ctrlKey && !event.metaKey && !event.altKey) {
      this.items[Math.min(last, Math.max(0, to[event.key]))]?.button.focus();
    } else return;
    // The player steps by the same keys.
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * Shows the probabilities of all arms for an example.
   * @param {number} i
   */
  #open(i) {
    const { shown, drawn } = this;
    if (!shown || !drawn) return;
    const answers = this.all.map(({ name }) => answerOf(shown, drawn.frames, name, drawn.at, i));
    const title = exampleName(shown, i);
    this.panel.replaceChildren(buildGuesses(shown, i, title, this.all, answers));
    this.panel.hidden = false;
    this.opened = i;
  }

  #close() {
    this.panel.hidden = true;
    this.opened = -1;
  }
}
