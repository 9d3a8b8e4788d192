// Events: marks on the time axis that jump there, and the sentence of the event just passed.

/** @import { RunEvent } from "types/message" */

import { context2d, newCanvas } from "./canvas.js";
import { placeLabels } from "./labels.js";

/** @import { Ruler } from "./ruler.js" */

// Frames for which a sentence stays: about a second of play.
const NEAR = 30;
/**
 * How an event is marked, by its kind.
 * @type {Record<string, string>}
 */
const SHAPES = {
  change: "change",
  diverged: "cross",
  saturated: "peak",
  dead: "peak",
  vanishing: "peak",
  exploding: "peak",
  accuracy: "round",
};
// The most serious first; events that share a mark take the shape of the most serious one.
const SEVERITY = ["change", "cross", "peak", "round"];
// Half of the slider's thumb, whose middle stands at the frame; pixels.
const THUMB = 11;

/**
 * Groups the events of each arm that are too close to be marked side by side.
 * @param {RunEvent[]} events By step.
 * @param {string[]} arms In the order of their lanes.
 * @param {number} distance Between the first events of two groups, as a share of the axis.
 * @param {(step: number) => number} shareOf Where a step lies on it.
 * @returns {{ lane: number, group: RunEvent[] }[]} In the order of their frames.
 */
export function groupEvents(events, arms, distance, shareOf) {
  const marks = arms.flatMap((arm, lane) => {
    /** @type {RunEvent[][]} */
    const groups = [];
    for (const event of events.filter((each) => each.arm === arm)) {
      const group = groups.at(-1);
      const first = group && shareOf(group[0].step);
      if (first === undefined || shareOf(event.step) - first >= distance) groups.push([event]);
      else group?.push(event);
    }
    return groups.map((group) => ({ lane, group }));
  });
  return marks.sort((a, b) => a.group[0].index - b.group[0].index || a.lane - b.lane);
}

/**
 * The sentence of the event just passed, the colour of its arm, and whether its frame has passed.
 * @param {RunEvent[]} events By step.
 * @param {number} index Of the frame at the cursor.
 */
export function latestEvent(events, index) {
  const near = events.filter((event) => event.index <= index && index - event.index <= NEAR);
  const last = Math.max(...near.map((event) => event.index));
  const latest = near.filter((event) => event.index === last);
  if (!latest.length) return { text: "", colour: "transparent", passed: false };
  const more = latest.length > 1 ? ` And ${latest.length - 1} more.` : "";
  return { text: latest[0].sentence + more, colour: latest[0].colour, passed: last < index };
}

export class Events {
  /**
   * @param {{ events: HTMLElement }} parts
   * @param {Ruler} ruler Of the slider.
   * @param {(index: number) => void} jump Moves the cursor to a frame.
   */
  constructor(parts, ruler, jump) {
    this.root = parts.events;
    this.ruler = ruler;
    this.jump = jump;
    /** @type {RunEvent[]} */
    this.events = [];
    /** @type {string[]} */
    this.arms = [];
    this.key = "";
    // Index of the frame at the cursor.
    this.at = 0;
    this.observer = new ResizeObserver(() => this.#place());
    this.observer.observe(this.root);
  }

  /**
   * Shows the marks of all events.
   * @param {RunEvent[]} events By step.
   * @param {string[]} arms Their names in order.
   */
  show(events, arms) {
    const key = JSON.stringify([events, this.ruler.steps, this.ruler.root, arms]);
    if (key === this.key) return;
    this.key = key;
    this.events = events;
    this.arms = arms;
    this.#place();
  }

  /** @param {number} index Of the frame at the cursor. */
  moveTo(index) {
    this.at = index;
  }

  close() {
    this.observer.disconnect();
  }

  /** Puts the marks on the axis, a lane for each arm. */
  #place() {
    const { activeElement } = document;
    const focused = this.root.contains(activeElement) && keyOf(activeElement);
    this.root.style.setProperty("--lanes", String(this.arms.length));
    const width = parseFloat(getComputedStyle(this.root).getPropertyValue("--mark"));
    const distance = width / Math.max(width, this.root.clientWidth - width);
    const shareOf = (/** @type {number} */ step) => this.ruler.share(step);
    const groups = groupEvents(this.events, this.arms, distance, shareOf);
    const marks = groups.map(({ lane, group }) => this.#mark(lane, group));
    this.root.replaceChildren(...marks, ...this.#labels(groups, width));
    if (focused) marks.find((mark) => keyOf(mark) === focused)?.focus();
  }

  /**
   * The words beside the marks; those of the most serious event of each, as far as there is room.
   * @param {{ lane: number, group: RunEvent[] }[]} groups
   * @param {number} size Width of a mark.
   */
  #labels(groups, size) {
    const room = this.root.clientWidth;
    const context = context2d(newCanvas(1, 1));
    const { fontFamily, fontSize } = getComputedStyle(this.root);
    context.font = `${fontSize} ${fontFamily}`;
    const texts = groups.map(({ group }) => {
      const { step, name } = mostSerious(group);
      const more = group.length > 1 ? ` +${group.length - 1}` : "";
      return `${step.toLocaleString("en")}: ${name}${more}`;
    });
    const places = placeLabels(
      groups.map(({ lane, group }, i) => ({
        lane,
        x: THUMB + this.ruler.share(group[0].step) * (room - 2 * THUMB),
        width: Math.ceil(context.measureText(texts[i]).width) + 1,
        weight: -SEVERITY.indexOf(shapeOf(mostSerious(group))),
      })),
      size,
      room,
    );
    return places.flatMap((left, i) => {
      if (left === null) return [];
      const label = document.createElement("span");
      label.textContent = texts[i];
      label.setAttribute("aria-hidden", "true"); // the mark has the whole sentence
      label.style.setProperty("--left", `${left}px`);
      label.style.setProperty("--lane", String(groups[i].lane));
      return [label];
    });
  }

  /**
   * @param {number} lane
   * @param {RunEvent[]} group
   */
  #mark(lane, group) {
    const [{ arm, index, step, colour }] = group;
    const mark = document.createElement("button");
    mark.type = "button";
    mark.title = group.map((event) => event.sentence).join("\n");
    mark.setAttribute("aria-label", group.map((event) => event.sentence).join(" "));
    const shapes = group.map((event) => SHAPES[event.kind] ?? "round");
    mark.dataset.shape = SEVERITY.find((shape) => shapes.includes(shape));
    mark.dataset.key = `${arm} ${index}`;
    mark.dataset.step = String(step);
    mark.style.setProperty("--share", String(this.ruler.share(step)));
    mark.style.setProperty("--lane", String(lane));
    mark.style.setProperty("--arm", colour);
    mark.onclick = () => this.jump(this.#next(group));
    return mark;
  }

  /**
   * The frame to jump to: that of a group's first event, or of the next one if the cursor is
   * already within the group.
   * @param {RunEvent[]} group
   */
  #next(group) {
    const first = group[0].index;
    const next = group.find((event) => event.index > this.at);
    return next && this.at >= first ? next.index : first;
  }
}

/** @param {RunEvent} event */
const shapeOf = ({ kind }) => SHAPES[kind] ?? "round";

/**
 * The first event of a group that is as serious as any.
 * @param {RunEvent[]} group
 */
function mostSerious(group) {
  const rank = (/** @type {RunEvent} */ event) => SEVERITY.indexOf(shapeOf(event));
  return group.reduce((first, event) => (rank(event) < rank(first) ? event : first));
}

/** @param {Element | null} mark */
function keyOf(mark) {
  return mark instanceof HTMLElement ? mark.dataset.key : undefined;
}
