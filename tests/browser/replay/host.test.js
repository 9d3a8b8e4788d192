import assert from "node:assert/strict";
import { test } from "node:test";

import { unpack } from "../../../bnviz/player/browser/player/message.js";
import { Arrival } from "../../../bnviz/player/browser/replay/arrival.js";
import { Host } from "../../../bnviz/player/browser/replay/host.js";

const VIEW = { name: "layers", layer: 0 };
const FIGURE = [{ fixed: {}, figure: { layout: {} }, groups: [] }];
const CONTENT = {
  header: {
    run: "replay",
    detail: false,
    available: 3,
    capacity: 3,
    begin: 0,
    schema: { size: 2 },
    shown: null,
  },
  table: { layers: FIGURE, boundary: FIGURE },
  missing: { layers: null, boundary: { sentence: "not here", offer: "" } },
  view: VIEW,
};
const FRAMES = Uint8Array.from([1, 2, 3, 4, 5, 6]);

// What a player asks for that has all frames.
const REQUEST = { run: "replay", detail: false, from: 3, view: VIEW, figure: "", ask: 1 };

/** A host whose player keeps what it receives; of all frames, unless there are fewer. */
function started(frames = FRAMES) {
  const messages = [];
  let send;
  const player = {
    receive(message, given) {
      send = given;
      messages.push(unpack(message));
    },
  };
  const host = new Host(CONTENT, new Arrival(CONTENT.header, frames), player);
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
  const same = await ask("want", { ...REQUEST, figure: id, ask: 4 });
  assert.equal(same.header.figure, undefined);
  assert.deepEqual([same.header.ask, same.header.first, same.bytes.length], [4, 3, 0]);
  const other = await ask("want", { ...REQUEST, view: { ...VIEW, layer: 1 }, figure: id, ask: 5 });
  assert.equal(other.header.figure.view.layer, 1);
});

test("a player is answered after it has asked", () => {
  const { messages, ask } = started();
  ask("want", REQUEST);
  assert.equal(messages.length, 1);
});

test("it says what a view lacks, and goes on saying it", async () => {
  const { ask } = started();
  const lacking = await ask("want", { ...REQUEST, view: { name: "boundary" } });
  assert.equal(lacking.header.missing.sentence, "not here");
  const presented = await ask("present", true);
  assert.equal(presented.header.missing.sentence, "not here");
  assert.equal(presented.header.presented, true);
});

test("an unknown view is the usual one", async () => {
  const { ask } = started();
  const { header } = await ask("want", { ...REQUEST, view: { name: "no such" } });
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
  const host = new Host({ ...CONTENT, table, view }, new Arrival(CONTENT.header, FRAMES), player);
  host.open({ ...view, neuron: 500, gamma: 99 });
  assert.deepEqual(messages[0].header.figure.view, { name: "layers", neuron: 0, gamma: 10 });
});

test("frames that have not arrived are sent as soon as they have", async () => {
  const { host, messages, ask } = started(FRAMES.subarray(0, 2));
  const { id } = messages[0].header.figure;
  await ask("want", { ...REQUEST, from: 1, figure: id, ask: 7 });
  assert.equal(messages.length, 1);
  host.grow(FRAMES.subarray(2));
  const { header, bytes } = messages.at(-1);
  assert.deepEqual([header.ask, header.first, [...bytes]], [7, 1, [3, 4, 5, 6]]);
});

test("another view does not wait for frames", async () => {
  const { messages, ask } = started(FRAMES.subarray(0, 2));
  const { id } = messages[0].header.figure;
  const { header } = await ask("want", {
    ...REQUEST,
    from: 1,
    figure: id,
    view: { ...VIEW, layer: 1 },
  });
  assert.deepEqual([header.figure.view.layer, header.first], [1, 1]);
});

test("frames with detail replace those without from the first one on", async () => {
  const { host, messages, ask } = started(FRAMES.subarray(0, 2));
  const { id } = messages[0].header.figure;
  await ask("want", { ...REQUEST, from: 1, figure: id });
  const header = { ...CONTENT.header, detail: true, schema: { size: 4 } };
  host.replace({ ...CONTENT, header }, new Arrival(header, new Uint8Array(8)));
  const last = messages.at(-1);
  assert.deepEqual([last.header.detail, last.header.first, last.bytes.length], [true, 0, 8]);
  assert.equal(last.header.schema.size, 4);
});

test("of a run that grows other figures take the place of those before them", async () => {
  const { host, messages, ask } = started();
  const { id } = messages[0].header.figure;
  const header = { ...CONTENT.header, message: "more" };
  host.update({ ...CONTENT, header });
  assert.deepEqual([messages[1].header.message, messages[1].header.figure], ["more", undefined]);
  const same = await ask("want", { ...REQUEST, figure: id });
  assert.equal(same.header.figure, undefined);
  host.update({ ...CONTENT, table: { ...CONTENT.table } });
  const other = await ask("want", { ...REQUEST, figure: id, ask: 2 });
  assert.notEqual(other.header.figure.id, id);
});
