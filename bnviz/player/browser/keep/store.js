// Store: runs in the browser's own database. All of its methods fail where the browser refuses to
// store anything or has no room for it; then nothing in it has changed.

/** @import { Kept } from "types/keep" */

import { isKept, leaving } from "./records.js";

const NAME = "bnviz";
// The files apart, so that a list of the runs does not read them.
const RUNS = "runs";
const FILES = "files";

/**
 * @template Result
 * @param {IDBRequest<Result>} request
 * @returns {Promise<Result>}
 */
function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export class Store {
  /** @returns {Promise<IDBDatabase>} */
  async #open() {
    if (!this.database) {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore(RUNS, { keyPath: "id" });
        request.result.createObjectStore(FILES);
      };
      this.database = await answered(request);
      // The browser may close it, as when its owner clears what pages have stored.
      this.database.onclose = () => {
        this.database = undefined;
      };
    }
    return this.database;
  }

  /**
   * Does something in one transaction, all of it or nothing.
   * @template Result
   * @param {IDBTransactionMode} mode
   * @param {(runs: IDBObjectStore, files: IDBObjectStore) => Promise<Result>} act
   * @returns {Promise<Result>}
   */
  async #within(mode, act) {
    const transaction = (await this.#open()).transaction([RUNS, FILES], mode);
    /** @type {Promise<void>} */
    const complete = new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    const found = act(transaction.objectStore(RUNS), transaction.objectStore(FILES));
    // The transaction knows why it has failed; its requests know only that they were given up.
    found.catch(() => {});
    await complete;
    return found;
  }

  /**
   * All runs that can be read.
   * @returns {Promise<Kept[]>}
   */
  async all() {
    const found = await this.#within("readonly", (runs) => answered(runs.getAll()));
    return found.filter(isKept);
  }

  /**
   * The file of a run.
   * @param {string} id
   * @returns {Promise<unknown>}
   */
  file(id) {
    return this.#within("readonly", (_, files) => answered(files.get(id)));
  }

  /**
   * Keeps a run; the oldest make room.
   * @param {Kept} run
   * @param {ArrayBuffer} [file] If it has one, and that is not kept yet.
   */
  put(run, file) {
    return this.#within("readwrite", async (runs, files) => {
      runs.put(run);
      if (file) files.put(file, run.id);
      /** @type {Kept[]} */
      const all = await answered(runs.getAll());
      const unlisted = all.filter((each) => !isKept(each));
      for (const { id } of [...unlisted, ...leaving(all.filter(isKept))]) {
        runs.delete(id);
        files.delete(id);
      }
    });
  }

  /** @param {string} id */
  remove(id) {
    return this.#within("readwrite", async (runs, files) => {
      runs.delete(id);
      files.delete(id);
    });
  }

  /** Removes all runs. */
  clear() {
    return this.#within("readwrite", async (runs, files) => {
      runs.clear();
      files.clear();
    });
  }
}
