// Course: the step at a place on the curves of a figure.

/** @import { Binding, OverRun } from "types/bindings" */
/** @import { Figure } from "types/message" */
/** @import { FullLayout } from "types/plotly" */

import { ROOT } from "./frames.js";
import { axisKey } from "./painter.js";

/**
 * The step at a place on a panel that runs over the run; undefined beside such panels. Where a
 * step of each network lies elsewhere, it is that of the network which is there last.
 * @param {Pick<Figure, "data" | "bindings"> & Partial<Pick<Figure, "ghosts">>} figure
 * @param {FullLayout} layout
 * @param {number} left In pixels.
 * @param {number} top
 * @returns {number | undefined}
 */
export function stepAt({ data, bindings, ghosts = [] }, layout, left, top) {
  const steps = Object.entries(bindings).flatMap(([number, binding]) => {
    if (!("x_scale" in binding) || ghosts.flat().includes(Number(number))) return [];
    const trace = data[Number(number)];
    const [x, y] = [layout[axisKey(trace.xaxis, "x")], layout[axisKey(trace.yaxis, "y")]];
    // Its panel may have been left out.
    if (!x || !y) return [];
    const [across, down] = [left - x._offset, top - y._offset];
    if (across < 0 || across > x._length || down < 0 || down > y._length) return [];
    const { x: path, x_scale: scale } = /** @type {OverRun & Binding} */ (binding);
    const drawn = Math.max(0, x.p2d(across) / scale);
    return [path.startsWith(ROOT) ? drawn ** 2 : drawn];
  });
  return steps.length ? Math.min(...steps) : undefined;
}
