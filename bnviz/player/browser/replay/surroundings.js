// Surroundings: a picture in a cell of a notebook stands on the ground of the page around it, light or
// dark. Each front end has a name of its own for that; the colours that are seen are the same for all.

import { context2d, newCanvas } from "../player/canvas.js";

// Milliseconds between two looks: a theme arrives some time after the page has said its name.
const INTERVAL = 1000;
// Grounds that are lighter are light, from 0 to 255.
const MIDDLE = 128;

/**
 * Red, green, blue and opacity of a colour, from 0 to 255.
 * @param {string} colour As the browser computes it, in any of its notations.
 */
function channelsOf(colour) {
  const context = context2d(newCanvas(1, 1));
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data];
}

/**
 * The colour behind an element; undefined where nothing is painted there.
 * @param {Element | null} element
 * @returns {string | undefined}
 */
export function groundOf(element) {
  for (let each = element; each; ) {
    const colour = getComputedStyle(each).backgroundColor;
    if (channelsOf(colour)[3] === 255) return colour;
    const root = each.getRootNode();
    each = each.parentElement ?? ("host" in root ? /** @type {ShadowRoot} */ (root).host : null);
  }
  return undefined;
}

/** @param {string} colour As the browser computes it. */
export function isDark(colour) {
  const [red, green, blue] = channelsOf(colour);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < MIDDLE;
}

/** Gives this page the ground of the one around it, and follows its changes. */
export function followSurroundings() {
  // A page from elsewhere does not tell.
  const frame = window.frameElement;
  if (!frame) return;
  const { dataset, style } = document.documentElement;
  const follow = () => {
    const ground = groundOf(frame.parentElement);
    if (!ground || ground === style.getPropertyValue("--st-background-color")) return;
    style.setProperty("--st-background-color", ground);
    dataset.scheme = isDark(ground) ? "dark" : "light";
  };
  follow();
  setInterval(follow, INTERVAL);
}
