// Unpacking: what a file holds as text in base64, compressed by zlib.

/**
 * The bytes of a compressed text in base64.
 * @param {string} text
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function bytesOf(text) {
  const signs = atob(text.trim());
  const packed = new Uint8Array(signs.length);
  // `Uint8Array.from` would take ten times as long.
  for (let i = 0; i < signs.length; i++) packed[i] = signs.charCodeAt(i);
  return inflated(packed);
}

/**
 * What zlib has compressed.
 * @param {Uint8Array<ArrayBuffer>} packed
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function inflated(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** @param {Uint8Array} bytes */
export const textOf = (bytes) => new TextDecoder().decode(bytes);

/**
 * The frames one after the other, from rows of one byte of each frame in the order of time, which
 * hold what the byte gains over the frame before (bnviz/export/packed_frames.py).
 * @param {Uint8Array} rows
 * @param {{ capacity: number, schema?: { size: number } }} header
 */
export function framesOf(rows, { capacity, schema }) {
  const size = schema?.size ?? 0;
  if (rows.length !== size * capacity) throw new Error("its frames are cut off");
  const frames = new Uint8Array(rows.length);
  for (let place = 0, from = 0; place < size; place++) {
    let value = 0;
    for (let to = place; to < frames.length; to += size) {
      value = (value + rows[from++]) & 255;
      frames[to] = value;
    }
  }
  return frames;
}

/**
 * Runs a script.
 * @param {Uint8Array<ArrayBuffer>} code
 */
export function run(code) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    script.onload = () => {
      URL.revokeObjectURL(address);
      resolve(undefined);
    };
    script.onerror = () => reject(new Error("a script that it holds cannot be run"));
    script.src = address;
    document.head.append(script);
  });
}
