// Saving: the picture of the frame drawn as a file.

/** @import { PlayerParts } from "types/parts" */
/** @import { Ground, Shown } from "./picture.js" */
/** @import { Place } from "./place.js" */

import { drawing, imageOf, SIZE } from "./picture.js";
import { loadPlotly } from "./plotly.js";

/** @type {[name: string, format: "png" | "svg", ground: Ground][]} */
const FILES = [
  ["PNG, white", "png", "white"],
  ["PNG, dark", "png", "dark"],
  ["PNG, transparent", "png", "transparent"],
  ["SVG, words as words", "svg", "white"],
];
const EXPLANATION =
  "The picture at this step with its axes, without the cards and the way through the layers: " +
  `${SIZE.width} × ${SIZE.height}, PNG with twice as many dots.`;

export class Saving {
  /**
   * @param {HTMLElement} root Of the player.
   * @param {Pick<PlayerParts, "save" | "saves">} parts
   * @param {() => (Shown & { name: string, other: string }) | undefined} shown What is drawn, the name
   *   of its file, and in what it is not what the page's settings say; nothing before the first frame.
   * @param {Pick<Place, "link">} place Knows the link to what is shown.
   */
  constructor(root, parts, shown, place) {
    this.root = root;
    this.parts = parts;
    this.shown = shown;
    this.place = place;
    parts.save.onclick = () => this.#open();
  }

  #open() {
    const { saves } = this.parts;
    if (!saves.firstChild) this.#build();
    this.#say("");
    if (!saves.open) saves.showModal();
  }

  #build() {
    const { saves } = this.parts;
    const explanation = document.createElement("p");
    explanation.textContent = EXPLANATION;
    const buttons = document.createElement("div");
    buttons.className = "bnviz-files";
    for (const [name, format, ground] of FILES) {
      buttons.append(this.#button(name, () => this.#save(format, ground)));
    }
    buttons.append(this.#button("Copy link to this step", () => this.#copy()));
    this.outcome = document.createElement("p");
    this.outcome.setAttribute("role", "status");
    saves.append(
      explanation,
      buttons,
      this.outcome,
      this.#button("Close", () => saves.close()),
    );
  }

  /**
   * @param {string} text
   * @param {() => void} onClick
   */
  #button(text, onClick) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.onclick = onClick;
    return button;
  }

  /** @param {string} text */
  #say(text) {
    if (this.outcome) this.outcome.textContent = text;
  }

  async #copy() {
    const link = this.place.link();
    try {
      await navigator.clipboard.writeText(link);
      this.#say(
        this.shown()?.other
          ? "Copied: a link to the chosen settings, which are not those of the picture, at this step."
          : "Copied: a link to these settings, this view and this step.",
      );
    } catch {
      this.#say(`This browser does not let the page copy. The link: ${link}`);
    }
  }

  /**
   * @param {"png" | "svg"} format
   * @param {Ground} ground
   */
  async #save(format, ground) {
    const shown = this.shown();
    if (!shown) return this.#say("The first picture is still to come.");
    try {
      const file = await imageOf(await loadPlotly(), drawing(this.root, shown, ground), format);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = `${shown.name}.${format}`;
      link.click();
      // The browser reads it after the click.
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      this.#say(`Saved as ${link.download}.`);
    } catch (error) {
      this.#say(`It cannot be saved: ${error instanceof Error ? error.message : error}.`);
    }
  }
}
