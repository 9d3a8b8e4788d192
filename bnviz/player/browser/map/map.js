// Map: what is known of many runs, drawn while they are trained.
//
// Each message of the server says how far the runs are; it carries the picture where that has
// changed. The figures are redrawn in place, and the chosen cell stays chosen.

import { mount } from "../bnviz.player/mount.js";
import { loadPlotly } from "../bnviz.player/plotly.js";
import { applyTheme } from "../bnviz.player/theme.js";
import { Cells } from "./cells.js";
import { sliceFigure } from "./slices.js";
import { buildSkeleton } from "./skeleton.js";

const NARROW = 700;
const MARGIN = 14;
// Heights of the figures on a wide screen, in pixels.
const LOWEST = 330;
const HIGHEST = 760;
const LINES = 218;
const ASK_AGAIN = 4000;
const CONFIG = { staticPlot: true, responsive: false, displayModeBar: false };

class MapPage {
  constructor(root) {
    this.root = root;
    this.parts = {};
    for (const node of root.querySelectorAll("[data-part]")) this.parts[node.dataset.part] = node;
    this.cells = new Cells(
      this.parts,
      () => this.planLines(),
      (cell) => this.trigger("cell", cell),
    );
    this.asked = 0;
    this.resized = new ResizeObserver(() => this.resize());
    this.resized.observe(this.parts.picture);
    this.onWindow = () => this.resize();
    window.addEventListener("resize", this.onWindow);
    this.themed = matchMedia("(prefers-color-scheme: dark)");
    this.themed.onchange = () => setTimeout(() => this.resize(true), 300);
  }

  receive(message, send, trigger) {
    this.send = send;
    this.trigger = trigger;
    const header = JSON.parse(new TextDecoder().decode(message));
    const fresh = header.token !== this.header?.token;
    this.header = header;
    if (header.picture) this.show(header.picture, fresh);
    const { state, filled, headline } = header;
    Object.assign(this.root.dataset, { state, filled, version: this.version ?? "" });
    this.write("headline", headline);
    this.write("note", header.note);
    this.write("definition", header.definition);
    this.write("status", header.message);
    this.resize();
    this.planAsking();
  }

  write(part, text = "") {
    this.parts[part].hidden = !text;
    if (this.parts[part].textContent !== text) this.parts[part].textContent = text;
  }

  show(picture, fresh) {
    this.picture = picture;
    this.version = this.header.version;
    this.write("reading", picture.reading);
    this.parts.plot.setAttribute("aria-label", picture.label);
    this.parts.cuts.setAttribute("aria-label", picture.lines?.label ?? "");
    this.parts.lines.hidden = !picture.lines;
    this.cells.set(picture.cells, fresh);
    this.resize(true);
  }

  // Tells the server which picture is held, so that it sends another one alone.
  ask() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.send("want", { held: this.version ?? "", ask: this.asked });
    this.timer = setTimeout(() => this.ask(), ASK_AGAIN);
  }

  planAsking() {
    clearTimeout(this.timer);
    const { version, poll } = this.header;
    // A message without the picture that is meant: one that held another was asked before.
    if (this.version !== version) this.ask();
    else if (poll) this.timer = setTimeout(() => this.ask(), poll);
  }

  // Lays the figures out for the room there is, in the theme's colours.
  resize(force = false) {
    const width = Math.round(this.parts.picture.clientWidth);
    if (!this.picture || !width) return;
    const name = width < NARROW ? "narrow" : "wide";
    const { figure, lines } = this.picture;
    const height = figure.layouts[name].height ?? this.height(width);
    if (!force && width === this.width && Math.abs(height - this.tall) < 3) return;
    this.width = width;
    this.tall = height;
    this.drawn = applyTheme(this.root, figure, name, { width, height });
    if (lines) {
      const size = { width, height: lines.layouts[name].height ?? LINES };
      this.drawnLines = applyTheme(this.root, lines, name, size);
    }
    this.draw();
  }

  // As tall as makes the maps square, if the screen has so much room.
  height(width) {
    const top = this.root.getBoundingClientRect().top + window.scrollY;
    const others = this.root.scrollHeight - this.parts.picture.offsetHeight;
    const room = window.innerHeight - top - others - MARGIN;
    const { share, more } = this.picture.square;
    const most = Math.min(HIGHEST, share ? share * width + more : HIGHEST);
    return Math.round(Math.max(LOWEST, Math.min(most, room)));
  }

  async draw() {
    try {
      const Plotly = await loadPlotly();
      await Plotly.react(this.parts.plot, this.drawn.traces, this.drawn.layout, CONFIG);
      this.cells.frame();
      this.drawLines(Plotly);
      this.root.dataset.draws = Number(this.root.dataset.draws ?? 0) + 1;
    } catch (error) {
      this.write("status", `The picture cannot be drawn: ${error.message}.`);
    }
  }

  // The lines follow the chosen cell, once for each frame of the screen.
  planLines() {
    this.planned ??= requestAnimationFrame(() => {
      this.planned = undefined;
      if (window.Plotly) this.drawLines(window.Plotly);
    });
  }

  drawLines(Plotly) {
    if (!this.picture.lines) return;
    const { traces, layout } = sliceFigure(this.picture.lines, this.drawnLines, this.cells.at);
    Plotly.react(this.parts.cuts, traces, layout, CONFIG);
  }

  close() {
    this.resized.disconnect();
    window.removeEventListener("resize", this.onWindow);
    this.themed.onchange = null;
    clearTimeout(this.timer);
    cancelAnimationFrame(this.planned);
    if (!window.Plotly) return;
    window.Plotly.purge(this.parts.plot);
    window.Plotly.purge(this.parts.cuts);
  }
}

export default mount(() => {
  loadPlotly();
  return new MapPage(buildSkeleton());
});
