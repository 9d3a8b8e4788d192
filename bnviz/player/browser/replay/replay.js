// Replay: a recording in one file, which the player plays without a server.

/** @import { Content } from "types/replay" */

import { Player } from "../player/player.js";
import { buildSkeleton } from "../player/skeleton.js";
import { Arrival } from "./arrival.js";
import { Host } from "./host.js";
import { begin, held } from "./page.js";
import { followSurroundings } from "./surroundings.js";
import { framesOf } from "./unpacking.js";

/** @param {Content} content */
async function play(content) {
  const frames = framesOf(await held("frames"), content.header);
  const root = buildSkeleton();
  document.querySelector("main")?.replaceChildren(root);
  const player = new Player(root, { notes: false });
  const host = new Host(content, new Arrival(content.header, frames), player);
  host.open(content.view);
}

if ("notebook" in document.documentElement.dataset) followSurroundings();
begin(play);
