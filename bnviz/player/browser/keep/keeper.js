// Keeper: keeps the runs of a visit in this browser while its viewer wants that, and shows those kept.

/** @import { KeepData, Kept, VisitRun } from "types/keep" */
/** @import { Send } from "types/message" */

import { cardOf } from "./cards.js";
import { choose } from "./opening.js";
import { MAX_BYTES, MAX_RUNS, newestFirst } from "./records.js";
import { Store } from "./store.js";

// Entry of `localStorage`: "on" while runs are kept, "off" once some have been. Without it the
// database is not even opened, which would make it.
const CHOICE = "bnviz-keeps";
const LABEL = "Keep runs in this browser";
const WHERE = `They stay in this browser's own storage, and none on the server: up to ${MAX_RUNS} runs and ${MAX_BYTES / 1e6} MB, of which the oldest make room.`;
const REFUSED =
  "This browser lets the page store nothing, as in a private window; “Take this run along” saves a run as a file.";
const FULL = "This browser has no room for another run; those that it keeps stay.";

/** The entry; null if there is none, or may be none. */
function choice() {
  try {
    return localStorage.getItem(CHOICE);
  } catch {
    return null;
  }
}

/**
 * An element with a text.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {string} [text]
 */
function made(name, text = "") {
  const node = document.createElement(name);
  node.textContent = text;
  return node;
}

/**
 * A file of the page's; undefined if it does not arrive.
 * @param {string} url From the root of the page.
 */
async function fileAt(url) {
  try {
    const response = await fetch(new URL(url.replace(/^\//, ""), document.baseURI));
    return response.ok ? await response.arrayBuffer() : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Runs of this visit that are not to be kept again once they have been removed, and what runs of it
 * were called last. Keepers come and go with the mode of the page.
 * @type {Set<string>}
 */
const tried = new Set();
/** @type {Map<string, string>} */
const names = new Map();

export class Keeper {
  /** @param {Store} [store] */
  constructor(store = new Store()) {
    this.store = store;
    this.on = choice() === "on";
    /** @type {Kept[]} */
    this.kept = [];
    /** @type {KeepData | undefined} */
    this.data = undefined;
    /** @type {Send} */
    this.send = () => {};
    /** @type {Send} */
    this.trigger = () => {};
    // What the page knows. It forgets that while another mode is open.
    this.told = "";
    this.wants = "";
    this.complaint = "";
    // The run that is being opened.
    this.opening = "";
    this.drawn = "";
    this.work = Promise.resolve();
    this.root = made("div");
    this.root.className = "bnviz-keep";
    this.root.hidden = true;
    this.box = made("input");
    this.box.type = "checkbox";
    this.box.onchange = () => this.#switch();
    const label = made("label");
    label.append(this.box, made("span", LABEL));
    this.status = made("p");
    this.status.setAttribute("role", "status");
    this.list = made("ul");
    this.list.setAttribute("aria-label", "Runs kept in this browser");
    this.removal = made("button");
    this.removal.type = "button";
    this.removal.className = "bnviz-kept-all";
    this.removal.onclick = () => this.#removeAll();
    this.removal.onblur = () => this.#ask(false);
    this.root.append(label, made("p", WHERE), this.status, this.list, this.removal);
    // Another tab has switched, or somebody has cleared the storage.
    /** @param {StorageEvent} event */
    this.onStorage = ({ key }) => {
      if (key !== CHOICE && key !== null) return;
      this.on = choice() === "on";
      this.#plan(async () => {});
    };
    window.addEventListener("storage", this.onStorage);
  }

  /**
   * Takes a message from the page.
   * @param {KeepData} data
   * @param {Send} send
   * @param {Send} trigger
   */
  receive(data, send, trigger) {
    this.data = data;
    this.send = send;
    this.trigger = trigger;
    this.told = JSON.stringify({ on: data.on, holds: data.holds });
    this.wants = data.file?.id ?? "";
    this.opening = "";
    this.#plan(() => this.#keep(data));
  }

  close() {
    window.removeEventListener("storage", this.onStorage);
  }

  /**
   * Does something after all that is planned, and shows what is kept then.
   * @param {() => Promise<void>} act
   */
  #plan(act) {
    this.work = this.work
      .then(act)
      .then(async () => {
        this.kept = choice() === null ? [] : newestFirst(await this.store.all());
      })
      .catch((error) => {
        const full = error instanceof DOMException && error.name === "QuotaExceededError";
        this.complaint = full ? FULL : REFUSED;
        this.on = this.on && full;
      })
      .then(() => this.#show());
  }

  /**
   * Keeps the runs of the visit that are not kept yet, and their names.
   * @param {KeepData} data
   */
  async #keep({ runs, file }) {
    this.kept = choice() === null ? [] : await this.store.all();
    if (!this.on) return;
    for (const run of runs) {
      const before = this.kept.find(({ id }) => id === run.id);
      // A name is taken over if it was given in this visit, not if it is what every visit begins with.
      const name = names.get(run.id) ?? run.name;
      names.set(run.id, run.name);
      if (before && name !== run.name) await this.store.put({ ...before, name: run.name });
      if (before) tried.add(run.id);
      else if (run.query) await this.#put(run);
      else if (file?.id === run.id) await this.#fetch(run, file.url);
    }
    const lacking = runs.find(({ id, query }) => !query && !tried.has(id));
    this.#want(lacking?.id ?? "");
  }

  /**
   * @param {VisitRun} run
   * @param {ArrayBuffer} [file]
   */
  async #put({ id, name, curves, query }, file) {
    if (tried.has(id)) return;
    tried.add(id);
    const size = file?.byteLength ?? 0;
    await this.store.put({ id, name, curves, query, size, since: Date.now() }, file);
  }

  /**
   * @param {VisitRun} run
   * @param {string} url Of its file, from the root of the page; empty if the page has none.
   */
  async #fetch(run, url) {
    const file = url && (await fileAt(url));
    if (file) {
      await this.#put(run, file);
    } else {
      tried.add(run.id);
      this.complaint = `${run.name} is not kept: its file could not be had. To try again, switch off and on.`;
    }
  }

  /** @param {string} id Of the run whose file the page is to give. */
  #want(id) {
    if (id === this.wants) return;
    this.wants = id;
    this.send("wants", id);
  }

  #switch() {
    this.complaint = "";
    this.on = this.box.checked;
    this.#plan(async () => {
      // A browser that refuses does so before the choice is noted.
      if (this.on) await this.store.all();
      localStorage.setItem(CHOICE, this.on ? "on" : "off");
      tried.clear();
      if (this.on && this.data) await this.#keep(this.data);
    });
  }

  /** @param {Kept} run */
  async #open(run) {
    this.complaint = "";
    this.opening = run.id;
    this.#show();
    const here = this.data?.runs.some(({ id }) => id === run.id);
    if (here || run.query) {
      this.trigger("open", { id: run.id, name: run.name, query: run.query });
      return;
    }
    // Beside what is planned: the field comes only after a message of the page's has been taken.
    const why = await this.store.file(run.id).then(
      (file) => choose(file, run.name),
      () => "its file cannot be read",
    );
    if (!why) return;
    this.complaint = `${run.name} cannot be opened: ${why}.`;
    this.opening = "";
    this.#show();
  }

  /** @param {Kept} run */
  #remove(run) {
    this.complaint = "";
    const at = this.kept.findIndex(({ id }) => id === run.id);
    this.#plan(() => this.store.remove(run.id));
    this.work = this.work.then(() => this.#focus(at));
  }

  #removeAll() {
    if (!this.removal.dataset.sure) return this.#ask(true);
    this.complaint = "";
    this.#ask(false);
    this.#plan(async () => {
      await this.store.clear();
      if (!this.on) localStorage.removeItem(CHOICE);
    });
    this.work = this.work.then(() => this.#focus(0));
  }

  /** @param {boolean} sure Whether the next click removes all. */
  #ask(sure) {
    this.removal.dataset.sure = sure ? "yes" : "";
    this.removal.textContent = sure ? `Remove all ${this.kept.length} for good?` : "Remove all";
  }

  /** @param {number} at Number of the card that has the focus, or the last one, or the switch. */
  #focus(at) {
    /** @type {NodeListOf<HTMLElement>} */
    const cards = this.list.querySelectorAll("button.bnviz-kept-run");
    (cards[Math.min(at, cards.length - 1)] ?? this.box).focus();
  }

  #show() {
    const { root, box, status, list, removal, data } = this;
    if (!data) return;
    const holds = this.kept.length > 0;
    root.hidden = !(data.has_runs || holds || this.on || this.complaint);
    box.checked = this.on;
    status.textContent = this.complaint;
    status.hidden = !this.complaint;
    removal.hidden = !holds;
    list.hidden = !holds;
    const drawn = JSON.stringify([this.kept, data.shown, this.opening]);
    if (drawn !== this.drawn) {
      this.drawn = drawn;
      this.#ask(false);
      list.replaceChildren(
        ...this.kept.map((run) => {
          const card = cardOf(
            run,
            run.id === data.shown,
            (each) => this.#open(each),
            (each) => this.#remove(each),
          );
          card.ariaBusy = String(run.id === this.opening);
          return card;
        }),
      );
    }
    const told = JSON.stringify({ on: this.on, holds });
    if (told === this.told) return;
    this.told = told;
    this.send("keeps", { on: this.on, holds });
  }
}
