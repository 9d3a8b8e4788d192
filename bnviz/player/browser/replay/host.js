// Host: responds to the player's requests from what a file holds, or a site without a server.
//
// Frames may still arrive. A request for those that have not is answered when they have.

/** @import { Choice, Header, Send, View } from "types/message" */
/** @import { Content } from "types/replay" */
/** @import { Arrival } from "./arrival.js" */

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

/** A player's request: bnviz/player/request.py. */
/** @typedef {{ run: string, from: number, detail: boolean, figure: string, view: View, ask: number }} Request */

export class Host {
  /**
   * @param {Content} content
   * @param {Arrival} arrival
   * @param {Receiver} player
   */
  constructor(content, arrival, player) {
    this.content = content;
    this.arrival = arrival;
    this.player = player;
    // What the viewer has unfolded, and whether it is shown to a class.
    /** @type {string[]} */
    this.opened = [];
    this.presented = false;
    this.asked = 0;
    // How many times other figures have taken the place of those before them.
    this.edition = 0;
    /**
     * What stands in place of the view, if anything.
     * @type {Content["missing"][string]}
     */
    this.missing = null;
    /**
     * The request that is not answered yet.
     * @type {Request | undefined}
     */
    this.wanted = undefined;
  }

  /**
   * Shows the first picture.
   * @param {View} view
   */
  open(view) {
    this.#respond({ view, from: 0, begin: this.content.header.begin });
  }

  /**
   * Goes on with the whole of a recording that the player shows the beginning of.
   * @param {Content} content
   * @param {Arrival} arrival With at least one frame.
   */
  replace(content, arrival) {
    this.content = content;
    this.arrival = arrival;
    this.#answer();
  }

  /**
   * Goes on with the same recording, of which more is known.
   * @param {Content} content
   */
  update(content) {
    if (content.table !== this.content.table) this.edition += 1;
    this.content = content;
    // A player that waits for nothing asks once it learns that there is more.
    if (this.wanted) this.#answer();
    else this.#respond({});
  }

  /** @param {Uint8Array} frames That have arrived. */
  grow(frames) {
    this.arrival.add(frames);
    this.#answer();
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
      this.wanted = value;
      this.asked = value.ask;
      this.#answer();
    }
  }

  /** Responds to the player's last request, if there is anything to respond. */
  #answer() {
    if (!this.wanted) return;
    const { run, from, detail, figure: held, view } = this.wanted;
    const { header } = this.content;
    // Frames of another form are replaced by these.
    const first = run === header.run && detail === header.detail ? from : 0;
    const lacks = first < header.available;
    if (lacks && first >= this.arrival.length && this.#figure(view).id === held) return;
    this.wanted = undefined;
    this.#respond({ view, held, from: first });
  }

  /**
   * The figure of a view, or of the nearest one that there is.
   * @param {View} view
   */
  #figure(view) {
    const { table, view: usual } = this.content;
    const known = { ...usual, ...view };
    if (!Object.hasOwn(table, known.name)) known.name = usual.name;
    const figure = figureOf(table, allowed(known, figureOf(table, known).choices ?? {}, usual));
    return this.edition ? { ...figure, id: `${this.edition} ${figure.id}` } : figure;
  }

  /**
   * @param {{ view?: View, held?: string, from?: number, begin?: number }} response With a view
   *   its figure is sent unless the player holds it, and with `from` the frames from there on.
   */
  #respond({ view, held, from, begin }) {
    const { header, missing } = this.content;
    const { schema, shown, ...rest } = header;
    /** @type {Header} */
    const response = {
      ...rest,
      ...(from === 0 ? { schema, shown } : {}),
      begin: begin ?? rest.begin,
      first: from ?? header.capacity,
      ask: this.asked,
      opened: this.opened,
      presented: this.presented,
      missing: this.missing,
    };
    if (view) {
      const figure = this.#figure(view);
      this.missing = missing[figure.view.name];
      response.missing = this.missing;
      if (figure.id !== held) response.figure = figure;
    }
    const bytes = from === undefined ? new Uint8Array() : this.arrival.from(from);
    /** @type {Send} */
    const send = (name, value) => {
      // A player asks before it is ready for the response.
      queueMicrotask(() => this.#receive(name, value));
    };
    this.player.receive(pack(response, bytes), send, () => {});
  }
}
