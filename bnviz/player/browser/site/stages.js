// Stages: the recorded runs on the pages of a site.
//
// A page holds how its run begins, so that there is a picture at once. All figures and frames are files
// of their own, which several pages may share.

/** @import { Content, SitePicture } from "types/replay" */

import { Player } from "../player/player.js";
import { loadPlotly } from "../player/plotly.js";
import { buildSkeleton } from "../player/skeleton.js";
import { Arrival } from "../replay/arrival.js";
import { Host } from "../replay/host.js";
import { held } from "../replay/page.js";
import { framesOf, textOf } from "../replay/unpacking.js";
import { loaded } from "./files.js";
import { onceAnswered } from "./questions.js";

/** Puts a player in place of what the page says meanwhile. */
function newPlayer() {
  const root = buildSkeleton();
  document.querySelector('[data-replay="waiting"]')?.replaceWith(root);
  return new Player(root, { notes: false });
}

/**
 * A host for how the page's run begins.
 * @param {SitePicture} picture
 * @param {Player} player
 */
async function beginning({ opening }, player) {
  const { header } = opening;
  const count = { ...header, capacity: opening.count };
  const frames = framesOf(await held("frames"), count);
  return new Host(opening, new Arrival(header, frames), player);
}

/**
 * Loads a recording.
 * @param {SitePicture} picture
 * @param {(content: Content, arrival: Arrival) => void} begin Called when its first frames are there.
 * @param {(frames: Uint8Array) => void} grow Called with each of the others.
 */
async function load({ run, view, header }, begin, grow) {
  // The drawing library comes first: nothing is seen without it.
  await loadPlotly();
  /** @type {Content} */
  const content = JSON.parse(textOf(await loaded(`${run.folder}content`)));
  const whole = { ...content, view, header: { ...content.header, ...header } };
  const arrival = new Arrival(whole.header);
  for (const [index, capacity] of run.parts.entries()) {
    const rows = await loaded(`${run.folder}${index}`);
    const frames = framesOf(rows, { ...whole.header, capacity });
    if (index === 0) {
      arrival.add(frames);
      begin(whole, arrival);
    } else grow(frames);
  }
}

/**
 * The page of an experiment: its run plays at once.
 * @param {SitePicture} picture
 */
export async function showExperiment(picture) {
  const player = newPlayer();
  const host = await beginning(picture, player);
  host.open(picture.view);
  await load(
    picture,
    (content, arrival) => host.replace(content, arrival),
    (frames) => host.grow(frames),
  );
}

/**
 * The page of a chapter: its run begins, and goes on once its question is answered.
 * @param {SitePicture} picture
 */
export async function showChapter(picture) {
  const player = newPlayer();
  const start = await beginning(picture, player);
  start.open(start.content.view);
  /** @type {Host | undefined} */
  let host;
  let answered = false;
  const goOn = () => {
    if (!host || !answered) return;
    host.open(picture.view);
  };
  onceAnswered(() => {
    answered = true;
    document.body.removeAttribute("data-unanswered");
    goOn();
  });
  await load(
    picture,
    (content, arrival) => {
      host = new Host(content, arrival, player);
      goOn();
    },
    (frames) => host?.grow(frames),
  );
}
