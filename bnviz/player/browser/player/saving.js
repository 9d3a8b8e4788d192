// Saving: the picture of the frame drawn as a file.

/** @import { PlayerParts } from "types/parts" */
/** @import { Ground, Shown } from "./picture.js" */
/** @import { Place } from "./place.js" */
/** @import { FilmForm } from "./film/film_form.js" */

/** @typedef {() => Promise<{ FilmForm: typeof FilmForm }>} Films */

import { download } from "./download.js";
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
   * @param {() => (Shown & { name: string, other: string, linked: boolean }) | undefined} shown What is
   *   drawn, how its files are called, in what it is not what the page's settings say, and whether the
   *   page's address leads to it; nothing before the first frame.
   * @param {Pick<Place, "link">} place Knows the link to what is shown.
   * @param {Films} [films] Loads what makes films, where they can be made.
   */
  constructor(root, parts, shown, place, films) {
    this.root = root;
    this.parts = parts;
    this.shown = shown;
    this.place = place;
    this.films = films;
    parts.save.onclick = () => this.#open();
  }

  #open() {
    const { saves } = this.parts;
    if (!saves.firstChild) this.#build();
    this.#say("");
    this.film?.open();
    if (!saves.open) saves.showModal();
  }

  /** Stops what is being made. */
  close() {
    this.film?.stop();
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
    saves.append(explanation, buttons, this.outcome);
    if (this.films) {
      const film = document.createElement("div");
      saves.append(film);
      this.#offerFilms(this.films, film);
    }
    saves.append(this.#button("Close", () => saves.close()));
  }

  /**
   * @param {Films} films
   * @param {HTMLElement} place
   */
  async #offerFilms(films, place) {
    try {
      const { FilmForm } = await films();
      this.film = new FilmForm(this.root, place, this.shown);
      this.film.open();
      this.parts.saves.addEventListener("close", () => this.close());
    } catch {
      place.textContent = "What makes moving pictures could not be loaded.";
    }
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
    const shown = this.shown();
    try {
      await navigator.clipboard.writeText(link);
      this.#say(
        shown?.other
          ? "Copied: a link to the chosen settings, which are not those of the picture, at this step."
          : shown && !shown.linked
            ? "Copied: a link to this view and this step. It does not hold the recording: whoever follows it has to open the file first."
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
      const name = `${shown.name}-step-${shown.frames.value("step", shown.at)}.${format}`;
      download(file, name);
      this.#say(`Saved as ${name}.`);
    } catch (error) {
      this.#say(`It cannot be saved: ${error instanceof Error ? error.message : error}.`);
    }
  }
}
