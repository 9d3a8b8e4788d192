// Keys: which of those pressed on the page are not the player's.

// Elements that need the player's keys themselves.
const FIELDS = "input, textarea, select, [contenteditable], [role=slider], [role=combobox]";
const BUTTONS = "button, summary, a";

/**
 * @param {KeyboardEvent} event
 * @param {HTMLElement} scrub The player's own slider.
 */
export function isForOthers(event, scrub) {
  const target = event.target instanceof Element ? event.target : undefined;
  const field = target?.closest(FIELDS);
  if (field && field !== scrub) return true;
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  // A focused button keeps its own space key.
  return event.key === " " && Boolean(target?.closest(BUTTONS));
}
