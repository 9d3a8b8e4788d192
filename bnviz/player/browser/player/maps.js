// Maps: what a channel of a convolution has at every position of one example, in each network.
//
// Beside the maps of the chosen channel stand small ones of the others, which choose it, and the
// example itself. All of a moment have the colours of one scale, which is logarithmic on both sides
// of 0.

/** @import { Constants } from "types/bindings" */
/** @import { Figure, MapArm, Maps as MapsOf, Shown } from "types/message" */
/** @import { Frames } from "./frames.js" */

import { exampleName } from "./answers.js";
import { context2d } from "./canvas.js";
import { activated, momentsOf, scaleAndShift } from "./passage.js";
import { examplePictures, probeOf } from "./pictures.js";
import { formatted } from "./scales.js";
import { optionButton, replace } from "./tabs.js";

/** Where the scale of colours may end: the first of these that no value exceeds, times a power of 10. */
const ENDS = [1, 2, 5, 10];
/** The end that it has at least, so that what is nearly 0 looks so. */
const LEAST_END = 1;
/** What can be seen beside the picture, by its name on a button. */
const SIDES = ["Maps", "Formula"];
/** Up to how many channels small maps are not made smaller. */
const FEW = 8;
/** What stands for the maps of a channel with values that are not finite. */
const NOT_FINITE = "Not all values of this channel are finite at this step.";
/** Parts of a colour between that of 0 and that of the end. */
const SHADES = 64;

/**
 * The end of the scale of colours of some values.
 * @param {number} largest Their largest magnitude.
 */
export function endOf(largest) {
  if (!(largest > LEAST_END)) return LEAST_END;
  const power = 10 ** Math.floor(Math.log10(largest));
  return (ENDS.find((each) => each * power >= largest) ?? 10) * power;
}

/**
 * Where a value is on the scale of colours, from -1 to 1.
 * @param {number} value
 * @param {number} end
 * @param {number} linear The magnitude up to which the scale is about linear.
 */
export const placeOf = (value, end, linear) =>
  Math.max(-1, Math.min(1, signedLog(value, linear) / signedLog(end, linear)));

/**
 * @param {number} value
 * @param {number} linear The magnitude up to which it is about linear.
 */
const signedLog = (value, linear) => Math.sign(value) * Math.log1p(Math.abs(value) / linear);

/**
 * What a channel is given at every position of an example, row by row; undefined if a value is not
 * a finite number.
 * @param {MapsOf} maps
 * @param {string} arm
 * @param {number} channel
 * @param {Frames} frames
 * @param {number} at
 * @param {Constants} constants
 */
export function valuesOf({ layer, example, start, size }, arm, channel, frames, at, constants) {
  const [low, high] = frames.row(`${arm}/map_ranges/${layer}/${channel}`, at);
  if (!Number.isFinite(low) || !Number.isFinite(high)) return undefined;
  const codes = frames.row(`${arm}/maps/${channel}/${example}`, at);
  const places = codes.subarray(start, start + size[0] * size[1]);
  return Array.from(places, (code) => low + ((high - low) * code) / constants.max_byte);
}

/**
 * The maps of the chosen channel on its way: what it is given, what BN makes of it and what the
 * activation does, as far as it is known; undefined where a value is NaN or infinite, as after
 * BN was removed.
 * @param {MapArm} arm
 * @param {number[]} values
 * @param {Frames} frames
 * @param {number} at
 * @param {Constants} constants
 */
export function stagesOfMap({ neuron, activation }, values, frames, at, constants) {
  const stages = [values];
  if (neuron) {
    const [gamma, beta] = scaleAndShift(neuron, frames, at);
    const [mean, variance] = momentsOf(neuron, frames, at);
    const std = Math.sqrt(variance + neuron.epsilon);
    stages.push(values.map((value) => gamma * ((value - mean) / std) + beta));
  }
  if (activation) {
    const last = stages[stages.length - 1];
    stages.push(last.map((value) => activated(activation, value, constants)));
  }
  return stages.map((stage) => (stage.every(Number.isFinite) ? stage : undefined));
}

/**
 * A map in words.
 * @param {number[]} values
 */
export function spokenMap(values) {
  const above = values.filter((value) => value > 0).length / values.length;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `from ${formatted(low)} to ${formatted(high)}, above 0 at ${formatted(above, "%")} of the positions`;
}

/**
 * An element with a class and a text.
 * @param {string} tag
 * @param {string} [className]
 * @param {string} [text]
 */
function element(tag, className = "", text = "") {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

/** @param {MapsOf} maps */
function newMap({ size: [height, width] }) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.style.aspectRatio = `${width} / ${height}`;
  return canvas;
}

/**
 * The maps of a figure; undefined if it has none.
 * @param {Figure} figure
 */
const mapsOf = ({ maps }) =>
  "size" in maps ? /** @type {MapsOf} */ (/** @type {unknown} */ (maps)) : undefined;

/** The maps of one network: those of the chosen channel and the small ones. */
class ArmMaps {
  /**
   * @param {MapsOf} maps
   * @param {MapArm} arm
   * @param {(channel: number) => void} choose
   */
  constructor(maps, arm, choose) {
    this.maps = maps;
    this.arm = arm;
    this.root = element("div", "bnviz-map-arm");
    this.root.style.setProperty("--arm", arm.colour);
    this.root.append(element("h4", "", arm.label));
    this.root.dataset.many = String(maps.channels > FEW);
    this.line = element("div", "bnviz-map-line");
    this.large = arm.stages.map((name) => {
      const holder = element("figure", "bnviz-map-large");
      const canvas = newMap(maps);
      canvas.setAttribute("role", "img");
      const mark = element("i", "bnviz-map-mark");
      const [row, column] = maps.mark;
      const [height, width] = maps.size;
      mark.style.left = `${(100 * column) / width}%`;
      mark.style.top = `${(100 * row) / height}%`;
      mark.style.width = `${100 / width}%`;
      mark.style.height = `${100 / height}%`;
      const frame = element("div");
      frame.append(canvas, mark);
      holder.append(frame, element("figcaption", "", name));
      this.line.append(holder);
      return canvas;
    });
    this.none = element("p", "bnviz-small", NOT_FINITE);
    this.none.hidden = true;
    const small = element("div", "bnviz-map-small");
    small.setAttribute("role", "group");
    small.setAttribute("aria-label", `${arm.label}: the channels of ${maps.name}`);
    this.small = Array.from({ length: maps.channels }, (_, channel) => {
      const button = /** @type {HTMLButtonElement} */ (element("button"));
      button.type = "button";
      button.title = `Channel ${channel + 1}`;
      button.tabIndex = channel === maps.channel ? 0 : -1;
      button.setAttribute("aria-label", `channel ${channel + 1}`);
      button.setAttribute("aria-pressed", String(channel === maps.channel));
      button.addEventListener("click", () => choose(channel));
      const canvas = newMap(maps);
      button.append(canvas);
      small.append(button);
      return canvas;
    });
    if (maps.channel >= maps.channels) {
      /** @type {HTMLElement} */ (small.firstElementChild).tabIndex = 0;
    }
    small.addEventListener("keydown", (event) => this.#key(event, small));
    this.line.append(this.none, small);
    this.root.append(this.line);
    /** @type {(number[] | undefined)[]} */
    this.stages = [];
    /** @type {(number[] | undefined)[]} */
    this.others = [];
  }

  /**
   * @param {KeyboardEvent} event
   * @param {HTMLElement} group
   */
  #key(event, group) {
    const buttons = /** @type {HTMLElement[]} */ ([...group.children]);
    const at = buttons.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const last = buttons.length - 1;
    /** @type {Record<string, number>} */
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last };
    if (!(event.key in to) || event.ctrlKey || event.metaKey || event.altKey) return;
    buttons[Math.min(last, Math.max(0, to[event.key]))]?.focus();
    // The player steps by the same keys.
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * Reads the numbers of a frame.
   * @param {Frames} frames
   * @param {number} at
   * @param {Constants} constants
   * @param {MapArm} arm With gamma and beta as they are set.
   */
  read(frames, at, constants, arm) {
    const { maps } = this;
    this.others = this.small.map((_, channel) =>
      valuesOf(maps, arm.name, channel, frames, at, constants),
    );
    const values = this.others[maps.channel];
    const stages = values && stagesOfMap(arm, values, frames, at, constants);
    this.stages = this.large.map((_, stage) => {
      const values = stages?.[stage];
      return values?.every(Number.isFinite) ? values : undefined;
    });
  }

  /** The largest magnitude of its maps; undefined if none has values. */
  get largest() {
    const all = [...this.stages, ...this.others].filter((each) => each !== undefined);
    return all.length ? Math.max(...all.flat().map(Math.abs)) : undefined;
  }

  /** @param {(canvas: HTMLCanvasElement, values: number[] | undefined) => void} paint */
  draw(paint) {
    const known = this.stages[0] !== undefined;
    this.none.hidden = known;
    this.none.textContent =
      this.maps.channel < this.maps.channels
        ? NOT_FINITE
        : `Maps are kept of the first ${this.maps.channels} channels: choose one.`;
    this.large.forEach((canvas, stage) => {
      const values = this.stages[stage];
      /** @type {HTMLElement} */ (canvas.closest("figure")).hidden = values === undefined;
      paint(canvas, values);
      const told = values ? spokenMap(values) : "not all values are finite";
      const says = `${this.arm.label}, channel ${this.maps.channel + 1}, ${this.arm.stages[stage]}: ${told}`;
      if (canvas.getAttribute("aria-label") !== says) canvas.setAttribute("aria-label", says);
    });
    this.small.forEach((canvas, channel) => {
      paint(canvas, this.others[channel]);
    });
  }
}

export class Maps {
  /**
   * @param {HTMLElement} root Of the player.
   * @param {{ maps: HTMLElement, sides: HTMLElement }} parts
   * @param {(channel: number) => void} choose Chooses a channel.
   */
  constructor(root, { maps: panel, sides }, choose) {
    this.root = root;
    this.panel = panel;
    this.sides = sides;
    // What is seen beside the picture where there are both.
    this.side = SIDES[0];
    this.choose = choose;
    /** @type {Figure | undefined} */
    this.figure = undefined;
    /** @type {Shown | null} */
    this.shown = null;
    /** @type {ArmMaps[]} */
    this.arms = [];
    this.end = 0;
    panel.addEventListener("pointermove", (event) => this.#point(event));
    panel.addEventListener("pointerleave", () => this.#say(""));
  }

  /**
   * Tells which examples the run is of.
   * @param {Shown | null} shown
   */
  setShown(shown) {
    this.shown = shown;
    if (this.figure) this.build(this.figure);
  }

  /**
   * Builds the maps of a figure, or hides them if the figure has none.
   * @param {Figure} figure
   */
  build(figure) {
    this.figure = figure;
    // Where a small map has chosen another channel, the focus goes with it.
    const focused = this.arms.findIndex(({ root }) => root.contains(document.activeElement));
    this.arms = [];
    this.panel.hidden = !("reason" in figure.maps || "size" in figure.maps);
    this.panel.replaceChildren();
    if ("reason" in figure.maps) {
      this.panel.append(element("p", "bnviz-small", String(figure.maps.reason)));
    }
    const maps = mapsOf(figure);
    this.sides.hidden = !maps;
    this.#turn(this.side);
    if (!maps) return;
    const title = element(
      "h3",
      "",
      `Channel ${maps.channel + 1} of ${maps.name}, at every position`,
    );
    this.scale = element("div", "bnviz-map-scale");
    this.scale.append(element("span"), element("i"), element("span"));
    const head = element("div", "bnviz-map-head");
    const example = this.#example(maps);
    if (example) head.append(example);
    const words = element("div");
    words.append(title, this.scale);
    head.append(words);
    const body = element("div", "bnviz-map-body");
    this.arms = maps.arms.map((arm) => new ArmMaps(maps, arm, this.choose));
    body.append(...this.arms.map(({ root }) => root));
    this.now = element("p", "bnviz-small");
    this.panel.append(head, body, this.now);
    this.#say("");
    /** @type {HTMLElement | undefined | null} */ (
      this.arms[focused]?.root.querySelector('button[tabindex="0"]')
    )?.focus();
  }

  /**
   * Shows the maps or the formula beside the picture; where there are no maps, the formula.
   * @param {string} side
   */
  #turn(side) {
    this.side = side;
    this.root.toggleAttribute("data-maps", !this.sides.hidden && side === SIDES[0]);
    replace(
      this.sides,
      SIDES.map((each) => optionButton(each, each === side, () => this.#turn(each))),
    );
  }

  /** @param {MapsOf} maps */
  #example(maps) {
    const probe = this.shown && probeOf(this.shown);
    if (!probe || maps.example >= probe.labels.length) return undefined;
    const holder = element("figure", "bnviz-map-example");
    const picture = examplePictures(probe)[maps.example];
    picture.setAttribute("role", "img");
    const name = exampleName(probe, maps.example);
    picture.setAttribute("aria-label", `example ${maps.example + 1}: ${name}`);
    holder.append(picture, element("figcaption", "", name));
    return holder;
  }

  /**
   * Draws a frame.
   * @param {Frames} frames
   * @param {number} at
   */
  draw(frames, at) {
    const { figure } = this;
    const arms = figure && mapsOf(figure)?.arms;
    if (!figure || !arms) return;
    const hand = /** @type {[number, number]} */ ([figure.view.gamma, figure.view.beta]);
    this.arms.forEach((each, i) => {
      const neuron = arms[i].neuron && { ...arms[i].neuron, hand };
      each.read(frames, at, figure.constants, { ...arms[i], neuron });
    });
    const largest = this.arms.map((each) => each.largest).filter((each) => each !== undefined);
    // Colours have a scale where something has a colour.
    const drawn = largest.length > 0;
    this.scale?.toggleAttribute("hidden", !drawn);
    this.now?.toggleAttribute("hidden", !drawn);
    this.end = endOf(Math.max(0, ...largest));
    const shades = this.#shades();
    const paint = (
      /** @type {HTMLCanvasElement} */ canvas,
      /** @type {number[] | undefined} */ values,
    ) => this.#paint(canvas, values, shades);
    for (const arm of this.arms) arm.draw(paint);
    const [low, , high] = /** @type {HTMLElement[]} */ ([...(this.scale?.children ?? [])]);
    low.textContent = formatted(-this.end).replace(/[.]00$/, "");
    high.textContent = formatted(this.end).replace(/[.]00$/, "");
  }

  /**
   * Takes gamma and beta as they are set by hand.
   * @param {Figure} figure
   */
  follow(figure) {
    this.figure = figure;
  }

  /** The colours from the lowest to the highest end, as pixels. */
  #shades() {
    const colours = ["low", "zero", "high"].map((name) => {
      this.panel.style.setProperty("outline-color", `var(--bnviz-map-${name})`);
      return rgbOf(getComputedStyle(this.panel).outlineColor);
    });
    this.panel.style.removeProperty("outline-color");
    const [low, zero, high] = colours;
    return Array.from({ length: 2 * SHADES + 1 }, (_, i) => {
      const place = (i - SHADES) / SHADES;
      const end = place < 0 ? low : high;
      return zero.map((part, c) => part + (end[c] - part) * Math.abs(place));
    });
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {number[] | undefined} values
   * @param {number[][]} shades
   */
  #paint(canvas, values, shades) {
    const context = context2d(canvas);
    if (!values) {
      context.clearRect(0, 0, canvas.width, canvas.height);
      return;
    }
    const image = context.createImageData(canvas.width, canvas.height);
    const linear = this.figure?.constants.symlog_linear ?? 1;
    values.forEach((value, i) => {
      const shade = shades[Math.round(SHADES * (1 + placeOf(value, this.end, linear)))];
      image.data.set([...shade, 255], 4 * i);
    });
    context.putImageData(image, 0, 0);
  }

  /** @param {PointerEvent} event */
  #point({ target, clientX, clientY }) {
    for (const arm of this.arms) {
      const stage = arm.large.indexOf(/** @type {HTMLCanvasElement} */ (target));
      const values = arm.stages[stage];
      if (!values) continue;
      const canvas = arm.large[stage];
      const { left, top, width, height } = canvas.getBoundingClientRect();
      const row = Math.min(
        canvas.height - 1,
        Math.floor(((clientY - top) / height) * canvas.height),
      );
      const column = Math.min(
        canvas.width - 1,
        Math.floor(((clientX - left) / width) * canvas.width),
      );
      const value = values[Math.max(0, row) * canvas.width + Math.max(0, column)];
      this.#say(
        `${arm.arm.label}, row ${row + 1}, column ${column + 1}: ${arm.arm.stages[stage]} ${formatted(value)}`,
      );
      return;
    }
    this.#say("");
  }

  /** @param {string} words Of the position pointed at; empty for what the colours mean. */
  #say(words) {
    const usual =
      "Green is above 0, purple below. The square marks the position of the lines in the picture.";
    const says = words || usual;
    if (this.now && this.now.textContent !== says) this.now.textContent = says;
  }
}

/**
 * Red, green and blue of a colour as the browser writes it.
 * @param {string} colour
 */
function rgbOf(colour) {
  const parts = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
  return colour.startsWith("color(") ? parts.map((part) => 255 * part) : parts;
}
