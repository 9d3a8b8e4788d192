import assert from "node:assert/strict";
import { test } from "node:test";

import { unpack } from "../../../bnviz/player/browser/player/message.js";
import { Host } from "../../../bnviz/player/browser/replay/host.js";

const VIEW = { name: "layers", layer: 0 };
const FIGURE = [{ fixed: {}, figure: { layout: {} }, groups: [] }];
const CONTENT = {
  header: { run: "replay", capacity: 3, begin: 0, schema: { size: 2 }, shown: null },
  steps: [0, 10, 20],
  table: { layers: FIGURE, boundary: FIGURE },
  missing: { layers: null, boundary: { sentence: "not here", offer: "" } },
  view: VIEW,
};
const FRAMES = Uint8Array.from([1, 2, 3, 4, 5, 6]);

/** A host whose player keeps what it receives. */
function started() {
  const messages = [];
  let send;
  const player = {
    receive(message, given) {
      send = given;
      messages.push(unpack(message));
    },
  };
  const host = new Host(CONTENT, FRAMES, player);
  host.open(VIEW);
  const ask = async (name, value) => {
    send(name, value);
    await Promise.resolve();
    return messages.at(-1);
  };
  return { host, messages, ask };
}

test("the first message has all frames and a figure", () => {
  const [{ header, bytes }] = started().messages;
  assert.deepEqual([...bytes], [...FRAMES]);
  assert.deepEqual([header.first, header.schema, header.shown], [0, { size: 2 }, null]);
  assert.deepEqual(header.figure.view, VIEW);
});

test("a later one has what the player lacks", async () => {
  const { messages, ask } = started();
  const { id } = messages[0].header.figure;
  const same = await ask("want", { view: VIEW, figure: id, ask: 4 });
  assert.equal(same.header.figure, undefined);
  assert.deepEqual([same.header.ask, same.header.first, same.bytes.length], [4, 3, 0]);
  const other = await ask("want", { view: { ...VIEW, layer: 1 }, figure: id, ask: 5 });
  assert.equal(other.header.figure.view.layer, 1);
});

test("a player is answered after it has asked", () => {
  const { messages, ask } = started();
  ask("want", { view: VIEW, figure: "", ask: 1 });
  assert.equal(messages.length, 1);
});

test("it says what a view lacks, and goes on saying it", async () => {
  const { ask } = started();
  const lacking = await ask("want", { view: { name: "boundary" }, figure: "", ask: 1 });
  assert.equal(lacking.header.missing.sentence, "not here");
  const presented = await ask("present", true);
  assert.equal(presented.header.missing.sentence, "not here");
  assert.equal(presented.header.presented, true);
});

test("an unknown view is the usual one", async () => {
  const { ask } = started();
  const { header } = await ask("want", { view: { name: "no such" }, figure: "", ask: 1 });
  assert.equal(header.figure.view.name, "layers");
});

test("what a view does not offer is as usual or within its limits", async () => {
  const choices = {
    neuron: { options: { 0: "1", 1: "2" } },
    gamma: { low: -10, high: 10 },
  };
  const table = { layers: [{ fixed: {}, figure: { layout: {}, choices }, groups: [] }] };
  const view = { name: "layers", neuron: 0, gamma: 1 };
  const messages = [];
  const player = { receive: (message) => messages.push(unpack(message)) };
  const host = new Host({ ...CONTENT, table, view }, FRAMES, player);
  host.open({ ...view, neuron: 500, gamma: 99 });
  assert.deepEqual(messages[0].header.figure.view, { name: "layers", neuron: 0, gamma: 10 });
});

test("a step is that of the last frame at or before it", () => {
  const { host } = started();
  assert.deepEqual(
    [0, 9, 10, 99].map((step) => host.indexAt(step)),
    [0, 0, 1, 2],
  );
});
