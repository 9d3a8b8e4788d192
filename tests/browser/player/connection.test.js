import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Connection } from "../../../bnviz/player/browser/player/connection.js";
import { FakeElement } from "../support/dom.js";

const STATE = "data-test-connection-state";

let app;
let observe;
let returned;
let reloads;
let healthy;
let connection;

mock.timers.enable({ apis: ["setTimeout"] });

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  app = new FakeElement();
  app.setAttribute(STATE, "CONNECTED");
  [returned, reloads, healthy] = [0, 0, true];
  globalThis.document = { querySelector: () => app };
  globalThis.location = {
    reload: () => {
      reloads += 1;
    },
  };
  globalThis.fetch = async () => {
    if (healthy === undefined) throw new TypeError("no server");
    return { ok: healthy };
  };
  globalThis.MutationObserver = class {
    constructor(listener) {
      observe = listener;
    }
    observe() {}
    disconnect() {}
  };
  connection = new Connection(() => {
    returned += 1;
  });
});

function become(state) {
  app.setAttribute(STATE, state);
  observe();
}

/** Lets time pass, and what waits for a response go on. */
async function wait(milliseconds) {
  mock.timers.tick(milliseconds);
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

test("a page that was never cut off does not reload, however long a response takes", async () => {
  connection.asked();
  await wait(60_000);
  assert.equal(reloads, 0);
});

test("a connection that comes back is reported, once it was lost", () => {
  become("CONNECTED");
  assert.equal(returned, 0);
  become("DISCONNECTED");
  assert.equal(returned, 0);
  become("CONNECTED");
  assert.equal(returned, 1);
});

test("a response after the return shows that the server knows the page", async () => {
  become("DISCONNECTED");
  become("CONNECTED");
  connection.asked();
  connection.answered();
  connection.asked();
  await wait(60_000);
  assert.equal(reloads, 0);
});

test("without a response after the return the page reloads, after five to seven seconds", async () => {
  become("DISCONNECTED");
  become("CONNECTED");
  connection.asked();
  await wait(4_999);
  assert.equal(reloads, 0);
  await wait(2_001);
  assert.equal(reloads, 1);
});

test("further requests do not put the reload off", async () => {
  become("DISCONNECTED");
  become("CONNECTED");
  connection.asked();
  await wait(4_000);
  connection.asked();
  await wait(3_000);
  assert.equal(reloads, 1);
});

test("a page that is cut off again waits for the next return", async () => {
  become("DISCONNECTED");
  become("CONNECTED");
  connection.asked();
  become("DISCONNECTED");
  connection.asked();
  await wait(60_000);
  assert.equal(reloads, 0);
});

test("a page does not reload from a server that is not healthy, and tries again", async () => {
  for (const state of [undefined, false]) {
    healthy = state;
    become("DISCONNECTED");
    become("CONNECTED");
    connection.asked();
    await wait(7_000);
    assert.equal(reloads, 0);
  }
  healthy = true;
  await wait(7_000);
  assert.equal(reloads, 1);
});

test("a closed player does not reload the page", async () => {
  become("DISCONNECTED");
  become("CONNECTED");
  connection.asked();
  connection.close();
  await wait(60_000);
  assert.equal(reloads, 0);
});
