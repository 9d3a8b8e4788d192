// Gif: a film that plays everywhere, of 255 colours.

/** @import { FilmEncoder, Gifenc } from "types/film" */
/** @import { PaintedPicture } from "./painted_picture.js" */

// A palette's last colour stands for what a frame leaves as it was.
const COLOURS = 255;
const SAME = COLOURS;
// Of the pictures from which the colours are chosen, every so many pixels count.
const APART = 3;

/**
 * @param {PaintedPicture} picture
 * @param {number[]} indices Of the frames.
 * @returns {Promise<FilmEncoder>}
 */
export async function gif(picture, indices) {
  /** @type {Gifenc} */
  const { GIFEncoder, nearestColorIndex, quantize } = await import(
    new URL("./gifenc.min.js", import.meta.url).href
  );
  const { width, height } = picture.canvas;
  const pixels = () => picture.context.getImageData(0, 0, width, height).data;
  const samples = [0, 0.5, 1].map((share) => {
    picture.paint(indices[Math.round(share * (indices.length - 1))]);
    return new Uint32Array(pixels().buffer).filter((_, i) => i % APART === 0);
  });
  const joined = new Uint32Array(samples.flatMap((each) => [...each]));
  const colours = quantize(new Uint8Array(joined.buffer), COLOURS);
  const palette = Array.from({ length: COLOURS + 1 }, (_, i) => colours[i] ?? [0, 0, 0]);
  const nearest = nearestOf((pixel) => nearestColorIndex(colours, pixel));
  const file = GIFEncoder();
  /** @type {Uint32Array | undefined} */
  let before;
  return {
    async add(milliseconds) {
      const now = new Uint32Array(pixels().buffer);
      file.writeFrame(changes(before, now, nearest), width, height, {
        palette: before ? undefined : palette,
        transparent: before !== undefined,
        transparentIndex: SAME,
        // What was drawn before stays.
        dispose: 1,
        delay: milliseconds,
      });
      before = now;
    },
    async finish() {
      file.finish();
      const bytes = /** @type {Uint8Array<ArrayBuffer>} */ (file.bytes());
      return new Blob([bytes], { type: "image/gif" });
    },
    async cancel() {},
  };
}

/**
 * A frame by the places of its colours in the palette, without what is as before.
 * @param {Uint32Array | undefined} before
 * @param {Uint32Array} now Both with a pixel in each number.
 * @param {(pixel: number) => number} nearest The place of a colour.
 */
export function changes(before, now, nearest) {
  const places = new Uint8Array(now.length);
  for (let i = 0; i < now.length; i++) {
    places[i] = before && before[i] === now[i] ? SAME : nearest(now[i]);
  }
  return places;
}

/**
 * Remembers the nearest colours: a film has few.
 * @param {(pixel: [red: number, green: number, blue: number]) => number} find
 */
function nearestOf(find) {
  /** @type {Map<number, number>} */
  const places = new Map();
  return (/** @type {number} */ pixel) => {
    const known = places.get(pixel);
    if (known !== undefined) return known;
    const place = find([pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255]);
    places.set(pixel, place);
    return place;
  };
}
