// Plotly: the drawing library, loaded once for all figures of the page.

const PLOTLY = new URL("./plotly-cartesian.min.js", import.meta.url);

let plotly;

export function loadPlotly() {
  plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = PLOTLY;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => reject(new Error("the drawing library could not be loaded"));
    document.head.append(script);
  });
  return plotly;
}
