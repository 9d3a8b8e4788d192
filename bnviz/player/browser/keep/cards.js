// Cards: the kept runs, each with a small picture of its curves, to be opened or removed.

/** @import { Curve, Kept } from "types/keep" */

const SVG = "http://www.w3.org/2000/svg";
// Size of the picture in its own units, and the empty part above and below the curves.
const [WIDTH, HEIGHT, MARGIN] = [100, 40, 2];

/**
 * The path of a curve from 0 to 1; it is interrupted where a value is not known.
 * @param {Curve["points"]} points
 */
export function pathOf(points) {
  let command = "M";
  let path = "";
  points.forEach((value, at) => {
    if (value === null) {
      command = "M";
      return;
    }
    const x = (WIDTH * at) / Math.max(1, points.length - 1);
    const inside = Math.min(1, Math.max(0, value));
    const y = HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * inside;
    path += `${command}${x.toFixed(1)},${y.toFixed(1)}`;
    command = "L";
  });
  return path;
}

/** @param {Curve[]} curves */
function pictureOf(curves) {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  picture.setAttribute("preserveAspectRatio", "none");
  picture.setAttribute("aria-hidden", "true");
  for (const { colour, points } of curves) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", pathOf(points));
    path.setAttribute("stroke", colour);
    picture.append(path);
  }
  return picture;
}

/**
 * @param {Kept} run
 * @param {boolean} shown Whether it is on the stage.
 * @param {(run: Kept) => void} open
 * @param {(run: Kept) => void} remove
 */
export function cardOf(run, shown, open, remove) {
  const card = document.createElement("li");
  const opens = document.createElement("button");
  opens.type = "button";
  opens.className = "bnviz-kept-run";
  if (shown) opens.setAttribute("aria-current", "true");
  opens.title = run.query ? `${run.name}: trained again when opened` : run.name;
  const name = document.createElement("span");
  name.textContent = run.name;
  opens.append(pictureOf(run.curves), name);
  opens.onclick = () => open(run);
  const removes = document.createElement("button");
  removes.type = "button";
  removes.className = "bnviz-kept-remove";
  removes.textContent = "×";
  removes.setAttribute("aria-label", `Remove ${run.name} from this browser`);
  removes.onclick = () => remove(run);
  card.append(opens, removes);
  return card;
}
