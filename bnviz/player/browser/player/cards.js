// Cards: the pair's figures at the cursor, and what the run's numbers say in words.

import { written } from "./scales.js";

// Letters from which on a verdict is set smaller.
const LONG = 320;

const percent = (share) => `${(100 * share).toFixed(share > 0.995 || share < 0.1 ? 1 : 0)} %`;

function element(tag, className, text = "") {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

export class Cards {
  // parts: DOM nodes by name: the summary, in it the cards, and the verdict's heading and words.
  constructor(parts) {
    this.root = parts.summary;
    this.cards = parts.cards;
    this.about = parts.about;
    this.says = parts.says;
  }

  // spec: {arms: [{name, label, colour}]}
  build(spec) {
    if (JSON.stringify(spec) === JSON.stringify(this.spec)) return;
    this.spec = spec;
    this.parts = spec.arms.map((arm) => {
      const card = element("div", "bnviz-card");
      card.style.setProperty("--arm", arm.colour);
      const value = element("strong", "bnviz-big");
      const loss = element("span", "bnviz-beside");
      const line = element("div", "bnviz-line");
      line.append(value, loss);
      const target = element("div", "bnviz-small");
      const speed = element("div", "bnviz-small");
      const label = element("div", "bnviz-label", arm.label);
      label.append(element("span", "bnviz-of", " · validation accuracy"));
      card.append(label, line, target, speed);
      return { value, loss, target, speed, card };
    });
    this.root.dataset.arms = spec.arms.length;
    this.cards.replaceChildren(...this.parts.map((part) => part.card));
  }

  // verdict: sentences on the frames there are; complete: whether no more will come.
  say(verdict, complete) {
    const about = complete ? "What the numbers of the whole run say" : "What the numbers say so far";
    const text = verdict.join(" ");
    if (this.about.textContent !== about) this.about.textContent = about;
    if (this.says.textContent === text) return;
    this.says.textContent = text;
    this.says.classList.toggle("bnviz-long", text.length > LONG);
  }

  // pair: {target, reached: {arm: step or null}, speeds: {arm: {steps, seconds}}} of the run so far.
  draw(frames, at, pair) {
    const { arms } = this.spec;
    const step = frames.value("step", at);
    arms.forEach(({ name }, i) => {
      const part = this.parts[i];
      part.value.textContent = percent(frames.value(`${name}/validation_accuracy`, at));
      part.loss.textContent = `loss ${written(frames.value(`${name}/validation_loss`, at))}`;
      part.target.textContent = arrival(name, frames, at, pair);
      part.speed.textContent = speed(name, step, pair);
    });
  }

  // The proof that the arms differ in BN alone, from the digests in the frame at the cursor.
  certificate(frames, at) {
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
    return `✓ Same data, same first weights, same batches in both: certificate ${digests[0].slice(16, 24)}·${digests[0].slice(32, 40)}`;
  }
}

// When an arm came within reach of the better one, as far as the cursor knows.
function arrival(name, frames, at, { target, reached }) {
  const step = frames.value("step", at);
  const diverged = frames.value(`${name}/diverged_at`, at);
  if (diverged >= 0 && diverged <= step) return `diverged at step ${diverged}`;
  if (!target) return "";
  const goal = `${(100 * target).toFixed(0)} %`;
  const when = reached[name];
  return when !== null && when <= step
    ? `${goal} at step ${when.toLocaleString("en")}`
    : `${goal} not reached by step ${step.toLocaleString("en")}`;
}

// The speed-up over the first arm, once the cursor has passed the steps that it compares.
function speed(name, step, { reached, speeds }) {
  const ratios = speeds?.[name];
  const known = Object.values(reached ?? {}).filter((when) => when !== null);
  if (!ratios?.steps || step < Math.max(...known)) return "";
  const short = (times) => times.replace("more than ", ">").replace("less than ", "<").replace(" times", "×");
  return `speed ${short(ratios.steps)} in steps, ${short(ratios.seconds)} in seconds`;
}
