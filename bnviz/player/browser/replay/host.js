// Host: responds to the player's requests from what a file holds.

/** @import { Choice, Header, Send, View } from "types/message" */
/** @import { Content } from "types/replay" */

import { pack } from "../player/message.js";
import { figureOf } from "./figures.js";

/** What a host needs of a player. */
/** @typedef {{ receive: (message: Uint8Array, send: Send, trigger: Send) => void }} Receiver */

/**
 * A view without what its choices do not offer, as an address may ask for.
 * @param {View} view
 * @param {Record<string, Choice>} choices
 * @param {View} usual
 * @returns {View}
 */
function allowed(view, choices, usual) {
  const corrected = { ...view };
  for (const [name, { options, low = 0, high = 0 }] of Object.entries(choices)) {
    if (!options) corrected[name] = Math.min(Math.max(Number(view[name]), low), high);
    else if (!Object.hasOwn(options, view[name])) corrected[name] = usual[name];
  }
  return corrected;
}

export class Host {
  /**
   * @param {Content} content
   * @param {Uint8Array} frames
   * @param {Receiver} player
   */
  constructor(content, frames, player) {
    this.content = content;
    this.frames = frames;
    this.player = player;
    // What the viewer has unfolded, and whether it is shown to a class.
    /** @type {string[]} */
    this.opened = [];
    this.presented = false;
    this.asked = 0;
  }

  /**
   * Shows the first picture.
   * @param {View} view
   * @param {number} [step]
   */
  open(view, step) {
    const begin = step === undefined ? this.content.header.begin : this.indexAt(step);
    this.#respond({ view, first: 0, begin });
  }

  /**
   * Index of the last frame at or before a step.
   * @param {number} step
   */
  indexAt(step) {
    return Math.max(
      0,
      this.content.steps.findLastIndex((each) => each <= step),
    );
  }

  /**
   * @param {string} name
   * @param {any} value
   */
  #receive(name, value) {
    if (name === "open") this.opened = value;
    else if (name === "present") {
      this.presented = value;
      this.#respond({});
    } else if (name === "want") {
      this.asked = value.ask;
      this.#respond({ view: value.view, held: value.figure });
    }
  }

  /**
   * @param {{ view?: View, held?: string, first?: number, begin?: number }} response With a view
   *   its figure is sent unless the player holds it, and from `first` on all frames.
   */
  #respond({ view, held, first, begin }) {
    const { header, table, missing, view: usual } = this.content;
    const { schema, shown, ...rest } = header;
    /** @type {Header} */
    const response = {
      ...rest,
      ...(first === undefined ? {} : { schema, shown }),
      begin: begin ?? rest.begin,
      first: first ?? header.capacity,
      ask: this.asked,
      opened: this.opened,
      presented: this.presented,
      missing: null,
    };
    if (view) {
      let known = { ...usual, ...view };
      if (!Object.hasOwn(table, known.name)) known.name = usual.name;
      known = allowed(known, figureOf(table, known).choices ?? {}, usual);
      const figure = figureOf(table, known);
      response.missing = missing[known.name];
      if (figure.id !== held) response.figure = figure;
      this.missing = response.missing;
    } else response.missing = this.missing ?? null;
    const bytes = first === undefined ? new Uint8Array() : this.frames;
    /** @type {Send} */
    const send = (name, value) => {
      // A player asks before it is ready for the response.
      queueMicrotask(() => this.#receive(name, value));
    };
    this.player.receive(pack(response, bytes), send, () => {});
  }
}
