// Passage: single examples on their way through one neuron with BN.
// The same rules as bnviz/figures/bindings/passage.py; a browser test compares the points.

/** @import { Constants, Lack, Moments, Neuron, Passage, ScaleAndShift } from "types/bindings" */
/** @import { Frames } from "./frames.js" */

import { formatted, transformed } from "./scales.js";

/** What is said where mean or variance are not numbers. */
export const NO_NUMBERS = "At this step it has no numbers.";

// Coefficients of erfc in powers of 1 / (1 + |x| / 2), accurate to 1.2e-7: Numerical Recipes,
// section 6.2.
const ERFC = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
  -0.82215223, 0.17087277,
];

/** @param {number} x */
function erf(x) {
  const t = 1 / (1 + Math.abs(x) / 2);
  const power = ERFC.reduceRight((sum, term) => term + t * sum, 0);
  return Math.sign(x) * (1 - t * Math.exp(-x * x + power));
}

/** @param {number} x */
const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/**
 * The activations by their names in the settings.
 * @type {Record<string, (x: number, constants: Constants) => number>}
 */
const ACTIVATIONS = {
  sigmoid,
  tanh: Math.tanh,
  relu: (x) => Math.max(x, 0),
  leaky_relu: (x, { leaky_relu_slope: slope }) => (x < 0 ? slope * x : x),
  elu: (x) => (x < 0 ? Math.expm1(x) : x),
  selu: (x, { selu_alpha: alpha, selu_scale: scale }) =>
    scale * (x < 0 ? alpha * Math.expm1(x) : x),
  gelu: (x) => (x * (1 + erf(x / Math.SQRT2))) / 2,
  silu: (x) => x * sigmoid(x),
  linear: (x) => x,
};

/**
 * What an activation makes of a value.
 * @param {string} name
 * @param {number} value
 * @param {Constants} constants
 */
export const activated = (name, value, constants) => ACTIVATIONS[name](value, constants);

/**
 * The standard score of a code, as `bnviz/recording/scores.py` decodes it; NaN if it is not known.
 * @param {number} code
 * @param {boolean} wide Whether codes have two bytes.
 * @param {Constants} constants
 */
function scoreOf(code, wide, constants) {
  const score = wide ? constants.wide_max_score : constants.max_score;
  const most = wide ? constants.wide_max_code : constants.max_code;
  const unknown = wide ? constants.wide_no_score : constants.no_score;
  if (code === unknown) return NaN;
  return Math.sign(code) * Math.expm1((Math.abs(code) / most) * Math.log1p(score));
}

/**
 * Whether a frame is later than a step; never later than null.
 * @param {Frames} frames
 * @param {number} at
 * @param {number | null | undefined} step
 */
export const isAfter = (frames, at, step) =>
  typeof step === "number" && frames.value("step", at) > step;

/**
 * The mean and variance that BN normalizes by.
 * @param {Neuron} binding
 * @param {Frames} frames
 * @param {number} at
 */
export function momentsOf(binding, frames, at) {
  const frozen = isAfter(frames, at, binding.frozen_after);
  const paths = frozen
    ? [binding.moving_mean, binding.moving_variance]
    : [binding.mean, binding.variance];
  return paths.map((path) => frames.value(path, at));
}

/**
 * Why no example has a way through BN; empty if they have.
 * @param {Neuron} binding
 * @param {Frames} frames
 * @param {number} at
 */
export function lackOf({ mean, variance, removed_after: removed }, frames, at) {
  if (isAfter(frames, at, removed)) {
    return `BN was removed at step ${Number(removed).toLocaleString("en")}.`;
  }
  const unknown = [mean, variance].some((path) => Number.isNaN(frames.value(path, at)));
  return unknown ? NO_NUMBERS : "";
}

/**
 * The same as a trace.
 * @param {Lack} binding
 * @param {Frames} frames
 * @param {number} at
 */
export function lack(binding, frames, at) {
  return { x: [binding.x], y: [binding.y], text: [lackOf(binding, frames, at)] };
}

/**
 * Gamma and beta: as learnt, those of the identity, or set by hand.
 * @param {Neuron} binding
 * @param {Frames} frames
 * @param {number} at
 */
export function scaleAndShift(binding, frames, at) {
  if (binding.by_hand === "hand") return binding.hand;
  if (binding.by_hand === "identity") {
    const [mean, variance] = momentsOf(binding, frames, at);
    return [Math.sqrt(variance + binding.epsilon), mean];
  }
  return [frames.value(binding.gamma, at), frames.value(binding.beta, at)];
}

/**
 * Gamma and beta in words.
 * @param {ScaleAndShift} binding
 * @param {Frames} frames
 * @param {number} at
 */
export function scale_and_shift(binding, frames, at) {
  const [gamma, beta] = scaleAndShift(binding, frames, at);
  const text = `γ ${formatted(gamma)}<br>β ${formatted(beta)}`;
  const lacks = lackOf(binding, frames, at);
  return { x: [binding.x], y: [binding.y], text: [lacks ? "" : text] };
}

/**
 * Mean and variance of all examples at a stage before gamma and beta, in words.
 * @param {Moments} binding
 * @param {Frames} frames
 * @param {number} at
 */
export function moments(binding, frames, at) {
  return { x: [binding.x], y: [binding.y], text: [momentsText(binding, frames, at)] };
}

/**
 * @param {Moments} binding
 * @param {Frames} frames
 * @param {number} at
 */
function momentsText(binding, frames, at) {
  const { stage, epsilon } = binding;
  if (lackOf(binding, frames, at)) return "";
  const [byMean, byVariance] = momentsOf(binding, frames, at);
  let mean = frames.value(binding.mean, at) - (stage ? byMean : 0);
  let variance = frames.value(binding.variance, at);
  if (stage === 2) {
    mean /= Math.sqrt(byVariance + epsilon);
    variance /= byVariance + epsilon;
  }
  // Of the batch by whose own mean and variance it is normalized, without the noise of digits.
  const exact = stage > 0 && !isAfter(frames, at, binding.frozen_after);
  const variances = exact && stage === 2 ? "≈ 1" : formatted(variance);
  return `mean ${exact ? "0" : formatted(mean)}<br>var ${variances}`;
}

/**
 * A line per example: its value, less the batch's mean, normalized, scaled and shifted, activated.
 * @param {Passage} binding
 * @param {Frames} frames
 * @param {number} at
 * @param {Constants} constants
 */
export function passage(binding, frames, at, constants) {
  /** @type {(number | null)[]} */
  const x = [];
  /** @type {(number | null)[]} */
  const y = [];
  for (const stages of stagesOf(binding, frames, at, constants).ways) {
    x.push(...stages.map((_, i) => i + 1), null);
    y.push(...transformed(stages, binding.transform, constants), null);
  }
  return { x, y };
}

/**
 * What BN of a neuron does to each example: the mean and variance that it normalizes by, gamma and
 * beta, and the values of each example on their way.
 * @param {Passage} binding
 * @param {Frames} frames
 * @param {number} at
 * @param {Constants} constants
 */
export function stagesOf(binding, frames, at, constants) {
  const [gamma, beta] = scaleAndShift(binding, frames, at);
  const [mean, variance] = momentsOf(binding, frames, at);
  const [ownMean, ownVariance] = [binding.mean, binding.variance].map((path) =>
    frames.value(path, at),
  );
  const std = Math.sqrt(variance + binding.epsilon);
  const row = frames.row(binding.values, at);
  const wide = row instanceof Int16Array;
  const values = binding.coded
    ? Array.from(row, (code) => ownMean + scoreOf(code, wide, constants) * Math.sqrt(ownVariance))
    : row;
  const ways = binding.examples.map((example) => {
    const centred = values[example] - mean;
    const scaled = gamma * (centred / std) + beta;
    const stages = [values[example], centred, centred / std, scaled];
    if (binding.activation) stages.push(ACTIVATIONS[binding.activation](scaled, constants));
    return stages;
  });
  return { mean, variance, gamma, beta, ways };
}
