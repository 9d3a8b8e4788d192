// By hand: gamma and beta in the formula, dragged where the viewer sets them.
//
// While one is dragged the picture follows by itself; the host is told at the end.

/** @import { Figure, View } from "types/message" */

import { isMain } from "./clicks.js";

// Pixels for a step of a number.
const PIXELS = 4;

/**
 * The number that a drag leads to: a multiple of the step, within the limits.
 * @param {number} from
 * @param {number} pixels To the right.
 * @param {{ low?: number, high?: number, step?: number }} limits
 */
export function dragged(from, pixels, { low = 0, high = 0, step = 1 }) {
  const steps = Math.round(from / step + pixels / PIXELS);
  return Math.min(Math.max(Number((steps * step).toFixed(6)), low), high);
}

/**
 * A figure with gamma and beta that its host has not been told yet.
 * @param {Figure} figure
 * @param {Partial<View>} changes
 * @returns {Figure}
 */
export function withHand(figure, changes) {
  const view = /** @type {View} */ ({ ...figure.view, ...changes });
  const hand = [view.gamma, view.beta];
  const bindings = Object.entries(figure.bindings).map(([number, binding]) => [
    number,
    "hand" in binding ? { ...binding, hand } : binding,
  ]);
  return { ...figure, view, bindings: Object.fromEntries(bindings) };
}

export class ByHand {
  /**
   * @param {HTMLElement} formula
   * @param {() => Figure | undefined} figure Returns the one that is shown.
   * @param {(changes: Partial<View>) => void} follow Called while a number is dragged.
   * @param {(changes: Partial<View>) => void} choose Called at the end.
   */
  constructor(formula, figure, follow, choose) {
    this.formula = formula;
    this.figure = figure;
    this.follow = follow;
    this.choose = choose;
    /** @type {{ name: string, from: number, left: number, to: number } | undefined} */
    this.drag = undefined;
    formula.addEventListener("pointerdown", (event) => this.#begin(event));
    formula.addEventListener("pointermove", (event) => this.#move(event));
    formula.addEventListener("pointerup", () => this.#end());
    formula.addEventListener("pointercancel", () => this.#end());
  }

  /** @param {PointerEvent} event */
  #begin(event) {
    const { target, clientX, pointerId } = event;
    const number = target instanceof Element ? target.closest("[data-hand]") : null;
    const name = /** @type {HTMLElement | null} */ (number)?.dataset.hand;
    const figure = this.figure();
    if (!name || !figure || !isMain(event)) return;
    // No text is marked meanwhile. The number itself is written anew with every frame.
    event.preventDefault();
    this.formula.setPointerCapture(pointerId);
    const from = Number(figure.view[name]);
    this.drag = { name, from, left: clientX, to: from };
  }

  /** @param {PointerEvent} event */
  #move({ clientX, isPrimary }) {
    const drag = isPrimary ? this.drag : undefined;
    const choice = drag && this.figure()?.choices[drag.name];
    if (!choice) return;
    const to = dragged(drag.from, clientX - drag.left, choice);
    if (to === drag.to) return;
    drag.to = to;
    this.follow({ [drag.name]: to });
  }

  #end() {
    const { drag } = this;
    this.drag = undefined;
    if (drag && drag.to !== drag.from) this.choose({ [drag.name]: drag.to });
  }
}
