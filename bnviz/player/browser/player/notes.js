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
// Until what a note touches is looked for again: the sidebar can come after the stage; milliseconds.
const RETRY = 200;

/**
 * @typedef {object} Note
 * @property {string} text
 * @property {(root: HTMLElement) => [x: number, y: number] | undefined} place What it touches, in
 *   pixels of the window; undefined if that is not there.
 * @property {1 | -1} side Whether it stands below that or above.
 * @property {number} lead How far from it, in pixels.
 */

/** @param {Element | null | undefined} element */
function boxOf(element) {
  const box = element?.getBoundingClientRect();
  return box?.width ? box : undefined;
}

/** @type {Note[]} */
const NOTES = [
  {
    text: "1 Watch the last layer here",
    place(root) {
      const row = boxOf(root.querySelector('[data-part="taps"] [data-key^="row"][tabindex="0"]'));
      const plot = boxOf(root.querySelector(".bnviz-figure"));
      return row && plot && [row.right + 0.09 * plot.width, row.bottom - row.height / 4];
    },
    side: 1,
    lead: 22,
  },
  {
    text: "2 Here BN normalizes",
    place(root) {
      const box = boxOf(root.querySelector('[data-part="taps"] [data-key^="norm 1 "]'));
      return box && [box.left + box.width / 2, box.top];
    },
    side: -1,
    lead: 22,
  },
  {
    text: "3 Begin the lesson",
    place() {
      const sidebar = document.querySelector('[data-testid="stSidebar"]');
      const buttons = [...(sidebar?.querySelectorAll("button, label") ?? [])];
      const box = boxOf(buttons.find((each) => each.textContent?.trim() === "Lesson"));
      return box && [box.left + box.width / 2, box.top];
    },
    // Above the line below the page's name.
    side: -1,
    lead: 30,
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
    clearTimeout(this.retry);
    NOTES.forEach(({ place, side, lead }, number) => {
      const note = /** @type {HTMLElement} */ (layer.children[number]);
      const touched = place(this.root);
      note.hidden = !touched;
      if (!touched) {
        clearTimeout(this.retry);
        this.retry = setTimeout(this.onMove, RETRY);
        return;
      }
      const [x, y] = touched;
      const half = note.offsetWidth / 2;
      const left = Math.min(Math.max(x, half + EDGE), innerWidth - half - EDGE);
      note.style.left = `${left}px`;
      note.style.top = `${side > 0 ? y + lead : y - lead - note.offsetHeight}px`;
      note.style.setProperty("--at", `${x - left + half}px`);
      note.style.setProperty("--lead", `${lead}px`);
      note.dataset.side = side > 0 ? "below" : "above";
    });
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
    button.textContent = "Esc hides these notes for good";
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
