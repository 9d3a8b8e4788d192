import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { FakeElement } from "../support/dom.js";

const KEEPER = "../../../bnviz/player/browser/keep/keeper.js";
const RUN = { id: "a", name: "first", curves: [], query: { units: "4" } };
const FILE = { id: "b", name: "opened", curves: [], query: null };

/** The storage of a browser, which all of its tabs share. */
class Storage {
  constructor() {
    this.runs = new Map();
  }

  async all() {
    return [...this.runs.values()];
  }

  async put(run) {
    this.runs.set(run.id, run);
  }

  async remove(id) {
    this.runs.delete(id);
  }

  async clear() {
    this.runs.clear();
  }

  get names() {
    return [...this.runs.values()].map(({ name }) => name);
  }
}

let storage = new Storage();
let tabs = 0;

beforeEach(() => {
  storage = new Storage();
  const entries = new Map([["bnviz-keeps", "on"]]);
  const localStorage = {
    getItem: (name) => entries.get(name) ?? null,
    setItem: (name, value) => entries.set(name, value),
    removeItem: (name) => entries.delete(name),
  };
  const element = () => new FakeElement();
  const document = { createElement: element, createElementNS: element, baseURI: "http://x/" };
  const globals = { localStorage, document, window: { addEventListener() {} } };
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
});

/** A tab of that browser; each visit is one. */
async function open() {
  tabs += 1;
  // What a tab knows is in its modules.
  const { Keeper } = await import(`${KEEPER}?tab=${tabs}`);
  const keeper = new Keeper(storage);
  const sent = {};
  const send = (name, value) => {
    sent[name] = value;
  };
  return {
    keeper,
    sent,
    /** The page says something; the runs that it has, and the file of one. */
    async tell(runs, file = null) {
      const { on = false, holds = false } = sent.keeps ?? {};
      const data = { on, holds, runs, has_runs: runs.length > 0, shown: "", file };
      keeper.receive(data, send, send);
      await keeper.work;
    },
    async switch(on) {
      keeper.box.checked = on;
      keeper.box.onchange();
      await keeper.work;
    },
    async remove() {
      const [, removes] = keeper.list.children[0].children;
      removes.onclick();
      await keeper.work;
    },
    async removeAll() {
      keeper.removal.onclick();
      keeper.removal.onclick();
      await keeper.work;
    },
  };
}

test("what is removed in a tab is not kept again by another one", async () => {
  const [one, other] = [await open(), await open()];
  await one.tell([RUN]);
  await other.tell([RUN]);
  assert.deepEqual(storage.names, ["first"]);
  await one.remove();
  await other.tell([RUN]);
  await one.tell([RUN]);
  assert.deepEqual(storage.names, []);
  assert.deepEqual(
    [one, other].map(({ sent }) => sent.keeps.holds),
    [false, false],
  );
});

test("all are removed with the switch off, too, and no card is left", async () => {
  const tab = await open();
  await tab.tell([RUN, { ...RUN, id: "c", name: "second" }]);
  await tab.switch(false);
  assert.equal(tab.keeper.list.children.length, 2);
  await tab.removeAll();
  assert.deepEqual([storage.names, tab.keeper.list.children], [[], []]);
  assert.equal(localStorage.getItem("bnviz-keeps"), null);
});

test("one click does not remove all", async () => {
  const tab = await open();
  await tab.tell([RUN]);
  tab.keeper.removal.onclick();
  await tab.keeper.work;
  assert.deepEqual(storage.names, ["first"]);
  assert.equal(tab.keeper.removal.textContent, "Remove all 1 for good?");
});

test("a name given in one visit stands in the next, until another is given", async () => {
  const before = await open();
  await before.tell([RUN]);
  await before.tell([{ ...RUN, name: "mine" }]);
  assert.deepEqual(storage.names, ["mine"]);
  const after = await open();
  await after.tell([RUN]);
  assert.deepEqual(storage.names, ["mine"]);
  await after.tell([{ ...RUN, name: "yours" }]);
  assert.deepEqual(storage.names, ["yours"]);
});

test("a file that could not be made is said, and asked for again after off and on", async () => {
  const tab = await open();
  await tab.tell([FILE, RUN]);
  assert.equal(tab.sent.wants, "b");
  await tab.tell([FILE, RUN], { id: "b", url: "" });
  assert.match(tab.keeper.status.textContent, /^opened is not kept: its file could not be had\./);
  assert.deepEqual([tab.sent.wants, storage.names], ["", ["first"]]);
  await tab.switch(false);
  await tab.tell([]);
  await tab.switch(true);
  await tab.tell([FILE, RUN]);
  assert.deepEqual([tab.sent.wants, tab.keeper.status.textContent], ["b", ""]);
});
