// Cells: which cell of the maps the pointer or the keyboard is at, framed on all of them at once.

const MOVES = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };
// Pixels that a pointer may move between down and up in a click.
const STILL = 6;

export class Cells {
  // chosen: called with the cell that is chosen; opened: with the one to be shown as a run.
  constructor(parts, chosen, opened) {
    this.parts = parts;
    this.chosen = chosen;
    this.opened = opened;
    this.frames = [...parts.frames.children];
    const { picture, cell, open } = parts;
    picture.addEventListener("pointermove", (event) => this.move(event));
    picture.addEventListener("pointerdown", (event) => this.down(event));
    picture.addEventListener("pointerup", (event) => this.up(event));
    cell.addEventListener("keydown", (event) => this.key(event));
    cell.onclick = () => this.opened(this.at);
    open.onclick = () => this.opened(this.at);
  }

  // cells: {x, y: edges; words: rows of columns; start: where one begins}.
  set(cells, fresh) {
    this.cells = cells;
    this.parts.frames.hidden = this.parts.chosen.hidden = !cells;
    if (!cells) return;
    const inside = this.at && this.at.row < cells.words.length && this.at.column < cells.words[0].length;
    if (fresh || !inside) this.at = cells.start;
    this.say();
  }

  choose(cell) {
    if (!cell || (cell.row === this.at.row && cell.column === this.at.column)) return;
    this.at = cell;
    this.say();
    this.frame();
    this.chosen();
  }

  say() {
    const words = this.cells.words[this.at.row][this.at.column];
    if (this.parts.words.textContent !== words) this.parts.words.textContent = words;
    this.parts.cell.setAttribute("aria-label", `${words} Enter shows this run.`);
  }

  // The edges of the cells on one map, in pixels of the picture.
  edges(number) {
    const layout = this.parts.plot._fullLayout;
    const suffix = number ? String(number + 1) : "";
    const pixels = (axis, edges) => edges.map((edge) => axis._offset + axis.d2p(edge));
    return {
      x: pixels(layout[`xaxis${suffix}`], this.cells.x),
      y: pixels(layout[`yaxis${suffix}`], this.cells.y),
    };
  }

  // Puts the frames around the chosen cell.
  frame() {
    if (!this.cells || !this.parts.plot._fullLayout) return;
    const { row, column } = this.at;
    this.frames.forEach((frame, number) => {
      const { x, y } = this.edges(number);
      Object.assign(frame.style, {
        left: `${x[column]}px`,
        top: `${y[row + 1]}px`,
        width: `${x[column + 1] - x[column]}px`,
        height: `${y[row] - y[row + 1]}px`,
      });
    });
  }

  find(event) {
    if (!this.cells || !this.parts.plot._fullLayout) return null;
    const box = this.parts.plot.getBoundingClientRect();
    const [left, top] = [event.clientX - box.left, event.clientY - box.top];
    for (const number of this.frames.keys()) {
      const { x, y } = this.edges(number);
      const column = x.findLastIndex((edge) => edge <= left);
      const row = y.findLastIndex((edge) => edge >= top);
      const inside = column >= 0 && column < x.length - 1 && row >= 0 && row < y.length - 1;
      if (inside) return { row, column };
    }
    return null;
  }

  move(event) {
    const cell = this.find(event);
    this.parts.picture.style.cursor = cell ? "pointer" : "";
    if (event.pointerType === "mouse") this.choose(cell);
  }

  down(event) {
    this.pressed = event.isPrimary && event.button === 0 ? event : null;
  }

  // A finger chooses a cell first and opens it by a second touch; it cannot point without touching.
  up(event) {
    const { pressed } = this;
    this.pressed = null;
    if (!pressed) return;
    if (Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY) > STILL) return;
    const cell = this.find(event);
    if (!cell) return;
    const again = cell.row === this.at.row && cell.column === this.at.column;
    this.choose(cell);
    if (again || event.pointerType === "mouse") this.opened(cell);
  }

  key(event) {
    const move = MOVES[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const within = (value, count) => Math.min(Math.max(value, 0), count - 1);
    this.choose({
      row: within(this.at.row + move[0], this.cells.words.length),
      column: within(this.at.column + move[1], this.cells.words[0].length),
    });
  }
}
