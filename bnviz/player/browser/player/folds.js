// Folds: parts that a button opens, by name. What is open stays so, and the host is told.

export class Folds {
  /** @param {(opened: string[]) => void} report Called when a viewer has opened or closed one. */
  constructor(report) {
    this.report = report;
    /** @type {Map<string, { button: HTMLElement, part: HTMLElement }>} */
    this.folds = new Map();
    /** @type {Set<string>} */
    this.opened = new Set();
    this.said = "[]";
  }

  /**
   * @param {string} name
   * @param {HTMLElement} button Opens and closes it.
   * @param {HTMLElement} part What is opened.
   */
  add(name, button, part) {
    this.folds.set(name, { button, part });
    button.onclick = () => {
      if (!this.opened.delete(name)) this.opened.add(name);
      this.#show();
      this.report([...this.opened]);
    };
    this.#show();
  }

  /**
   * Opens what the host says, unless it says the same as before: then the viewer's clicks count.
   * @param {string[]} names
   */
  follow(names) {
    const said = JSON.stringify(names);
    if (said === this.said) return;
    this.said = said;
    this.opened = new Set(names);
    this.#show();
  }

  #show() {
    for (const [name, { button, part }] of this.folds) {
      const open = this.opened.has(name);
      button.setAttribute("aria-expanded", String(open));
      part.hidden = !open;
    }
  }
}
