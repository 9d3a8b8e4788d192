// FilmForm: from which step to which a film is made, of what kind, and how far it is.

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
    this.ground = document.createElement("select");
    for (const name of ["white", "dark"]) this.ground.add(new Option(name, name));
    const fields = document.createElement("div");
    fields.className = "bnviz-files";
    fields.append(
      labelled("from step", this.from),
      labelled("to step", this.to),
      labelled("ground", this.ground),
    );
    this.buttons = KINDS.map(([name, encoder]) => button(name, () => this.#make(name, encoder)));
    this.stopping = button("Stop", () => this.stop());
    this.stopping.disabled = true;
    fields.append(...this.buttons, this.stopping);
    this.outcome = document.createElement("p");
    this.outcome.setAttribute("role", "status");
    place.append(explanation, fields, this.outcome);
  }

  /** Sets both steps to the ends of what is there. */
  open() {
    const { frames } = this.shown() ?? {};
    const last = frames?.length ? frames.value("step", frames.length - 1) : 0;
    for (const field of [this.from, this.to]) field.max = String(last);
    this.from.value = "0";
    this.to.value = String(last);
    this.outcome.textContent = "";
  }

  stop() {
    this.making?.abort();
  }

  /**
   * @param {string} kind
   * @param {BeginEncoder} encoder
   */
  async #make(kind, encoder) {
    const shown = this.shown();
    const [from, to] = [this.from.valueAsNumber, this.to.valueAsNumber];
    const indices = shown ? filmFrames(shown.frames, from, to) : [];
    if (!shown || indices.length < 2) {
      this.#say("Fewer than two recorded steps lie between these.");
      return;
    }
    this.making = new AbortController();
    this.#follow(true);
    this.#say(`${kind}: begun.`);
    try {
      const ground = /** @type {"white" | "dark"} */ (this.ground.value);
      const film = { indices, ground, encoder };
      const progress = (/** @type {number} */ made) =>
        this.#say(`${kind}: ${made} of ${indices.length} frames.`);
      const file = await makeFilm(this.root, shown, film, progress, this.making.signal);
      const name = `${shown.name}-steps-${from}-to-${to}.${file.type.split(/[/;]/)[1]}`;
      download(file, name);
      this.#say(`Saved as ${name}, ${(file.size / 1e6).toFixed(1)} MB.`);
    } catch (error) {
      if (this.making.signal.aborted) this.#say("Stopped; nothing is saved.");
      else this.#say(`It cannot be made: ${error instanceof Error ? error.message : error}.`);
    } finally {
      this.#follow(false);
    }
  }

  /** @param {boolean} making */
  #follow(making) {
    for (const each of [...this.buttons, this.from, this.to, this.ground]) each.disabled = making;
    this.stopping.disabled = !making;
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
