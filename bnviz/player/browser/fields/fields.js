// Fields: what is typed into the page's number fields means what it looks like.
//
// A browser drops the characters that it does not expect in a number: "0,5" would become 5. And
// Streamlit takes the beginning of what is not a whole number: 1 of "1e3", 64 of "64.5". Here a
// decimal comma becomes a point as it is typed, a whole number is written out, and all else is
// refused beside the field, which keeps it until it is corrected. Streamlit itself says which
// numbers are allowed.

import * as downloads from "./downloads.js";
import * as refusals from "./refusals.js";
import * as sidebar from "./sidebar.js";
import * as tracks from "./tracks.js";

const FIELD = '[data-testid="stNumberInputField"]';
const COMPLAINT = "bnviz-complaint";
// One, or a thousand?
const AMBIGUOUS = /^[+-]?[1-9]\d{0,2}[.,]\d{3}$/;

/**
 * Fields in which a comma was typed, until they are empty or taken, and why that is refused whatever
 * the rest.
 * @type {WeakMap<HTMLInputElement, string>}
 */
const commas = new WeakMap();
let listening = false;

/**
 * The number field that an event is about, if any.
 * @param {Event} event
 * @returns {HTMLInputElement | null}
 */
function fieldOf({ target }) {
  return target instanceof HTMLInputElement && target.matches(FIELD) ? target : null;
}

/**
 * Says beside a field why its text is refused; nothing if the reason is empty.
 * @param {HTMLInputElement} field
 * @param {string} reason
 */
function complain(field, reason) {
  const place = field.closest('[data-testid="stNumberInput"]');
  place?.querySelector(`.${COMPLAINT}`)?.remove();
  if (!reason) return;
  const complaint = document.createElement("div");
  complaint.className = COMPLAINT;
  complaint.setAttribute("role", "alert");
  complaint.textContent = reason;
  place?.append(complaint);
}

/**
 * Replaces a field's text as if it had been typed.
 * @param {HTMLInputElement} field
 * @param {string} text
 */
function write(field, text) {
  // React keeps its own setter on the element.
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(field, text);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** @param {InputEvent} event */
function insert(event) {
  const field = fieldOf(event);
  const text = event.data?.trim();
  if (!field || !text?.includes(",")) return;
  event.preventDefault();
  if (text.length > 1 && (AMBIGUOUS.test(text) || !/^[+-]?\d*,\d*(e[+-]?\d+)?$/i.test(text))) {
    complain(field, `${text.slice(0, 20)} could be read in two ways; write it without commas.`);
    return;
  }
  const before = field.value;
  // The only way to type at the cursor of a number field.
  document.execCommand("insertText", false, text.replace(",", "."));
  // The browser drops a second point.
  const twice = before.includes(".") && field.value === before;
  commas.set(
    field,
    twice ? "A number has one decimal sign; clear the field and write it anew." : "",
  );
  complain(field, commas.get(field) ?? "");
}

/**
 * Why a field's text is not taken; empty if it is.
 * @param {HTMLInputElement} field
 */
function refusal(field) {
  const { value, step, validity } = field;
  if (validity.badInput) return "This is not a number.";
  if (commas.get(field)) return commas.get(field) ?? "";
  if (commas.has(field) && AMBIGUOUS.test(value)) {
    return `${value.replace(".", ",")} could be read in two ways; write it without commas.`;
  }
  const whole = Number.isInteger(Number(step));
  if (whole && !Number.isInteger(Number(value))) return `${value} is not a whole number.`;
  return "";
}

/** @param {Event} event Enter, or the field is left: Streamlit would take its text. */
function take(event) {
  const field = fieldOf(event);
  if (!field || (event instanceof KeyboardEvent && event.key !== "Enter")) return;
  const reason = refusal(field);
  complain(field, reason);
  if (reason) {
    event.stopPropagation();
    return;
  }
  commas.delete(field);
  const plain = String(Number(field.value));
  const whole = Number.isInteger(Number(field.step));
  if (whole && field.value && /^-?\d+$/.test(plain) && plain !== field.value) write(field, plain);
}

/** @param {Event} event */
function typed(event) {
  const field = fieldOf(event);
  if (!field) return;
  if (!field.value && !field.validity.badInput) commas.delete(field);
  complain(field, commas.get(field) ?? "");
}

/**
 * Follows the link past the form, which must not change the address.
 * @param {MouseEvent} event
 */
function skip(event) {
  const { target } = event;
  if (!(target instanceof Element) || !target.closest('a[href="#bnviz-stage"]')) return;
  event.preventDefault();
  /** @type {HTMLElement | null} */
  const picture = document.querySelector("#bnviz-stage, #bnviz-map");
  if (!picture) return;
  picture.tabIndex = -1;
  picture.focus();
}

/**
 * Called by Streamlit for every message; the page listens only once.
 *
 * @param {object} component
 * @param {import("./refusals.js").Sentences & { downloads: import("./downloads.js").Sentences }} component.data
 */
export default function fields({ data }) {
  refusals.know(data);
  downloads.know(data.downloads);
  if (listening) return;
  listening = true;
  // Before Streamlit, which listens at the root of the page.
  document.addEventListener("click", skip, true);
  document.addEventListener("beforeinput", insert, true);
  document.addEventListener("input", typed, true);
  document.addEventListener("keydown", take, true);
  document.addEventListener("focusout", take, true);
  tracks.listen(write);
  refusals.listen();
  downloads.listen();
  sidebar.listen();
}
