// FilmForm: from which step to which a film is made, of what kind, and how far it is.

/** @import { Frames } from "../frames.js" */
/** @import { Shown } from "../picture.js" */
/** @import { BeginEncoder } from "./film.js" */

import { download } from "../download.js";
import { filmFrames, MAX_FRAMES, makeFilm, SEEN } from "./film.js";
import { gif } from "./gif.js";
import { video } from "./video.js";

const EXPLANATION =
  `The run as a moving picture in this view: every recorded step between the two, ` +
  `${1000 / SEEN} a second, or ${MAX_FRAMES} of them evenly chosen.`;
/** @type {[name: string, encoder: BeginEncoder][]} */
const KINDS = [
  ["GIF", gif],
  ["Video", video],
];

/** @typedef {Shown & { name: string }} Named */

/**
 * The name of a film's file, by the steps that it has.
 * @param {string} name
 * @param {Frames} frames
 * @param {number[]} indices
 * @param {string} type Of the file, such as "video/mp4".
 */
export function filmName(name, frames, indices, type) {
  const [from, to] = [0, -1].map((at) => frames.value("step", Number(indices.at(at))));
  return `${name}-steps-${from}-to-${to}.${type.split(/[/;]/)[1]}`;
}

/**
 * Whether as many frames as are made complete a quarter of all.
 * @param {number} made
 * @param {number} all
 */
export const isQuarter = (made, all) =>
  Math.floor((4 * made) / all) > Math.floor((4 * (made - 1)) / all);

export class FilmForm {
  /**
   * @param {HTMLElement} root Of the player.
   * @param {HTMLElement} place Where it stands.
   * @param {() => Named | undefined} shown What is drawn; nothing before the first frame.
   */
  constructor(root, place, shown) {
    this.root = root;
    this.shown = shown;
    /** @type {AbortController | undefined} */
    this.making = undefined;
    const explanation = document.createElement("p");
    explanation.textContent = EXPLANATION;
    this.from = stepField();
    this.to = stepField();
    this.progress = document.createElement("progress");
    this.progress.ariaLabel = "Frames made";
    this.progress.value = 0;
    this.ground = document.createElement("select");
    for (const name of ["white", "dark"]) this.ground.add(new Option(name, name));
    const fields = document.createElement("div");
    fields.className = "bnviz-files";
    fields.append(
      labelled("from step", this.from),
      labelled("to step", this.to),
      labelled("ground", this.ground),
    );
    this.buttons = KINDS.map(([name], at) => button(name, () => this.#make(at)));
    this.fields = [...this.buttons, this.from, this.to, this.ground];
    this.stopping = button("Stop", () => this.stop());
    this.stopping.disabled = true;
    fields.append(...this.buttons, this.stopping, this.progress);
    this.outcome = document.createElement("p");
    this.outcome.setAttribute("role", "status");
    place.append(explanation, fields, this.outcome);
  }

  /** Sets the steps to the ends of what is there, those that a viewer has chosen apart. */
  open() {
    const { frames } = this.shown() ?? {};
    const last = String(frames?.length ? frames.value("step", frames.length - 1) : 0);
    for (const field of [this.from, this.to]) field.max = last;
    this.to.defaultValue = last;
    this.outcome.textContent = "";
  }

  stop() {
    this.making?.abort();
  }

  /** @param {number} at Index in the list of kinds. */
  async #make(at) {
    const [kind, encoder] = KINDS[at];
    const shown = this.shown();
    if (!shown) return this.#say("The first picture is still to come.");
    const { frames, name } = shown;
    const [from, to] = [this.from.valueAsNumber, this.to.valueAsNumber];
    if (Number.isNaN(from) || Number.isNaN(to)) {
      const last = frames.value("step", frames.length - 1);
      return this.#say(`Both steps must be numbers from 0 to ${last}.`);
    }
    const indices = filmFrames(frames, from, to);
    if (indices.length < 2) {
      return this.#say("Fewer than two recorded steps lie between these.");
    }
    const { signal } = this.#begin();
    this.#say(`${kind}: begun.`);
    try {
      const ground = /** @type {"white" | "dark"} */ (this.ground.value);
      const film = { indices, ground, encoder };
      const progress = (/** @type {number} */ made) => this.#count(kind, made, indices.length);
      const file = await makeFilm(this.root, shown, film, progress, signal);
      const saved = filmName(name, frames, indices, file.type);
      download(file, saved);
      this.#say(`Saved as ${saved}, ${(file.size / 1e6).toFixed(1)} MB.`);
    } catch (error) {
      if (signal.aborted) this.#say("Stopped; nothing is saved.");
      else this.#say(`It cannot be made: ${error instanceof Error ? error.message : error}.`);
    } finally {
      this.#end(this.buttons[at]);
    }
  }

  #begin() {
    this.making = new AbortController();
    this.stopping.disabled = false;
    // A button that is disabled has no focus any more, and keys would lead out of the dialog.
    this.stopping.focus();
    for (const each of this.fields) each.disabled = true;
    return this.making;
  }

  /** @param {HTMLElement} begun The button that began it. */
  #end(begun) {
    for (const each of this.fields) each.disabled = false;
    if (document.activeElement === this.stopping) begun.focus();
    this.stopping.disabled = true;
    this.progress.value = 0;
  }

  /**
   * Shows how far it is; what is said is read aloud, and so only at each quarter.
   * @param {string} kind
   * @param {number} made
   * @param {number} all
   */
  #count(kind, made, all) {
    this.progress.value = made / all;
    if (isQuarter(made, all)) this.#say(`${kind}: ${made} of ${all} frames.`);
  }

  /** @param {string} text */
  #say(text) {
    this.outcome.textContent = text;
  }
}

function stepField() {
  const field = document.createElement("input");
  field.type = "number";
  field.min = "0";
  field.defaultValue = "0";
  return field;
}

/**
 * @param {string} text
 * @param {HTMLElement} field
 */
function labelled(text, field) {
  const label = document.createElement("label");
  label.append(`${text} `, field);
  return label;
}

/**
 * @param {string} text
 * @param {() => void} onClick
 */
function button(text, onClick) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.onclick = onClick;
  return made;
}
