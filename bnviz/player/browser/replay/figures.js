// Figures: put together from the table that a file holds, as in bnviz/export/figure_table.py.

/** @import { Figure, View } from "types/message" */
/** @import { FigureTable, Variant } from "types/replay" */

// Key of a slot, in which a number stands that a viewer has chosen.
const SLOT = "$";

/**
 * A copy of a part with another value at a path.
 * @param {any} part
 * @param {(string | number)[]} path
 * @param {unknown} value
 * @returns {any}
 */
function replaced(part, [first, ...rest], value) {
  if (first === undefined) return value;
  const copy = Array.isArray(part) ? [...part] : { ...part };
  copy[first] = replaced(copy[first], rest, value);
  return copy;
}

/**
 * A copy of a part with the chosen numbers in its slots.
 * @param {any} part
 * @param {View} view
 * @returns {any}
 */
function filled(part, view) {
  if (Array.isArray(part)) return part.map((each) => filled(each, view));
  if (!part || typeof part !== "object") return part;
  if (SLOT in part) {
    const number = Number(view[part[SLOT]]) + part.plus;
    return "before" in part ? `${part.before}${number}${part.after}` : number;
  }
  return Object.fromEntries(Object.entries(part).map(([name, each]) => [name, filled(each, view)]));
}

/**
 * The figure of a view.
 * @param {FigureTable} table
 * @param {View} view
 * @returns {Figure}
 */
export function figureOf(table, view) {
  const variants = table[view.name];
  const fits = (/** @type {Variant} */ { fixed }) =>
    Object.entries(fixed).every(([name, option]) => view[name] === option);
  const { figure, groups } = variants.find(fits) ?? variants[variants.length - 1];
  let whole = figure;
  for (const { choices, patches } of groups) {
    const key = choices.map((name) => String(view[name])).join(" ");
    for (const [path, value] of patches[key] ?? []) whole = replaced(whole, path, value);
  }
  const id = JSON.stringify(view);
  whole = filled(whole, view);
  // A zoom is kept as long as the view is the same.
  return { ...whole, layout: { ...whole.layout, uirevision: id }, id, view };
}
