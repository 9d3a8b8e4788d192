// Canvas: what all that draws on a canvas needs.

/**
 * A canvas that is not on the page.
 * @param {number} width In pixels.
 * @param {number} height In pixels.
 */
export function newCanvas(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

/**
 * The drawing context of a canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [options]
 */
export function context2d(canvas, options) {
  const context = canvas.getContext("2d", options);
  if (!context) throw new Error("the browser provides no canvas");
  return context;
}
