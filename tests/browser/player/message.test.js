import assert from "node:assert/strict";
import { test } from "node:test";
import { unpack } from "../../../bnviz/player/browser/player/message.js";

test("a message is its header and the frames behind it, wherever it lies in a buffer", () => {
  const text = new TextEncoder().encode(JSON.stringify({ run: "β", first: 3 }));
  const buffer = new Uint8Array(7 + 4 + text.length + 3);
  new DataView(buffer.buffer).setUint32(7, text.length, true);
  buffer.set(text, 11);
  buffer.set([1, 2, 255], 11 + text.length);
  const { header, bytes } = unpack(buffer.subarray(7));
  assert.deepEqual(header, { run: "β", first: 3 });
  assert.deepEqual([...bytes], [1, 2, 255]);
});
