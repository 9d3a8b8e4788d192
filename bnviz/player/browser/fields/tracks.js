// Tracks: a setting's number is dragged sideways, by its label or by the line in its field.
//
// What a drag does is what typing does: the text is written into the field and taken with Enter. So
// the keyboard and screen readers have the field, and the track is not a control of its own.

import { join, part } from "./entries.js";

const SETTING = '[class*="st-key-setting_"]';
const NUMBER = '[data-testid="stNumberInput"]';
/** The label and, as the track lies over the field, its container; what they hold is not a handle. */
const LABEL = '[data-testid="stWidgetLabel"]';
const TRACK = '[data-testid="stNumberInputContainer"]';
const FILLED = "--bnviz-filled";
const DRAGGED = "bnviz-dragged";
/** Pixels after which a press is a drag and no click. */
const SLACK = 4;
/** Milliseconds between two values that are taken during a drag. */
const PAUSE = 300;
/** How much finer a number is set by its label than by its track. */
const FINER = 2;

/**
 * @typedef {object} Line Where the values of a number lie, see `bnviz/scales.py`.
 * @property {number} low
 * @property {number} high
 * @property {boolean} whole Whether the number is a whole one.
 * @property {boolean} ratios
 * @property {number} origin
 * @property {number} offset
 *
 * @typedef {object} Drag
 * @property {HTMLElement} widget
 * @property {HTMLInputElement} field
 * @property {Line} line
 * @property {number} pointer
 * @property {number} x Where it began.
 * @property {number} from Position of the number there.
 * @property {number} length Pixels from the lowest to the highest value.
 * @property {boolean} moved
 * @property {string} text What it has come to.
 * @property {number} timer
 */

/** @type {Drag | null} */
let drag = null;
/** The widget whose track shows the drag and not yet what the page says. @type {HTMLElement | null} */
let ahead = null;

/**
 * @param {Line} line
 * @param {number} value
 */
function place({ ratios, origin, offset }, value) {
  return ratios ? Math.log(Math.abs(value - origin) + offset) : value;
}

/**
 * The share of a line that lies below a value.
 * @param {Line} line
 * @param {number} value
 */
export function position(line, value) {
  const [start, end] = [place(line, line.low), place(line, line.high)];
  return (place(line, value) - start) / (end - start);
}

/**
 * The round value at a position: in two digits of the distance to the origin, or in steps of a power
 * of ten that is at most a fiftieth of the line.
 * @param {Line} line
 * @param {number} share From 0 to 1.
 */
export function valueAt(line, share) {
  const { low, high, whole, ratios, origin, offset } = line;
  if (share <= 0) return low;
  if (share >= 1) return high;
  const [start, end] = [place(line, low), place(line, high)];
  const at = start + share * (end - start);
  let value = at;
  if (ratios) {
    const distance = Number((Math.exp(at) - offset).toPrecision(2));
    value = origin < high ? origin + distance : origin - distance;
  } else {
    const step = 10 ** Math.floor(Math.log10((high - low) / 50));
    value = Math.round(at / step) * step;
  }
  value = whole ? Math.round(value) : Number(value.toPrecision(6));
  return Math.min(Math.max(value, low), high);
}

/**
 * The line of a number's field; null if it has no track.
 * @param {HTMLElement} widget
 * @param {HTMLInputElement} field
 * @returns {Line | null}
 */
function lineOf(widget, field) {
  const said = getComputedStyle(widget).getPropertyValue("--bnviz-scale").trim().split(" ");
  const [spacing, origin = "0", offset = "0"] = said;
  if (!spacing) return null;
  return {
    low: Number(field.min),
    high: Number(field.max),
    whole: Number.isInteger(Number(field.step)),
    ratios: spacing === "ratios",
    origin: Number(origin),
    offset: Number(offset),
  };
}

/** @param {PointerEvent} event */
function press(event) {
  follow();
  const { target, button, isPrimary, clientX: x, pointerId: pointer } = event;
  if (!(target instanceof Element) || button || !isPrimary || drag) return;
  const label = target.matches(
    `${LABEL}, ${LABEL} p, ${LABEL} [data-testid="stMarkdownContainer"]`,
  );
  if (!label && !target.matches(TRACK)) return;
  /** @type {HTMLElement | null} */
  const widget = target.closest(`${SETTING} ${NUMBER}`);
  /** @type {HTMLInputElement | null | undefined} */
  const field = widget?.querySelector("input");
  const line = widget && field && !field.disabled && lineOf(widget, field);
  if (!line) return;
  // A value that is not a number, or out of bounds, is dragged from where the track stands.
  const stands = Number(getComputedStyle(widget).getPropertyValue(FILLED));
  const from = field.value && field.validity.valid ? position(line, Number(field.value)) : stands;
  const width = widget.querySelector(TRACK)?.clientWidth ?? 1;
  const length = label ? FINER * width : width;
  drag = {
    widget,
    field,
    line,
    pointer,
    x,
    from,
    length,
    moved: false,
    text: field.value,
    timer: 0,
  };
}

/**
 * @param {PointerEvent} event
 * @param {(field: HTMLInputElement, text: string) => void} write
 */
function move({ pointerId, clientX }, write) {
  if (drag?.pointer !== pointerId) return;
  const { widget, field, line, x, from, length } = drag;
  if (!drag.moved && Math.abs(clientX - x) < SLACK) return;
  if (!field.isConnected) {
    end(write);
    return;
  }
  if (!drag.moved) join();
  drag.moved = true;
  document.documentElement.classList.add(DRAGGED);
  const share = Math.min(Math.max(from + (clientX - x) / length, 0), 1);
  ahead = widget;
  widget.style.setProperty(FILLED, String(share));
  const text = String(valueAt(line, share));
  if (Number(text) === Number(field.value)) return;
  drag.text = text;
  write(field, text);
  drag.timer ||= window.setTimeout(() => take(write), PAUSE);
}

/**
 * Has the page take the number that the drag has come to, as Enter does.
 * @param {(field: HTMLInputElement, text: string) => void} write
 */
function take(write) {
  if (!drag) return;
  window.clearTimeout(drag.timer);
  drag.timer = 0;
  // Meanwhile the page may have put the number back that it took before.
  if (drag.field.value !== drag.text) write(drag.field, drag.text);
  drag.field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
}

/**
 * Ends the drag with the number that it has come to.
 * @param {(field: HTMLInputElement, text: string) => void} write
 */
function end(write) {
  if (drag?.timer) take(write);
  drag = null;
  document.documentElement.classList.remove(DRAGGED);
}

/**
 * @param {PointerEvent} event
 * @param {(field: HTMLInputElement, text: string) => void} write
 */
function release({ pointerId, type }, write) {
  if (drag?.pointer !== pointerId) return;
  const { moved, field, widget } = drag;
  end(write);
  if (type === "pointercancel") return;
  if (moved) {
    // The click that follows would put the cursor into the field, and open a keyboard on a phone.
    const prevent = (/** @type {Event} */ click) => click.preventDefault();
    widget.addEventListener("click", prevent, { capture: true, once: true });
    window.setTimeout(() => widget.removeEventListener("click", prevent, true), 0);
  } else field.focus();
}

/**
 * Lets a track follow the page again, and the history go on: with whatever is done next, the page has
 * said where the track stands.
 */
function follow() {
  ahead?.style.removeProperty(FILLED);
  ahead = null;
  part();
}

/**
 * Called once.
 * @param {(field: HTMLInputElement, text: string) => void} write Replaces a field's text.
 */
export function listen(write) {
  document.addEventListener("pointerdown", press);
  document.addEventListener("pointermove", (event) => move(event, write));
  document.addEventListener("pointerup", (event) => release(event, write));
  document.addEventListener("pointercancel", (event) => release(event, write));
  document.addEventListener("keydown", (event) => event.isTrusted && follow());
}
