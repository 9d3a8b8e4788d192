// Clicks: presses on a figure that stay where they are, by mouse or finger. A drag is Plotly's, a
// swipe the page's.

// Pixels that the pointer may move in a click.
const STILL = 4;

/**
 * Whether it is the first finger, or the main button of a mouse.
 * @param {PointerEvent} event
 */
export const isMain = ({ button, isPrimary }) => button === 0 && isPrimary;

/**
 * Reports the clicks on a figure, but for those on its buttons.
 * @param {HTMLElement} figure May be scrolled sideways.
 * @param {(x: number, y: number) => void} onClick Told where, in pixels of what is drawn in it.
 * @returns {() => void} Ends it.
 */
export function watchClicks(figure, onClick) {
  /** @type {[x: number, y: number] | undefined} */
  let pressed;
  const onDown = (/** @type {PointerEvent} */ event) => {
    const { target, clientX, clientY } = event;
    const onButton = target instanceof Element && target.closest("button");
    pressed = onButton || !isMain(event) ? undefined : [clientX, clientY];
  };
  const onUp = (/** @type {PointerEvent} */ { clientX, clientY }) => {
    const from = pressed;
    pressed = undefined;
    if (!from || Math.hypot(clientX - from[0], clientY - from[1]) > STILL) return;
    const { left, top } = figure.getBoundingClientRect();
    onClick(clientX - left + figure.scrollLeft, clientY - top);
  };
  const onCancel = () => {
    pressed = undefined;
  };
  figure.addEventListener("pointerdown", onDown, true);
  // Plotly covers the page while the mouse is down.
  document.addEventListener("pointerup", onUp, true);
  document.addEventListener("pointercancel", onCancel, true);
  return () => {
    document.removeEventListener("pointerup", onUp, true);
    document.removeEventListener("pointercancel", onCancel, true);
  };
}
