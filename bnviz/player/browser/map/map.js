// Map: what is known of many runs, drawn while they are trained.
//
// Each message of the host says how many runs are complete; it carries the picture if that has
// changed. The figures are redrawn in place, and the chosen cell stays chosen.

/** @import { MapHeader, Picture } from "types/map" */
/** @import { Send } from "types/message" */
/** @import { MapParts } from "types/parts" */
/** @import { Plotly } from "types/plotly" */

import { ASK_AGAIN, mount, partsOf } from "../bnviz.player/mount.js";
import { loadPlotly } from "../bnviz.player/plotly.js";
import { unbroken } from "../bnviz.player/scales.js";
import { heightLeft, layoutName, watchSpace } from "../bnviz.player/space.js";
import { applyTheme } from "../bnviz.player/theme.js";
import { showOther } from "../bnviz.player/veil.js";
import { Cells } from "./cells.js";
import { buildSkeleton } from "./skeleton.js";
import { sliceFigure } from "./slices.js";

// The first sentence of several, and the others.
const FIRST = /^(.*?\.)( [A-Z].*)$/s;
// Heights of the figures on a wide screen, in pixels.
const MIN_HEIGHT = 330;
const MAX_HEIGHT = 760;
const LINES_HEIGHT = 218;
const CONFIG = { staticPlot: true, responsive: false, displayModeBar: false };

/** @typedef {ReturnType<typeof applyTheme>} Drawn */

export class PhaseMap {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {MapParts} */
    const parts = partsOf(root);
    this.parts = parts;
    /** @type {Send} */
    this.send = () => {};
    /** @type {Send} */
    this.trigger = () => {};
    /** @type {MapHeader | undefined} */
    this.header = undefined;
    /** @type {Picture | undefined} */
    this.picture = undefined;
    // Version of the picture.
    this.version = "";
    /**
     * The picture's figures in the theme's colours.
     * @type {Drawn | undefined}
     */
    this.maps = undefined;
    /** @type {Drawn | undefined} */
    this.lines = undefined;
    this.width = 0;
    this.height = 0;
    this.draws = 0;
    this.asked = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {number | undefined} */
    this.planned = undefined;
    this.cells = new Cells(
      parts,
      () => this.planLines(),
      (cell) => this.trigger("cell", cell),
    );
    this.unwatch = watchSpace([root, parts.picture], (force) => this.resize(force));
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
    /** @type {MapHeader} */
    const header = JSON.parse(new TextDecoder().decode(message));
    const anew = header.token !== this.header?.token;
    this.header = header;
    if (header.picture) this.show(header.picture, header.version, anew);
    this.root.dataset.state = header.state;
    this.root.dataset.filled = String(header.filled);
    this.root.dataset.version = this.version;
    showOther(this.root, this.parts.other, header.other);
    this.root.toggleAttribute("data-other-note", Boolean(header.note_other));
    this.write("headline", header.headline);
    this.write("note", header.note);
    this.write("definition", header.definition);
    this.write("status", header.message);
    this.resize();
    this.planRequest(header);
  }

  /**
   * Writes a text into a part, which is hidden while it has none.
   * @param {"headline" | "note" | "definition" | "status" | "reading"} part
   */
  write(part, words = "") {
    const node = this.parts[part];
    const text = unbroken(words);
    node.hidden = !text;
    if (node.textContent === text) return;
    node.textContent = text;
    // Of a finding the first sentence is read first.
    const [, first, rest] = (part === "headline" && text.match(FIRST)) || [];
    if (!first) return;
    const strong = document.createElement("strong");
    strong.textContent = first;
    node.replaceChildren(strong, rest);
  }

  /**
   * @param {Picture} picture
   * @param {string} version
   * @param {boolean} anew Whether it is that of another map.
   */
  show(picture, version, anew) {
    this.picture = picture;
    this.version = version;
    this.write("reading", picture.reading);
    this.parts.plot.setAttribute("aria-label", picture.label);
    this.parts.cuts.setAttribute("aria-label", picture.lines?.label ?? "");
    this.parts.lines.hidden = !picture.lines;
    const { cells } = picture;
    const words = cells?.words.map((row) => row.map(unbroken)) ?? [];
    this.cells.set(cells && { ...cells, words }, anew);
    this.resize(true);
  }

  /** Tells the host which picture is held, so that it sends only another one. */
  ask() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.send("want", { held: this.version, ask: this.asked });
    this.timer = setTimeout(() => this.ask(), ASK_AGAIN);
  }

  /**
   * Decides when to send the next request, if any.
   * @param {MapHeader} header
   */
  planRequest({ version, poll }) {
    clearTimeout(this.timer);
    // A message without the picture that it is about responds to a map that held that picture.
    if (this.version !== version) this.ask();
    else if (poll) this.timer = setTimeout(() => this.ask(), poll);
  }

  /** Fits the figures into the room there is, in the theme's colours. */
  resize(force = false) {
    const width = Math.round(this.parts.picture.clientWidth);
    if (!this.picture || !width) return;
    const { figure, lines } = this.picture;
    const name = layoutName(width, figure.layouts.narrow.until);
    const height = figure.layouts[name].height ?? this.fittingHeight(this.picture, width);
    if (!force && width === this.width && Math.abs(height - this.height) < 3) return;
    this.width = width;
    this.height = height;
    this.maps = applyTheme(this.root, figure, name, { width, height });
    if (lines) {
      const size = { width, height: lines.layouts[name].height ?? LINES_HEIGHT };
      this.lines = applyTheme(this.root, lines, name, size);
    }
    this.draw();
  }

  /**
   * The height at which the maps are square, if the screen has that much room.
   * @param {Picture} picture
   * @param {number} width
   */
  fittingHeight({ square: { share, more } }, width) {
    const square = share ? share * width + more : MAX_HEIGHT;
    const left = heightLeft(this.root, this.parts.picture);
    return Math.round(Math.max(MIN_HEIGHT, Math.min(MAX_HEIGHT, square, left)));
  }

  async draw() {
    try {
      const Plotly = await loadPlotly();
      if (!this.maps) return;
      await Plotly.react(this.parts.plot, this.maps.traces, this.maps.layout, CONFIG);
      this.cells.frame();
      this.drawLines(Plotly);
      this.draws += 1;
      this.root.dataset.draws = String(this.draws);
    } catch (error) {
      const reason = error instanceof Error ? error.message : error;
      this.write("status", `The figure cannot be drawn: ${reason}.`);
    }
  }

  /** Draws the lines of another cell, once for each frame of the screen. */
  planLines() {
    this.planned ??= requestAnimationFrame(() => {
      this.planned = undefined;
      if (window.Plotly) this.drawLines(window.Plotly);
    });
  }

  /** @param {Plotly} Plotly */
  drawLines(Plotly) {
    if (!this.picture?.lines || !this.lines) return;
    const { traces, layout } = sliceFigure(this.picture.lines, this.lines, this.cells.at);
    Plotly.react(this.parts.cuts, traces, layout, CONFIG);
  }

  close() {
    this.unwatch();
    clearTimeout(this.timer);
    if (this.planned) cancelAnimationFrame(this.planned);
    if (!window.Plotly) return;
    window.Plotly.purge(this.parts.plot);
    window.Plotly.purge(this.parts.cuts);
  }
}

export default mount(() => {
  loadPlotly();
  return new PhaseMap(buildSkeleton());
});
