// Plotly: the drawing library, loaded once for all figures of the page.

/** @import { Plotly } from "types/plotly" */

const PLOTLY = new URL("./plotly-cartesian.min.js", import.meta.url).href;

/** @type {Promise<Plotly> | undefined} */
let plotly;

/** Loads the library; each further call returns the same promise. */
export function loadPlotly() {
  plotly ??= new Promise((resolve, reject) => {
    const failed = () => reject(new Error("the drawing library could not be loaded"));
    const script = document.createElement("script");
    script.src = PLOTLY;
    script.onload = () => (window.Plotly ? resolve(window.Plotly) : failed());
    script.onerror = failed;
    document.head.append(script);
  });
  return plotly;
}
