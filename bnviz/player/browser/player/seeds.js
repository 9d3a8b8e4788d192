// Seeds: where the run lies among the same run with other seeds, as a strip of dots.

/** @import { SeedStrip as Spec } from "types/message" */

/** @param {string} className */
function span(className, text = "") {
  const node = document.createElement("span");
  node.className = className;
  node.textContent = text;
  return node;
}

export class SeedStrip {
  /**
   * @param {HTMLElement} root
   * @param {(request: { seed: number } | { check: true }) => void} request Opens the run of a seed,
   *   or has the run checked.
   */
  constructor(root, request) {
    this.root = root;
    this.request = request;
    this.shown = "";
    root.hidden = true;
  }

  /**
   * @param {Spec | null} spec
   * @param {boolean} [opens] Whether a click opens the run of a seed.
   */
  show(spec, opens = false) {
    const text = JSON.stringify([spec, opens]);
    if (text === this.shown) return;
    this.shown = text;
    this.root.hidden = !spec;
    this.root.title = spec?.title ?? "";
    this.root.replaceChildren(...(spec ? this.#content(spec, opens) : []));
  }

  /**
   * @param {Spec} spec
   * @param {boolean} opens
   */
  #content(spec, opens) {
    const content = [span("bnviz-seeds-text", spec.text)];
    if (spec.offer) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = spec.offer;
      button.onclick = () => {
        button.disabled = true;
        this.request({ check: true });
      };
      return [button];
    }
    if (spec.dots) content.push(this.#axis(spec, opens));
    return content;
  }

  /**
   * @param {Spec} spec
   * @param {boolean} opens
   */
  #axis({ dots = [], ticks = [] }, opens) {
    const axis = span("bnviz-seeds-axis");
    for (const { at, text } of ticks) {
      const tick = span("bnviz-seeds-tick", text);
      tick.style.left = `${100 * at}%`;
      axis.append(tick);
    }
    // This run last, on top of those that it may cover.
    for (const dot of dots.toSorted((one, other) => Number(one.here) - Number(other.here))) {
      const { seed, at, level, bound, here, words } = dot;
      const node = document.createElement(opens && !here ? "button" : "span");
      node.className = `bnviz-seed${here ? " bnviz-here" : ""}${at === null ? " bnviz-none" : ""}`;
      node.textContent = bound === "more than" ? "▸" : bound === "less than" ? "◂" : "●";
      if (at === null) node.textContent = "○";
      node.style.left = `${100 * (at ?? 0)}%`;
      node.style.setProperty("--level", String(level));
      node.title = opens && !here ? `${words} Click to train it.` : words;
      node.setAttribute("aria-label", node.title);
      if (node instanceof HTMLButtonElement) {
        node.type = "button";
        node.onclick = () => this.request({ seed });
      } else {
        node.setAttribute("role", "img");
      }
      axis.append(node);
    }
    return axis;
  }
}
