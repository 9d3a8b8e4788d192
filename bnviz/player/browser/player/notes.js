// Notes: three of them on a visitor's first look at the page, each touching what it means.
//
// They are for who comes without a link that says what to show, on a screen that is large enough.
// Closed once, they stay away: the browser's own storage remembers it.

const KEY = "bnviz.notes";
// Smallest window with room for them; pixels.
const MIN_WIDTH = 1000;
const MIN_HEIGHT = 640;
// From the window's edge; pixels.
const EDGE = 8;
// Until what a note touches is looked for again, and how often: the sidebar can come after the stage;
// milliseconds.
const RETRY = 200;
const RETRIES = 50;

// Between a note and words beside it; pixels.
const BESIDE = 8;
// From a note's end to the line that leads to what it touches: at least, in pixels, and as a share.
const ROUND = 16;
const BEFORE = 0.64;
// Between that line and words beside it; pixels.
const CLEAR = 3;
// How far the line to a row reaches into it; pixels.
const INTO = 3;

/**
 * What a note touches, in pixels of the window, and where it stands.
 * @typedef {object} Place
 * @property {number} x
 * @property {number} y
 * @property {number} lead How far from that it stands, in pixels.
 * @property {number} [left] Where it begins; without it, `BEFORE` of it stands before `x`.
 */
/**
 * @typedef {object} Note
 * @property {string} text
 * @property {(root: HTMLElement) => Place | undefined} place Undefined if what it touches is not there.
 * @property {1 | -1} side Whether it stands below that or above.
 */

/** @param {Element | null | undefined} element */
function boxOf(element) {
  const box = element?.getBoundingClientRect();
  return box?.width ? box : undefined;
}

/**
 * Whether the name of a layer stands over a box of it.
 * @param {DOMRect} name
 * @param {DOMRect} box
 */
const meets = (name, box) =>
  name.bottom <= box.top + 3 &&
  name.bottom > box.top - name.height &&
  name.left < box.right &&
  name.right > box.left;

/** In the order in which they are seen, from above. @type {Note[]} */
const NOTES = [
  {
    text: "New here? The lesson",
    place() {
      const sidebar = document.querySelector('[data-testid="stSidebar"]');
      const buttons = [...(sidebar?.querySelectorAll("button, label") ?? [])];
      const box = boxOf(buttons.find((each) => each.textContent?.trim() === "Lesson"));
      // Above the line below the page's name, and its own line beside that.
      return box && { x: box.left + 0.72 * box.width, y: box.top, lead: 30 };
    },
    side: -1,
  },
  {
    text: "1 Here BN normalizes",
    // Above the name of the layer, its line beside that.
    place(root) {
      const tap = root.querySelector('[data-part="taps"] [data-key^="norm 1 "]');
      const box = boxOf(tap);
      if (!box) return undefined;
      const names = [...root.querySelectorAll('[data-part="wiring"] text')].map(boxOf);
      const over = names.find((name) => name && meets(name, box));
      const x = over ? over.right + CLEAR : box.left + box.width / 2;
      return { x, y: box.top, lead: over ? box.top - over.top + 3 : 4, left: x - ROUND };
    },
    side: -1,
  },
  {
    text: "2 Watch this layer",
    // Below the numbers of the axis, beside its title. It touches the row where no words are.
    place(root) {
      const row = boxOf(root.querySelector('[data-part="taps"] [data-key^="row"][tabindex="0"]'));
      const number = boxOf(root.querySelector(".xtick text"));
      const title = boxOf(root.querySelector(".xtitle"));
      if (!row || !number || !title) return undefined;
      const left = title.right + BESIDE;
      const y = row.bottom - INTO;
      return { x: left + ROUND, y, lead: number.bottom + 1 - y, left };
    },
    side: 1,
  },
];

/** Whether this browser has closed them; also if it keeps nothing, so that they never insist. */
function closedBefore() {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return true;
  }
}

export class Notes {
  /**
   * @param {HTMLElement} root Of the player.
   * @param {boolean} offered Whether a newcomer sees them.
   */
  constructor(root, offered) {
    this.root = root;
    /** @type {HTMLElement | undefined} */
    this.layer = undefined;
    this.wanted = offered && location.search === "" && !closedBefore();
    /** @param {KeyboardEvent} event */
    this.onKey = (event) => {
      if (event.key === "Escape" && this.layer) this.dismiss();
    };
    this.onMove = () => this.place();
    this.retries = RETRIES;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.retry = undefined;
  }

  /** Shows them, or moves them to where what they touch is now. */
  place() {
    if (!this.wanted) return;
    const fits = innerWidth >= MIN_WIDTH && innerHeight >= MIN_HEIGHT;
    const shown = fits && this.root.dataset.view === "layers" && !document.fullscreenElement;
    if (!shown) return this.#remove();
    const layer = this.layer ?? this.#build();
    this.#placeButton(/** @type {HTMLElement} */ (layer.lastElementChild));
    clearTimeout(this.retry);
    NOTES.forEach(({ place, side }, number) => {
      const note = /** @type {HTMLElement} */ (layer.children[number]);
      const touched = place(this.root);
      note.hidden = !touched;
      if (!touched) {
        this.#retry();
        return;
      }
      const { x, y, lead } = touched;
      const wanted = touched.left ?? x - BEFORE * note.offsetWidth;
      const left = Math.min(Math.max(wanted, EDGE), innerWidth - note.offsetWidth - EDGE);
      note.style.left = `${left}px`;
      note.style.top = `${side > 0 ? y + lead : y - lead - note.offsetHeight}px`;
      note.style.setProperty("--at", `${x - left}px`);
      note.style.setProperty("--lead", `${lead}px`);
      note.dataset.side = side > 0 ? "below" : "above";
    });
  }

  /**
   * Puts the button that closes them between the tabs and the page's buttons, or below.
   * @param {HTMLElement} button
   */
  #placeButton(button) {
    const tabs = [...this.root.querySelectorAll('[data-part="tabs"] button')].map(boxOf);
    const first = boxOf(this.root.querySelector(".bnviz-page"));
    const rights = tabs.flatMap((tab) => (tab && first && tab.top < first.bottom ? tab.right : []));
    const free = (first?.left ?? 0) - Math.max(...rights) - button.offsetWidth;
    const fits = first && free > 2 * BESIDE;
    button.style.left = fits ? `${first.left - free / 2 - button.offsetWidth}px` : "auto";
    button.style.top = fits ? `${first.top}px` : "auto";
    button.dataset.below = String(!fits);
  }

  /** Closes them for good. */
  dismiss() {
    this.wanted = false;
    this.#remove();
    try {
      localStorage.setItem(KEY, "closed");
    } catch {
      // A browser that keeps nothing shows none in the first place.
    }
  }

  close() {
    this.#remove();
  }

  #retry() {
    clearTimeout(this.retry);
    if (this.retries === 0) return;
    this.retry = setTimeout(() => {
      this.retries -= 1;
      this.place();
    }, RETRY);
  }

  #build() {
    const layer = document.createElement("div");
    layer.className = "bnviz-notes";
    layer.setAttribute("role", "note");
    for (const { text } of NOTES) {
      const note = document.createElement("p");
      note.textContent = text;
      layer.append(note);
    }
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Esc hides these notes";
    button.onclick = () => this.dismiss();
    layer.append(button);
    // In the browser's top layer they lie over the sidebar, which else covers all that is beside it.
    layer.popover = "manual";
    this.root.append(layer);
    layer.showPopover();
    this.layer = layer;
    document.addEventListener("keydown", this.onKey);
    for (const event of ["scroll", "resize"]) window.addEventListener(event, this.onMove, true);
    return layer;
  }

  #remove() {
    clearTimeout(this.retry);
    this.layer?.remove();
    this.layer = undefined;
    document.removeEventListener("keydown", this.onKey);
    for (const event of ["scroll", "resize"]) window.removeEventListener(event, this.onMove, true);
  }
}
