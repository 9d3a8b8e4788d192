// Verdict: what the numbers of the run say, in one line and, unfolded, in full.

/** @import { Header } from "types/message" */
/** @import { PlayerParts } from "types/parts" */

import { unbroken } from "./scales.js";

export class Verdict {
  /** @param {Pick<PlayerParts, "headline" | "about" | "says">} parts */
  constructor(parts) {
    this.parts = parts;
    this.shown = "";
  }

  /**
   * @param {Pick<Header, "headline" | "verdict">} header On the frames so far.
   * @param {boolean} complete Whether those are all frames of the run.
   */
  show({ headline, verdict }, complete) {
    const shown = JSON.stringify([headline, verdict, complete]);
    if (shown === this.shown) return;
    this.shown = shown;
    const { parts } = this;
    const words = document.createElement("span");
    words.append(
      ...headline.map((text, i) => {
        // Every second part is to be stressed.
        const part = document.createElement(i % 2 ? "strong" : "span");
        part.textContent = unbroken(text);
        return part;
      }),
    );
    parts.headline.replaceChildren(words);
    parts.about.textContent = complete
      ? "What the numbers of the whole run say"
      : "What the numbers say so far";
    parts.says.textContent = verdict.join(" ");
  }
}
