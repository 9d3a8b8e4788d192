// Site: what a page of the site without a server does once it is there.

import { showAxes } from "../axes/axes.js";
import { held, offerSchemes, sayFailed } from "../replay/page.js";
import { showStudy } from "../replay/studies.js";
import { textOf } from "../replay/unpacking.js";
import { explainTerms } from "../terms/terms.js";
import { keep } from "./memory.js";
import { askAll } from "./questions.js";
import { showChapter, showExperiment } from "./stages.js";

/** @type {Record<string, (data: any) => void | Promise<void>>} */
const PICTURES = { chapter: showChapter, experiment: showExperiment, study: showStudy };

/** Makes the list of all chapters open them. */
function offerPlaces() {
  /** @type {HTMLSelectElement | null} */
  const list = document.querySelector(".site-way select");
  if (!list) return;
  list.onchange = () => {
    location.href = list.value;
  };
}

/** Draws the picture of axes where the page has a place for it. */
async function offerAxes() {
  /** @type {HTMLElement | null} */
  const place = document.querySelector('[data-replay="axes"]');
  if (place) showAxes(place, JSON.parse(textOf(await held("axes"))));
}

async function begin() {
  offerSchemes((scheme) => keep("scheme", scheme));
  explainTerms();
  askAll();
  offerPlaces();
  const kind = document.body.dataset.picture;
  if (!kind) return;
  try {
    await offerAxes();
    await PICTURES[kind](JSON.parse(textOf(await held("data"))));
  } catch (error) {
    sayFailed(error);
  }
}

begin();
