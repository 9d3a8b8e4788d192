import assert from "node:assert/strict";
import { test } from "node:test";
import { sentenceOf } from "../../../bnviz/player/browser/fields/refusals.js";

const OURS = { refusals: { 408: "slow", 503: "busy" }, otherwise: "lost" };
const failed = (status) => `Error: AxiosError: Request failed with status code ${status}`;

for (const [reason, sentence] of [
  [failed(503), "busy"],
  [failed(408), "slow"],
  [failed(502), "lost"],
  ["Error: AxiosError: Network Error", "lost"],
  ["Error: File must be 20MB or smaller.", undefined],
]) {
  test(`"${reason}" is said as "${sentence}"`, () => {
    assert.equal(sentenceOf(reason, OURS), sentence);
  });
}
