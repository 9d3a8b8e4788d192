// Passage: single examples on their way through one neuron with BN.
// The same rules as bnviz/figures/passage.py; a browser test holds them equal.

import { transformed, written } from "./scales.js";

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;
const LEAK = 0.2;

// W. J. Cody's way is longer; this one is right to 1.2e-7 (Numerical Recipes, erfcc).
function erf(x) {
  const t = 1 / (1 + Math.abs(x) / 2);
  const terms = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398,
    1.48851587, -0.82215223, 0.17087277,
  ];
  const power = terms.reduceRight((sum, term) => term + t * sum, 0);
  return Math.sign(x) * (1 - t * Math.exp(-x * x + power));
}

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

const ACTIVATIONS = {
  sigmoid,
  tanh: Math.tanh,
  relu: (x) => Math.max(x, 0),
  leaky_relu: (x) => (x < 0 ? LEAK * x : x),
  elu: (x) => (x < 0 ? Math.expm1(x) : x),
  selu: (x) => SELU_SCALE * (x < 0 ? SELU_ALPHA * Math.expm1(x) : x),
  gelu: (x) => (x * (1 + erf(x / Math.SQRT2))) / 2,
  silu: (x) => x * sigmoid(x),
  linear: (x) => x,
};

// Gamma and beta: as learnt, those of the identity, or by hand.
function scaleAndShift(b, frames, at) {
  if (b.by_hand === "hand") return b.hand;
  if (b.by_hand === "identity") {
    return [Math.sqrt(frames.value(b.variance, at) + b.epsilon), frames.value(b.mean, at)];
  }
  return [frames.value(b.gamma, at), frames.value(b.beta, at)];
}

export function scale_and_shift(b, frames, at) {
  const [gamma, beta] = scaleAndShift(b, frames, at);
  return { x: [b.x], y: [b.y], text: [`γ ${written(gamma)}<br>β ${written(beta)}`] };
}

export function passage(b, frames, at) {
  const [gamma, beta] = scaleAndShift(b, frames, at);
  const number = (path) => frames.value(path, at);
  const values = frames.row(b.values, at);
  const width = Math.sqrt(number(b.variance) + b.epsilon);
  const x = [];
  const y = [];
  for (const example of b.examples) {
    const centred = values[example] - number(b.mean);
    const scaled = gamma * (centred / width) + beta;
    const stages = [values[example], centred, centred / width, scaled];
    if (b.activation) stages.push(ACTIVATIONS[b.activation](scaled));
    x.push(...stages.map((_, i) => i + 1), null);
    y.push(...transformed(stages, b.transform), null);
  }
  return { x, y };
}
