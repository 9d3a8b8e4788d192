// Presenting: the player before a class, and the list of all keys.

/** @import { PlayerParts } from "types/parts" */

import { layoutName } from "./space.js";

// Height of a screen for which the sizes of a figure are made, and the factor on them there.
const HEIGHT = 720;
const FACTOR = 1.42;
/** @type {[keys: string, action: string][]} */
const KEYS = [
  ["Space, K", "play or pause"],
  ["← →", "previous, next frame; with Shift ten frames"],
  ["Home, End", "first frame, newest frame"],
  ["+ −", "faster, slower"],
  ["[ ]", "previous, next layer"],
  ["{ }", "previous, next view"],
  ["click in a curve", "go to that step"],
  ["S", "say what the picture shows"],
  ["P", "show it to a class"],
  ["?", "these keys"],
  ["Esc", "leave: the keys, or what is shown to a class"],
  ["Page Up, Page Down", "previous, next chapter of the lesson"],
  ["Ctrl + Enter", "train"],
];

export class Presenting {
  /**
   * @param {HTMLElement} root Of the player.
   * @param {Pick<PlayerParts, "present" | "help" | "keys">} parts
   * @param {(presented: boolean) => void} ask Called when the viewer begins or ends it.
   * @param {() => void} resize Called when the sizes of the figure have changed.
   */
  constructor(root, parts, ask, resize) {
    this.root = root;
    this.parts = parts;
    this.ask = ask;
    this.resize = resize;
    this.presented = false;
    parts.present.onclick = () => ask(!this.presented);
    parts.help.onclick = () => this.#list();
  }

  /** @param {boolean} presented */
  show(presented) {
    if (presented === this.presented) return;
    this.presented = presented;
    this.root.toggleAttribute("data-presented", presented);
    this.parts.present.textContent = presented ? "Leave" : "Present";
    this.resize();
  }

  /** Factor on the sizes of words and marks in the figure; a phone has room for 1 alone. */
  get scale() {
    const enlarged = this.presented && layoutName(window.innerWidth) === "wide";
    return enlarged ? Math.max(1, (FACTOR * window.innerHeight) / HEIGHT) : 1;
  }

  /**
   * Acts on a key.
   * @param {{ key: string }} event
   * @returns {boolean} Whether the key is one of these.
   */
  key({ key }) {
    if (key === "?") this.#list();
    else if (key === "p") this.ask(!this.presented);
    else if (key === "Escape" && this.presented) this.ask(false);
    else return false;
    return true;
  }

  /** Opens the list of the keys; Escape and a click close it. */
  #list() {
    const { keys } = this.parts;
    if (!keys.firstChild) {
      const close = document.createElement("button");
      close.type = "button";
      close.textContent = "Close";
      close.onclick = () => keys.close();
      const list = document.createElement("dl");
      for (const [name, action] of KEYS) {
        const [term, meaning] = [document.createElement("dt"), document.createElement("dd")];
        term.textContent = name;
        meaning.textContent = action;
        list.append(term, meaning);
      }
      keys.append(list, close);
    }
    if (!keys.open) keys.showModal();
  }
}
