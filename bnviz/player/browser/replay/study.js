// Study: a phase map, or the curves over many seeds, in one file.

import { begin } from "./page.js";
import { showStudy } from "./studies.js";

begin(showStudy);
