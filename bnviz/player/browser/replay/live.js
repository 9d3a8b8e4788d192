// Live: a recording that grows, in a cell of a notebook. The kernel is busy with the training and
// answers nothing, so it sends all that there is, and what the player asks for is answered from that.

/** @import { Header } from "types/message" */
/** @import { Content, News } from "types/replay" */

import { Player } from "../player/player.js";
import { loadPlotly } from "../player/plotly.js";
import { buildSkeleton } from "../player/skeleton.js";
import { Arrival } from "./arrival.js";
import { Host } from "./host.js";
import { held, sayFailed } from "./page.js";
import { followSurroundings } from "./surroundings.js";
import { inflated, run, textOf } from "./unpacking.js";

/** What this page says once it listens. */
const READY = "bnviz is ready";

/** @param {DataView} view */
const bytesOf = ({ buffer, byteOffset, byteLength }) =>
  new Uint8Array(/** @type {ArrayBuffer} */ (buffer), byteOffset, byteLength);

class Live {
  constructor() {
    /** @type {Header | undefined} */
    this.header = undefined;
    /** @type {Omit<Content, "header"> | undefined} */
    this.figures = undefined;
    /** @type {Player | undefined} */
    this.player = undefined;
    /** @type {Host | undefined} */
    this.host = undefined;
  }

  /** @param {News} news */
  async receive({ header, figures, film }) {
    if (header) this.header = JSON.parse(header);
    if (figures?.byteLength) this.figures = JSON.parse(textOf(await inflated(bytesOf(figures))));
    const content = this.#content();
    if (content && this.#run === content.header.run) this.host?.update(content);
    if (content && film?.frames?.byteLength && film.run === content.header.run) {
      this.#grow(content, film.first, bytesOf(film.frames));
    }
  }

  /** What is known of the newest run; nothing while a part is missing. */
  #content() {
    const { header, figures } = this;
    return header && header.run === figures?.run ? { ...figures, header } : undefined;
  }

  /** The run that is shown. */
  get #run() {
    return this.host?.content.header.run;
  }

  /**
   * @param {Content} content
   * @param {number} first Index of the first one.
   * @param {Uint8Array} frames Of the same run.
   */
  #grow(content, first, frames) {
    const held = this.#run === content.header.run ? this.host?.arrival : undefined;
    const { length, size } = held ?? { length: 0, size: 0 };
    // Frames between may have been sent before this page listened; all are sent again now and then.
    if (first > length) return;
    if (held) this.host?.grow(frames.subarray((length - first) * size));
    else this.#show(content, frames);
  }

  /**
   * Shows another run from its first frame on, in the view that its viewer has chosen.
   * @param {Content} content
   * @param {Uint8Array} frames
   */
  #show(content, frames) {
    const view = this.player?.view ?? content.view;
    this.player?.close();
    const root = buildSkeleton();
    document.querySelector("main")?.replaceChildren(root);
    this.player = new Player(root, { notes: false });
    this.host = new Host(content, new Arrival(content.header, frames), this.player);
    this.host.open(view);
  }
}

async function begin() {
  followSurroundings();
  try {
    await loadPlotly(async () => run(await held("plotly")));
  } catch (error) {
    sayFailed(error);
    return;
  }
  const live = new Live();
  // One after the other: unpacking takes a while.
  let last = Promise.resolve();
  window.addEventListener("message", ({ source, data }) => {
    if (source !== window.parent) return;
    last = last.then(() => live.receive(data)).catch(sayFailed);
  });
  window.parent.postMessage(READY, "*");
}

begin();
