// Slices: the row and the column of a map through one cell, as lines.

/** @import { Cell, LinesFigure, Sheet, Slice } from "types/map" */
/** @import { Layout, Trace } from "types/plotly" */

/**
 * The points of a trace; the same rules as `Slice.points` in bnviz/figures/studies/map_lines.py.
 * @param {Slice} slice
 * @param {Sheet} sheet
 * @param {Cell} cell
 * @returns {{ x: number[], y: (number | null)[] }}
 */
export function slicePoints({ arm, along, part }, sheet, { row, column }) {
  const places = sheet.places[along];
  /** @param {"values" | "low" | "high"} name */
  const line = (name) => {
    const rows = sheet[name][arm];
    return along === "x" ? rows[row] : rows.map((each) => each[column]);
  };
  const at = along === "x" ? column : row;
  if (part === "here") return { x: [places[at]], y: [line("values")[at]] };
  if (part === "median") return { x: places, y: line("values") };
  const [low, high] = [line("low"), line("high")];
  const known = [...places.keys()].filter((i) => low[i] !== null);
  const back = [...known].reverse();
  return {
    x: [...known, ...back].map((i) => places[i]),
    y: [...known.map((i) => low[i]), ...back.map((i) => high[i])],
  };
}

/**
 * The side of its point on which an arm's name is written: away from the other arm's, and inwards.
 * @param {Slice} slice
 * @param {Sheet} sheet
 * @param {Cell} cell
 */
function nameSide({ arm, along }, { places, values }, { row, column }) {
  const [other] = Object.keys(values).filter((name) => name !== arm);
  const [own, its] = [arm, other].map((name) => values[name][row][column] ?? 0);
  const above = own === its ? arm < other : own > its;
  const at = along === "x" ? column : row;
  return `${above ? "top" : "bottom"} ${2 * at < places[along].length ? "right" : "left"}`;
}

/**
 * The figure of a cell: its traces with their points, and its headings.
 * @param {LinesFigure} figure
 * @param {{ traces: Trace[], layout: Layout }} drawn The figure in the theme's colours.
 * @param {Cell} cell
 * @returns {{ traces: object[], layout: Layout }}
 */
export function sliceFigure({ slices, sheet }, { traces, layout }, cell) {
  const withPoints = traces.map((trace, number) => {
    const slice = slices[number];
    const points = slicePoints(slice, sheet, cell);
    return slice.part === "here"
      ? { ...trace, ...points, textposition: nameSide(slice, sheet, cell) }
      : { ...trace, ...points };
  });
  const texts = [sheet.headings.x[cell.row], sheet.headings.y[cell.column]];
  const annotations = layout.annotations?.map((each, i) => ({ ...each, text: texts[i] }));
  return { traces: withPoints, layout: { ...layout, annotations } };
}
