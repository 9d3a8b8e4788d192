// Diagram: the way through the layers of each network, beside the histograms of its values. It is
// also a control: a click chooses the layer, where the histograms are taken, and the view of BN.

/** @import { Diagram as Spec, Figure, View } from "types/message" */
/** @import { FullLayout } from "types/plotly" */
/** @import { Box, Level, Place, Room } from "./wiring.js" */

import { drawBand, drawInput, drawLegend, drawRow, drawSkip } from "./diagram_picture.js";
import { bandOf, layerAt, levelOf, roomsOf, rowsOf, skipOf } from "./wiring.js";

// Side of the area around a tap that answers clicks; pixels.
const TOUCH = 24;
/** @type {Record<string, string>} */
const TAPS = {
  pre_activation: "values, before the activation",
  activation: "outputs, after the activation",
};

/** The parts that normalize. */
const NORMALIZING = new Set(["normalization", "normalized_weights"]);
/**
 * What a click on one of them opens, by the name of the view.
 * @type {Record<string, string>}
 */
const OPENS = {
  inside: "look inside a neuron",
  scale_and_shift: "look at what it learns",
};

export class Diagram {
  /**
   * @param {{ wiring: Element, taps: HTMLElement }} parts
   * @param {(changes: Partial<View>) => void} choose Changes the view.
   * @param {(level: Level) => void} report Told how much is drawn.
   */
  constructor({ wiring, taps }, choose, report) {
    this.wiring = wiring;
    this.taps = taps;
    this.choose = choose;
    this.report = report;
    /** @type {Room[]} */
    this.rooms = [];
    /** @type {Spec | undefined} */
    this.spec = undefined;
    this.scale = 1;
  }

  /**
   * Draws the diagram of a figure beside its axes, or nothing if it has none.
   * @param {Figure} figure
   * @param {FullLayout} layout
   * @param {number} scale Factor on its sizes.
   */
  place(figure, layout, scale) {
    const { wiring, taps } = this;
    const { activeElement } = document;
    const inside = activeElement instanceof HTMLElement && taps.contains(activeElement);
    const focused = inside ? activeElement.dataset.key : undefined;
    wiring.replaceChildren();
    taps.replaceChildren();
    this.spec = figure.diagram.columns ? /** @type {Spec} */ (figure.diagram) : undefined;
    if (!this.spec) return;
    const { spec } = this;
    const rooms = roomsOf(spec, layout, scale);
    this.rooms = rooms;
    this.scale = scale;
    const level = levelOf(rooms);
    taps.dataset.level = level;
    const [width, height] = [layout.width, layout.height];
    wiring.setAttribute("width", String(width));
    wiring.setAttribute("height", String(height));
    wiring.setAttribute("viewBox", `0 0 ${width / scale} ${height / scale}`);
    taps.style.scale = String(scale);
    wiring.append(drawBand(rooms, spec.layer));
    const lacking = new Set(figure.tabs.filter(({ lacks }) => lacks).map(({ name }) => name));
    spec.columns.forEach(({ parts, adds }, column) => {
      const each = spec.rows?.map((row) => row.parts[column]) ?? parts;
      const rows = rowsOf(each, spec.quantity, rooms[column], level);
      wiring.append(...drawInput(rows[0], rooms[column], level));
      const about = { spec, column, layer: rows.length, level, room: rooms[column] };
      wiring.append(...drawLegend(rows[rows.length - 1], about));
      rows.forEach((row, index) => {
        const layer = index + 1;
        wiring.append(...drawRow(row, { ...about, layer }));
        if (column === 0) this.#addRow(layer);
        if (!row.boxes.length) return;
        for (const [quantity, place] of Object.entries(row.taps)) {
          this.#addTap(quantity, place, layer, column);
        }
        const box = row.boxes.find(({ kind }) => NORMALIZING.has(kind));
        if (box) this.#addNormalization(box, layer, column, lacking);
      });
      for (const closing of spec.closing) {
        wiring.append(...drawSkip(skipOf(rows, closing, adds, rooms[column])));
      }
    });
    if (focused) this.#focus(focused);
    this.report(level);
  }

  /**
   * Takes a click in the histograms, which chooses the layer.
   * @param {number} x In pixels of the figure.
   * @param {number} y
   * @returns {boolean} Whether there is a layer.
   */
  click(x, y) {
    const layer = this.spec ? layerAt(this.rooms, x / this.scale, y / this.scale) : 0;
    if (layer) this.#chooseLayer(layer);
    return layer > 0;
  }

  /**
   * @param {string} key
   * @param {{ left: number, top: number, width: number, height: number }} area
   * @param {string} label
   * @param {() => void} onClick
   */
  #button(key, { left, top, width, height }, label, onClick) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.key = key;
    button.title = label;
    button.setAttribute("aria-label", label);
    Object.assign(button.style, {
      left: `${left}px`,
      top: `${top}px`,
      width: `${width}px`,
      height: `${height}px`,
    });
    button.onclick = onClick;
    this.taps.append(button);
    return button;
  }

  /** @param {number} layer */
  #addRow(layer) {
    const [room] = this.rooms;
    const { layer: chosen, baselines } = /** @type {Spec} */ (this.spec);
    const area = { left: room.left, width: room.right - room.left, ...bandOf(room, layer) };
    const choose = () => this.#chooseLayer(layer);
    const button = this.#button(`row ${layer}`, area, this.#nameOf(layer), choose);
    button.setAttribute("aria-pressed", String(layer === chosen));
    // One stop for the tabulator; up and down lead to the other layers.
    button.tabIndex = layer === chosen ? 0 : -1;
    button.onkeydown = (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      const next = layer + (step ?? 0);
      if (!step || next < 1 || next > baselines.length) return;
      event.preventDefault();
      event.stopPropagation();
      this.#focus(`row ${next}`);
      this.#chooseLayer(next);
    };
  }

  /**
   * @param {string} quantity
   * @param {Place} place
   * @param {number} layer
   * @param {number} column
   */
  #addTap(quantity, [x, y], layer, column) {
    const { layer: chosen, quantity: shown, activation, rows } = /** @type {Spec} */ (this.spec);
    const area = { left: x - TOUCH / 2, top: y - TOUCH / 2, width: TOUCH, height: TOUCH };
    const function_ = rows?.[layer - 1].activation ?? activation;
    const label = `Show the ${TAPS[quantity]} (${function_})`;
    const choose = () => this.choose({ quantity });
    const button = this.#button(`${quantity} ${layer} ${column}`, area, label, choose);
    button.className = "bnviz-tap";
    button.setAttribute("aria-pressed", String(quantity === shown));
    // The choice is the same in all layers and networks.
    button.tabIndex = layer === chosen && column === 0 ? 0 : -1;
  }

  /**
   * @param {Box} box
   * @param {number} layer
   * @param {number} column
   * @param {Set<string>} lacking Names of the views that the recording lacks.
   */
  #addNormalization(box, layer, column, lacking) {
    const { layer: chosen, columns, rows } = /** @type {Spec} */ (this.spec);
    const { arm, opens } = columns[column];
    const { full } = rows?.[layer - 1].norms[column] ?? columns[column];
    const lacks = lacking.has(opens);
    const label = lacks ? full : `${full}: ${OPENS[opens]}`;
    const button = this.#button(`norm ${layer} ${column}`, box, label, () => {
      if (lacks) this.#chooseLayer(layer);
      else this.choose({ name: opens, layer: this.#valueOf(layer) });
    });
    button.setAttribute("aria-label", `${this.#nameOf(layer)}, ${arm}: ${label}`);
    button.tabIndex = layer === chosen && !lacks ? 0 : -1;
  }

  /** @param {string} key */
  #focus(key) {
    const buttons = [...this.taps.querySelectorAll("button")];
    buttons.find((button) => button.dataset.key === key)?.focus();
  }

  /**
   * What a layer is called at the beginning of a line.
   * @param {number} layer
   */
  #nameOf(layer) {
    return this.spec?.rows?.[layer - 1].name ?? `Layer ${layer}`;
  }

  /**
   * A layer as the view keeps it, in which 0 is the last one of whatever network.
   * @param {number} layer
   */
  #valueOf(layer) {
    return layer === this.spec?.baselines.length ? 0 : layer;
  }

  /** @param {number} layer */
  #chooseLayer(layer) {
    if (layer !== this.spec?.layer) this.choose({ layer: this.#valueOf(layer) });
  }
}
