// Message: the host's message to a player, packed by bnviz/player/message.py.

/** @import { Header } from "types/message" */

/**
 * Unpacks a message: the header's length (uint32, little-endian), the header as JSON, frames.
 * @param {Uint8Array} message
 * @returns {{ header: Header, bytes: Uint8Array }}
 */
export function unpack(message) {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const end = 4 + view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(message.subarray(4, end)));
  return { header, bytes: message.subarray(end) };
}

/**
 * Packs a message; `unpack` is the inverse.
 * @param {Header} header
 * @param {Uint8Array} bytes
 * @returns {Uint8Array}
 */
export function pack(header, bytes) {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const message = new Uint8Array(4 + text.length + bytes.length);
  new DataView(message.buffer).setUint32(0, text.length, true);
  message.set(text, 4);
  message.set(bytes, 4 + text.length);
  return message;
}
