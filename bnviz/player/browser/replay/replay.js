// Replay: a recording in one file, which the player plays without a server.

/** @import { View } from "types/message" */
/** @import { Content } from "types/replay" */

import { Player } from "../player/player.js";
import { buildSkeleton } from "../player/skeleton.js";
import { addressOf, placeOf } from "./address.js";
import { Host } from "./host.js";
import { begin, held } from "./page.js";
import { framesOf } from "./unpacking.js";

// Milliseconds between two looks at what the address is to say.
const ADDRESS = 500;

/**
 * Writes view and step into the address, so that a copied link leads to them.
 * @param {Player} player
 * @param {View} usual The view at first.
 */
function keepAddress(player, usual) {
  setInterval(() => {
    const step = player.transport.playing ? undefined : player.root.dataset.step;
    const address = addressOf(player.view ?? usual, usual, step);
    if (address === location.hash) return;
    try {
      history.replaceState(null, "", address);
    } catch {
      // A frame of another page may not.
    }
  }, ADDRESS);
}

/** @param {Content} content */
async function play(content) {
  const frames = framesOf(await held("frames"), content.header);
  const root = buildSkeleton();
  document.querySelector("main")?.replaceChildren(root);
  const player = new Player(root, { notes: false });
  const host = new Host(content, frames, player);
  const { view, step } = placeOf(location.hash, content.view);
  host.open(view, step);
  // A step in the address is what is to be looked at.
  if (step !== undefined) player.transport.step(0);
  window.addEventListener("hashchange", () => {
    const place = placeOf(location.hash, content.view);
    player.choose(place.view);
    if (place.step !== undefined) player.transport.seek(host.indexAt(place.step));
  });
  keepAddress(player, content.view);
}

begin(play);
