// Plotly: the drawing library, loaded once for all figures of the page.

/** @import { Plotly } from "types/plotly" */

const PLOTLY = "./plotly-cartesian.min.js";

/** @type {Promise<Plotly> | undefined} */
let plotly;

/** Loads the library, unless it is there; each further call returns the same promise. */
export function loadPlotly() {
  plotly ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly);
    const failed = () => reject(new Error("the drawing library could not be loaded"));
    const script = document.createElement("script");
    script.src = new URL(PLOTLY, import.meta.url).href;
    script.onload = () => (window.Plotly ? resolve(window.Plotly) : failed());
    script.onerror = failed;
    document.head.append(script);
  });
  return plotly;
}
