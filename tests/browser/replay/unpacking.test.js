import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import { bytesOf, framesOf } from "../../../bnviz/player/browser/replay/unpacking.js";

test("compressed bytes come back", async () => {
  const text = deflateSync(Uint8Array.from([7, 0, 255])).toString("base64");
  assert.deepEqual([...(await bytesOf(`\n${text}\n`))], [7, 0, 255]);
});

test("frames are put together from what each byte gains", () => {
  // Two frames of three bytes: 1 2 3 and 0 255 5.
  const rows = Uint8Array.from([1, 255, 2, 253, 3, 2]);
  const frames = framesOf(rows, { capacity: 2, schema: { size: 3 } });
  assert.deepEqual([...frames], [1, 2, 3, 0, 255, 5]);
});

test("frames that are cut off are refused", () => {
  assert.throws(() => framesOf(new Uint8Array(5), { capacity: 2, schema: { size: 3 } }), /cut off/);
});
