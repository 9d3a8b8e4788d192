// Address: view and step of a replay, as they stand behind the # of its address.

/** @import { View } from "types/message" */
/** @import { Player } from "../player/player.js" */

const STEP = "step";
const NAME = "view";
// Milliseconds between two looks at what the address is to say.
const PAUSE = 500;

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

/**
 * Writes view and step into the address, so that a copied link leads to them.
 * @param {Player} player
 * @param {View} usual The view at first.
 */
export function keepAddress(player, usual) {
  setInterval(() => {
    const step = player.transport.playing ? undefined : player.root.dataset.step;
    const address = addressOf(player.view ?? usual, usual, step);
    if (address === location.hash) return;
    try {
      history.replaceState(null, "", address);
    } catch {
      // A frame of another page may not.
    }
  }, PAUSE);
}

/**
 * Follows an address that changes while the page is open.
 * @param {Player} player
 * @param {{ indexAt: (step: number) => number }} host
 * @param {View} usual The view at first.
 */
export function followAddress(player, host, usual) {
  window.addEventListener("hashchange", () => {
    const { view, step } = placeOf(location.hash, usual);
    player.choose(view);
    // A step in the address is what is to be looked at.
    if (step !== undefined) player.transport.step(host.indexAt(step) - player.transport.at);
  });
}
