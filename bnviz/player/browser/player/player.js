// Player: one figure, one time cursor, and the frames of a run as they come.
//
// The server sends messages: a JSON header and whole frames. The player holds all frames it has
// got, draws the one under the cursor at the browser's own rate, and asks for those it lacks; a
// lost or merged message is asked for again and never leaves a hole. What only few views draw fills
// most of a frame, so frames come without it at first; frames with it are gathered beside them once
// such a view is opened, or nothing else is left to ask for.

import { points } from "./bindings.js";
import { Cards } from "./cards.js";
import { Changes } from "./changes.js";
import { Connection } from "./connection.js";
import { Events } from "./events.js";
import { Frames } from "./frames.js";
import { Painter } from "./painter.js";
import { mount } from "./mount.js";
import { loadPlotly } from "./plotly.js";
import { buildSkeleton } from "./skeleton.js";
import { applyTheme } from "./theme.js";
import { buildTabs, buildToolbar } from "./toolbar.js";
import { Transport } from "./transport.js";

const NARROW = 700;
const MARGIN = 14;
const LOWEST = 430;
const HIGHEST = 1000;
const SETTLED = 250;
const ASK_AGAIN = 4000;
const CONFIG = { responsive: false, displaylogo: false, displayModeBar: false, doubleClick: "reset" };
const LIVE_STATES = ["queued", "running"];

function unpack(message) {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const size = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(message.subarray(4, 4 + size)));
  return { header, bytes: message.subarray(4 + size) };
}

class Player {
  constructor(root) {
    this.root = root;
    this.parts = {};
    for (const node of root.querySelectorAll("[data-part]")) this.parts[node.dataset.part] = node;
    this.cards = new Cards(this.parts);
    this.painter = new Painter(this.parts.canvas);
    this.transport = new Transport(this.parts, () => this.draw());
    this.changes = new Changes(
      this.parts.change,
      () => this.frames.value("step", this.transport.at),
      (step, change) => this.trigger("change", { step, change }),
    );
    this.events = new Events(this.parts, (index) => this.transport.step(index - this.transport.at));
    this.connection = new Connection(() => {
      if (LIVE_STATES.includes(this.header?.state)) this.ask();
    });
    this.detail = false;
    this.drawn = 0;
    this.asked = 0;
    this.keys = (event) => this.key(event);
    document.addEventListener("keydown", this.keys);
    this.resized = new ResizeObserver(() => this.resize());
    this.resized.observe(this.parts.figure);
    this.resized.observe(this.parts.summary);
    this.resized.observe(this.parts.foot);
    this.onWindow = () => this.resize();
    window.addEventListener("resize", this.onWindow);
    this.themed = matchMedia("(prefers-color-scheme: dark)");
    this.themed.onchange = () => setTimeout(() => this.resize(true), 300);
    this.clock = requestAnimationFrame((now) => this.tick(now));
  }

  receive(message, send, trigger) {
    this.send = send;
    this.trigger = trigger;
    this.connection.answered();
    const { header, bytes } = unpack(message);
    const { gathering } = this;
    if (header.run !== this.run || header.detail !== gathering.detail) {
      // An answer to an earlier question, which was about less.
      if (header.run === this.run && gathering.detail) return;
      // The answer to a player that stood here before: this one needs the beginning.
      if (!header.schema) return this.ask();
      this.begin(header);
    }
    this.header = header;
    this.answered = header.ask;
    if (this.gathering.extend(header.first, bytes)) this.grow();
    this.changes.of(header.changes);
    if (header.figure) this.coming = header.figure;
    const changed = this.coming && (this.frames.detail || !this.coming.detail);
    if (changed) this.setFigure(this.coming);
    this.cards.say(header.verdict, header.available === header.capacity);
    this.events.show(header.events, header.capacity, this.figure.cards.arms.map((arm) => arm.name));
    this.status();
    // What stands around the figure decides its height, so that comes first.
    if (changed) this.resize(true);
    this.draw();
    this.planAsking();
  }

  // Frames of another run; or those of the same one with detail, which take the place of the others
  // once as many are here.
  begin(header) {
    this.gathering = new Frames(header.schema, header.capacity, header.detail);
    this.detail = header.detail;
    if (header.run === this.run) return;
    this.run = header.run;
    this.frames = this.gathering;
    this.transport.loops = header.loops;
    const moving = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.transport.begin(header.capacity, moving, header.begin);
    this.shown = -1;
  }

  grow() {
    if (this.gathering.length >= this.frames.length) this.frames = this.gathering;
    if (this.frames === this.gathering) this.transport.grow(this.frames.length);
  }

  setFigure(figure) {
    this.coming = undefined;
    this.figure = figure;
    this.view = figure.view;
    this.cards.build(figure.cards);
    const choose = (name, value) => {
      this.view = { ...this.view, [name]: value };
      this.ask();
    };
    buildTabs(this.parts.tabs, figure.tabs, figure.view.name, choose);
    buildToolbar(this.parts.toolbar, figure.choices, figure.view, choose);
    this.root.dataset.view = figure.view.name;
    this.parts.reading.textContent = figure.reading;
  }

  // Sends what the player wants: which frames it has, which figure it holds, what to show.
  ask() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.connection.asked();
    const { gathering } = this;
    this.send("want", {
      run: this.run ?? "",
      from: gathering?.detail === this.detail ? gathering.length : 0,
      detail: this.detail,
      figure: (this.coming ?? this.figure)?.id ?? "",
      view: this.view ?? {},
      ask: this.asked,
    });
    this.timer = setTimeout(() => this.ask(), ASK_AGAIN);
  }

  planAsking() {
    // The first picture comes before the rest of the frames, which wait for nothing else.
    if (this.answered < this.asked || this.drawn === 0) return;
    clearTimeout(this.timer);
    const { available, state, poll, spare } = this.header;
    if (this.gathering.length < available) this.ask();
    else if (spare && !this.detail) {
      this.detail = true;
      this.ask();
    } else if (LIVE_STATES.includes(state)) this.timer = setTimeout(() => this.ask(), poll);
  }

  // Layout for the room there is, with the theme's colours in.
  resize(force = false) {
    const width = Math.round(this.parts.figure.clientWidth);
    if (!this.figure || !width) return;
    const name = width < NARROW ? "narrow" : "wide";
    const { height } = this.figure.layouts[name];
    const room = height ?? Math.max(LOWEST, Math.min(HIGHEST, this.room()));
    const same = width === this.width && Math.abs(room - this.height) < 3;
    if (same && !force) return;
    this.width = width;
    this.height = room;
    const size = { width, height: room };
    ({ layout: this.layout, traces: this.traces } = applyTheme(this.root, this.figure, name, size));
    this.axes = false;
    this.shown = -1;
    this.draw();
  }

  // Lays out axes and headings; the painter draws the moving traces. Those that answer the mouse are
  // laid out too, unseen, once the cursor rests: it takes long.
  layOut(Plotly, answering = false) {
    const { plot } = this.parts;
    const data = [];
    const axes = new Set();
    this.traces.forEach((trace, number) => {
      const binding = this.figure.bindings[number];
      // Plotly draws no axes that have no trace.
      const first = !axes.has(trace.xaxis);
      axes.add(trace.xaxis);
      if (!binding) data.push(trace);
      else if (answering && trace.hoverinfo !== "skip") {
        data.push({ ...trace, opacity: 0, ...points(binding, this.frames, this.shown) });
      } else if (first) data.push({ ...trace, type: "scatter", opacity: 0 });
    });
    Plotly.react(plot, data, this.layout, CONFIG);
    if (!this.axes) {
      plot.removeAllListeners?.("plotly_relayout");
      plot.removeAllListeners?.("plotly_relayouting");
      plot.on("plotly_relayout", () => this.paint());
      plot.on("plotly_relayouting", () => this.paint());
    }
    this.axes = true;
  }

  // Once the cursor rests, the mouse finds the points where they are seen.
  settle() {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      if (window.Plotly && this.axes) this.layOut(window.Plotly, true);
    }, SETTLED);
  }

  paint() {
    if (!this.axes || this.shown < 0) return;
    const moving = [];
    this.traces.forEach((trace, number) => {
      const binding = this.figure.bindings[number];
      if (binding) moving.push({ trace, points: points(binding, this.frames, this.shown) });
    });
    this.painter.draw(moving, this.parts.plot._fullLayout);
  }

  // Height that is left on one screen beside the cards and controls.
  room() {
    const top = this.root.getBoundingClientRect().top + window.scrollY;
    const others = this.root.scrollHeight - this.parts.figure.offsetHeight;
    return Math.round(window.innerHeight - top - others - MARGIN);
  }

  tick(now) {
    this.clock = requestAnimationFrame((next) => this.tick(next));
    const passed = now - (this.now ?? now);
    this.now = now;
    if (this.transport.tick(passed)) this.draw();
  }

  async draw() {
    const at = this.transport.at;
    if (!this.layout || this.frames.length === 0 || this.drawing) return;
    if (at === this.shown) return;
    this.drawing = true;
    try {
      const Plotly = await loadPlotly();
      this.shown = at;
      if (!this.axes) this.layOut(Plotly);
      this.paint();
      this.settle();
      this.cards.draw(this.frames, at, this.header.pair);
      this.events.at(at);
      this.parts.proof.textContent = this.cards.certificate(this.frames, at);
      this.drawn += 1;
      if (this.drawn === 1) this.planAsking();
      this.readout();
    } catch (error) {
      this.parts.status.textContent = `The picture cannot be drawn: ${error.message}.`;
    } finally {
      this.drawing = false;
    }
  }

  readout() {
    const step = this.frames.value("step", this.shown);
    this.root.dataset.step = step;
    this.root.dataset.framesDrawn = this.drawn;
    this.parts.readout.textContent = `step ${step} / ${this.header.steps}`;
    this.parts.scrub.setAttribute("aria-valuetext", `step ${step} of ${this.header.steps}`);
  }

  status() {
    const { state, message } = this.header;
    this.root.dataset.state = state;
    this.root.dataset.framesHeld = this.frames.length;
    if (this.parts.status.textContent !== message) this.parts.status.textContent = message;
    this.parts.live.textContent = LIVE_STATES.includes(state) ? "● live" : "end";
  }

  key(event) {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable], [role=slider], [role=combobox]");
    const own = typing === this.parts.scrub;
    if ((typing && !own) || event.ctrlKey || event.metaKey || event.altKey) return;
    // A focused button keeps its own space key.
    if (event.key === " " && event.target.closest?.("button, summary, a")) return;
    if (this.transport.key(event)) event.preventDefault();
  }

  close() {
    document.removeEventListener("keydown", this.keys);
    this.resized.disconnect();
    window.removeEventListener("resize", this.onWindow);
    this.themed.onchange = null;
    this.connection.close();
    this.events.close();
    cancelAnimationFrame(this.clock);
    clearTimeout(this.timer);
    clearTimeout(this.settling);
    if (window.Plotly) window.Plotly.purge(this.parts.plot);
  }
}

export default mount(() => {
  loadPlotly();
  return new Player(buildSkeleton());
});
