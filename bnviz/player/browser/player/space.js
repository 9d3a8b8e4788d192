// Space: how much room a figure has on the screen, and when that changes.

// Narrower figures take the layout for a phone; pixels.
const NARROW = 700;
const MARGIN = 14;
// Streamlit changes its theme somewhat later than the browser; milliseconds.
const THEME_DELAY = 300;

/**
 * Which of a figure's layouts fits a width in pixels.
 * @param {number} width
 */
export const layoutName = (width) => (width < NARROW ? "narrow" : "wide");

/**
 * Height in pixels that is left for a figure if all of a component fits on one screen.
 * @param {HTMLElement} root
 * @param {HTMLElement} figure
 */
export function heightLeft(root, figure) {
  const top = root.getBoundingClientRect().top + window.scrollY;
  const others = root.scrollHeight - figure.offsetHeight;
  return window.innerHeight - top - others - MARGIN;
}

/**
 * Reports changes of the room that a figure has, and of the page's colours.
 * @param {HTMLElement[]} elements Whose size matters.
 * @param {(force?: boolean) => void} resize With `force` if the colours have changed.
 * @returns {() => void} Ends it.
 */
export function watchSpace(elements, resize) {
  const observer = new ResizeObserver(() => resize());
  for (const element of elements) observer.observe(element);
  const onWindow = () => resize();
  window.addEventListener("resize", onWindow);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.onchange = () => setTimeout(() => resize(true), THEME_DELAY);
  return () => {
    observer.disconnect();
    window.removeEventListener("resize", onWindow);
    scheme.onchange = null;
  };
}
