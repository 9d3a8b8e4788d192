// Axes: the values of a batch before and after a normalization. Whatever value is touched, those that
// share its mean and variance light up, and the formula takes their numbers.

/** @import { AxesLayer, AxesMessage, AxesParts, Box, Norm, Shown, Statistics } from "types/axes" */

import { mount, partsOf } from "../bnviz.player/mount.js";
import { formatted } from "../bnviz.player/scales.js";
import { watchSpace } from "../bnviz.player/space.js";
import { boxAround, indexOf, indicesIn, normalized, placeAfter, statisticsOf } from "./groups.js";
import { iconOf } from "./icons.js";
import { Sheet } from "./sheet.js";
import { buildSkeleton } from "./skeleton.js";
import { effect, groupInWords, numbersInWords, shared, valueInWords, valueName } from "./words.js";

// Where the group is at first.
const START = { row: 0, column: 4, position: 5 };
// What comes out is in full colour from this size on, and what goes in from as many times the root of
// its mean square on.
const FULL = 2;
// The keys as buttons, for a finger that is wider than a value.
const MOVES = [
  { sign: "←", name: "Value to the left", key: "ArrowLeft" },
  { sign: "→", name: "Value to the right", key: "ArrowRight" },
  { sign: "↑", name: "Value above", key: "ArrowUp" },
  { sign: "↓", name: "Value below", key: "ArrowDown" },
];

/**
 * A number in two decimals, also if it is tiny.
 * @param {number} value
 */
const write = (value) => formatted(value, ".01");

export class Axes {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {AxesParts} */
    const parts = partsOf(root);
    this.parts = parts;
    /** @type {AxesMessage | undefined} */
    this.message = undefined;
    /** @type {Shown | undefined} */
    this.shown = undefined;
    /**
     * @type {{
     *   norm: { node: HTMLButtonElement, choice: Norm }[],
     *   layer: { node: HTMLButtonElement, choice: AxesLayer }[],
     *   size: { node: HTMLButtonElement, choice: number }[],
     * }}
     */
    this.buttons = { norm: [], layer: [], size: [] };
    this.sheets = { before: new Sheet(parts.before), after: new Sheet(parts.after) };
    for (const sheet of Object.values(this.sheets)) this.#listen(sheet);
    parts.touch.addEventListener("keydown", (event) => this.#press(event));
    this.unwatch = watchSpace([root, parts.sheets], () => this.draw());
  }

  /** @param {AxesMessage} message */
  receive(message) {
    if (this.message) return;
    this.message = message;
    this.#offer(message);
    const { layers, norms, sizes } = message;
    const [layer, norm, size] = [layers[0], norms[0], sizes[sizes.length - 1]];
    this.shown = { layer, norm, size, at: { ...START, position: 0 } };
    this.draw();
  }

  close() {
    this.unwatch();
  }

  /**
   * The layer of a picture takes the pointer, which a canvas alone would show and a button below it.
   * @param {Sheet} sheet
   */
  #listen(sheet) {
    const area = /** @type {HTMLElement} */ (sheet.canvas.parentElement);
    const touch = (/** @type {PointerEvent | MouseEvent} */ event) => {
      const at = sheet.at(event);
      if (at && JSON.stringify(at) !== JSON.stringify(this.shown?.at)) this.#change({ at });
    };
    area.addEventListener("pointermove", (event) => {
      // A finger that moves may want to scroll.
      if (event.pointerType === "mouse") touch(event);
    });
    area.addEventListener("click", (event) => {
      // A click that no pointer made has no place.
      if (event.detail) touch(event);
    });
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || !this.#move(event.key)) return;
    // The page stays where it is, and the player below does not move its cursor.
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * Goes to the value beside this one, and returns whether the key leads to one.
   * @param {string} key
   */
  #move(key) {
    if (!this.shown) return false;
    const { layer, size, at } = this.shown;
    const place = placeAfter(layer, size, at, key);
    if (place) this.#change({ at: place });
    return !!place;
  }

  /** @param {Partial<Shown>} changes */
  #change(changes) {
    if (!this.shown || !this.message) return;
    const shown = { ...this.shown, ...changes };
    const positions = shown.layer.shape[2];
    // Another layer may have fewer positions, a smaller batch fewer examples.
    if (shown.at.position >= positions) shown.at = { ...shown.at, position: 0 };
    if (changes.layer && positions > 1) shown.at = { ...shown.at, position: START.position };
    if (shown.at.row >= shown.size) shown.at = { ...shown.at, row: 0 };
    this.shown = shown;
    this.draw();
  }

  draw() {
    const { shown, message, parts } = this;
    if (!shown || !message || !this.root.isConnected) return;
    const { layer, norm, size, at } = shown;
    this.root.dataset.size = String(size);
    this.root.dataset.norm = norm.name;
    this.root.dataset.layer = layer.name;
    this.#mark(shown);
    const box = boxAround(layer, norm, size, at);
    const statistics = statisticsOf(layer, norm, box);
    const out = normalized(layer, norm, size, message.epsilon);
    const index = indexOf(layer, at);
    const x = layer.hundredths[index] / 100;
    this.#paint(out, box);
    const who = groupInWords(shown, box);
    const count = document.createElement("b");
    count.textContent = `${who[0].toUpperCase()}${who.slice(1)}`;
    parts.who.replaceChildren(count, `: ${shared(norm, statistics.count)}.`);
    this.#calculate(x, out[index], statistics);
    const inGroup = indicesIn(layer, box).map((each) => out[each]);
    const instance = message.norms.find((each) => !each.examples && each.units === 1);
    const alone =
      instance && layer.shape[2] > 1 && normalized(layer, instance, size, message.epsilon);
    const asInstance = !!alone && alone.every((value, each) => value === out[each]);
    parts.effect.textContent = effect(shown, statistics, out, inGroup, asInstance, write);
    this.#compareSizes(shown, message);
    parts.facts.textContent = `${norm.statistics} ${norm.used}`;
    parts.about.textContent = layer.about;
    parts.ways.textContent = `↓ examples → ${layer.unit}s`;
    const value = valueInWords(shown, x, out[index], write);
    parts.words.textContent = `${value}. ${who}: ${shared(norm, statistics.count)}. ${numbersInWords(norm, statistics, write)}.`;
  }

  /**
   * @param {Float64Array} out
   * @param {Box} box
   */
  #paint(out, box) {
    const { layer, size, at } = /** @type {Shown} */ (this.shown);
    const style = getComputedStyle(this.root);
    const { color: ink, backgroundColor: back, fontFamily: font } = style;
    const [low, high] = [...this.root.querySelectorAll("figcaption i")].map(
      (each) => getComputedStyle(each).color,
    );
    const colours = { ink, back, low, high, font };
    const letter = Number.parseFloat(style.fontSize);
    const how = { box, at, colours, letter, write };
    const squares = layer.hundredths.reduce((sum, each) => sum + (each / 100) ** 2, 0);
    const full = FULL * Math.sqrt(squares / layer.hundredths.length);
    const before = (/** @type {number} */ index) => layer.hundredths[index] / 100;
    this.sheets.before.draw(layer, size, before, { ...how, full });
    this.sheets.after.draw(layer, size, (index) => out[index], { ...how, full: FULL });
  }

  /**
   * The formula with the numbers of the group.
   * @param {number} x
   * @param {number} y
   * @param {Statistics} statistics
   */
  #calculate(x, y, { mean, variance }) {
    const { norm, layer, at } = /** @type {Shown} */ (this.shown);
    const { epsilon } = /** @type {AxesMessage} */ (this.message);
    const name = norm.mean ? "variance" : "mean square";
    const numbers = document.createElement("p");
    numbers.append(...(norm.mean ? ["mean ", strong(mean), " · "] : []));
    numbers.append(`${name} `, strong(variance), ` · ${valueName(layer, at).toLowerCase()}: `);
    numbers.append(strong(x));
    const minus = norm.mean ? ` ${mean < 0 ? "+" : "−"} ${write(Math.abs(mean))}` : "";
    const equation = document.createElement("p");
    equation.className = "bnviz-equation";
    equation.setAttribute("role", "math");
    equation.setAttribute(
      "aria-label",
      `x̂ = (${norm.mean ? "x − mean" : "x"}) ÷ √(${name} + ε) = (${write(x)}${minus}) ÷ √(${write(variance)} + ${epsilon}) ≈ ${write(y)}`,
    );
    equation.append(
      "x̂ = ",
      fraction(norm.mean ? "x − mean" : "x", `√(${name} + ε)`),
      " = ",
      fraction(`${write(x)}${minus}`, `√(${write(variance)} + ${epsilon})`),
      " ≈ ",
      strong(y),
    );
    this.parts.formula.replaceChildren(equation, numbers);
  }

  /**
   * What becomes of the same value in batches of each size that hold its example.
   * @param {Shown} shown
   * @param {AxesMessage} message
   */
  #compareSizes({ layer, norm, at }, { sizes, epsilon }) {
    const held = sizes.filter((size) => at.row < size);
    const index = indexOf(layer, at);
    const results = held.map((size) => normalized(layer, norm, size, epsilon)[index]);
    const words = held.map((size, number) => `${size} → ${write(results[number])}`);
    this.parts.alone.textContent = `This value by batch size: ${words.join(", ")}.`;
  }

  /**
   * Makes the buttons.
   * @param {AxesMessage} message
   */
  #offer({ norms, layers, sizes }) {
    const { parts } = this;
    this.buttons = {
      norm: norms.map((norm) => button(norm.label, norm, () => this.#change({ norm }))),
      layer: layers.map((layer) => button(layer.label, layer, () => this.#change({ layer }))),
      size: sizes.map((size) => button(String(size), size, () => this.#change({ size }))),
    };
    parts.norms.replaceChildren(...this.buttons.norm.map(({ node }) => node));
    parts.layers.replaceChildren(...this.buttons.layer.map(({ node }) => node));
    parts.sizes.replaceChildren(...this.buttons.size.map(({ node }) => node));
    const moves = MOVES.map(({ sign, name, key }) => {
      const { node } = button(sign, key, () => this.#move(key));
      node.setAttribute("aria-label", name);
      return node;
    });
    parts.moves.replaceChildren(...moves);
  }

  /**
   * Marks what is chosen, and gives each normalization its icon for the layer.
   * @param {Shown} shown
   */
  #mark(shown) {
    const [, units, positions] = shown.layer.shape;
    for (const name of /** @type {const} */ (["norm", "layer", "size"])) {
      for (const { node, choice } of this.buttons[name]) {
        node.setAttribute("aria-pressed", String(choice === shown[name]));
      }
    }
    for (const { node, choice } of this.buttons.norm) {
      node.querySelector("svg")?.remove();
      node.prepend(iconOf(choice, units, positions > 1));
    }
  }
}

/**
 * @template Choice
 * @param {string} label
 * @param {Choice} choice
 * @param {() => void} choose
 */
function button(label, choice, choose) {
  const node = document.createElement("button");
  node.type = "button";
  node.append(label);
  node.addEventListener("click", choose);
  return { node, choice };
}

/** @param {number} value */
function strong(value) {
  const node = document.createElement("strong");
  node.textContent = write(value);
  return node;
}

/**
 * @param {string} over
 * @param {string} under
 */
function fraction(over, under) {
  const whole = document.createElement("span");
  whole.className = "bnviz-fraction";
  const parts = [over, under].map((text) => {
    const part = document.createElement("span");
    part.textContent = text;
    return part;
  });
  whole.append(...parts);
  return whole;
}

const mounted = mount(() => new Axes(buildSkeleton()));

/** Puts the picture in place of what the page says meanwhile. */
export function showAxes(/** @type {HTMLElement} */ place, /** @type {AxesMessage} */ message) {
  const root = buildSkeleton();
  place.replaceChildren(root);
  new Axes(root).receive(message);
}

// Streamlit calls it for every message.
export default mounted;
