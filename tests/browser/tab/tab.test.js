import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import tab from "../../../bnviz/player/browser/tab/tab.js";

const ENTRY = "bnviz-file";
let entries;
let session = 0;

beforeEach(() => {
  entries = new Map();
  session += 1;
  globalThis.sessionStorage = {
    getItem: (name) => entries.get(name) ?? null,
    setItem: (name, value) => entries.set(name, value),
    removeItem: (name) => entries.delete(name),
  };
});

/** The answers to a message. */
function answers(data) {
  const found = [];
  tab({ data, setStateValue: (name, value) => found.push([name, value]) });
  return found;
}

const asked = (insist = false) => ({ ask: `session ${session}`, insist, keep: "" });

test("a key is kept, and forgotten", () => {
  assert.deepEqual(answers({ ask: "", insist: false, keep: "key" }), []);
  assert.equal(entries.get(ENTRY), "key");
  assert.deepEqual(answers({ ask: "", insist: false, keep: "" }), []);
  assert.equal(entries.size, 0);
});

test("a session that asks is answered once, and the key stays", () => {
  entries.set(ENTRY, "key");
  assert.deepEqual(answers(asked()), [["answer", { key: "key" }]]);
  assert.deepEqual(answers(asked()), []);
  assert.equal(entries.get(ENTRY), "key");
});

test("without a key only a session that insists is answered", () => {
  assert.deepEqual(answers(asked()), []);
  assert.deepEqual(answers(asked(true)), [["answer", { key: "" }]]);
  assert.deepEqual(answers(asked(true)), []);
});

test("a browser without storage has no key", () => {
  Object.defineProperty(globalThis, "sessionStorage", {
    configurable: true,
    get: () => {
      throw new Error("denied");
    },
  });
  assert.deepEqual(answers({ ask: "", insist: false, keep: "key" }), []);
  assert.deepEqual(answers(asked(true)), [["answer", { key: "" }]]);
  Object.defineProperty(globalThis, "sessionStorage", { configurable: true, writable: true });
});
