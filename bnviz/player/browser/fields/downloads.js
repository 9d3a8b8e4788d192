// Downloads: a button for a file says in the page's own words why there is none.
//
// Streamlit says it in its own, for five seconds: "Failed to generate file for download".

import { watch } from "./watch.js";

const BUTTON = '[data-testid="stDownloadButton"]';
const ERROR = '[data-testid="stDownloadButtonError"]';
const SENTENCE = "bnviz-undelivered";
/** Streamlit's words for a file that the server could not make; all others are of a lost server. */
const UNMADE = "Failed to generate file";

/**
 * @typedef {object} Sentences
 * @property {string} unmade
 * @property {string} unanswered
 */

/** @type {Sentences} */
let sentences = { unmade: "", unanswered: "" };

/**
 * The sentence for a file that has not come.
 * @param {string} reason In Streamlit's words.
 * @param {Sentences} ours
 */
export const sentenceOf = (reason, { unmade, unanswered }) =>
  reason.includes(UNMADE) ? unmade : unanswered;

/**
 * Where a sentence stands: below a row of buttons, or below a button of its own.
 * @param {Element} button
 */
const placeOf = (button) => button.closest(".st-key-run_files") ?? button;

/** @param {Element} button */
function tell(button) {
  const error = button.querySelector(ERROR);
  const place = placeOf(button);
  if (!error || place.querySelector(`.${SENTENCE}`)) return;
  const sentence = document.createElement("p");
  sentence.className = SENTENCE;
  sentence.setAttribute("role", "alert");
  sentence.textContent = sentenceOf(error.textContent ?? "", sentences);
  place.append(sentence);
}

/** @param {Element} button A file is asked for again. */
const forget = (button) => placeOf(button).querySelector(`.${SENTENCE}`)?.remove();

/**
 * Takes what the page says of files that do not come.
 * @param {Sentences} said
 */
export function know(said) {
  sentences = said;
}

/** Called once. */
export function listen() {
  // Keys click, too.
  watch(BUTTON, ["click"], tell, forget);
}
