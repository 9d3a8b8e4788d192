// Video: a film that the browser's own encoder compresses, as MP4 or as WebM.

/** @import { FilmEncoder, Mediabunny } from "types/film" */
/** @import { PaintedPicture } from "./painted_picture.js" */

import { SEEN } from "./film.js";

// Bits a second: lines of one pixel and small print stay sharp.
const BITRATE = 2_000_000;
// Slides and phones play the first; browsers without it have one of the others.
/** @type {["avc", "vp9", "vp8"]} */
const CODECS = ["avc", "vp9", "vp8"];

/**
 * @param {PaintedPicture} picture
 * @returns {Promise<FilmEncoder>}
 */
export async function video({ canvas }) {
  /** @type {Mediabunny} */
  const media = await import(new URL("./mediabunny.min.js", import.meta.url).href);
  const { width, height } = canvas;
  const codec = await media.getFirstEncodableVideoCodec(CODECS, {
    width,
    height,
    bitrate: BITRATE,
  });
  if (!codec) throw new Error("this browser encodes no video; it can make a GIF");
  const format = codec === "avc" ? new media.Mp4OutputFormat() : new media.WebMOutputFormat();
  const target = new media.BufferTarget();
  const output = new media.Output({ format, target });
  const source = new media.CanvasSource(canvas, { codec, bitrate: BITRATE });
  output.addVideoTrack(source, { frameRate: 1000 / SEEN });
  await output.start();
  let seconds = 0;
  return {
    async add(milliseconds) {
      await source.add(seconds, milliseconds / 1000);
      seconds += milliseconds / 1000;
    },
    async finish() {
      await output.finalize();
      return new Blob([target.buffer ?? new ArrayBuffer(0)], { type: format.mimeType });
    },
    cancel: () => output.cancel(),
  };
}
