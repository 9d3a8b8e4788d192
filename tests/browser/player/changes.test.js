import assert from "node:assert/strict";
import { test } from "node:test";
import { Changes, possibleChanges } from "../../../bnviz/player/browser/player/changes.js";
import { FakeElement, FakeOption } from "../support/dom.js";

const OPTIONS = {
  rate: 0.1,
  rates: [0.001, 2],
  made: [],
  of_bn: { insert_bn: "insert BN", remove_bn: "remove BN" },
  since: { insert_bn: 1, remove_bn: 1 },
};
const values = (options, step) => possibleChanges(options, step).map(([value]) => value);

test("the learning rate can be changed by some factors, and BN", () => {
  assert.deepEqual(possibleChanges(OPTIONS, 1)[0], ["learning_rate=1", "learning rate 0.1 → 1"]);
  assert.deepEqual(values(OPTIONS, 1), [
    "learning_rate=1",
    "learning_rate=0.2",
    "learning_rate=0.05",
    "learning_rate=0.01",
    "insert_bn",
    "remove_bn",
  ]);
});

test("no learning rate beyond the limits is offered", () => {
  assert.deepEqual(values({ ...OPTIONS, rates: [0.05, 0.9], of_bn: {} }, 1), [
    "learning_rate=0.2",
    "learning_rate=0.05",
  ]);
});

test("factors apply to the learning rate at that step", () => {
  const made = [
    { step: 10, action: "learning_rate", value: 0.01 },
    { step: 20, action: "learning_rate", value: 1 },
  ];
  assert.equal(values({ ...OPTIONS, made }, 9)[0], "learning_rate=1");
  assert.equal(values({ ...OPTIONS, made }, 10)[0], "learning_rate=0.1");
  assert.equal(values({ ...OPTIONS, made }, 25)[0], "learning_rate=2");
});

test("what has been done to BN is not offered again, at any step", () => {
  const made = [{ step: 10, action: "insert_bn", value: null }];
  assert.ok(!values({ ...OPTIONS, made }, 1).includes("insert_bn"));
  assert.ok(values({ ...OPTIONS, made }, 1).includes("remove_bn"));
});

test("what needs an earlier change is offered after it", () => {
  const later = { ...OPTIONS, since: { insert_bn: 1, remove_bn: 11 } };
  assert.ok(!values(later, 10).includes("remove_bn"));
  assert.ok(values(later, 11).includes("remove_bn"));
});

test("a change is requested at the step of the cursor, but not before the first one", () => {
  globalThis.Option = FakeOption;
  const list = new FakeElement();
  const requests = [];
  let step = 0;
  const changes = new Changes(
    list,
    () => step,
    (...request) => requests.push(request),
  );
  changes.offer(OPTIONS);
  list.fire("focus");
  assert.equal(list.children[0].text, "at step 1:");
  list.value = "insert_bn";
  list.onchange();
  step = 1200;
  list.fire("pointerdown");
  assert.equal(list.children[0].text, "at step 1,200:");
  list.value = "learning_rate=1";
  list.onchange();
  assert.deepEqual(requests, [
    [1, "insert_bn"],
    [1200, "learning_rate=1"],
  ]);
  assert.deepEqual(
    list.children.map((each) => each.text),
    ["change…"],
  );
});

test("where nothing can be changed there is nothing to choose from", () => {
  const list = new FakeElement();
  const changes = new Changes(list, () => 1, assert.fail);
  const nothing = { ...OPTIONS, rates: [], of_bn: {} };
  assert.deepEqual(values(nothing, 1), []);
  changes.offer(nothing);
  assert.equal(list.hidden, true);
  changes.offer(OPTIONS);
  assert.equal(list.hidden, false);
});
