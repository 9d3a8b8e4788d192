// Space: how much room a figure has on the screen, and when that changes.

// Figures up to so wide take the layout for a phone, as screens do in the styles; pixels.
const NARROW = 700;
const MARGIN = 14;
// Screens at least so high are high; pixels.
const HIGH = 800;

/**
 * Which of a figure's layouts fits a width in pixels.
 * @param {number} width
 * @param {number} [narrow] Up to which width it takes the layout for a phone.
 */
export const layoutName = (width, narrow = NARROW) => (width <= narrow ? "narrow" : "wide");

/**
 * Height in pixels that is left for a figure if all of a component fits on one screen.
 * @param {HTMLElement} root
 * @param {HTMLElement} figure
 * @param {{ last?: HTMLElement, foot?: HTMLElement, footed?: boolean }} [parts] The last part of the
 *   component that must fit, if not all of it; and a part after it that does so too on a high screen,
 *   or, if it is footed, on any.
 */
export function heightLeft(root, figure, { last, foot, footed = false } = {}) {
  const place = root.getBoundingClientRect();
  const top = place.top + window.scrollY;
  // One that is hidden has no place.
  const ends = last && last.offsetParent !== null;
  const height = ends ? last.getBoundingClientRect().bottom - place.top : root.scrollHeight;
  const more = foot && (footed || window.innerHeight >= HIGH) ? foot.offsetHeight : 0;
  return window.innerHeight - top - (height - figure.offsetHeight) - more - MARGIN;
}

/**
 * Height in pixels that is left for a figure above a bar that sticks to the lower edge of the screen,
 * before anything is scrolled.
 * @param {HTMLElement} figure
 * @param {HTMLElement} bar
 */
export function heightAbove(figure, bar) {
  let { top } = figure.getBoundingClientRect();
  for (let each = figure.parentElement; each; each = each.parentElement) top += each.scrollTop;
  return window.innerHeight - top - bar.offsetHeight;
}

/**
 * Reports changes of the room that a figure has, and of the page's colours.
 * @param {HTMLElement[]} elements Whose size matters; the first is the component.
 * @param {(force?: boolean) => void} resize With `force` if the colours have changed.
 * @returns {() => void} Ends it.
 */
export function watchSpace(elements, resize) {
  const observer = new ResizeObserver(() => resize());
  for (const element of elements) observer.observe(element);
  const onWindow = () => resize();
  window.addEventListener("resize", onWindow);
  // Streamlit sets its colours some time after a page is loaded and after the browser's scheme has
  // changed. The component's own ink then passes into another (tokens.css), which ends with an event.
  const [root] = elements;
  const onInk = (/** @type {TransitionEvent} */ { target, propertyName }) => {
    if (target === root && propertyName === "color") resize(true);
  };
  root.addEventListener("transitionend", onInk);
  return () => {
    observer.disconnect();
    window.removeEventListener("resize", onWindow);
    root.removeEventListener("transitionend", onInk);
  };
}
