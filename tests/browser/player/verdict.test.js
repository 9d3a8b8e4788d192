import assert from "node:assert/strict";
import { test } from "node:test";

import { Verdict } from "../../../bnviz/player/browser/player/verdict.js";
import { FakeElement, fakeParts } from "../support/dom.js";

test("the line stresses every second part, and the whole verdict says whether the run is over", () => {
  globalThis.document = {
    createElement: (tag) => {
      const element = new FakeElement();
      element.tag = tag;
      element.append = (...children) => element.children.push(...children);
      return element;
    },
  };
  const parts = fakeParts("headline about says");
  const verdict = new Verdict(parts);
  verdict.show({ headline: ["BN is ", "faster", "."], verdict: ["One.", "Two."] }, false);
  const [words] = parts.headline.children;
  assert.deepEqual(
    words.children.map((each) => [each.tag, each.textContent]),
    [
      ["span", "BN is "],
      ["strong", "faster"],
      ["span", "."],
    ],
  );
  assert.equal(parts.says.textContent, "One. Two.");
  assert.match(parts.about.textContent, /so far/);
  verdict.show({ headline: ["BN is ", "faster", "."], verdict: ["One.", "Two."] }, true);
  assert.match(parts.about.textContent, /whole run/);
  assert.equal(parts.headline.children[0].children.length, 3);
});
