// Cards: each arm's numbers at the cursor.

/** @import { CardArm, Cards as Spec, Pair, Shown } from "types/message" */
/** @import { PlayerParts } from "types/parts" */
/** @import { Frames } from "./frames.js" */

import { AnswerRow, sampleOf } from "./answers.js";
import { formatted } from "./scales.js";

const DIGESTS = ["data", "kernels", "batches"];
const CORRECT = " correct";

/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(share > 0.995 || share < 0.1 ? 1 : 0)} %`;

/**
 * @param {string} tag
 * @param {string} className
 */
function element(tag, className, text = "") {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

/**
 * The card of an arm, and the elements of it whose text changes.
 * @param {CardArm} arm
 * @param {CardArm[]} all The arms of all cards.
 */
function buildCard(arm, all) {
  const card = element("div", "bnviz-card bnviz-arm");
  card.style.setProperty("--arm", arm.colour);
  const value = element("strong", "bnviz-big");
  const right = element("span", "bnviz-line");
  right.title = "Validation accuracy: the share of the validation examples that it names correctly";
  const correct = element("span", "bnviz-of", CORRECT);
  right.append(value, correct);
  const head = element("div", "bnviz-head");
  head.append(element("span", "bnviz-name", arm.label), right);
  const answers = new AnswerRow([arm], all, "bnviz-of-arm");
  const loss = element("span", "bnviz-beside");
  const target = ["", "bnviz-share", ""].map((name) => element("span", name));
  const line = element("div", "bnviz-small");
  line.append(loss, ...target);
  // The speed-up; in the card of the first arm, which has none, what the examples are.
  const note = element("div", "bnviz-small");
  note.classList.toggle("bnviz-sample", arm === all[0]);
  card.append(head, answers.root, line, note);
  return { value, correct, loss, line, target, note, card, answers };
}

/**
 * When a target was reached in parts: of what it is a share stands apart, for which a narrow card has no
 * room.
 * @param {string} text As `arrival` returns it.
 */
function partsOfTarget(text) {
  const [before, measure = "", after = ""] = text.split(/( accuracy)/);
  return [before, measure, after];
}

export class Cards {
  /** @param {Pick<PlayerParts, "summary" | "cards">} parts */
  constructor(parts) {
    this.root = parts.summary;
    this.holder = parts.cards;
    /** @type {Spec} */
    this.spec = { arms: [], layer: 1, layers: 1 };
    /** @type {ReturnType<typeof buildCard>[]} */
    this.cards = [];
    /**
     * The answers under the examples: a row for each arm, and one for all where there is no room.
     * @type {AnswerRow[]}
     */
    this.rows = [];
    /** @type {Shown | null} */
    this.shown = null;
  }

  /** Names of the arms. */
  get names() {
    return this.spec.arms.map(({ name }) => name);
  }

  /**
   * Makes a card for each arm, unless they are there.
   * @param {Spec} spec
   */
  build(spec) {
    if (JSON.stringify(spec) === JSON.stringify(this.spec)) return;
    this.spec = spec;
    this.cards = spec.arms.map((arm) => buildCard(arm, spec.arms));
    const whole = new AnswerRow(spec.arms, spec.arms, "bnviz-of-all");
    this.rows = [...this.cards.map(({ answers }) => answers), whole];
    this.#build();
    this.root.dataset.arms = String(spec.arms.length);
    this.holder.replaceChildren(...this.cards.map(({ card }) => card), whole.root);
  }

  /**
   * Puts the examples of another run into the cards.
   * @param {Shown | null} shown Null if the run keeps no answers.
   */
  showExamples(shown) {
    if (JSON.stringify(shown) === JSON.stringify(this.shown)) return;
    this.shown = shown;
    this.#build();
  }

  /** Puts the examples into the rows. */
  #build() {
    for (const row of this.rows) row.build(this.shown);
    const [first] = this.cards;
    if (first) first.note.textContent = this.shown ? sampleOf(this.shown) : "";
  }

  /**
   * Shows the numbers of a frame.
   * @param {Frames} frames
   * @param {number} at Index of the frame.
   * @param {Pair} pair
   */
  draw(frames, at, pair) {
    this.spec.arms.forEach(({ name, cost }, i) => {
      const card = this.cards[i];
      const accuracy = frames.value(`${name}/validation_accuracy`, at);
      const loss = frames.value(`${name}/validation_loss`, at);
      // A network that does not classify has no accuracy, and one without such examples neither.
      const isKnown = !Number.isNaN(accuracy);
      card.value.textContent = isKnown ? percent(accuracy) : "";
      card.correct.textContent = isKnown ? CORRECT : "";
      card.loss.textContent = isKnown || !Number.isNaN(loss) ? `loss ${formatted(loss)}` : "";
      partsOfTarget(arrival(name, frames, at, pair, cost)).forEach((text, part) => {
        card.target[part].textContent = text;
      });
      card.line.title = pair.target ? `The target is ${pair.share} accuracy` : "";
      // What it was before a change in mid-run says nothing of a network that has diverged since.
      const told = i > 0 && divergence(name, frames, at) < 0;
      if (i)
        card.note.textContent = told ? speedUp(name, frames.value("step", at), pair, cost) : "";
    });
    for (const row of this.rows) row.draw(frames, at);
  }

  /**
   * Whether the arms share data, initial kernels and batches, by the digests in a frame.
   * @param {Frames} frames
   * @param {number} at Index of the frame.
   */
  certificate(frames, at) {
    const [first, ...others] = this.spec.arms.map(({ name }) =>
      DIGESTS.flatMap((kind) => Array.from(frames.row(`${name}/${kind}_digest`, at)))
        .map((byte) => byte.toString(16).padStart(2, "0"))
        .join(""),
    );
    if (others.some((digest) => digest !== first)) {
      return "✗ The networks differ in more than their normalization: their checksums are not the same.";
    }
    const [kernels, batches] = [first.slice(16, 24), first.slice(32, 40)];
    return `✓ Same data, first weights and batches up to here, by checksums: ${kernels}·${batches}`;
  }
}

/**
 * The step at which an arm diverged, if that was not after the cursor, else -1.
 * @param {string} name Of the arm.
 * @param {Frames} frames
 * @param {number} at
 */
function divergence(name, frames, at) {
  const diverged = frames.value(`${name}/diverged_at`, at);
  return diverged <= frames.value("step", at) ? diverged : -1;
}

/**
 * When an arm reached the target accuracy, if that was before the cursor.
 * @param {string} name Of the arm.
 * @param {Frames} frames
 * @param {number} at
 * @param {Pair} pair
 * @param {number | null} [cost] Seconds of a step, to tell seconds in place of steps.
 */
export function arrival(name, frames, at, { target, reached }, cost) {
  const step = frames.value("step", at);
  const diverged = divergence(name, frames, at);
  if (diverged >= 0) return `diverged at step ${diverged}`;
  if (!target) return "";
  const goal = `${(100 * target).toFixed(0)} % accuracy`;
  const when = reached?.[name] ?? Infinity;
  if (when > step) return `${goal} not reached`;
  return cost
    ? `${goal} in ${duration(when * cost)}`
    : `${goal} at step ${when.toLocaleString("en")}`;
}

/**
 * A time to two digits, or whole from 100 on, in its unit.
 * @param {number} seconds
 */
export function duration(seconds) {
  const [size, unit] = seconds < 1 ? [1e-3, "ms"] : [1, "s"];
  const value = seconds / size;
  return `${value < 100 ? Number(value.toPrecision(2)) : Math.round(value).toLocaleString("en")} ${unit}`;
}

/**
 * The speed-up over the first arm, once the cursor has passed the steps that it compares.
 * @param {string} name Of the arm.
 * @param {number} step At the cursor.
 * @param {Pair} pair
 * @param {number | null} [cost] Seconds of a step, to tell seconds in place of steps.
 */
export function speedUp(name, step, { reached = {}, speeds, speeds_in_seconds }, cost) {
  const times = (cost ? speeds_in_seconds : speeds)?.[name];
  const known = Object.values(reached).map((when) => when ?? 0);
  return times && step >= Math.max(...known) ? times : "";
}
