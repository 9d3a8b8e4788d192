// Ruler: where the steps of a run lie on the slider.

export class Ruler {
  /** @param {(at: number) => number} stepOf The step of a frame that has arrived. */
  constructor(stepOf) {
    this.stepOf = stepOf;
    // Steps of the whole run.
    this.steps = 1;
    // Whether the slider runs by the square root, as the curves do.
    this.root = true;
  }

  /**
   * The share of the slider at which a step lies.
   * @param {number} step
   */
  share(step) {
    const share = Math.min(Math.max(0, step / this.steps), 1);
    return this.root ? Math.sqrt(share) : share;
  }

  /**
   * The share at which a frame lies.
   * @param {number} at Index of the frame.
   */
  place(at) {
    return this.share(this.stepOf(at));
  }

  /**
   * The frame nearest to a share.
   * @param {number} share
   * @param {number} length Frames that have arrived.
   */
  frameAt(share, length) {
    let [low, high] = [0, Math.max(0, length - 1)];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.place(middle) <= share) low = middle;
      else high = middle;
    }
    return share - this.place(low) <= this.place(high) - share ? low : high;
  }
}
