// Strip: the parts of a figure side by side on a narrow screen, of which one is seen at a time.

/** @import { Figure } from "types/message" */

// Width of a part, as a share of the screen; of the next one a little is seen.
const PART = 0.94;

export class Strip {
  /**
   * @param {HTMLElement} root Of the player.
   * @param {{ figure: HTMLElement, strip: HTMLElement }} parts
   */
  constructor(root, { figure, strip }) {
    this.root = root;
    this.figure = figure;
    this.holder = strip;
    /** @type {string[]} */
    this.names = [];
    /** @type {HTMLElement[]} */
    this.buttons = [];
    // What the lines of the first part mean.
    this.legend = document.createElement("span");
    figure.addEventListener("scroll", () => this.#mark());
  }

  /**
   * Makes room for the parts of a figure.
   * @param {Figure} figure
   * @param {"narrow" | "wide"} layout
   * @param {number} width Of the screen for the figure, in pixels.
   * @returns {number} Width of the whole figure, in pixels.
   */
  fit(figure, layout, width) {
    const { strip = [], legend = "" } = figure.diagram;
    const names = layout === "narrow" ? strip : [];
    this.legend.textContent = legend;
    this.root.toggleAttribute("data-strip", names.length > 0);
    if (String(names) !== String(this.names)) {
      this.names = names;
      this.buttons = names.map((name, i) => this.#button(name, i));
      this.holder.replaceChildren(...this.buttons, this.legend);
      this.figure.scrollLeft = 0;
    }
    this.#mark();
    return names.length ? Math.round(names.length * PART * width) : width;
  }

  /**
   * @param {string} name
   * @param {number} part
   */
  #button(name, part) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.onclick = () => this.figure.scrollTo({ left: part * PART * this.figure.clientWidth });
    return button;
  }

  /** Marks the part that is seen. */
  #mark() {
    const at = Math.round(this.figure.scrollLeft / (PART * this.figure.clientWidth || 1));
    this.buttons.forEach((button, i) => {
      button.setAttribute("aria-pressed", String(i === at));
    });
    this.legend.hidden = at > 0;
  }
}
