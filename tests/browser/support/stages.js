// Prints the maps of Inside that the player draws of a frame: node stages.js FILE, where the file
// has the `schema` and the bytes of the `frame`, the `constants`, and the `maps` of each figure.

import { readFileSync } from "node:fs";
import { Frames } from "../../../bnviz/player/browser/player/frames.js";
import { stagesOfMap, valuesOf } from "../../../bnviz/player/browser/player/maps.js";

const { schema, frame, constants, maps } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const frames = new Frames(schema, 1);
frames.extend(0, Uint8Array.from(Buffer.from(frame, "base64")));
const drawn = maps.map((each) =>
  each.arms.map((arm) => {
    const values = valuesOf(each, arm.name, each.channel, frames, 0, constants);
    return values && stagesOfMap(arm, values, frames, 0, constants);
  }),
);
process.stdout.write(JSON.stringify(drawn));
