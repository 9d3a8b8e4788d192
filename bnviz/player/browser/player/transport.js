// Transport: the time cursor, and the controls that move it.

export const SPEEDS = [0.25, 0.5, 1, 2, 4];
const FRAMES_PER_SECOND = 30;
const LONG_STEP = 10;

export class Transport {
  // parts: DOM nodes by name; changed(): the cursor or what is played has changed.
  constructor(parts, changed) {
    this.parts = parts;
    this.changed = changed;
    this.at = 0;
    this.length = 0;
    this.capacity = 1;
    this.playing = false;
    this.following = false;
    this.loops = false;
    this.speed = 1;
    for (const speed of SPEEDS) parts.speed.add(new Option(`${speed}×`, speed));
    parts.speed.value = 1;
    parts.speed.onchange = () => this.setSpeed(Number(parts.speed.value));
    parts.play.onclick = () => this.toggle();
    parts.back.onclick = () => this.step(-1);
    parts.forward.onclick = () => this.step(1);
    parts.live.onclick = () => this.toNewest();
    parts.scrub.oninput = () => this.seek(Number(parts.scrub.value));
  }

  // A recording of another run: from its start, or from a later frame once that is here.
  begin(capacity, playing, from) {
    this.capacity = capacity;
    this.length = 0;
    this.at = 0;
    this.from = from;
    this.carried = 0;
    this.following = false;
    this.playing = playing;
    this.parts.scrub.max = capacity - 1;
    this.#show();
  }

  grow(length) {
    this.length = length;
    if (this.from && this.from < length) {
      this.at = this.from;
      this.from = 0;
    }
    if (this.following) this.at = Math.max(0, length - 1);
    this.#show();
  }

  toggle() {
    if (!this.playing && this.at >= this.capacity - 1) this.at = 0;
    this.playing = !this.playing;
    this.following = false;
    this.#show();
    this.changed();
  }

  step(frames) {
    this.playing = false;
    this.seek(this.at + frames);
  }

  seek(at) {
    this.from = 0;
    this.at = Math.min(Math.max(0, at), Math.max(0, this.length - 1));
    this.following = false;
    this.#show();
    this.changed();
  }

  toNewest() {
    this.seek(this.length - 1);
    this.following = this.length < this.capacity;
    this.playing = this.following;
    this.#show();
  }

  setSpeed(speed) {
    this.speed = speed;
    this.parts.speed.value = speed;
  }

  // Moves the cursor on by the time that has passed. True if it moved.
  tick(milliseconds) {
    if (!this.playing || this.length === 0) return false;
    // At ordinary speed no frame is left out, however slow the screen.
    const most = Math.max(1, this.speed);
    this.carried = Math.min(most, this.carried + (milliseconds / 1000) * FRAMES_PER_SECOND * this.speed);
    const frames = Math.floor(this.carried + 0.05);
    if (frames < 1) return false;
    this.carried = Math.max(0, this.carried - frames);
    if (this.at < this.length - 1) {
      this.at = Math.min(this.at + frames, this.length - 1);
      this.#show();
      return true;
    }
    if (this.length === this.capacity) {
      if (this.loops) return this.#rest(milliseconds);
      this.playing = false;
      this.#show();
    }
    return false;
  }

  // A looping recording stays on its last frame for a while.
  #rest(milliseconds) {
    this.rested = (this.rested ?? 0) + milliseconds;
    if (this.rested < 2500) return false;
    this.rested = 0;
    this.at = 0;
    return true;
  }

  // The keyboard; true if the key was one of the player's.
  key(event) {
    const long = event.shiftKey ? LONG_STEP : 1;
    const place = SPEEDS.indexOf(this.speed);
    const keys = {
      " ": () => this.toggle(),
      k: () => this.toggle(),
      ArrowLeft: () => this.step(-long),
      ArrowRight: () => this.step(long),
      Home: () => this.seek(0),
      End: () => this.toNewest(),
      l: () => this.toNewest(),
      "+": () => this.setSpeed(SPEEDS[Math.min(place + 1, SPEEDS.length - 1)]),
      "-": () => this.setSpeed(SPEEDS[Math.max(place - 1, 0)]),
    };
    const action = keys[event.key];
    if (!action) return false;
    action();
    return true;
  }

  #show() {
    const { play, scrub, live } = this.parts;
    play.textContent = this.playing ? "❚❚" : "▶";
    play.setAttribute("aria-label", this.playing ? "Pause" : "Play");
    scrub.value = this.at;
    const share = (frames) => `${(100 * frames) / Math.max(1, this.capacity - 1)}%`;
    scrub.style.setProperty("--at", share(this.at));
    scrub.style.setProperty("--here", share(Math.max(0, this.length - 1)));
    live.disabled = this.at >= this.length - 1;
  }
}
