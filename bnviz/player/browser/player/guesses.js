// Guesses: the probabilities of all arms for one example.

/** @import { CardArm, Shown } from "types/message" */
/** @import { Answer } from "./answers.js" */

import { withMinus } from "./scales.js";

/**
 * A probability that was kept in 8 bits.
 * @param {number} share
 */
export function percentOf(share) {
  const percent = Math.round(100 * share);
  if (percent < 1) return "< 1 %";
  return percent > 99 ? "> 99 %" : `${percent} %`;
}

/**
 * The lines of an arm: its guesses, the example's own class if it is not among them, and all other
 * classes together.
 * @param {Shown} shown
 * @param {number} example
 * @param {Answer} answer
 * @returns {{ name: string, share: number, own: boolean }[]}
 */
export function linesOf({ classes, labels }, example, { state, guesses, own }) {
  if (state === "none") return [];
  const label = labels[example];
  const lines = guesses.map((guess) => ({
    name: classes[guess.label],
    share: guess.share,
    own: guess.label === label,
  }));
  if (!lines.some((line) => line.own)) lines.push({ name: classes[label], share: own, own: true });
  const rest = classes.length - lines.length;
  if (rest > 0) {
    const sum = lines.reduce((total, line) => total + line.share, 0);
    const name = rest === 1 ? "one other" : `${rest} others`;
    lines.push({ name, share: Math.max(0, 1 - sum), own: false });
  }
  return lines;
}

/**
 * @param {string} className
 * @param {string} [text]
 */
function part(className, text = "") {
  const node = document.createElement("span");
  node.className = className;
  node.textContent = text;
  return node;
}

/**
 * The probabilities of an example, a column for each arm.
 * @param {Shown} shown
 * @param {number} example
 * @param {string} title What the example is.
 * @param {CardArm[]} arms
 * @param {Answer[]} answers By arm.
 */
export function buildGuesses(shown, example, title, arms, answers) {
  const all = document.createDocumentFragment();
  all.append(part("bnviz-odds-title", title));
  if (shown.names.length) {
    const values = shown.names.map((name, i) => `${name} ${withMinus(shown.values[example][i])}`);
    all.append(part("bnviz-odds-values", values.join(" · ")));
  }
  const columns = part("bnviz-odds-arms");
  arms.forEach((arm, i) => {
    const column = part("bnviz-odds-arm");
    column.style.setProperty("--arm", arm.colour);
    column.append(part("bnviz-odds-label", arm.label));
    const lines = linesOf(shown, example, answers[i]);
    if (!lines.length) column.append(part("bnviz-odds-none", "– no answer: its values overflowed"));
    for (const { name, share, own } of lines) {
      const line = part("bnviz-odds-line");
      line.dataset.own = String(own);
      line.style.setProperty("--share", String(share));
      line.append(part("bnviz-odds-class", name), part("bnviz-odds-share", percentOf(share)));
      column.append(line);
    }
    columns.append(column);
  });
  all.append(columns);
  return all;
}
