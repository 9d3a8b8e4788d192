// Connection: a server that was started anew knows nothing of the pages that stood open, and leaves
// their questions without an answer. A page that finds itself there loads again, and so shows the
// experiment of its link.

const STATE = "data-test-connection-state";
const CONNECTED = "CONNECTED";
const HEALTH = "_stcore/health";
// Milliseconds without an answer after which the page is taken for unknown, and, so that not all
// pages load at the same moment, up to how many more.
const PATIENCE = 5000;
const SPREAD = 2000;

export class Connection {
  // back: called when a lost connection is there again.
  constructor(back) {
    this.app = document.querySelector(`[${STATE}]`);
    this.lost = false;
    this.observer = new MutationObserver(() => this.#changed(back));
    if (this.app) this.observer.observe(this.app, { attributes: true, attributeFilter: [STATE] });
  }

  asked() {
    if (!this.lost || !this.#there || this.timer) return;
    this.timer = setTimeout(() => this.#load(), PATIENCE + SPREAD * Math.random());
  }

  answered() {
    if (this.#there) this.lost = false;
    this.#stop();
  }

  close() {
    this.observer.disconnect();
    this.#stop();
  }

  get #there() {
    return this.app?.getAttribute(STATE) === CONNECTED;
  }

  #changed(back) {
    if (!this.#there) {
      this.lost = true;
      this.#stop();
    } else if (this.lost) back();
  }

  #stop() {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  async #load() {
    this.timer = undefined;
    // Without a server there would be no page to load.
    const well = await fetch(HEALTH, { cache: "no-store" }).then((answer) => answer.ok, () => false);
    if (this.lost && well) location.reload();
    else this.asked();
  }
}
