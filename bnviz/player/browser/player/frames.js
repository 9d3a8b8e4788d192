// Frames: the bytes of a recording, read by the offsets that its schema lists.

const READERS = {
  f4: Float32Array,
  u4: Uint32Array,
  i4: Int32Array,
  u2: Uint16Array,
  i2: Int16Array,
  u1: Uint8Array,
};

// Between the two sorted values nearest to it; NaN where a value is not finite.
function percentile(row, share) {
  if (!row.every(isFinite)) return NaN;
  const sorted = Float64Array.from(row).sort();
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

export class Frames {
  // schema: {size, fields: {path: {offset, type, shape}}}; capacity: frames of the whole run;
  // detail: whether the schema has what only few views draw.
  constructor(schema, capacity, detail) {
    this.schema = schema;
    this.capacity = capacity;
    this.detail = detail;
    this.length = 0;
    this.bytes = new Uint8Array(schema.size * capacity);
    this.paths = new Map();
    this.measures = new Map();
  }

  // Appends whole frames; those that are here already are passed over. False if some are missing.
  extend(first, bytes) {
    if (first > this.length) return false;
    const count = bytes.length / this.schema.size;
    const skipped = this.length - first;
    if (count > skipped) {
      const room = (this.capacity - this.length) * this.schema.size;
      const fresh = bytes.subarray(skipped * this.schema.size).subarray(0, room);
      this.bytes.set(fresh, this.length * this.schema.size);
      this.length += fresh.length / this.schema.size;
    }
    return true;
  }

  // One number: "bn/pre_activation_percentiles/3/1" of frame `at`. With "@25" at its end the 25 %
  // percentile of the row that it names; two paths with " - " between them are a difference.
  value(path, at) {
    return this.#measure(path)(at);
  }

  // A row of numbers, such as the counts of one layer, without copying.
  row(path, at) {
    const { reader, start, stride, count } = this.#locate(path);
    const first = at * stride + start;
    return reader.subarray(first, first + count);
  }

  // One number of every frame from `first` to `last`, both among them.
  column(path, first, last, scale = 1) {
    const measure = this.#measure(path);
    const values = new Array(Math.max(0, last - first + 1));
    for (let at = first; at <= last; at++) values[at - first] = scale * measure(at);
    return values;
  }

  // The function that reads a path's number of a frame.
  #measure(path) {
    let measure = this.measures.get(path);
    if (measure) return measure;
    const [minuend, subtrahend] = path.split(" - ");
    const [plain, percent] = path.split("@");
    if (subtrahend) {
      const [more, less] = [this.#measure(minuend), this.#measure(subtrahend)];
      measure = (at) => more(at) - less(at);
    } else if (percent) {
      // A frame never changes, and sorting takes time.
      const known = [];
      measure = (at) => (known[at] ??= percentile(this.row(plain, at), percent / 100));
    } else {
      const { reader, start, stride } = this.#locate(path);
      measure = (at) => reader[at * stride + start];
    }
    this.measures.set(path, measure);
    return measure;
  }

  #locate(path) {
    let place = this.paths.get(path);
    if (place) return place;
    const parts = path.split("/");
    const indices = parts.filter((part) => /^\d+$/.test(part)).map(Number);
    const name = parts.filter((part) => !/^\d+$/.test(part)).join("/");
    const field = this.schema.fields[name];
    if (!field) throw new Error(`no measure ${name}`);
    const Reader = READERS[field.type];
    const width = Reader.BYTES_PER_ELEMENT;
    let count = field.shape.reduce((product, size) => product * size, 1);
    let start = field.offset / width;
    indices.forEach((index, axis) => {
      count /= field.shape[axis];
      start += index * count;
    });
    place = {
      reader: new Reader(this.bytes.buffer),
      start,
      stride: this.schema.size / width,
      count,
    };
    this.paths.set(path, place);
    return place;
  }
}
