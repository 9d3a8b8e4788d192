// Replay: a recording in one file, which the player plays without a server.

/** @import { Content } from "types/replay" */

import { Player } from "../player/player.js";
import { buildSkeleton } from "../player/skeleton.js";
import { followAddress, keepAddress, placeOf } from "./address.js";
import { Arrival } from "./arrival.js";
import { Host } from "./host.js";
import { begin, held } from "./page.js";
import { framesOf } from "./unpacking.js";

/** @param {Content} content */
async function play(content) {
  const frames = framesOf(await held("frames"), content.header);
  const root = buildSkeleton();
  document.querySelector("main")?.replaceChildren(root);
  const player = new Player(root, { notes: false });
  const host = new Host(content, new Arrival(content.header, frames), player);
  const { view, step } = placeOf(location.hash, content.view);
  host.open(view, step);
  // A step in the address is what is to be looked at.
  if (step !== undefined) player.transport.step(0);
  followAddress(player, host, content.view);
  keepAddress(player, content.view);
}

begin(play);
