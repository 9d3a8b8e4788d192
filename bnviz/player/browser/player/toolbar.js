// Toolbar: what a view shows. The host responds to a choice with another figure.

/** @import { Choice, Choose, View } from "types/message" */

import { optionButton, replace } from "./tabs.js";

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
  Object.assign(input, { type: "number", min: low, max: high, step, value: chosen });
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
  const text = choice.options?.[value] ?? String(value);
  return value === choice.default ? "" : `${choice.label} ${text}`;
}

/**
 * Builds the choices of a view: some at once, the others in a fold, whose button names those that
 * are not at their default.
 * @param {{ choices: HTMLElement, toolbar: HTMLElement, more: HTMLElement }} parts
 * @param {Record<string, Choice>} choices By the attribute of the view.
 * @param {View} view
 * @param {Choose} choose
 */
export function buildToolbar(parts, choices, view, choose) {
  /** @param {boolean} folded */
  const sets = (folded) =>
    Object.entries(choices)
      .filter(([, choice]) => choice.folded === folded)
      .map(([name, choice]) => {
        const set = document.createElement("fieldset");
        set.title = choice.help;
        const legend = document.createElement("legend");
        legend.textContent = choice.label;
        set.append(legend, ...controlFor(choice)(name, choice, view[name], choose));
        return set;
      });
  replace(parts.choices, sets(false));
  const folded = sets(true);
  replace(parts.toolbar, folded);
  const named = Object.entries(choices)
    .filter(([, choice]) => choice.folded)
    .map(([name, choice]) => changed(choice, view[name]))
    .filter(Boolean);
  parts.more.textContent = ["View", named.join(", ")].filter(Boolean).join(": ");
  parts.more.style.display = folded.length ? "" : "none";
}
