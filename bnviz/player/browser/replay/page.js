// Page: what all pages that draw a recording or a study begin with.

import { loadPlotly } from "../player/plotly.js";
import { bytesOf, run, textOf } from "./unpacking.js";

/**
 * The bytes that the page holds in an element.
 * @param {string} name
 */
export const held = (name) => bytesOf(document.getElementById(name)?.textContent ?? "");

/**
 * Lets the viewer choose between light and dark, and begins to draw once all is unpacked.
 * @param {(content: any) => void | Promise<void>} draw
 */
export async function begin(draw) {
  offerSchemes();
  try {
    // What is drawn is prepared while the browser reads the library.
    const library = loadPlotly(async () => run(await held("plotly")));
    await Promise.all([library, held("content").then(textOf).then(JSON.parse).then(draw)]);
  } catch (error) {
    sayFailed(error);
  }
}

/**
 * Says why nothing can be drawn.
 * @param {unknown} error
 */
export function sayFailed(error) {
  const line = document.querySelector('[data-replay="waiting"], [data-part="status"]');
  const reason = error instanceof Error ? error.message : error;
  if (line) line.textContent = `This cannot be shown here: ${reason}.`;
}

/** @param {(scheme: string) => void} [keep] Called with the viewer's choice. */
export function offerSchemes(keep = () => {}) {
  /** @type {HTMLElement | null} */
  const button = document.querySelector('[data-replay="scheme"]');
  if (!button) return;
  button.onclick = () => {
    const { dataset } = document.documentElement;
    const dark = dataset.scheme
      ? dataset.scheme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    dataset.scheme = dark ? "light" : "dark";
    keep(dataset.scheme);
  };
}
