// Refusals: a field for files says why the page's server has not taken one.
//
// Streamlit says it in the words of its HTTP client: "AxiosError: Request failed with status code 503".

import { watch } from "./watch.js";

const FIELD = '[data-testid="stFileUploader"]';
/** Streamlit's words; it shows them to screen readers, and fields.css to all. */
const REASON = '[data-testid="stFileChip"] [role="alert"]';

/**
 * @typedef {object} Sentences
 * @property {Record<string, string>} refusals By the status of the response.
 * @property {string} otherwise
 */

/** @type {Sentences} */
let sentences = { refusals: {}, otherwise: "" };

/**
 * The sentence for a file that was not taken; undefined if Streamlit's words say what is wrong with it.
 * @param {string} reason In Streamlit's words.
 * @param {Sentences} ours
 */
export function sentenceOf(reason, { refusals, otherwise }) {
  if (!reason.includes("AxiosError")) return undefined;
  const [status = ""] = reason.match(/\d{3}$/) ?? [];
  return refusals[status] ?? otherwise;
}

/** @param {Element} field */
function tell(field) {
  for (const reason of field.querySelectorAll(REASON)) {
    const sentence = sentenceOf(reason.textContent ?? "", sentences);
    if (sentence === undefined) continue;
    // The nodes stay, as Streamlit may write into them again.
    reason.childNodes.forEach((node, number) => {
      node.nodeValue = number ? "" : sentence;
    });
  }
}

/**
 * Takes what the page says of refused files.
 * @param {Sentences} said
 */
export function know(said) {
  sentences = said;
}

/** Called once. */
export function listen() {
  watch(FIELD, ["change", "drop"], tell);
}
