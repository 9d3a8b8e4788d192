// Cards: the pair's figures at the cursor, and what they say in words.

import { written } from "./bindings.js";

const percent = (share) => `${(100 * share).toFixed(share > 0.995 || share < 0.1 ? 1 : 0)} %`;

function element(tag, className, text = "") {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

// First recorded step at which an arm has reached the accuracy, or -1.
function stepTo(frames, arm, accuracy, at) {
  for (let i = 0; i <= at; i++) {
    if (frames.value(`${arm}/validation_accuracy`, i) >= accuracy) return frames.value("step", i);
  }
  return -1;
}

// How the inputs of the last hidden layer's activation have moved since step 0, in words.
function movement(frames, arm, layer, at) {
  const mean = (i) => frames.value(`${arm}/pre_activation_mean/${layer}`, i);
  const std = (i) => frames.value(`${arm}/pre_activation_std/${layer}`, i);
  const moved = Math.abs(mean(at) - mean(0)) / std(0);
  const ratio = std(at) / std(0);
  if (!isFinite(moved) || !isFinite(ratio)) return "has left all numbers";
  let width = "kept its width";
  if (ratio > 1.15) width = `widened ${ratio.toFixed(1)} times`;
  if (ratio < 0.87) width = `narrowed to ${(100 * ratio).toFixed(0)} %`;
  return `has moved ${moved.toFixed(1)} and ${width}`;
}

export class Cards {
  constructor(root) {
    this.root = root;
  }

  // spec: {arms: [{name, label, colour}], target, layers}
  build(spec) {
    this.spec = spec;
    this.parts = spec.arms.map((arm) => {
      const card = element("div", "bnviz-card");
      card.style.setProperty("--arm", arm.colour);
      const value = element("strong", "bnviz-big");
      const loss = element("span", "bnviz-beside");
      const line = element("div", "bnviz-line");
      line.append(value, loss);
      const target = element("div", "bnviz-small");
      card.append(element("div", "bnviz-label", arm.label), line, target);
      return { card, value, loss, target };
    });
    this.says = element("div", "bnviz-says");
    this.proof = element("div", "bnviz-small");
    const card = element("div", "bnviz-card bnviz-verdict");
    card.append(element("div", "bnviz-label", "What the numbers say"), this.says, this.proof);
    this.root.replaceChildren(...this.parts.map((part) => part.card), card);
  }

  draw(frames, at) {
    const { arms, target, layers } = this.spec;
    const step = frames.value("step", at);
    arms.forEach(({ name }, i) => {
      const part = this.parts[i];
      part.value.textContent = percent(frames.value(`${name}/validation_accuracy`, at));
      part.loss.textContent =
        `validation accuracy · loss ${written(frames.value(`${name}/validation_loss`, at))}`;
      const reached = stepTo(frames, name, target, at);
      const diverged = frames.value(`${name}/diverged_at`, at);
      const goal = `${(100 * target).toFixed(0)} %`;
      part.target.textContent =
        diverged >= 0
          ? `diverged at step ${diverged}`
          : reached >= 0
            ? `${goal} at step ${reached}`
            : `${goal} not reached by step ${step}`;
    });
    const moves = arms.map(
      ({ name, label }) => `${label.toLowerCase().replace("bn", "BN")} it ${movement(frames, name, layers - 1, at)}`,
    );
    this.says.textContent = step
      ? `Input of layer ${layers} since step 0, in standard deviations: ${moves.join("; ")}.`
      : "Step 0: the same weights in both, nothing learnt yet.";
    this.proof.textContent = this.#certificate(frames, at);
  }

  #certificate(frames, at) {
    const digests = this.spec.arms.map(({ name }) =>
      ["data", "kernels", "batches"]
        .map((kind) => Array.from(frames.row(`${name}/${kind}_digest`, at)))
        .flat()
        .map((byte) => byte.toString(16).padStart(2, "0"))
        .join(""),
    );
    if (digests.some((digest) => digest !== digests[0])) {
      return "✗ The arms differ in more than BN: the pair certificate does not hold.";
    }
    const kernels = digests[0].slice(16, 24);
    const batches = digests[0].slice(32, 40);
    return `✓ Same data, first weights (${kernels}) and batches (${batches}) in both.`;
  }
}
