// Changes: what can be changed at the cursor; the run is then trained again with that change.

/** @import { ChangeOptions } from "types/message" */

import { withMinus } from "./scales.js";

const FACTORS = [10, 2, 0.5, 0.1];

/**
 * The changes that can be made at a step: their values for the host, and their names.
 * @param {ChangeOptions} options
 * @param {number} step
 * @returns {[value: string, text: string][]}
 */
export function possibleChanges({ rate: first, rates, made, of_bn: ofBn, since }, step) {
  const [low = Infinity, high = 0] = rates;
  const before = made.filter((each) => each.step <= step && each.action === "learning_rate");
  const rate = before.at(-1)?.value ?? first;
  const others = FACTORS.map((factor) => Number((rate * factor).toPrecision(3)));
  const open = Object.entries(ofBn).filter(
    ([name]) => step >= since[name] && !made.some(({ action }) => action === name),
  );
  return [
    ...others
      .filter((other) => other >= low && other <= high)
      .map(
        (other) =>
          /** @type {[string, string]} */ ([
            `learning_rate=${other}`,
            `learning rate ${withMinus(rate)} → ${withMinus(other)}`,
          ]),
      ),
    ...open,
  ];
}

export class Changes {
  /**
   * @param {HTMLSelectElement} list
   * @param {() => number} step The step at the cursor.
   * @param {(step: number, change: string) => void} request Requests a change.
   */
  constructor(list, step, request) {
    this.list = list;
    /** @type {ChangeOptions} */
    this.options = { rate: 0, rates: [], made: [], of_bn: {}, since: {} };
    const open = () => this.#open(Math.max(1, step()));
    for (const event of ["pointerdown", "focus"]) list.addEventListener(event, open);
    list.onchange = () => {
      if (list.value) request(Math.max(1, step()), list.value);
      this.#close();
    };
    this.#close();
  }

  /**
   * Takes note of what can be changed; where nothing can be, there is nothing to choose from.
   * @param {ChangeOptions} options
   */
  offer(options) {
    this.options = options;
    this.list.hidden = !options.rates.length;
  }

  /** @param {number} step */
  #open(step) {
    this.list.replaceChildren(
      new Option(`at step ${step.toLocaleString("en")}:`, ""),
      ...possibleChanges(this.options, step).map(([value, text]) => new Option(text, value)),
    );
    this.list.value = "";
  }

  #close() {
    this.list.replaceChildren(new Option("change…", ""));
  }
}
