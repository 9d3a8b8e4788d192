// Keys: which of those pressed on the page are not the player's, and which lead to another view.

/** @import { Figure, View } from "types/message" */

// Elements that need the player's keys themselves.
const FIELDS = "input, textarea, select, [contenteditable], [role=slider], [role=combobox]";
const BUTTONS = "button, summary, a";

/**
 * @param {KeyboardEvent} event
 * @param {HTMLElement} scrub The player's own slider.
 */
export function isForOthers(event, scrub) {
  // Before an open dialog nothing else is used, also where the focus is lost.
  if (scrub.ownerDocument.querySelector("dialog[open]")) return true;
  const target = event.target instanceof Element ? event.target : undefined;
  const field = target?.closest(FIELDS);
  if (field && field !== scrub) return true;
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  // A focused button keeps its own space key.
  return event.key === " " && Boolean(target?.closest(BUTTONS));
}

/**
 * The layer or the view that a key leads to: [ and ] to the layer before and after, { and } to the
 * view before and after.
 * @param {string} key
 * @param {Pick<Figure, "cards" | "tabs" | "view">} figure
 * @returns {Partial<View> | undefined} Nothing if the key leads nowhere.
 */
export function viewAt(key, { cards, tabs, view }) {
  const step = { "[": -1, "]": 1, "{": -1, "}": 1 }[key];
  if (!step) return undefined;
  if ("{}".includes(key)) {
    const name = tabs[tabs.findIndex((tab) => tab.name === view.name) + step]?.name;
    return name ? { name } : undefined;
  }
  const layer = cards.layer + step;
  if (layer < 1 || layer > cards.layers) return undefined;
  // The view keeps the last layer of whatever network as 0.
  return { layer: layer === cards.layers ? 0 : layer };
}
