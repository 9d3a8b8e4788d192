// Keep: the runs that the viewer's browser keeps across visits.

/** @import { KeepData } from "types/keep" */

import { mount } from "../bnviz.player/mount.js";
import { Keeper } from "./keeper.js";

/** Called by Streamlit for every message. */
export default mount(
  /** @returns {import("types/message").Component<KeepData>} */
  () => new Keeper(),
);
