// Slices: the row and the column of a map through one cell, as lines.

// The points of a trace, as `Slice.points` in Python has them.
export function slicePoints({ arm, along, part }, sheet, { row, column }) {
  const places = sheet.places[along];
  const slice = (name) => {
    const rows = sheet[name][arm];
    return along === "x" ? rows[row] : rows.map((each) => each[column]);
  };
  const at = along === "x" ? column : row;
  if (part === "here") return { x: [places[at]], y: [slice("values")[at]] };
  if (part === "median") return { x: places, y: slice("values") };
  const [low, high] = [slice("low"), slice("high")];
  const known = places.map((_, i) => i).filter((i) => low[i] !== null);
  const back = [...known].reverse();
  return {
    x: [...known, ...back].map((i) => places[i]),
    y: [...known.map((i) => low[i]), ...back.map((i) => high[i])],
  };
}

// On which side of its point an arm's name stands: away from the other arm's, and inwards.
function nameSide({ arm, along }, sheet, { row, column }) {
  const value = (name) => sheet.values[name][row][column];
  const [other] = Object.keys(sheet.values).filter((name) => name !== arm);
  const above = value(arm) === value(other) ? arm < other : value(arm) > value(other);
  const at = along === "x" ? column : row;
  return `${above ? "top" : "bottom"} ${2 * at < sheet.places[along].length ? "right" : "left"}`;
}

// The traces with their points, and the layout with the headings of a cell's lines.
export function sliceFigure({ slices, sheet }, { traces, layout }, cell) {
  const drawn = traces.map((trace, number) => {
    const slice = slices[number];
    const points = slicePoints(slice, sheet, cell);
    return slice.part === "here"
      ? { ...trace, ...points, textposition: nameSide(slice, sheet, cell) }
      : { ...trace, ...points };
  });
  const texts = [sheet.headings.x[cell.row], sheet.headings.y[cell.column]];
  const annotations = layout.annotations.map((each, i) => ({ ...each, text: texts[i] }));
  return { traces: drawn, layout: { ...layout, annotations } };
}
