// Chart: the figure of the player, as large as the screen allows.
//
// Plotly lays out axes and headings; the painter draws the moving traces above them. Traces that
// answer the mouse are laid out by Plotly too, invisibly, once the cursor rests: it is slow.

/** @import { Figure, View } from "types/message" */
/** @import { PlayerParts } from "types/parts" */
/** @import { Layout, Plotly, RunAxis, Trace } from "types/plotly" */
/** @import { Frames } from "./frames.js" */
/** @import { Margin } from "./heads.js" */
/** @import { Area } from "./lettering.js" */
/** @import { Level } from "./wiring.js" */

import { ByHand, withHand } from "./by_hand.js";
import { watchClicks } from "./clicks.js";
import { stepAt } from "./course.js";
import { Diagram } from "./diagram.js";
import { Formula } from "./formula.js";
import { Ghosts, movingTraces, pointsOf } from "./ghost.js";
import { lowerColumns, placeHeads } from "./heads.js";
import { wordAreas } from "./lettering.js";
import { Maps } from "./maps.js";
import { axisKey, Painter } from "./painter.js";
import { heightAbove, heightLeft, layoutName } from "./space.js";
import { dropLow, fitHeadings, nameRows, spaceRows, thinTicks } from "./spacing.js";
import { Strip } from "./strip.js";
import { applyTheme } from "./theme.js";
import { fitTicks, widenMargin } from "./ticks.js";

// Height in pixels of a figure that has none of its own; before a class all else must fit beside it.
const MIN_HEIGHT = 330;
const MIN_PRESENTED = 200;
// Least width of a panel that stands beside others on a narrow screen; pixels.
const MIN_PANEL = 100;
const MAX_HEIGHT = 1000;
// In a strip: least height of a layer's row, height of what is above and below the rows, and of the
// numbers below them, which need not be seen at once; pixels.
const ROW = 46;
const AROUND = 90;
const BELOW = 42;
// Milliseconds for which the cursor must rest.
const SETTLED = 250;
const CONFIG = {
  responsive: false,
  displaylogo: false,
  displayModeBar: false,
  doubleClick: "reset",
};

export class Chart {
  /**
   * @param {HTMLElement} root Of the player.
   * @param {PlayerParts} parts
   * @param {object} calls
   * @param {(changes: Partial<View>) => void} calls.choose Changes the view.
   * @param {(changes: Partial<View>) => void} calls.dragging Told of numbers while they change.
   * @param {(step: number) => void} calls.goTo Told the step that is clicked in a curve.
   * @param {(level: Level) => void} calls.report Told how much of the diagram is drawn.
   */
  constructor(root, parts, { choose, dragging, goTo, report }) {
    this.root = root;
    this.parts = parts;
    this.painter = new Painter(parts.canvas);
    this.strip = new Strip(root, parts);
    this.diagram = new Diagram(parts, choose, report);
    this.formula = new Formula(parts);
    this.maps = new Maps(root, parts, (channel) => choose({ neuron: channel }));
    new ByHand(
      parts.formula,
      () => this.figure,
      (changes) => {
        this.#setByHand(changes);
        dragging(changes);
      },
      choose,
    );
    this.unwatch = watchClicks(parts.figure, (x, y) => {
      const layout = parts.plot._fullLayout;
      if (!this.axes || !this.figure || !layout || this.diagram.click(x, y)) return;
      const step = stepAt(this.figure, layout, x, y);
      if (step !== undefined) goTo(step);
    });
    /** @type {Figure | undefined} */
    this.figure = undefined;
    /** @type {Layout | undefined} */
    this.layout = undefined;
    /** @type {Trace[]} */
    this.traces = [];
    /** @type {Frames | undefined} */
    this.frames = undefined;
    // What is drawn beside them.
    this.ghosts = new Ghosts();
    // Index of the frame drawn; -1 if another must be drawn.
    this.shown = -1;
    /**
     * Where the words of axes, headings and diagram are; undefined until it is asked.
     * @type {Area[] | undefined}
     */
    this.taken = undefined;
    // Whether Plotly has laid out the axes of this figure in this size.
    this.axes = false;
    this.width = 0;
    this.height = 0;
    // Factor on the sizes of words and marks.
    this.scale = 1;
    // Height of the cards beside which the figure begins.
    this.heads = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /**
   * Fits the figure into the room there is, in the theme's colours.
   * @param {boolean} force Whether to do so in the same room, too.
   * @returns {boolean} Whether it must be drawn.
   */
  resize(force) {
    const { figure } = this;
    const room = Math.round(this.parts.figure.clientWidth);
    if (!figure || !room) return false;
    // A formula may stand beside the figure: the room of both tells the size of the screen.
    const screen = this.parts.figure.parentElement?.clientWidth ?? room;
    const name = this.#standsBeside(figure, room) ? "wide" : layoutName(screen);
    const width = this.strip.fit(figure, name, room);
    const heads = placeHeads(this.root, this.parts, figure, name, width);
    const left = Math.round(
      heightLeft(this.root, this.parts.figure, {
        last: this.parts.headline,
        foot: this.parts.foot,
        // It says what is dashed.
        footed: figure.ghosts.flat().length > 0,
      }),
    );
    const least = this.root.hasAttribute("data-presented") ? MIN_PRESENTED : MIN_HEIGHT;
    const fitting = Math.max(least, Math.min(MAX_HEIGHT, left));
    // Before a class a neuron is seen at once, beside its formula.
    const beside = this.scale > 1 && figure.formula.trace !== undefined;
    const own = beside ? undefined : figure.layouts[name].height;
    const height =
      own && this.strip.names.length ? this.#heightInStrip(figure, own, left) : (own ?? fitting);
    const same = width === this.width && Math.abs(height - this.height) < 3;
    if (same && Math.abs(heads - this.heads) < 3 && !force) return false;
    this.width = width;
    this.height = height;
    this.heads = heads;
    const { layout, traces } = applyTheme(this.root, figure, name, { width, height }, this.scale);
    // The diagram names the layers.
    if (figure.diagram.columns) {
      layout.yaxis = { .../** @type {object} */ (layout.yaxis), showticklabels: false };
    }
    // The columns name the stages.
    if (figure.formula.trace !== undefined) {
      layout.xaxis = { .../** @type {object} */ (layout.xaxis), showticklabels: false };
    }
    const { t, b } = /** @type {Margin} */ (layout.margin);
    const inner = (height - t - b) / this.scale;
    nameRows(layout, inner);
    // Before a class nothing is scrolled to.
    if (this.scale > 1 && name === "wide") dropLow(layout, inner);
    widenMargin(layout, figure.run);
    if (heads) lowerColumns(layout, figure, heads, height);
    const { l, r } = /** @type {Margin} */ (layout.margin);
    fitHeadings(layout, l, width - l - r, this.strip.names.length ? room : width);
    fitTicks(layout, figure.run, l, r);
    spaceRows(layout, inner);
    thinTicks(layout, height - t - b);
    this.layout = layout;
    this.traces = traces;
    this.axes = false;
    this.shown = -1;
    return true;
  }

  /**
   * Whether panels stand side by side however narrow the screen is: before a class nothing is scrolled
   * to. Those of a strip are swiped, and others must have room for their words.
   * @param {Figure} figure
   * @param {number} room
   */
  #standsBeside({ diagram, formula, layouts }, room) {
    if (this.scale === 1 || diagram.strip?.length || formula.trace !== undefined) return false;
    const axes = Object.entries(layouts.wide).filter(([key]) => key.startsWith("xaxis"));
    return axes.every(([, axis]) => {
      const [left, right] = /** @type {RunAxis} */ (axis).domain;
      return room * (right - left) >= MIN_PANEL;
    });
  }

  /**
   * Height of a figure of which one part is seen at a time: as many layers as can be had at once.
   * @param {Figure} figure
   * @param {number} most
   * @param {number} left What is left of the screen beside all else that must be seen at once.
   */
  #heightInStrip(figure, most, left) {
    const { transport } = this.parts;
    const layers = figure.diagram.baselines?.length ?? 0;
    const least = this.scale > 1 ? MIN_PRESENTED : Math.max(MIN_HEIGHT, ROW * layers + AROUND);
    const sticks = getComputedStyle(transport).position === "sticky";
    const room = sticks ? Math.round(heightAbove(this.parts.figure, transport)) + BELOW : left;
    return Math.min(most, Math.max(least, room));
  }

  /**
   * Draws a frame.
   * @param {Plotly} Plotly
   * @param {Frames} frames
   * @param {number} at Index of the frame.
   */
  draw(Plotly, frames, at) {
    this.frames = frames;
    this.shown = at;
    if (!this.axes) this.#layOut(Plotly, false);
    this.#paint();
    if (this.figure) this.formula.draw(frames, at, this.figure.constants);
    this.maps.draw(frames, at);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.axes) this.#layOut(Plotly, true);
    }, SETTLED);
  }

  close() {
    clearTimeout(this.timer);
    this.unwatch();
    if (window.Plotly) window.Plotly.purge(this.parts.plot);
  }

  /**
   * Lets Plotly lay out the axes, and for the mouse the points of the frame drawn.
   * @param {Plotly} Plotly
   * @param {boolean} withPoints
   */
  #layOut(Plotly, withPoints) {
    const { plot } = this.parts;
    /** @type {object[]} */
    const data = [];
    const axes = new Set();
    this.traces.forEach((trace, number) => {
      if (!this.#isShown(trace)) return;
      // Plotly draws no axes that have no trace.
      const first = !axes.has(trace.xaxis);
      axes.add(trace.xaxis);
      const moving = number in this.#bindings;
      if (!moving) data.push(trace);
      else if (withPoints && trace.hoverinfo !== "skip") {
        data.push({ ...trace, opacity: 0, ...this.#points(number) });
      } else if (first) data.push({ ...trace, type: "scatter", opacity: 0 });
    });
    Plotly.react(plot, data, this.layout ?? {}, CONFIG);
    if (!this.axes) {
      for (const event of ["plotly_relayout", "plotly_relayouting"]) {
        plot.removeAllListeners?.(event);
        plot.on(event, () => {
          this.taken = undefined;
          this.#paint();
        });
      }
      plot.on("plotly_relayout", () => this.#fitZoomed(Plotly));
      if (this.figure && plot._fullLayout) {
        this.diagram.place(this.figure, plot._fullLayout, this.scale);
        this.formula.place(plot._fullLayout);
      }
      this.taken = undefined;
    }
    this.axes = true;
  }

  /**
   * Gives the axes over the run, which may have been zoomed, other ticks.
   * @param {Plotly} Plotly
   */
  #fitZoomed(Plotly) {
    const { figure, layout } = this;
    const drawn = this.parts.plot._fullLayout;
    if (!figure?.run.axes.length || !layout || !drawn) return;
    const { l, r } = /** @type {Margin} */ (layout.margin);
    const axes = figure.run.axes.filter((key) => key in layout);
    const ranges = axes.map((key) => [key, drawn[/** @type {"xaxis"} */ (key)].range]);
    fitTicks(layout, figure.run, l, r, Object.fromEntries(ranges));
    this.#layOut(Plotly, true);
  }

  /** @param {Partial<View>} changes Of gamma and beta. */
  #setByHand(changes) {
    const { figure, frames } = this;
    if (!figure || !frames) return;
    this.figure = withHand(figure, changes);
    this.formula.follow(this.figure);
    this.formula.draw(frames, this.shown, figure.constants);
    this.maps.follow(this.figure);
    this.maps.draw(frames, this.shown);
    this.#paint();
  }

  #paint() {
    const layout = this.parts.plot._fullLayout;
    if (!this.axes || !layout || this.shown < 0) return;
    const { figure, frames } = this;
    if (!figure || !frames) return;
    const moving = movingTraces(figure, this.traces, frames, this.shown, this.ghosts).filter(
      ({ trace }) => this.#isShown(trace),
    );
    const { canvas, plot, wiring } = this.parts;
    this.taken ??= wordAreas(canvas, [plot, wiring]);
    this.painter.draw(moving, layout, this.taken);
  }

  /**
   * Whether the panel of a trace has not been left out.
   * @param {Trace} trace
   */
  #isShown({ xaxis }) {
    return axisKey(xaxis, "x") in (this.layout ?? {});
  }

  get #bindings() {
    return this.figure?.bindings ?? {};
  }

  /**
   * The points of a moving trace in the frame drawn.
   * @param {number} number Of the trace.
   */
  #points(number) {
    const { figure, frames } = this;
    if (!figure || !frames) return { x: [], y: [] };
    return pointsOf(figure, number, frames, this.shown, this.ghosts);
  }
}
