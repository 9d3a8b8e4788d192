// Formula: BN's formula beside the picture of a neuron, with one example's numbers in it.
//
// Picture, formula and steps show the same stages. Pointing at any part of one of them, by mouse,
// touch or keyboard, lights up all that belongs to its stage.

/** @import { Passage } from "types/bindings" */
/** @import { Figure } from "types/message" */
/** @import { FullLayout } from "types/plotly" */
/** @import { Frames } from "./frames.js" */

import { isAfter, lackOf, NO_NUMBERS, stagesOf } from "./passage.js";
import { formatted, rounded } from "./scales.js";

/** The stages by number: how each is written, and what it does to the values. */
const STAGES = [
  { name: "x", says: "what BN is given." },
  {
    name: "− mean",
    says: "the batch’s mean is subtracted.",
    frozen: "the moving mean is subtracted.",
  },
  {
    name: "÷ std",
    says: "divided by the standard deviation: x̂.",
    frozen: "divided by the square root of the moving variance: x̂.",
  },
  { name: "× γ + β", says: "scaled by gamma and shifted by beta." },
  { name: "", says: "what the activation makes of it." },
];

/** Whose numbers those in the formula are, and what mean and variance are once BN is frozen. */
const SOURCE = "with the numbers of the example drawn in ink";
const MOVING = "by the moving mean and variance";

/**
 * A text, or one that is marked with its stage.
 * @param {string} text
 * @param {string} [stage]
 */
function part(text, stage) {
  const span = document.createElement("span");
  span.textContent = text;
  if (stage) span.dataset.stage = stage;
  return span;
}

/**
 * A formula with the given parts, each marked with its stage.
 * @param {string} sign "=", or "≈" before rounded numbers.
 * @param {{ x: string, mean: string, root: string, gamma: string, beta: string }} parts
 * @param {boolean} [byHand] Whether gamma and beta can be dragged.
 */
function fraction(sign, { x, mean, root, gamma, beta }, byHand = false) {
  const [whole, over, under] = [part(""), part(""), part("")];
  const [scale, shift] = [part(gamma, "3"), part(beta, "3")];
  if (byHand) {
    scale.dataset.hand = "gamma";
    shift.dataset.hand = "beta";
    scale.title = shift.title = "Drag it to the left or to the right";
  }
  whole.className = "bnviz-fraction";
  over.append(part(x, "0"), " ", part(mean, "1"));
  under.append(part(root, "2"));
  whole.append(over, under);
  return [part(`y ${sign}`), " ", scale, " ", part("·"), " ", whole, " ", shift];
}

/**
 * A number with its sign set off, to follow another one.
 * @param {number} value
 */
const signed = (value) => `${value < 0 ? "−" : "+"} ${formatted(Math.abs(value))}`;

/**
 * A number in brackets if it has a sign, to follow an operator.
 * @param {number} value
 */
const within = (value) => (value < 0 ? `(${formatted(value)})` : formatted(value));

/** @param {number} value */
const asWritten = (value) => Number(rounded(value));

/**
 * The sign between a calculation and its result, each number of which is rounded by itself: whether
 * what is written gives what is written.
 * @param {(...numbers: number[]) => number} calculation
 * @param {number[]} numbers
 * @param {number} result
 */
export const relation = (calculation, numbers, result) =>
  formatted(calculation(...numbers.map(asWritten))) === formatted(result) ? "=" : "≈";

export class Formula {
  /** @param {{ formula: HTMLElement, columns: HTMLElement }} parts */
  constructor({ formula, columns }) {
    this.panel = formula;
    this.columns = columns;
    /** @type {Passage | undefined} */
    this.passage = undefined;
    // Whether BN normalizes by its moving statistics at the frame drawn.
    this.frozen = false;
    // The stage that a click has chosen, if any.
    this.held = "";
    for (const each of [formula, columns]) {
      each.addEventListener("pointerover", (event) => this.#light(stageAt(event)));
      each.addEventListener("pointerleave", () => this.#light(""));
      each.addEventListener("focusin", (event) => this.#light(stageAt(event)));
      each.addEventListener("focusout", () => this.#light(""));
      each.addEventListener("click", (event) => this.#hold(stageAt(event)));
    }
  }

  /**
   * Builds the formula of a figure, or hides it if the figure has none.
   * @param {Figure} figure
   */
  build({ formula, bindings }) {
    this.panel.hidden = this.columns.hidden = formula.trace === undefined;
    this.passage = undefined;
    if (formula.trace === undefined) return;
    this.follow({ formula, bindings });
    const passage = /** @type {Passage} */ (/** @type {unknown} */ (this.passage));
    const names = STAGES.map(({ name }) => name || String(formula.activation));
    const stages = names.slice(0, passage.activation ? 5 : 4);
    this.panel.querySelector("[data-part=symbols]")?.replaceChildren(
      ...fraction("=", {
        x: "x",
        mean: "− mean",
        root: "√(var + ε)",
        gamma: "gamma",
        beta: "+ beta",
      }),
    );
    this.panel.querySelector(".bnviz-steps")?.replaceChildren(
      ...stages.map((name, stage) => {
        const button = document.createElement("button");
        button.type = "button";
        button.dataset.stage = String(stage);
        button.append(...["b", "span", "strong"].map((tag) => document.createElement(tag)));
        button.children[0].textContent = name;
        return button;
      }),
    );
    this.columns.replaceChildren(
      ...stages.map((name, stage) => {
        const column = document.createElement("div");
        column.dataset.stage = String(stage);
        column.append(...["b", "span"].map((tag) => document.createElement(tag)));
        column.children[0].textContent = name;
        return column;
      }),
    );
    this.#light("");
  }

  /**
   * Takes other numbers from the figure that it is built for.
   * @param {Pick<Figure, "formula" | "bindings">} figure
   */
  follow({ formula, bindings }) {
    if (formula.trace === undefined) return;
    this.passage = /** @type {Passage} */ (/** @type {unknown} */ (bindings[formula.trace]));
  }

  /**
   * Puts the columns where the stages are drawn.
   * @param {FullLayout} layout
   */
  place({ xaxis, yaxis, height }) {
    if (!this.passage) return;
    const width = xaxis.d2p(2) - xaxis.d2p(1);
    [...this.columns.children].forEach((node, stage) => {
      const column = /** @type {HTMLElement} */ (node);
      column.style.left = `${xaxis._offset + xaxis.d2p(stage + 1) - width / 2}px`;
      column.style.width = `${width}px`;
      column.style.top = `${yaxis._offset}px`;
      column.style.height = `${height - yaxis._offset}px`;
      column.style.paddingTop = `${yaxis._length + 6}px`;
    });
  }

  /**
   * Writes the numbers of a frame.
   * @param {Frames} frames
   * @param {number} at Index of the frame.
   * @param {Figure["constants"]} constants
   */
  draw(frames, at, constants) {
    const { passage, panel } = this;
    if (!passage) return;
    const { mean, variance, gamma, beta, ways } = stagesOf(passage, frames, at, constants);
    const [values] = ways;
    const std = Math.sqrt(variance + passage.epsilon);
    const [x, centred, normalized, scaled] = values;
    const parts = {
      x: formatted(x),
      mean: signed(-mean),
      root: `√(${formatted(variance)} + ${passage.epsilon})`,
      gamma: formatted(gamma),
      beta: signed(beta),
    };
    const known = values.every(Number.isFinite);
    this.frozen = isAfter(frames, at, passage.frozen_after);
    const removed = isAfter(frames, at, passage.removed_after);
    const source = panel.querySelector("[data-part=source]");
    const says = this.frozen && !removed ? `${SOURCE}, ${MOVING}` : SOURCE;
    if (source && source.textContent !== says) source.textContent = says;
    const numbers = panel.querySelector("[data-part=numbers]");
    numbers?.replaceChildren(
      ...(known
        ? fraction("≈", parts, passage.by_hand === "hand")
        : [lackOf(passage, frames, at) || NO_NUMBERS]),
    );
    const sums = [
      "",
      `${formatted(x)} ${signed(-mean)} ${relation((a, b) => a + b, [x, -mean], centred)}`,
      `${formatted(centred)} ÷ ${formatted(std)} ${relation((a, b) => a / b, [centred, std], normalized)}`,
      `${formatted(normalized)} · ${within(gamma)} ${signed(beta)} ${relation(
        (a, b, c) => a * b + c,
        [normalized, gamma, beta],
        scaled,
      )}`,
      "",
    ];
    panel.querySelectorAll(".bnviz-steps button").forEach((button, stage) => {
      button.children[1].textContent = known ? sums[stage] : "";
      button.children[2].textContent = known ? formatted(values[stage]) : "";
    });
    [...this.columns.children].forEach((column, stage) => {
      column.children[1].textContent = known ? formatted(values[stage]) : "";
    });
    this.#light(this.lit);
  }

  /** @param {string} stage */
  #hold(stage) {
    this.held = stage === this.held ? "" : stage;
    this.#light(stage);
  }

  /**
   * Lights up a stage, or the one that was clicked if it is none.
   * @param {string} stage
   */
  #light(stage) {
    this.lit = stage;
    const shown = stage || this.held;
    for (const root of [this.panel, this.columns]) {
      for (const part of root.querySelectorAll("[data-stage]")) {
        const own = /** @type {HTMLElement} */ (part).dataset.stage;
        part.toggleAttribute("data-lit", own === shown);
        if (part.tagName === "BUTTON") {
          part.setAttribute("aria-pressed", String(own === this.held));
        }
      }
    }
    const now = this.panel.querySelector("[data-part=now]");
    const invitation =
      this.passage?.by_hand === "hand"
        ? "Drag gamma and beta in the formula: the picture follows."
        : "Point at a column, a part of the formula or a step.";
    const { says, frozen } = STAGES[Number(shown)];
    const words = shown ? `Now: ${(this.frozen && frozen) || says}` : invitation;
    if (now && now.textContent !== words) now.textContent = words;
  }

  lit = "";
}

/**
 * The stage of the part that an event happened in; empty if none.
 * @param {Event} event
 */
function stageAt({ target }) {
  const part = target instanceof Element ? target.closest("[data-stage]") : null;
  return /** @type {HTMLElement | null} */ (part)?.dataset.stage ?? "";
}
