// Summary: what a frame shows, in a few sentences to be read aloud.

/** @import { Cards } from "types/message" */
/** @import { Frames } from "./frames.js" */

import { moment } from "./moment.js";
import { formatted } from "./scales.js";

// Difference of two accuracies from which on one is ahead of the other.
const AHEAD = 0.005;

/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(1)} %`;

/**
 * Which network is ahead in validation accuracy, and by how much.
 * @param {{ label: string, accuracy: number }[]} arms
 */
function leader(arms) {
  const known = arms.filter(({ accuracy }) => Number.isFinite(accuracy));
  if (known.length < 2) return "";
  const [first, second] = known.toSorted((a, b) => b.accuracy - a.accuracy);
  const points = 100 * (first.accuracy - second.accuracy);
  if (points < 100 * AHEAD) return "The best two are level.";
  return `Ahead: ${first.label}, by ${points.toFixed(1)} percentage points.`;
}

/**
 * What a frame shows: where it is, how each network does and which is ahead, and what its values do.
 * @param {Frames} frames
 * @param {number} at Index of the frame.
 * @param {Pick<Cards, "arms" | "layer" | "names"> & { view: string, steps: number }} about
 */
export function summaryOf(frames, at, { arms, layer, names, view, steps }) {
  const found = arms.map(({ name, label }) => ({
    label,
    accuracy: frames.value(`${name}/validation_accuracy`, at),
    loss: frames.value(`${name}/validation_loss`, at),
  }));
  const each = found.map(
    ({ label, accuracy, loss }) =>
      `${label}: validation accuracy ${percent(accuracy)}, loss ${formatted(loss)}.`,
  );
  const name = names?.[layer - 1] ?? `layer ${layer}`;
  const place = `${view}, ${name}, step ${frames.value("step", at)} of ${steps}.`;
  return [place, ...each, leader(found), moment(frames, at, arms, layer, name)]
    .filter(Boolean)
    .join(" ");
}
