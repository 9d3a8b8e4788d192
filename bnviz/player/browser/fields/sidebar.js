// Sidebar: on a narrow screen it is a sheet over the picture (page.css), which closes once an
// experiment is chosen or trained, so that the picture is seen.
//
// Streamlit opens it at first where it has room beside the page; there are wider screens on which
// it has none here.

const SIDEBAR = '[data-testid="stSidebar"]';
const OPENS = '[data-testid="stExpandSidebarButton"]';
const CLOSES = '[data-testid="stSidebarCollapseButton"] button';
/** Where Streamlit itself closes it, up to 100 ms after the window has become so narrow. */
const CLOSED_BY_STREAMLIT = "(max-width: 767px)";
/** What closes the sheet: a card, and the buttons in its foot. */
const DONE = '.st-key-presets button, .st-key-wide_actions [data-testid="stButton"] button';

/** Whether it was a sheet when the window last had another size. */
let wasSheet = false;
/** Whether it was open beside the page before it became a sheet. */
let wasOpen = false;

/** @returns {HTMLElement | null} */
const sidebarOf = () => document.querySelector(SIDEBAR);
const isSheet = () => {
  const sidebar = sidebarOf();
  return sidebar !== null && getComputedStyle(sidebar).position === "fixed";
};
const isOpen = () => sidebarOf()?.dataset.collapsed === "false";

/** @param {string} selector Of the button that opens or closes it. */
function press(selector) {
  /** @type {HTMLElement | null} */
  const button = document.querySelector(selector);
  button?.click();
}

/**
 * Moves the focus to a button that is about to be drawn.
 * @param {string} selector
 */
function focusNext(selector) {
  requestAnimationFrame(() => {
    /** @type {HTMLElement | null} */
    const button = document.querySelector(selector);
    button?.focus({ preventScroll: true });
  });
}

/** @param {MouseEvent} event */
function click({ target, isTrusted }) {
  if (!(target instanceof Element) || !isTrusted || !isSheet()) return;
  if (target.closest(OPENS)) focusNext(CLOSES);
  else if (target.closest(CLOSES)) focusNext(OPENS);
  // What is around the sheet belongs to it (page.css).
  else if (target === sidebarOf() || target.closest(DONE)) {
    // What the click itself does comes first.
    window.setTimeout(() => press(CLOSES), 0);
  }
}

/** @param {KeyboardEvent} event */
function key({ key, target, defaultPrevented }) {
  if (key !== "Escape" || defaultPrevented || !isSheet() || !isOpen()) return;
  if (!(target instanceof Element)) return;
  // The list of a field closes first.
  if (target.matches('input[aria-expanded="true"]')) return;
  if (target !== document.body && !target.closest(SIDEBAR)) return;
  press(CLOSES);
  focusNext(OPENS);
}

/** Closes it where it becomes a sheet, and opens it again beside the page. */
function resize() {
  const sheet = isSheet();
  if (sheet === wasSheet) return;
  wasSheet = sheet;
  if (sheet) {
    wasOpen = isOpen();
    if (wasOpen && !matchMedia(CLOSED_BY_STREAMLIT).matches) press(CLOSES);
  } else if (wasOpen && !isOpen()) press(OPENS);
}

/** Closes it at first if it is a sheet; returns whether it is there. */
function begin() {
  if (!sidebarOf()) return false;
  wasSheet = isSheet();
  wasOpen = wasSheet && isOpen();
  if (wasOpen) press(CLOSES);
  document.documentElement.dataset.bnvizSheet = "";
  return true;
}

/** Called once. */
export function listen() {
  document.addEventListener("click", click);
  document.addEventListener("keydown", key);
  window.addEventListener("resize", resize);
  if (begin()) return;
  const observer = new MutationObserver(() => {
    if (begin()) observer.disconnect();
  });
  observer.observe(document.body, { childList: true, subtree: true });
}
