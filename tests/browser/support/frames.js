// Frames with known numbers.

import { Frames } from "../../../bnviz/player/browser/player/frames.js";

const SIZES = { f4: 4, u4: 4, i4: 4, u2: 2, i2: 2, u1: 1, i1: 1 };
const WRITERS = {
  f4: (view, offset, value) => view.setFloat32(offset, value, true),
  u4: (view, offset, value) => view.setUint32(offset, value, true),
  i4: (view, offset, value) => view.setInt32(offset, value, true),
  u2: (view, offset, value) => view.setUint16(offset, value, true),
  i2: (view, offset, value) => view.setInt16(offset, value, true),
  u1: (view, offset, value) => view.setUint8(offset, value),
  i1: (view, offset, value) => view.setInt8(offset, value),
};

/** Constants of a figure, as bnviz/figures/bindings/constants.py sends them. */
export const CONSTANTS = {
  percentiles: [5, 15, 25, 50, 75, 85, 95],
  heat_shares: 1000,
  symlog_linear: 0.1,
  max_byte: 255,
  max_short: 32767,
  leaky_relu_slope: 0.2,
  selu_alpha: 1.6732632423543772,
  selu_scale: 1.0507009873554805,
  max_score: 16,
  max_code: 127,
  no_score: -128,
  wide_max_score: 4096,
  wide_max_code: 32767,
  wide_no_score: -32768,
};

/**
 * A schema of fields one after another, each at a multiple of 4 bytes.
 * @param {Record<string, [type: string, ...shape: number[]]>} fields
 */
export function schemaOf(fields) {
  let size = 0;
  const entries = {};
  for (const [path, [type, ...shape]] of Object.entries(fields)) {
    entries[path] = { offset: size, type, shape };
    const bytes = shape.reduce((product, each) => product * each, SIZES[type]);
    size += 4 * Math.ceil(bytes / 4);
  }
  return { size, fields: entries };
}

/**
 * The bytes of some frames.
 * @param {object} schema
 * @param {Record<string, number | number[]>[]} frames By path their numbers, row after row.
 */
export function bytesOf(schema, frames) {
  const bytes = new Uint8Array(schema.size * frames.length);
  const view = new DataView(bytes.buffer);
  frames.forEach((frame, index) => {
    for (const [path, numbers] of Object.entries(frame)) {
      const { type, offset } = schema.fields[path];
      [numbers].flat().forEach((number, i) => {
        WRITERS[type](view, index * schema.size + offset + i * SIZES[type], number);
      });
    }
  });
  return bytes;
}

/**
 * Frames that have all arrived.
 * @param {Record<string, [type: string, ...shape: number[]]>} fields
 * @param {Record<string, number | number[]>[]} frames
 */
export function framesOf(fields, frames) {
  const schema = schemaOf(fields);
  const made = new Frames(schema, frames.length);
  made.extend(0, bytesOf(schema, frames));
  return made;
}
