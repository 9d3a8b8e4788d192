// Place: view and step, as they stand behind the # of the page's address.
//
// They are written once a viewer has chosen a view or moved the cursor, so that a copied link leads
// there; while a run is played, its step is left out.

/** @import { View } from "types/message" */

// Milliseconds between two looks at what the address is to say.
const INTERVAL = 500;

const STEP = "step";
const NAME = "view";

/**
 * What an address leads to; what it does not say, or says wrongly, is as in `usual`.
 * @param {string} hash
 * @param {View} usual The view at first.
 * @returns {{ view: View, step?: number }}
 */
export function placeOf(hash, usual) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  /** @type {View} */
  const view = { ...usual, name: given.get(NAME) ?? usual.name };
  for (const [name, value] of given) {
    if (!Object.hasOwn(usual, name) || name === "name") continue;
    if (typeof usual[name] === "string") view[name] = value;
    else if (Number.isFinite(Number(value))) view[name] = Number(value);
  }
  const step = Number(given.get(STEP) ?? Number.NaN);
  return Number.isInteger(step) && step >= 0 ? { view, step } : { view };
}

/**
 * The address of a view, and of a step if one is given.
 * @param {View} view
 * @param {View} usual The view at first, whose choices need not be said.
 * @param {string} [step]
 */
export function addressOf(view, usual, step) {
  const said = new URLSearchParams({ [NAME]: view.name });
  for (const [name, value] of Object.entries(view)) {
    if (name !== "name" && value !== usual[name]) said.set(name, String(value));
  }
  if (step !== undefined) said.set(STEP, step);
  return `#${said}`;
}

export class Place {
  /**
   * @param {() => { view: View, step?: string, playing: boolean } | undefined} here What is shown;
   *   nothing before the first figure.
   * @param {{ choose: (view: View) => void, go: () => void }} lead Show a view; go to `step`, if its
   *   frame is there.
   */
  constructor(here, lead) {
    this.here = here;
    this.lead = lead;
    // Whether the address means nothing yet.
    this.waits = false;
    /**
     * The view at first, whose choices the address need not say.
     * @type {View | undefined}
     */
    this.usual = undefined;
    /**
     * The step that the address leads to, until the cursor is there.
     * @type {number | undefined}
     */
    this.step = undefined;
    // Whether a viewer has chosen anything.
    this.chosen = false;
    this.onHash = () => this.follow();
    window.addEventListener("hashchange", this.onHash);
    this.timer = setInterval(() => this.write(), INTERVAL);
  }

  /**
   * Takes note of the first view, and goes where the address leads.
   * @param {View} view
   */
  begin(view) {
    if (this.usual || this.waits) return;
    this.usual = view;
    if (location.hash) this.follow();
  }

  /** Goes where the address leads, unless this wrote it. */
  follow() {
    if (!this.usual || location.hash === this.written) return;
    const { view, step } = placeOf(location.hash, this.usual);
    if (addressOf(view, this.usual) !== addressOf(this.here()?.view ?? this.usual, this.usual)) {
      this.lead.choose(view);
    }
    this.step = step;
    this.lead.go();
  }

  /** Takes note that a viewer has chosen a view or moved the cursor. */
  touch() {
    this.chosen = true;
    this.step = undefined;
  }

  /** Writes into the address what is shown. */
  write() {
    const here = this.here();
    if (!here || !this.usual || !this.chosen || this.step !== undefined) return;
    this.written = addressOf(here.view, this.usual, here.playing ? undefined : here.step);
    if (this.written === location.hash) return;
    try {
      history.replaceState(history.state, "", this.written);
      // A page around this one takes its address from this event.
      window.dispatchEvent(new HashChangeEvent("hashchange"));
    } catch {
      // A frame of another page may not.
    }
  }

  /** A link to what is shown, with its step in any case. */
  link() {
    const here = this.here();
    const [page] = location.href.split("#");
    return here && this.usual ? page + addressOf(here.view, this.usual, here.step) : page;
  }

  close() {
    clearInterval(this.timer);
    window.removeEventListener("hashchange", this.onHash);
  }
}
