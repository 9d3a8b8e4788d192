// PaintedPicture: the picture that is saved as a file, painted at one frame after another.

/** @import { PlotElement, Plotly } from "types/plotly" */
/** @import { Margin } from "../heads.js" */
/** @import { Area } from "../lettering.js" */
/** @import { Shown } from "../picture.js" */

import { context2d, newCanvas } from "../canvas.js";
import { movingTraces } from "../ghost.js";
import { wordAreas } from "../lettering.js";
import { Painter } from "../painter.js";
import { GROUNDS, imageOf, layOut, SIZE, TITLE, TITLE_SIZE } from "../picture.js";
import { themeColours } from "../theme.js";

const CONFIG = { staticPlot: true, responsive: false, displayModeBar: false };
// What is read frame by frame need not travel to the graphics card.
const READ = { willReadFrequently: true };
// Plotly's part of the picture has the fonts of the system only.
const FAMILY = "sans-serif";
// The foot of the title's letters, in pixels above the end of its room.
const FOOT = 7;

export class PaintedPicture {
  /**
   * @param {Plotly} Plotly
   * @param {HTMLElement} root Of the player.
   * @param {Shown} shown
   * @param {"white" | "dark"} ground
   */
  static async begin(Plotly, root, shown, ground) {
    const picture = new PaintedPicture(Plotly, root, shown, ground);
    try {
      await picture.#layOut();
      return picture;
    } catch (error) {
      picture.close();
      throw error;
    }
  }

  /**
   * @param {Plotly} Plotly
   * @param {HTMLElement} root
   * @param {Shown} shown
   * @param {"white" | "dark"} ground
   */
  constructor(Plotly, root, shown, ground) {
    this.Plotly = Plotly;
    this.shown = shown;
    this.colours = GROUNDS[ground];
    const { layout, traces } = layOut(root, shown, ground);
    this.layout = { ...layout, font: { ...layout.font, family: FAMILY } };
    this.traces = traces;
    this.canvas = newCanvas(SIZE.width, SIZE.height);
    this.context = context2d(this.canvas, READ);
    this.painter = new Painter(this.canvas, 1);
    /** @type {PlotElement} */
    this.plot = /** @type {any} */ (document.createElement("div"));
    // Words can be measured only where they are laid out.
    this.holder = document.createElement("div");
    this.holder.className = "bnviz-film";
    this.holder.ariaHidden = "true";
    this.holder.append(this.plot, this.canvas);
    const { style } = this.canvas;
    style.setProperty("--bnviz-back", this.colours.back);
    style.setProperty("--bnviz-muted", themeColours(this.colours)["var(--bnviz-muted)"]);
    root.append(this.holder);
  }

  async #layOut() {
    const { bindings } = this.shown.figure;
    // Plotly draws no axes that have no trace.
    const data = this.traces.map((trace, number) =>
      bindings[number] ? { ...trace, type: "scatter", opacity: 0 } : trace,
    );
    await this.Plotly.react(this.plot, data, this.layout, CONFIG);
    const axes = this.plot._fullLayout;
    if (!axes) throw new Error("the axes were not drawn");
    this.axes = axes;
    /** @type {Area[]} */
    this.taken = wordAreas(this.plot, [this.plot]);
    this.taken.push({ left: 0, top: 0, right: SIZE.width, bottom: TITLE });
    const file = await imageOf(this.Plotly, { data, layout: this.layout }, "png");
    const bitmap = await createImageBitmap(file);
    // Its dots are brought together once, not for each frame.
    this.back = newCanvas(SIZE.width, SIZE.height);
    context2d(this.back, READ).drawImage(bitmap, 0, 0, SIZE.width, SIZE.height);
    bitmap.close();
  }

  /** @param {number} at Index of the frame. */
  paint(at) {
    const { axes, back, context, painter } = this;
    if (!axes || !back) return;
    const { figure, frames, ghosts, entitle } = this.shown;
    painter.draw(movingTraces(figure, this.traces, frames, at, ghosts), axes, this.taken ?? []);
    const { l } = /** @type {Margin} */ (this.layout.margin);
    context.fillStyle = this.colours.ink;
    context.font = `700 ${TITLE_SIZE}px ${FAMILY}`;
    context.textAlign = "left";
    context.textBaseline = "alphabetic";
    context.fillText(entitle(frames.value("step", at)), l, TITLE - FOOT);
    // The painter has cleared the canvas.
    context.globalCompositeOperation = "destination-over";
    context.drawImage(back, 0, 0);
    context.globalCompositeOperation = "source-over";
  }

  close() {
    this.Plotly.purge(this.plot);
    this.holder.remove();
  }
}
