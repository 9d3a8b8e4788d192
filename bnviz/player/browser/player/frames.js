// Frames: the bytes of a recording, read by the offsets that its schema lists.

/** @import { Schema } from "types/message" */

/** @typedef {Float32Array | Uint32Array | Int32Array | Uint16Array | Int16Array | Uint8Array | Int8Array} Row */

/** Beginning of a path that takes the square root of the measure that follows. */
export const ROOT = "sqrt ";
const READERS = {
  f4: Float32Array,
  u4: Uint32Array,
  i4: Int32Array,
  u2: Uint16Array,
  i2: Int16Array,
  u1: Uint8Array,
  i1: Int8Array,
};

/**
 * A percentile of a row, interpolated linearly; NaN if a value of the row is not finite.
 * @param {Row} row
 * @param {number} share From 0 to 1.
 */
function percentile(row, share) {
  const sorted = Float64Array.from(row).sort();
  if (!sorted.every(Number.isFinite)) return NaN;
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/**
 * The frames of one recording, of which the first `length` have arrived.
 *
 * A path names a number of a frame by field names and then indices:
 * "bn/pre_activation_percentiles/3/1". "@25" at its end means the 25th percentile of the row that
 * it names, "@25:8" that of its first 8 numbers; " - " between two paths means their difference; `ROOT` before a path means the square
 * root.
 */
export class Frames {
  /**
   * @param {Schema} schema
   * @param {number} capacity Frames of the whole run.
   * @param {boolean} detail Whether the schema has the measures that only a few views draw.
   */
  constructor(schema, capacity, detail = false) {
    this.schema = schema;
    this.capacity = capacity;
    this.detail = detail;
    this.length = 0;
    this.bytes = new Uint8Array(schema.size * capacity);
    /** @type {Map<string, { reader: Row, start: number, stride: number, count: number }>} */
    this.places = new Map();
    /** @type {Map<string, (at: number) => number>} */
    this.measures = new Map();
  }

  /**
   * Appends whole frames and skips those that have already arrived.
   * @param {number} first Index of the first of them.
   * @param {Uint8Array} bytes
   * @returns {boolean} False if frames before them are missing.
   */
  extend(first, bytes) {
    if (first > this.length) return false;
    const count = bytes.length / this.schema.size;
    const skipped = this.length - first;
    if (count > skipped) {
      const room = (this.capacity - this.length) * this.schema.size;
      const added = bytes.subarray(skipped * this.schema.size).subarray(0, room);
      this.bytes.set(added, this.length * this.schema.size);
      this.length += added.length / this.schema.size;
    }
    return true;
  }

  /**
   * Makes room for the frames of a run that is longer, or shorter, than was known.
   * @param {number} capacity Frames of the whole run, at least as many as have arrived.
   */
  reserve(capacity) {
    this.capacity = capacity;
    if (this.schema.size * capacity <= this.bytes.length) return;
    const bytes = new Uint8Array(this.schema.size * capacity * 2);
    bytes.set(this.bytes);
    this.bytes = bytes;
    // They read the bytes of before.
    this.places.clear();
    this.measures.clear();
  }

  /** Those that have arrived by now, of the same bytes. */
  snapshot() {
    const { schema, capacity, detail, length, bytes } = this;
    return Object.assign(new Frames(schema, 0, detail), { capacity, length, bytes });
  }

  /**
   * One number of a frame.
   * @param {string} path
   * @param {number} at Index of the frame.
   */
  value(path, at) {
    return this.#measure(path)(at);
  }

  /**
   * A row of numbers of a frame, such as the counts of one layer; a view, not a copy.
   * @param {string} path Without percentile or difference.
   * @param {number} at Index of the frame.
   */
  row(path, at) {
    const { reader, start, stride, count } = this.#locate(path);
    const first = at * stride + start;
    return reader.subarray(first, first + count);
  }

  /**
   * One number of each frame from `first` to `last` inclusive, times `scale`.
   * @param {string} path
   * @param {number} first
   * @param {number} last
   */
  column(path, first, last, scale = 1) {
    const measure = this.#measure(path);
    /** @type {number[]} */
    const values = new Array(Math.max(0, last - first + 1));
    for (let at = first; at <= last; at++) values[at - first] = scale * measure(at);
    return values;
  }

  /**
   * The function that reads the number that a path names.
   * @param {string} path
   * @returns {(at: number) => number}
   */
  #measure(path) {
    let measure = this.measures.get(path);
    if (measure) return measure;
    const [minuend, subtrahend] = path.split(" - ");
    const [plain, part = ""] = path.split("@");
    const [percent, length] = part.split(":");
    if (path.startsWith(ROOT)) {
      const squared = this.#measure(path.slice(ROOT.length));
      measure = (at) => Math.sqrt(squared(at));
    } else if (subtrahend) {
      const [more, less] = [this.#measure(minuend), this.#measure(subtrahend)];
      measure = (at) => more(at) - less(at);
    } else if (percent) {
      // A frame never changes, and sorting is slow.
      /** @type {number[]} */
      const known = [];
      measure = (at) => {
        const row = this.row(plain, at);
        const some = length ? row.subarray(0, Number(length)) : row;
        known[at] ??= percentile(some, Number(percent) / 100);
        return known[at];
      };
    } else {
      const { reader, start, stride } = this.#locate(path);
      measure = (at) => reader[at * stride + start];
    }
    this.measures.set(path, measure);
    return measure;
  }

  /**
   * Where the numbers of a path lie, counted in numbers of its type.
   * @param {string} path
   */
  #locate(path) {
    const known = this.places.get(path);
    if (known) return known;
    const parts = path.split("/");
    const indices = parts.filter((part) => /^\d+$/.test(part)).map(Number);
    const name = parts.filter((part) => !/^\d+$/.test(part)).join("/");
    const field = this.schema.fields[name];
    if (!field) throw new Error(`the recording has no measure "${name}"`);
    const Reader = READERS[/** @type {keyof typeof READERS} */ (field.type)];
    const width = Reader.BYTES_PER_ELEMENT;
    let count = field.shape.reduce((product, size) => product * size, 1);
    let start = field.offset / width;
    indices.forEach((index, axis) => {
      count /= field.shape[axis];
      start += index * count;
    });
    const stride = this.schema.size / width;
    const place = { reader: new Reader(this.bytes.buffer), start, stride, count };
    this.places.set(path, place);
    return place;
  }
}
