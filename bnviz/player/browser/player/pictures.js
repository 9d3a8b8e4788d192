// Pictures: validation examples drawn in the ink of the page, whatever its theme.

/** @import { Shown } from "types/message" */

import { context2d, newCanvas } from "./canvas.js";

// Pixels that the longer side of an image has at least, so that a browser need not enlarge it.
const LEAST = 96;
const SVG = "http://www.w3.org/2000/svg";

/**
 * The pixels of an image, each `times` as wide and high: ink whose opacity is the shade, or colours.
 * @param {Uint8Array} pixels
 * @param {[height: number, width: number, channels: number]} shape
 * @param {number} times
 */
export function enlarged(pixels, [height, width, channels], times) {
  const out = new Uint8ClampedArray(4 * height * width * times * times);
  for (let row = 0; row < height * times; row++) {
    for (let column = 0; column < width * times; column++) {
      const from = Math.floor(row / times) * width + Math.floor(column / times);
      const to = 4 * (row * width * times + column);
      if (channels === 1) out[to + 3] = pixels[from];
      else {
        out.set(pixels.subarray(3 * from, 3 * from + 3), to);
        out[to + 3] = 255;
      }
    }
  }
  return out;
}

/**
 * Pictures of all examples, to be put on the page once each.
 * @param {Shown} shown
 * @returns {HTMLElement[]}
 */
export function examplePictures(shown) {
  if (shown.kind === "image") return images(shown);
  const draw = shown.kind === "point" ? point : bars;
  return shown.places.map((places, i) => framed(draw(places, shown.labels[i])));
}

/**
 * The first examples of the probe in place of validation examples; null if they are not images.
 * @param {Shown} shown
 * @returns {Shown | null}
 */
export function probeOf(shown) {
  const { kind, probe_labels: labels = [], probe_pixels: pixels = "" } = shown;
  return kind === "image" && labels.length ? { ...shown, labels, pixels } : null;
}

/** @param {Shown} shown */
function images({ labels, shape, pixels }) {
  const [height, width, channels] = /** @type {[number, number, number]} */ (shape);
  const all = Uint8Array.from(atob(pixels), (byte) => byte.charCodeAt(0));
  const size = height * width * channels;
  const times = Math.max(1, Math.ceil(LEAST / Math.max(height, width)));
  return labels.map((_, i) => {
    const canvas = newCanvas(width * times, height * times);
    const context = context2d(canvas);
    const data = context.createImageData(canvas.width, canvas.height);
    data.data.set(
      enlarged(all.subarray(i * size, (i + 1) * size), [height, width, channels], times),
    );
    context.putImageData(data, 0, 0);
    const image = document.createElement("span");
    const url = `url(${canvas.toDataURL()})`;
    // The ink of the page seen through the shades, so that it follows the theme by itself.
    if (channels === 1) {
      image.className = "bnviz-ink";
      image.style.setProperty("mask-image", url);
    } else {
      image.className = "bnviz-coloured";
      image.style.backgroundImage = url;
    }
    return framed(image);
  });
}

/** @param {Element} picture */
function framed(picture) {
  const frame = document.createElement("span");
  frame.className = "bnviz-picture";
  frame.append(picture);
  return frame;
}

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 */
function shape(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  return node;
}

/** @param {Element[]} parts */
function drawing(...parts) {
  const svg = shape("svg", { viewBox: "-1.15 -1.15 2.3 2.3" });
  svg.append(...parts);
  return svg;
}

/**
 * A point at its place in the plane: a ring for the first class, else a dot.
 * @param {number[]} place
 * @param {number} label
 */
function point([x, y], label) {
  const axes = shape("path", { d: "M-1.15 0H1.15M0-1.15V1.15", class: "bnviz-zero" });
  const kind = label ? "bnviz-bar" : "bnviz-ring";
  return drawing(axes, shape("circle", { cx: x, cy: -y, r: 0.2, class: kind }));
}

/**
 * Bars from the mean, upwards for more.
 * @param {number[]} places
 */
function bars(places) {
  const width = 2.1 / places.length;
  const all = places.map((place, i) =>
    shape("rect", {
      x: -1.05 + (i + 0.15) * width,
      y: -Math.max(0, place),
      width: 0.7 * width,
      height: Math.max(0.03, Math.abs(place)),
      class: "bnviz-bar",
    }),
  );
  return drawing(shape("path", { d: "M-1.15 0H1.15", class: "bnviz-zero" }), ...all);
}
