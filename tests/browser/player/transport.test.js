import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Ruler } from "../../../bnviz/player/browser/player/ruler.js";
import { SPEEDS, Transport } from "../../../bnviz/player/browser/player/transport.js";
import { FakeOption, fakeParts } from "../support/dom.js";

const FRAME = 1000 / 30;

let transport;
let parts;
let changes;
let ruler;

globalThis.Option = FakeOption;

/** Starts a run of `capacity` frames, one a step, of which `length` have arrived. */
function start(capacity, length, { playing = true, from = 0 } = {}) {
  ruler.steps = capacity - 1;
  transport.begin(capacity, playing, from);
  transport.grow(length);
}

beforeEach(() => {
  parts = fakeParts("back play forward speed scrub live");
  changes = 0;
  ruler = new Ruler((at) => at);
  ruler.root = false;
  transport = new Transport(parts, ruler, () => {
    changes += 1;
  });
});

test("a player that nobody has touched is at its start, at normal speed, and does nothing", () => {
  const { at, length, capacity, playing, following, loops, speed } = transport;
  assert.deepEqual([at, length, capacity, speed], [0, 0, 1, 1]);
  assert.deepEqual([playing, following, loops], [false, false, false]);
  assert.equal(parts.speed.value, "1");
  assert.deepEqual(
    parts.speed.options.map(({ text, value }) => [text, value]),
    [0.25, 0.5, 1, 2, 4].map((each) => [`${each}×`, String(each)]),
  );
});

test("at normal speed a frame is drawn every thirtieth of a second", () => {
  start(10, 10);
  assert.equal(transport.tick(FRAME / 2), false);
  assert.equal(transport.tick(FRAME / 2), true);
  assert.equal(transport.at, 1);
  for (let i = 0; i < 4; i++) transport.tick(FRAME);
  assert.equal(transport.at, 5);
});

test("time that is left over counts for the next frame", () => {
  start(1000, 1000);
  for (let i = 0; i < 1200; i++) transport.tick(1000 / 120);
  assert.ok(Math.abs(transport.at - 300) <= 1, `frame ${transport.at} after ten seconds`);
  transport.setSpeed(2);
  start(1000, 1000);
  for (let i = 0; i < 600; i++) transport.tick(1000 / 60);
  assert.equal(transport.at, 600);
});

test("up to normal speed no frame is skipped, however slow the screen", () => {
  start(10, 10);
  for (const speed of [0.25, 0.5, 1]) {
    transport.setSpeed(speed);
    const before = transport.at;
    transport.tick(10_000);
    assert.equal(transport.at, before + 1);
  }
});

test("at higher speeds as many frames are skipped as time has passed, and no more", () => {
  start(100, 100);
  transport.setSpeed(4);
  transport.tick(FRAME);
  assert.equal(transport.at, 4);
  transport.tick(60_000);
  assert.equal(transport.at, 8);
});

test("at half speed every second tick moves the cursor", () => {
  start(10, 10);
  transport.setSpeed(0.5);
  const moved = Array.from({ length: 6 }, () => transport.tick(FRAME));
  assert.deepEqual(moved, [false, true, false, true, false, true]);
});

test("nothing moves while paused or before a frame has arrived", () => {
  start(10, 0);
  assert.equal(transport.tick(1000), false);
  start(10, 5, { playing: false });
  assert.equal(transport.tick(1000), false);
  assert.equal(transport.at, 0);
});

test("the cursor waits at the newest frame of a growing run, and goes on", () => {
  start(10, 2);
  for (let i = 0; i < 5; i++) transport.tick(FRAME);
  assert.equal(transport.at, 1);
  assert.equal(transport.playing, true);
  transport.grow(4);
  transport.tick(FRAME);
  assert.equal(transport.at, 2);
});

test("a complete run is played to its end and then paused", () => {
  start(3, 3);
  const moved = Array.from({ length: 5 }, () => transport.tick(FRAME));
  assert.deepEqual(moved, [true, true, false, false, false]);
  assert.equal(transport.at, 2);
  assert.equal(transport.playing, false);
  start(4, 4);
  transport.setSpeed(4);
  transport.tick(FRAME);
  assert.equal(transport.at, 3);
});

test("a repeating run rests on its last frame and starts again", () => {
  start(3, 3);
  transport.loops = true;
  for (let i = 0; i < 2; i++) transport.tick(FRAME);
  const moved = Array.from({ length: 25 }, () => transport.tick(100));
  assert.deepEqual(moved, [...Array(24).fill(false), true]);
  assert.equal(transport.at, 0);
  assert.equal(transport.playing, true);
  assert.equal(transport.tick(FRAME), true);
  assert.equal(transport.at, 1);
});

test("play at the end of a run starts from the beginning; elsewhere it goes on", () => {
  start(3, 3, { playing: false });
  transport.seek(2);
  transport.toggle();
  assert.deepEqual([transport.at, transport.playing], [0, true]);
  transport.seek(1);
  transport.toggle();
  transport.toggle();
  assert.deepEqual([transport.at, transport.playing], [1, true]);
});

test("a step pauses and stays within the frames that have arrived", () => {
  start(10, 4);
  transport.step(1);
  assert.deepEqual([transport.at, transport.playing], [1, false]);
  transport.step(10);
  assert.equal(transport.at, 3);
  transport.step(-10);
  assert.equal(transport.at, 0);
});

test("seeking goes on playing, and reports each change", () => {
  start(10, 10);
  transport.seek(7);
  assert.deepEqual([transport.at, transport.playing, changes], [7, true, 1]);
  transport.toggle();
  assert.equal(changes, 2);
});

test("the newest frame is followed while the run grows, until the viewer moves", () => {
  start(10, 4);
  transport.toNewest();
  assert.deepEqual([transport.at, transport.following], [3, true]);
  transport.grow(6);
  assert.equal(transport.at, 5);
  transport.seek(2);
  transport.grow(8);
  assert.equal(transport.at, 2);
});

test("the newest frame of a complete run is its last, where it pauses", () => {
  start(10, 10);
  transport.toNewest();
  assert.deepEqual([transport.at, transport.following, transport.playing], [9, false, false]);
});

test("a run begins at a later frame once that has arrived, unless the viewer moves first", () => {
  start(10, 3, { from: 5 });
  assert.equal(transport.at, 0);
  transport.grow(5);
  assert.equal(transport.at, 0);
  transport.grow(6);
  assert.equal(transport.at, 5);
  start(10, 3, { from: 5 });
  transport.seek(1);
  transport.grow(9);
  assert.equal(transport.at, 1);
});

test("another run starts from nothing", () => {
  start(10, 10);
  transport.toNewest();
  transport.begin(20, true, 0);
  assert.deepEqual([transport.at, transport.length, transport.following], [0, 0, false]);
});

for (const [key, shiftKey, at] of [
  ["ArrowRight", false, 6],
  ["ArrowLeft", false, 4],
  ["ArrowRight", true, 15],
  ["ArrowLeft", true, 0],
  ["Home", false, 0],
  ["End", false, 19],
  ["l", false, 19],
]) {
  test(`the key ${shiftKey ? "Shift+" : ""}${key} moves the cursor from frame 5 to ${at}`, () => {
    start(20, 20);
    transport.seek(5);
    assert.equal(transport.key({ key, shiftKey }), true);
    assert.equal(transport.at, at);
  });
}

test("keys play and pause, and change the speed within its limits", () => {
  start(20, 20);
  const press = (key) => transport.key({ key, shiftKey: false });
  press(" ");
  assert.equal(transport.playing, false);
  press("k");
  assert.equal(transport.playing, true);
  press("+");
  assert.equal(transport.speed, 2);
  assert.equal(parts.speed.value, "2");
  for (let i = 0; i < 9; i++) press("+");
  assert.equal(transport.speed, SPEEDS.at(-1));
  press("-");
  assert.equal(transport.speed, 2);
  for (let i = 0; i < 9; i++) press("-");
  assert.equal(transport.speed, SPEEDS[0]);
  assert.equal(press("x"), false);
});

test("the controls show the cursor, what has arrived, and whether it plays", () => {
  start(11, 6);
  transport.seek(5);
  assert.equal(parts.play.getAttribute("aria-label"), "Pause");
  assert.equal(parts.scrub.value, "0.5");
  assert.equal(parts.scrub.style["--at"], "50%");
  assert.equal(parts.scrub.style["--here"], "50%");
  assert.equal(parts.live.disabled, true);
  transport.step(-1);
  assert.equal(parts.live.disabled, false);
  transport.step(-2);
  assert.equal(parts.play.getAttribute("aria-label"), "Play");
  assert.equal(parts.scrub.style["--at"], "20%");
  assert.equal(parts.live.disabled, false);
});

test("by the square root, a quarter of the run lies at half of the slider", () => {
  ruler.root = true;
  start(101, 101);
  transport.seek(25);
  assert.equal(parts.scrub.style["--at"], "50%");
  parts.scrub.value = "0.2";
  parts.scrub.oninput();
  assert.equal(transport.at, 4);
});

test("the buttons do what the methods do", () => {
  start(20, 20);
  parts.forward.onclick();
  parts.forward.onclick();
  assert.deepEqual([transport.at, transport.playing], [2, false]);
  parts.back.onclick();
  assert.equal(transport.at, 1);
  parts.play.onclick();
  assert.equal(transport.playing, true);
  parts.scrub.value = "0.64";
  parts.scrub.oninput();
  assert.equal(transport.at, 12);
  parts.live.onclick();
  assert.equal(transport.at, 19);
  parts.speed.value = "0.25";
  parts.speed.onchange();
  assert.equal(transport.speed, 0.25);
});
