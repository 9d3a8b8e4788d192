import assert from "node:assert/strict";
import { test } from "node:test";
import { sentenceOf } from "../../../bnviz/player/browser/fields/downloads.js";

const OURS = { unmade: "busy", unanswered: "gone" };

test("a file that the server could not make is told from a server that does not answer", () => {
  assert.equal(sentenceOf("Failed to generate file for download", OURS), "busy");
  for (const words of ["Connection closed", "Request timed out", "Download failed", ""]) {
    assert.equal(sentenceOf(words, OURS), "gone");
  }
});
