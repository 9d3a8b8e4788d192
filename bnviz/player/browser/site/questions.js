// Questions: single choice, answered by a click; the right option is not marked before.

import { keep, kept } from "./memory.js";

// In place of an option: the learner wants to see the answer.
const SKIPPED = "skipped";

/** @typedef {HTMLElement & { dataset: { question: string, right: string } }} Question */

/** @returns {Question[]} */
const questions = () =>
  [...document.querySelectorAll(".site-question")].map((each) => /** @type {Question} */ (each));

/**
 * The option chosen, or `SKIPPED`; null if neither.
 * @param {Question} question
 */
const answerOf = ({ dataset }) => kept(dataset.question);

/** Makes the questions of the page answer, and shows the answers given so far. */
export function askAll() {
  for (const question of questions()) {
    const answer = (/** @type {string} */ option) => {
      keep(question.dataset.question, option);
      show(question);
      score();
    };
    for (const button of optionsOf(question)) button.onclick = () => answer(button.value);
    /** @type {HTMLButtonElement | null} */
    const skip = question.querySelector(".site-skip");
    if (skip) skip.onclick = () => answer(SKIPPED);
    show(question);
  }
  score();
}

/**
 * Calls back as soon as the page's question is answered or skipped; at once if it is.
 * @param {() => void} call
 */
export function onceAnswered(call) {
  const [question] = questions();
  if (answerOf(question) !== null) call();
  else question.addEventListener("answered", call, { once: true });
}

/**
 * @param {Question} question
 * @returns {HTMLButtonElement[]}
 */
const optionsOf = (question) =>
  [...question.querySelectorAll("button")].filter(({ value }) => value);

/** @param {Question} question */
function show(question) {
  const given = answerOf(question);
  if (given === null) return;
  const { right } = question.dataset;
  const replied = given === SKIPPED ? right : given;
  for (const button of optionsOf(question)) {
    const marked = button.value === right || button.value === given;
    button.dataset.mark = marked ? (button.value === right ? "✓ " : "✗ ") : "";
    button.setAttribute("aria-pressed", String(button.value === given));
  }
  for (const reply of question.querySelectorAll(".site-reply")) {
    const { dataset } = /** @type {HTMLElement} */ (reply);
    reply.toggleAttribute("hidden", dataset.option !== replied);
  }
  for (const part of document.querySelectorAll(`[data-after="${question.dataset.question}"]`)) {
    part.removeAttribute("hidden");
  }
  question.querySelector(".site-skip")?.setAttribute("hidden", "");
  question.dispatchEvent(new Event("answered"));
}

/** Says how many answers are right; the sentences stand in the page, by right ones and all. */
function score() {
  /** @type {HTMLElement | null} */
  const line = document.querySelector("[data-scores]");
  if (!line) return;
  const given = questions().filter((each) => answerOf(each) !== null);
  const right = given.filter((each) => answerOf(each) === each.dataset.right);
  /** @type {Record<string, string>} */
  const sentences = JSON.parse(line.dataset.scores ?? "{}");
  line.textContent = sentences[`${right.length} ${given.length}`];
}
