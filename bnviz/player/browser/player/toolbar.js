// Toolbar: what a view shows. The host responds to a choice with another figure.

/** @import { Choice, Choose, Figure, View } from "types/message" */
/** @import { Level } from "./wiring.js" */

import { withMinus } from "./scales.js";
import { optionButton, replace } from "./tabs.js";

/**
 * The choices that the diagram of the layers offers, by how much of it is drawn.
 * @type {Record<Level, string[]>}
 */
const OFFERED = {
  full: ["quantity", "layer"],
  compact: ["quantity", "layer"],
  dots: ["layer"],
  none: ["layer"],
};

/**
 * One button per option.
 * @param {string} name
 * @param {Choice} choice
 * @param {string | number} chosen
 * @param {Choose} choose
 */
function buttons(name, { options = {} }, chosen, choose) {
  return Object.entries(options).map(([value, text]) =>
    optionButton(text, value === chosen, () => choose(name, value)),
  );
}

/**
 * A list of the options; their values are numbers.
 * @param {string} name
 * @param {Choice} choice
 * @param {string | number} chosen
 * @param {Choose} choose
 */
function list(name, { label, options = {} }, chosen, choose) {
  const select = document.createElement("select");
  select.setAttribute("aria-label", label);
  for (const [value, text] of Object.entries(options)) select.add(new Option(text, value));
  select.value = String(chosen);
  select.onchange = () => choose(name, Number(select.value));
  return [select];
}

/**
 * A field for a number within limits.
 * @param {string} name
 * @param {Choice} choice
 * @param {string | number} chosen
 * @param {Choose} choose
 */
function numberField(name, { label, low = 0, high = 0, step = 1 }, chosen, choose) {
  const input = document.createElement("input");
  Object.assign(input, { name, type: "number", min: low, max: high, step, value: chosen });
  input.setAttribute("aria-label", label);
  input.onchange = () => {
    const value = Math.min(Math.max(Number(input.value), low), high);
    input.value = String(value);
    choose(name, value);
  };
  return [input];
}

/** @param {Choice} choice */
function controlFor(choice) {
  if (choice.list) return list;
  return choice.options ? buttons : numberField;
}

/**
 * What a choice says that is not at its default; empty if it is.
 * @param {Choice} choice
 * @param {string | number} value
 */
function changed(choice, value) {
  const text = choice.options?.[value] ?? withMinus(value);
  return value === choice.default ? "" : `${choice.label} ${text}`;
}

export class Toolbar {
  /**
   * @param {{ choices: HTMLElement, toolbar: HTMLElement, more: HTMLElement }} parts
   * @param {Choose} choose
   */
  constructor(parts, choose) {
    this.parts = parts;
    this.choose = choose;
    /** @type {Figure | undefined} */
    this.figure = undefined;
    /** @type {Level} */
    this.level = "full";
  }

  /**
   * Builds the choices of a figure's view, but for those that its diagram offers: some at once, the
   * others in a fold, whose button names those that are not at their default.
   * @param {Figure} figure
   */
  build(figure) {
    this.figure = figure;
    const { parts } = this;
    const offered = figure.diagram.columns ? OFFERED[this.level] : [];
    const choices = Object.entries(figure.choices).filter(([name]) => !offered.includes(name));
    replace(parts.choices, this.#sets(choices, false));
    const folded = this.#sets(choices, true);
    replace(parts.toolbar, folded);
    const named = choices
      .filter(([, choice]) => choice.folded)
      .map(([name, choice]) => changed(choice, figure.view[name]))
      .filter(Boolean);
    parts.more.textContent = ["View", named.join(", ")].filter(Boolean).join(": ");
    parts.more.style.display = folded.length ? "" : "none";
  }

  /**
   * Writes numbers into their fields.
   * @param {Partial<View>} numbers
   */
  write(numbers) {
    for (const [name, value] of Object.entries(numbers)) {
      const field = this.parts.choices.querySelector(`input[name="${name}"]`);
      if (field instanceof HTMLInputElement) field.value = String(value);
    }
  }

  /**
   * Leaves to the diagram what it offers.
   * @param {Level} level How much of it is drawn.
   */
  adapt(level) {
    if (level === this.level) return;
    this.level = level;
    if (this.figure) this.build(this.figure);
  }

  /**
   * @param {[name: string, choice: Choice][]} choices
   * @param {boolean} folded
   */
  #sets(choices, folded) {
    return choices
      .filter(([, choice]) => choice.folded === folded)
      .map(([name, choice]) => {
        const set = document.createElement("fieldset");
        set.title = choice.help;
        const legend = document.createElement("legend");
        legend.textContent = choice.label;
        const chosen = this.figure?.view[name] ?? choice.default;
        set.append(legend, ...controlFor(choice)(name, choice, chosen, this.choose));
        return set;
      });
  }
}
