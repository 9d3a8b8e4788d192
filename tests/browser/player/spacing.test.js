import assert from "node:assert/strict";
import { test } from "node:test";
import {
  dropLow,
  fitHeadings,
  nameRows,
  spaceRows,
  thinTicks,
} from "../../../bnviz/player/browser/player/spacing.js";

globalThis.document = {
  createElement: () => ({
    getContext: () => ({ measureText: (text) => ({ width: lengthOf(text) }) }),
  }),
};

const lengthOf = (text) => 10 * text.length;

function layout({ gap = 0.1, title = "", headings = ["<b>a</b>", "<b>b</b>"] } = {}) {
  const half = (1 - gap) / 2;
  return {
    xaxis: { domain: [0, 1], title: { text: title } },
    yaxis: { domain: [half + gap, 1] },
    xaxis2: { domain: [0, 1] },
    yaxis2: { domain: [0, half] },
    annotations: headings.map((text, i) => ({
      text,
      x: 0,
      xref: `x${i ? i + 1 : ""} domain`,
      font: { size: 14 },
    })),
  };
}
const gapOf = ({ yaxis, yaxis2 }) => yaxis.domain[0] - yaxis2.domain[1];

test("panels with room between them stay where they are", () => {
  const plenty = layout();
  spaceRows(plenty, 1000);
  assert.deepEqual(plenty, layout());
});

test("panels move apart for the words between them, and fill the same height", () => {
  const bare = layout();
  const titled = layout({ title: "layer" });
  for (const each of [bare, titled]) spaceRows(each, 200);
  assert.ok(200 * gapOf(bare) > 40);
  assert.ok(200 * gapOf(titled) > 200 * gapOf(bare) + 15);
  assert.equal(titled.yaxis.domain[1], 1);
  assert.ok(Math.abs(titled.yaxis2.domain[0]) < 1e-6);
});

test("of an explanation that is too long its end is kept, if that fits", () => {
  const headings = ["<b>arm</b><span> · values, dotted</span>", "<b>b</b><span> · of all</span>"];
  const long = layout({ headings });
  fitHeadings(long, 0, 150);
  const [first, second] = long.annotations;
  assert.equal(first.text, "<b>arm</b><span> · dotted</span>");
  assert.equal(second.text, headings[1]);
  const bare = layout({ headings: ["<span>values, dotted</span>", "<b>b</b>"] });
  fitHeadings(bare, 0, 100);
  assert.equal(bare.annotations[0].text, "<span>dotted</span>");
});

test("a heading that is too long loses its explanation, and then takes two lines", () => {
  const long = layout({
    headings: [
      "<b>arm</b><span> · explained at length</span>",
      "<b>with BN</b> · layer 1<span> · x</span>",
    ],
  });
  const text = () => long.annotations.map((each) => each.text);
  const before = text();
  fitHeadings(long, 0, 1000);
  assert.deepEqual(text(), before);
  fitHeadings(long, 0, 100);
  assert.deepEqual(text(), ["<b>arm</b>", "<b>with BN</b><br>layer 1"]);
});

test("a heading of one part is written smaller, but little below the numbers of the axes", () => {
  const name = "<b>by itself</b>";
  const narrow = layout({ headings: [name, "<b>b</b>"] });
  const size = () => narrow.annotations[0].font.size;
  fitHeadings(narrow, 0, 0.95 * lengthOf("by itself"));
  assert.ok(size() < 14 && size() > 12, String(size()));
  fitHeadings(narrow, 0, 20);
  assert.equal(narrow.annotations[0].text, "<b>b…</b>");
  assert.equal(size(), 12);
  const large = layout({ headings: [name, "<b>b</b>"] });
  large.font = { size: 20 };
  fitHeadings(large, 0, 20);
  assert.equal(large.annotations[0].font.size, 18);
});

test("a heading ends before the numbers of a higher panel beside it", () => {
  const headings = ["<b>arm</b><span> · of all</span>", "<b>b</b>"];
  const beside = layout({ headings, gap: 0.1 });
  beside.xaxis.domain = [0, 0.5];
  beside.yaxis.domain = [0, 0.8];
  beside.xaxis2.domain = [0.5, 1];
  beside.yaxis2.domain = [0.7, 1];
  const text = () => beside.annotations[0].text;
  fitHeadings(beside, 0, 360);
  assert.equal(text(), headings[0]);
  fitHeadings(beside, 0, 300);
  assert.equal(text(), "<b>arm</b>");
});

test("a low panel has as many numbers as fit one above the other, and at least one", () => {
  const low = layout({ gap: 0 });
  low.yaxis.nticks = 5;
  low.yaxis2.nticks = 2;
  const countsAt = (height) => {
    const each = structuredClone(low);
    thinTicks(each, height);
    return [each.yaxis.nticks, each.yaxis2.nticks];
  };
  assert.deepEqual(countsAt(1000), [5, 2]);
  assert.deepEqual(countsAt(110), [3, 2]);
  assert.deepEqual(countsAt(20), [1, 1]);
});

test("of numbers that have their places a low panel has the ends alone", () => {
  const shownAt = (height) => {
    const share = layout({ gap: 0 });
    Object.assign(share.yaxis, { tickvals: [0, 0.5, 1], range: [0, 1] });
    thinTicks(share, height);
    return share.yaxis.tickvals;
  };
  assert.deepEqual([200, 60].map(shownAt), [
    [0, 0.5, 1],
    [0, 1],
  ]);
});

test("numbers at a fixed distance are that far apart, or a multiple of it", () => {
  const distanceAt = (height) => {
    const log = layout({ gap: 0 });
    Object.assign(log.yaxis, { dtick: 1, range: [-2, 4] });
    thinTicks(log, height);
    return log.yaxis.dtick;
  };
  assert.deepEqual([1000, 100, 20].map(distanceAt), [1, 3, 6]);
});

function rows(names) {
  const high = 0.9 / names.length;
  const found = { annotations: [] };
  names.forEach((name, i) => {
    const suffix = i ? String(i + 1) : "";
    const top = 1 - (i * 1.0) / names.length;
    found[`xaxis${suffix}`] = { domain: [0, 1], showticklabels: i === names.length - 1 };
    found[`yaxis${suffix}`] = { domain: [top - high, top], nticks: 5 };
    const text = i ? name : `<b>arm</b><span> · ${name}</span>`;
    found.annotations.push({ text, x: 0, xref: `x${suffix} domain`, font: { size: 14 } });
  });
  return found;
}

test("rows that would be low have their names beside them, and are as high as can be", () => {
  const names = ["layer 1", "layer 2", "layer 3"];
  const low = rows(names);
  nameRows(low, 150);
  assert.deepEqual(
    [low.yaxis, low.yaxis2, low.yaxis3].map(({ ticktext }) => ticktext[0]),
    names,
  );
  assert.deepEqual(
    low.annotations.map(({ text }) => text),
    ["<b>arm</b>", "", ""],
  );
  spaceRows(low, 150);
  for (const { domain } of [low.yaxis, low.yaxis2, low.yaxis3]) {
    assert.ok(150 * (domain[1] - domain[0]) > 38);
  }
});

test("rows of some height, and panels with headings of their own, keep what stands above them", () => {
  const high = rows(["layer 1", "layer 2", "layer 3"]);
  nameRows(high, 400);
  assert.deepEqual(high, rows(["layer 1", "layer 2", "layer 3"]));
  const others = ["values", "<b>Loss</b>", "<b>Accuracy</b>"];
  const headed = rows(others);
  nameRows(headed, 150);
  assert.deepEqual(headed, rows(others));
});

test("each line of a heading in two lines is cut, if it is too long", () => {
  const long = layout({ headings: ["<b>BN after activation</b> · gradient norm", "<b>b</b>"] });
  fitHeadings(long, 0, 100);
  assert.equal(long.annotations[0].text, "<b>BN after…</b><br>gradient…");
});

test("a heading that fits in no way is cut, and says so", () => {
  const long = layout({
    headings: ["<b>a long name of an arm</b><span> · of all</span>", "<b>b</b>"],
  });
  fitHeadings(long, 0, 100);
  assert.equal(long.annotations[0].text, "<b>a long na…</b>");
});

test("of low panels the last are left out, and what stood below them stands below the others", () => {
  const found = rows(["<b>a</b>", "<b>b</b>", "<b>c</b>", "<b>d</b>"]);
  found.xaxis4.title = { text: "training step" };
  found.shapes = [{ yref: "y" }, { yref: "y4" }];
  dropLow(found, 220);
  assert.deepEqual(
    Object.keys(found).filter((key) => key.includes("axis")),
    ["xaxis", "yaxis", "xaxis2", "yaxis2", "xaxis3", "yaxis3"],
  );
  assert.equal(found.xaxis3.title.text, "training step");
  assert.equal(found.xaxis3.showticklabels, true);
  assert.deepEqual(found.shapes, [{ yref: "y" }]);
  assert.equal(found.annotations[3].text, "");
  for (const { domain } of [found.yaxis, found.yaxis2, found.yaxis3]) {
    assert.ok(220 * (domain[1] - domain[0]) >= 40);
  }
});

test("two panels stay, however low, and so do those of layers", () => {
  const two = layout();
  dropLow(two, 60);
  assert.deepEqual(two, layout());
  const layers = rows(["layer 1", "layer 2", "layer 3"]);
  dropLow(layers, 60);
  assert.deepEqual(layers, rows(["layer 1", "layer 2", "layer 3"]));
  nameRows(layers, 60);
  dropLow(layers, 60);
  assert.equal(Object.keys(layers).filter((key) => key.startsWith("yaxis")).length, 3);
});
