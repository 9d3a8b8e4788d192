// Sidebar: where it lies over the picture it closes once an experiment is chosen, so that the picture
// is seen.

const CARD = ".st-key-presets button";
const CLOSES = '[data-testid="stSidebarCollapseButton"] button';
const NARROW = "(max-width: 700px)";

/** @param {MouseEvent} event */
function close({ target }) {
  if (!(target instanceof Element) || !target.closest(CARD) || !matchMedia(NARROW).matches) return;
  /** @type {HTMLElement | null} */
  const button = document.querySelector(CLOSES);
  // The click on the card comes first.
  window.setTimeout(() => button?.click(), 0);
}

/** Called once. */
export function listen() {
  document.addEventListener("click", close);
}
