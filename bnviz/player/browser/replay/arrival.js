// Arrival: the frames of a recording, as far as they have been loaded.

export class Arrival {
  /**
   * @param {{ capacity: number, schema?: { size: number } }} header Of the recording.
   * @param {Uint8Array} [frames] The first ones.
   */
  constructor({ capacity, schema }, frames = new Uint8Array()) {
    this.size = schema?.size ?? 0;
    this.bytes = new Uint8Array(this.size * capacity);
    // Frames so far.
    this.length = 0;
    this.add(frames);
  }

  /** @param {Uint8Array} frames The next ones, whole. */
  add(frames) {
    this.bytes.set(frames, this.length * this.size);
    this.length += frames.length / this.size;
  }

  /**
   * The frames from one on.
   * @param {number} first
   */
  from(first) {
    return this.bytes.subarray(first * this.size, this.length * this.size);
  }
}
