// Film: the run between two steps as a moving picture, made in the browser.
//
// Plotly lays out the axes once; the moving traces are painted on them frame by frame, as on the page.

/** @import { FilmEncoder } from "types/film" */
/** @import { Frames } from "../frames.js" */
/** @import { Shown } from "../picture.js" */

import { loadPlotly } from "../plotly.js";
import { PaintedPicture } from "./painted_picture.js";

// Milliseconds for which a frame is seen, and the last one. GIF counts in hundredths of a second.
export const SEEN = 80;
export const REST = 2000;
// A film has at most so many frames, which are evenly chosen from those of the run.
export const MAX_FRAMES = 125;

/** @typedef {(picture: PaintedPicture, indices: number[]) => Promise<FilmEncoder>} BeginEncoder */

/**
 * The frames of a film: all between two steps, or as many of them as it may have.
 * @param {Frames} frames
 * @param {number} from First step.
 * @param {number} to Last step.
 * @returns {number[]} Their indices.
 */
export function filmFrames(frames, from, to) {
  const all = Array.from({ length: frames.length }, (_, at) => at).filter((at) => {
    const step = frames.value("step", at);
    return from <= step && step <= to;
  });
  if (all.length <= MAX_FRAMES) return all;
  const apart = (all.length - 1) / (MAX_FRAMES - 1);
  return Array.from({ length: MAX_FRAMES }, (_, i) => all[Math.round(i * apart)]);
}

/**
 * Makes a film; other work of the page goes on between its frames.
 * @param {HTMLElement} root Of the player.
 * @param {Shown} shown
 * @param {object} film
 * @param {number[]} film.indices Of its frames.
 * @param {"white" | "dark"} film.ground
 * @param {BeginEncoder} film.encoder
 * @param {(made: number) => void} progress Told how many frames are made.
 * @param {AbortSignal} signal Ends it early, with an error.
 * @returns {Promise<Blob>}
 */
export async function makeFilm(root, shown, { indices, ground, encoder }, progress, signal) {
  const picture = await PaintedPicture.begin(await loadPlotly(), root, shown, ground);
  /** @type {FilmEncoder | undefined} */
  let encoded;
  try {
    signal.throwIfAborted();
    encoded = await encoder(picture, indices);
    let made = 0;
    for (const at of indices) {
      signal.throwIfAborted();
      picture.paint(at);
      await encoded.add(++made < indices.length ? SEEN : REST);
      progress(made);
      await new Promise((resolve) => setTimeout(resolve));
    }
    const file = await encoded.finish();
    signal.throwIfAborted();
    return file;
  } catch (error) {
    await encoded?.cancel();
    throw error;
  } finally {
    picture.close();
  }
}
