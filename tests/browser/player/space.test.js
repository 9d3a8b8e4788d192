import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { layoutName } from "../../../bnviz/player/browser/player/space.js";

test("a figure has the layout for a phone up to the width up to which the styles are a phone's", () => {
  const styles = new URL("../../../bnviz/player/browser/player/tabs.css", import.meta.url);
  const last = Number(readFileSync(styles, "utf8").match(/max-width: (\d+)px\) \{/)?.[1]);
  assert.deepEqual(
    [last, last + 1].map((width) => layoutName(width)),
    ["narrow", "wide"],
  );
  assert.equal(layoutName(last + 1, last + 1), "narrow");
});
