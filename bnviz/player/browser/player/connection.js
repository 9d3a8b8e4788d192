// Connection: notices a server that has been restarted.
//
// Such a server knows nothing of the pages that were open, and leaves their requests without a
// response. A page in that state reloads, and so shows the experiment of its link.

const STATE = "data-test-connection-state";
const CONNECTED = "CONNECTED";
const HEALTH = "_stcore/health";
// Milliseconds without a response after which the page reloads, and up to how many more, so that
// not all pages reload at the same moment.
const PATIENCE = 5000;
const SPREAD = 2000;

export class Connection {
  /** @param {() => void} onReturn Called when a lost connection is back. */
  constructor(onReturn) {
    this.app = document.querySelector(`[${STATE}]`);
    this.lost = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.observer = new MutationObserver(() => this.#changed(onReturn));
    if (this.app) this.observer.observe(this.app, { attributes: true, attributeFilter: [STATE] });
  }

  /** To be called with each request. */
  asked() {
    if (!this.lost || !this.#connected || this.timer) return;
    this.timer = setTimeout(() => this.#reload(), PATIENCE + SPREAD * Math.random());
  }

  /** To be called with each response. */
  answered() {
    if (this.#connected) this.lost = false;
    this.#stop();
  }

  close() {
    this.observer.disconnect();
    this.#stop();
  }

  get #connected() {
    return this.app?.getAttribute(STATE) === CONNECTED;
  }

  /** @param {() => void} onReturn */
  #changed(onReturn) {
    if (!this.#connected) {
      this.lost = true;
      this.#stop();
    } else if (this.lost) onReturn();
  }

  #stop() {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  async #reload() {
    this.timer = undefined;
    // Without a server there would be no page to load.
    const healthy = await fetch(HEALTH, { cache: "no-store" }).then(
      (response) => response.ok,
      () => false,
    );
    if (this.lost && healthy) location.reload();
    else this.asked();
  }
}
