// Address: view and step of a replay, as they stand behind the # of its address.

/** @import { View } from "types/message" */

const STEP = "step";
const NAME = "view";

/**
 * What an address leads to; what it does not say, or says wrongly, is as in `usual`.
 * @param {string} hash
 * @param {View} usual The view at first.
 * @returns {{ view: View, step?: number }}
 */
export function placeOf(hash, usual) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  /** @type {View} */
  const view = { ...usual, name: given.get(NAME) ?? usual.name };
  for (const [name, value] of given) {
    if (!Object.hasOwn(usual, name) || name === "name") continue;
    if (typeof usual[name] === "string") view[name] = value;
    else if (Number.isFinite(Number(value))) view[name] = Number(value);
  }
  const step = Number(given.get(STEP) ?? Number.NaN);
  return Number.isInteger(step) && step >= 0 ? { view, step } : { view };
}

/**
 * The address of a view, and of a step if one is given.
 * @param {View} view
 * @param {View} usual The view at first, whose choices need not be said.
 * @param {string} [step]
 */
export function addressOf(view, usual, step) {
  const said = new URLSearchParams({ [NAME]: view.name });
  for (const [name, value] of Object.entries(view)) {
    if (name !== "name" && value !== usual[name]) said.set(name, String(value));
  }
  if (step !== undefined) said.set(STEP, step);
  return `#${said}`;
}
