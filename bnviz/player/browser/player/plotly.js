// Plotly: the drawing library, loaded once for all figures of the page.

/** @import { Plotly } from "types/plotly" */

const PLOTLY = "./plotly-scatter-heatmap.min.js";

/** @type {Promise<Plotly> | undefined} */
let plotly;

/** Runs the file beside this script. */
const fetched = () =>
  new Promise((resolve) => {
    const script = document.createElement("script");
    script.src = new URL(PLOTLY, import.meta.url).href;
    script.onload = script.onerror = resolve;
    document.head.append(script);
  });

/**
 * Loads the library, unless it is there; each further call returns the same promise.
 * @param {() => Promise<unknown>} [load] Runs its script, in the first call.
 */
export function loadPlotly(load = fetched) {
  plotly ??= load().then(() => {
    if (!window.Plotly) throw new Error("the drawing library could not be loaded");
    return window.Plotly;
  });
  return plotly;
}
