// Place: view and step, as they stand behind the # of the page's address.
//
// They are written once a viewer has chosen a view or moved the cursor, so that a copied link leads
// there; while a run is played, its step is left out.

/** @import { View } from "types/message" */

// Milliseconds between two looks at what the address is to say.
const INTERVAL = 500;
/** With what the page was opened: Streamlit drops it when it corrects what stands before it. */
let entered = performance.getEntriesByType("navigation")[0]?.name.match(/#.*$/)?.[0] ?? "";

const STEP = "step";
const NAME = "view";

/**
 * What an address leads to. What it does not say, or says wrongly, is as by default; one that names no
 * view leads to the view at first.
 * @param {string} hash
 * @param {View} usual The view at first.
 * @param {View} defaults What each choice is by default.
 * @returns {{ view: View, step?: number }}
 */
export function placeOf(hash, usual, defaults) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const named = given.get(NAME);
  /** @type {View} */
  const view = named === null ? { ...usual } : { ...defaults, name: named };
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
 * @param {View} defaults What each choice is by default, which need not be said.
 * @param {string} [step]
 */
export function addressOf(view, defaults, step) {
  const said = new URLSearchParams({ [NAME]: view.name });
  for (const [name, value] of Object.entries(view)) {
    if (name !== "name" && value !== defaults[name]) said.set(name, String(value));
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
     * The view at first.
     * @type {View | undefined}
     */
    this.usual = undefined;
    /**
     * What each choice is by default.
     * @type {View | undefined}
     */
    this.defaults = undefined;
    /**
     * The step that the address leads to, until the cursor is there.
     * @type {number | undefined}
     */
    this.step = undefined;
    // Whether a viewer has chosen anything.
    this.chosen = false;
    /**
     * The address to which a viewer has gone back, until they do anything else: what is shown may be
     * replaced by what the address is of.
     * @type {string | undefined}
     */
    this.returned = undefined;
    this.listening = new AbortController();
    const { signal } = this.listening;
    const stay = () => {
      this.returned = undefined;
    };
    window.addEventListener("hashchange", () => this.follow(location.hash), { signal });
    window.addEventListener("popstate", () => this.#return(), { signal });
    document.addEventListener("pointerdown", stay, { capture: true, signal });
    document.addEventListener("keydown", stay, { capture: true, signal });
    this.timer = setInterval(() => this.write(), INTERVAL);
  }

  /**
   * Takes note of the first view, and goes where the address leads.
   * @param {View} view
   */
  begin(view) {
    if (this.usual || this.waits) return;
    this.usual = view;
    const entry = location.hash || entered;
    entered = "";
    if (entry) this.follow(entry);
  }

  #return() {
    this.returned = location.hash;
    this.written = undefined;
  }

  /** Takes note that another run is shown, and goes where a viewer has gone back to. */
  arrive() {
    if (this.returned && !this.waits) this.follow(this.returned);
  }

  /**
   * Goes where an address leads, unless this wrote it.
   * @param {string} hash
   */
  follow(hash) {
    const { usual, defaults = usual } = this;
    if (!usual || !defaults || hash === this.written) return;
    const { view, step } = placeOf(hash, usual, defaults);
    if (addressOf(view, defaults) !== addressOf(this.here()?.view ?? usual, defaults)) {
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
    if (this.waits || this.returned !== undefined) return;
    const { defaults = this.usual } = this;
    this.written = addressOf(here.view, defaults, here.playing ? undefined : here.step);
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
    const { defaults = this.usual } = this;
    return here && defaults ? page + addressOf(here.view, defaults, here.step) : page;
  }

  close() {
    clearInterval(this.timer);
    this.listening.abort();
  }
}
