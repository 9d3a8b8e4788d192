// Player: one figure, one time cursor, and the frames of a run as they arrive.
//
// The host sends messages: a JSON header and whole frames. The player keeps all frames it has
// received, draws the one at the cursor at the browser's own rate, and requests those it lacks; a
// lost or merged message is requested again and never leaves a hole. The measures that only a few
// views draw fill most of a frame, so frames arrive without them at first. Frames with this detail
// are collected beside them once such a view is opened, or nothing else is left to request.

/** @import { Figure, Header, Send, View } from "types/message" */
/** @import { PlayerParts } from "types/parts" */
/** @import { Films } from "./saving.js" */

import { Cards } from "./cards.js";
import { Changes } from "./changes.js";
import { Chart } from "./chart.js";
import { Connection } from "./connection.js";
import { Events } from "./events.js";
import { Folds } from "./folds.js";
import { Frames } from "./frames.js";
import { showHook } from "./hook.js";
import { isForOthers, viewAt } from "./keys.js";
import { unpack } from "./message.js";
import { Moment } from "./moment.js";
import { ASK_AGAIN, mount, partsOf } from "./mount.js";
import { Notes } from "./notes.js";
import { Place } from "./place.js";
import { loadPlotly } from "./plotly.js";
import { Presenting } from "./presenting.js";
import { Ruler } from "./ruler.js";
import { Saving } from "./saving.js";
import { SeedStrip } from "./seeds.js";
import { buildSkeleton } from "./skeleton.js";
import { watchSpace } from "./space.js";
import { summaryOf } from "./summary.js";
import { buildTabs } from "./tabs.js";
import { Toolbar } from "./toolbar.js";
import { Transport } from "./transport.js";
import { Veil } from "./veil.js";
import { Verdict } from "./verdict.js";

export class Player {
  /**
   * @param {HTMLElement} root
   * @param {object} [options]
   * @param {boolean} [options.notes] Whether a newcomer to the page sees notes on it.
   * @param {Films} [options.films] Loads what makes films of the run.
   */
  constructor(root, { notes = true, films } = {}) {
    this.root = root;
    /** @type {PlayerParts} */
    const parts = partsOf(root);
    this.parts = parts;
    /** @type {Send} */
    this.send = () => {};
    /** @type {Send} */
    this.trigger = () => {};
    /** @type {Header | undefined} */
    this.header = undefined;
    this.run = "";
    // The frames drawn, and those being collected: the same ones, or the same run's with detail.
    this.frames = new Frames({ size: 0, fields: {} }, 0);
    this.incoming = this.frames;
    // Whether to request frames with detail.
    this.detail = false;
    /** @type {View | undefined} */
    this.view = undefined;
    /**
     * The next figure, while the frames that it draws are being collected.
     * @type {Figure | undefined}
     */
    this.next = undefined;
    // Number of the last request, and of the last one with a response.
    this.asked = 0;
    this.answered = 0;
    // Number of the request with what a viewer has chosen last.
    this.chose = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    // How many times a frame was drawn, and whether one is being drawn.
    this.drawn = 0;
    this.drawing = false;

    this.cards = new Cards(parts);
    this.verdict = new Verdict(parts);
    this.veil = new Veil(root, parts, () => this.trigger("train", { view: this.view?.name }));
    this.seeds = new SeedStrip(parts.seeds, (request) => this.trigger("seeds", request));
    const choose = (/** @type {Partial<View>} */ changes) => this.choose(changes);
    this.toolbar = new Toolbar(parts, (name, value) => choose({ [name]: value }));
    this.presenting = new Presenting(
      root,
      parts,
      (presented) => this.send("present", presented),
      () => this.resize(true),
    );
    this.place = new Place(() => this.#here(), {
      choose: (view) => this.choose(view),
      go: () => this.#lead(),
    });
    this.saving = new Saving(root, parts, () => this.#shown(), this.place, films);
    this.chart = new Chart(root, parts, {
      choose,
      dragging: (changes) => this.toolbar.write(changes),
      goTo: (step) => this.#goTo(step),
      report: (level) => this.toolbar.adapt(level),
    });
    parts.summarize.onclick = () => this.summarize();
    this.ruler = new Ruler((at) => (this.frames.length ? this.frames.value("step", at) : 0));
    this.transport = new Transport(parts, this.ruler, () => {
      this.place.touch();
      this.say();
      this.draw();
    });
    this.moment = new Moment(parts.event);
    this.notes = new Notes(root, notes);
    this.changes = new Changes(
      parts.change,
      () => this.frames.value("step", this.transport.at),
      (step, change) => this.trigger("change", { step, change }),
    );
    this.events = new Events(parts, this.ruler, (index) =>
      this.transport.step(index - this.transport.at),
    );
    this.folds = new Folds((opened) => this.send("open", opened));
    this.folds.add("view", parts.more, parts.toolbar);
    this.folds.add("verdict", parts.headline, parts.whole);
    this.connection = new Connection(() => {
      if (this.header?.poll) this.ask();
    });
    /** @param {KeyboardEvent} event */
    this.onKey = (event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
    this.unwatch = watchSpace([root, parts.summary, parts.figure], (force) => this.resize(force));
    /** @type {number | undefined} */
    this.now = undefined;
    this.clock = requestAnimationFrame((now) => this.tick(now));
  }

  /**
   * Takes a message from the host.
   * @param {Uint8Array} message
   * @param {Send} send
   * @param {Send} trigger
   */
  receive(message, send, trigger) {
    this.send = send;
    this.trigger = trigger;
    this.connection.answered();
    const { header, bytes } = unpack(message);
    const another = header.run !== this.run;
    if (another || header.detail !== this.incoming.detail) {
      // A response to an earlier request, for frames without detail.
      if (!another && this.incoming.detail) return;
      // A response to a player that this one has replaced; this one needs the beginning.
      if (!header.schema) return this.ask();
      this.begin(header);
    }
    this.header = header;
    this.answered = header.ask;
    this.incoming.reserve(header.capacity);
    this.ruler.steps = header.steps;
    this.transport.capacity = header.capacity;
    const own = bytes.length - header.ghosts.reduce((sum, part) => sum + part.bytes, 0);
    if (this.incoming.extend(header.first, bytes.subarray(0, own))) this.grow();
    if (this.chart.ghosts.receive(header.ghosts, bytes.subarray(own))) this.chart.shown = -1;
    if (header.shown !== undefined) {
      this.cards.showExamples(header.shown);
      this.chart.maps.setShown(header.shown);
    }
    this.changes.offer(header.changes);
    this.folds.follow(header.opened);
    this.presenting.show(header.presented);
    if (header.figure) this.next = header.figure;
    this.place.waits = header.fixed;
    this.place.defaults = header.usual ?? this.place.defaults;
    const figure = this.frames.detail || !this.next?.detail ? this.next : undefined;
    if (figure) this.setFigure(figure);
    if (another) this.place.arrive();
    this.#lead();
    this.seeds.show(header.seeds, header.opens_seeds);
    this.veil.show(header);
    showHook(this.parts.hook, header.hook);
    this.verdict.show(header, header.available === header.capacity);
    this.events.show(header.events, this.cards.names);
    this.showStatus(header);
    // What is around the figure determines its height, so that comes first.
    if (figure) {
      this.write(this.transport.at);
      this.resize(true);
    } else {
      // Where the cursor stands still, the target that a run is measured by may still change.
      this.write(this.chart.shown);
    }
    this.draw();
    this.planRequest();
  }

  /**
   * Starts to collect the frames of another run, or those of the same run with detail, which
   * replace the others once there are as many.
   * @param {Header} header
   */
  begin(header) {
    const { schema, capacity, detail, run, loops, begin } = header;
    if (!schema) return;
    this.incoming = new Frames(schema, capacity, detail);
    this.detail = detail;
    if (run === this.run) return;
    // What begins in place of something else is seen, on a phone too.
    if (this.run) this.parts.figure.scrollIntoView({ block: "nearest" });
    this.run = run;
    this.chose = 0;
    this.frames = this.incoming;
    this.transport.loops = loops;
    const moving = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.transport.begin(capacity, moving, begin);
    this.chart.shown = -1;
  }

  /** Draws the frames being collected as soon as there are as many as of those drawn. */
  grow() {
    if (this.incoming.length >= this.frames.length) this.frames = this.incoming;
    if (this.frames === this.incoming) this.transport.grow(this.frames.length);
  }

  /** @param {Figure} figure */
  setFigure(figure) {
    this.next = undefined;
    this.chart.figure = figure;
    this.chart.formula.build(figure);
    this.chart.maps.build(figure);
    // A figure that was requested before the viewer's choice does not undo it.
    if (this.answered >= this.chose) this.view = figure.view;
    this.ruler.root = figure.view.run_scale === "root";
    this.transport.show();
    this.cards.build(figure.cards);
    buildTabs(this.parts.tabs, figure.tabs, figure.view.name, this.toolbar.choose);
    this.toolbar.build(figure);
    this.root.dataset.view = figure.view.name;
    this.parts.reading.textContent = figure.reading;
    this.place.begin(figure.view);
  }

  /** Moves the cursor to the step that the address leads to, once its frame is there. */
  #lead() {
    const { frames, place } = this;
    const { length } = frames;
    if (place.step === undefined || length === 0) return;
    if (length < this.transport.capacity && frames.value("step", length - 1) < place.step) return;
    this.#goTo(place.step);
  }

  /**
   * Pauses at the frame nearest to a step.
   * @param {number} step
   */
  #goTo(step) {
    this.transport.pause(this.ruler.frameAt(this.ruler.share(step), this.frames.length));
  }

  /** @param {Partial<View>} changes What a viewer has chosen. */
  choose(changes) {
    if (this.header?.fixed) return;
    this.view = /** @type {View} */ ({ ...this.chart.figure?.view, ...this.view, ...changes });
    this.place.touch();
    this.chose = this.asked + 1;
    this.ask();
  }

  /** Tells the host which frames and which figure the player has, and what it is to show. */
  ask() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.connection.asked();
    this.send("want", {
      run: this.run,
      from: this.incoming.detail === this.detail ? this.incoming.length : 0,
      detail: this.detail,
      ghosts: this.chart.ghosts.held,
      figure: (this.next ?? this.chart.figure)?.id ?? "",
      view: this.view ?? {},
      ask: this.asked,
    });
    this.timer = setTimeout(() => this.ask(), ASK_AGAIN);
  }

  /** Decides when to send the next request, if any. */
  planRequest() {
    // The first frame is drawn before the others are requested, which wait for nothing else.
    if (!this.header || this.answered < this.asked || this.drawn === 0) return;
    clearTimeout(this.timer);
    const { available, poll, spare } = this.header;
    if (this.incoming.length < available || this.chart.ghosts.lacks) this.ask();
    else if (spare && !this.detail) {
      this.detail = true;
      this.ask();
    } else if (poll) this.timer = setTimeout(() => this.ask(), poll);
  }

  /** Fits the figure into the room there is. */
  resize(force = false) {
    const { scale } = this.presenting;
    this.chart.scale = scale;
    this.root.style.setProperty("--bnviz-scale", String(scale));
    if (this.chart.resize(force)) this.draw();
  }

  /** @param {number} now */
  tick(now) {
    this.clock = requestAnimationFrame((next) => this.tick(next));
    const passed = now - (this.now ?? now);
    this.now = now;
    if (this.transport.tick(passed)) this.draw();
  }

  /** Draws the frame at the cursor, unless it is drawn already. */
  async draw() {
    const { at } = this.transport;
    if (!this.chart.layout || this.frames.length === 0 || this.drawing) return;
    if (at === this.chart.shown) return;
    this.drawing = true;
    try {
      const Plotly = await loadPlotly();
      this.chart.draw(Plotly, this.frames, at);
      this.write(at);
      this.drawn += 1;
      this.notes.place();
      if (this.drawn === 1) this.planRequest();
      this.showStep(this.frames.value("step", at));
    } catch (error) {
      const reason = error instanceof Error ? error.message : error;
      this.parts.status.textContent = `The figure cannot be drawn: ${reason}.`;
    } finally {
      this.drawing = false;
    }
  }

  /**
   * Writes what a frame shows around the figure.
   * @param {number} at Index of the frame.
   */
  write(at) {
    if (this.frames.length === 0 || at < 0) return;
    this.cards.draw(this.frames, at, this.header?.pair ?? {});
    this.events.moveTo(at);
    this.say(at);
    const proof = this.header?.proof;
    this.parts.proof.textContent = proof ?? this.cards.certificate(this.frames, at);
  }

  /**
   * Says in words what a frame shows.
   * @param {number} [at] Its index; that of the frame drawn without it.
   */
  say(at = this.chart.shown) {
    const { figure } = this.chart;
    if (!figure || at < 0) return;
    this.moment.show(
      this.frames,
      at,
      { ...figure.cards, events: this.events.events },
      this.transport.playing,
    );
  }

  /** @param {number} step */
  showStep(step) {
    const steps = this.header?.steps;
    this.root.dataset.step = String(step);
    this.root.dataset.framesDrawn = String(this.drawn);
    // In a narrow place a line may end before the stroke, not after it.
    this.parts.readout.textContent = `step ${step} /\u00a0${steps}`;
    this.parts.scrub.setAttribute("aria-valuetext", `step ${step} of ${steps}`);
  }

  /** @param {Header} header */
  showStatus({ state, message, poll, available, capacity }) {
    const { status, dashed, live } = this.parts;
    this.root.dataset.state = state;
    this.root.dataset.framesHeld = String(this.frames.length);
    this.root.dataset.ghostHeld = String(this.chart.ghosts.count);
    const caption = this.chart.ghosts.caption(this.chart.figure);
    if (status.textContent !== message) status.textContent = message;
    if (dashed.textContent !== caption) dashed.textContent = caption;
    live.textContent = poll && available < capacity ? "● live" : "end";
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (isForOthers(event, this.parts.scrub)) return;
    const taken =
      this.transport.key(event) || this.presenting.key(event) || this.#chooses(event.key);
    if (taken) event.preventDefault();
  }

  /**
   * Acts on the keys of views, layers and the spoken summary.
   * @param {string} key
   */
  #chooses(key) {
    const { figure } = this.chart;
    const changes = figure && viewAt(key, figure);
    if (key === "s") this.summarize();
    else if (changes) this.choose(changes);
    else return false;
    return true;
  }

  /** What is shown, for the address. */
  #here() {
    const { view } = this;
    // A player whose page has gone stays for a while.
    if (!view || !this.root.isConnected) return undefined;
    return { view, step: this.root.dataset.step, playing: this.transport.playing };
  }

  /** What is drawn, for a file. */
  #shown() {
    const { frames, shown: at, figure, ghosts } = this.chart;
    if (!frames || !figure || at < 0 || !this.header) return undefined;
    const { steps, about, other, linked } = this.header;
    const { name } = figure.view;
    const view = figure.tabs.find((tab) => tab.name === name)?.title ?? "";
    return {
      figure,
      // What a film shows is what there was when it was begun.
      frames: frames.snapshot(),
      at,
      ghosts: ghosts.snapshot(),
      entitle: (/** @type {number} */ step) => `${view}, step ${step} of ${steps}`,
      settings: about,
      other,
      linked,
      name: `bnviz-${name}`,
    };
  }

  /** Says aloud what the frame drawn shows. */
  summarize() {
    const { frames, shown, figure } = this.chart;
    if (!frames || !figure || shown < 0) return;
    const view = figure.tabs.find(({ name }) => name === figure.view.name)?.title ?? "";
    const about = { ...figure.cards, view, steps: this.header?.steps ?? 0 };
    this.parts.spoken.textContent = summaryOf(frames, shown, about);
  }

  close() {
    document.removeEventListener("keydown", this.onKey);
    this.unwatch();
    this.connection.close();
    this.events.close();
    this.moment.close();
    cancelAnimationFrame(this.clock);
    clearTimeout(this.timer);
    this.chart.close();
    this.saving.close();
    this.notes.close();
    this.place.close();
  }
}

export default mount(() => {
  loadPlotly();
  return new Player(buildSkeleton(), { films: () => import("./film/film_form.js") });
});
