// Events: marks on the time axis that jump there, and the sentence of the one just passed.

// Frames for which a sentence stays: about a second of play.
const NEAR = 30;
// How a mark is drawn, the gravest first; of marks that share a place the gravest is seen.
const SHAPES = { change: "change", diverged: "cross", saturated: "peak", dead: "peak", vanishing: "peak", exploding: "peak", accuracy: "round" };
const GRAVITY = ["change", "cross", "peak", "round"];

export class Events {
  // parts: DOM nodes by name; jump(index): moves the cursor to a frame.
  constructor(parts, jump) {
    this.root = parts.events;
    this.line = parts.event;
    this.jump = jump;
    this.events = [];
    this.resized = new ResizeObserver(() => this.#place());
    this.resized.observe(this.root);
  }

  // events: [{index, step, arm, layer, kind, sentence, colour}] by step; arms: their names in order.
  show(events, capacity, arms) {
    const key = JSON.stringify([events, capacity, arms]);
    if (key === this.key) return;
    this.key = key;
    this.events = events;
    this.capacity = capacity;
    this.arms = arms;
    this.#place();
  }

  // The cursor stands at a frame.
  at(index) {
    this.here = index;
    const passed = this.events.filter((event) => event.index <= index && index - event.index <= NEAR);
    const last = Math.max(...passed.map((event) => event.index));
    const latest = passed.filter((event) => event.index === last);
    const more = latest.length > 1 ? ` And ${latest.length - 1} more.` : "";
    const text = latest.length ? latest[0].sentence + more : "";
    if (this.line.textContent === text) return;
    this.line.textContent = text;
    this.line.style.setProperty("--arm", latest[0]?.colour ?? "transparent");
  }

  close() {
    this.resized.disconnect();
  }

  // One lane an arm; events too close to stand side by side share a mark.
  #place() {
    const focused = this.root.contains(document.activeElement) && document.activeElement.dataset.key;
    const lanes = this.arms?.length ?? 0;
    this.root.style.setProperty("--lanes", lanes);
    const width = parseFloat(getComputedStyle(this.root).getPropertyValue("--mark"));
    const apart = (width * (this.capacity - 1)) / Math.max(width, this.root.clientWidth - width);
    const marks = [];
    for (let lane = 0; lane < lanes; lane += 1) {
      let group = [];
      for (const event of this.events) {
        if (event.arm !== this.arms[lane]) continue;
        if (!group.length || event.index - group[0].index >= apart) marks.push({ lane, group: (group = []) });
        group.push(event);
      }
    }
    marks.sort((a, b) => a.group[0].index - b.group[0].index || a.lane - b.lane);
    this.root.replaceChildren(...marks.map((mark) => this.#mark(mark)));
    if (focused) [...this.root.children].find((mark) => mark.dataset.key === focused)?.focus();
  }

  #mark({ lane, group }) {
    const mark = document.createElement("button");
    mark.type = "button";
    mark.title = group.map((event) => event.sentence).join("\n");
    mark.setAttribute("aria-label", group.map((event) => event.sentence).join(" "));
    const shapes = group.map((event) => SHAPES[event.kind] ?? "round");
    mark.dataset.shape = GRAVITY.find((shape) => shapes.includes(shape));
    mark.dataset.key = `${group[0].arm} ${group[0].index}`;
    mark.dataset.step = group[0].step;
    mark.style.setProperty("--share", group[0].index / Math.max(1, this.capacity - 1));
    mark.style.setProperty("--lane", lane);
    mark.style.setProperty("--arm", group[0].colour);
    // A further click goes on to the next event that shares the mark.
    mark.onclick = () => this.jump((group.find((event) => event.index > this.here && this.#within(group)) ?? group[0]).index);
    return mark;
  }

  // Whether the cursor stands on the events of a mark.
  #within(group) {
    return this.here >= group[0].index && this.here < group.at(-1).index;
  }
}
