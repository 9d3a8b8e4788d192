// Studies: a phase map, or the curves over many seeds, without a server.

import { PhaseMap } from "../map/map.js";
import { buildSkeleton } from "../map/skeleton.js";

/**
 * Draws a study in place of what the page says meanwhile.
 * @param {Record<string, object>} messages The message to the map by the name of what it shows.
 */
export function showStudy(messages) {
  const root = buildSkeleton();
  document.querySelector('[data-replay="waiting"]')?.replaceWith(root);
  const map = new PhaseMap(root);
  const nothing = () => {};
  /** @param {string} name */
  const choose = (name) =>
    map.receive(new TextEncoder().encode(JSON.stringify(messages[name])), nothing, nothing);
  const names = Object.keys(messages);
  if (names.length > 1) root.before(list(names, choose));
  choose(names[0]);
}

/**
 * A list of what the map can show.
 * @param {string[]} names
 * @param {(name: string) => void} choose
 */
function list(names, choose) {
  const label = document.createElement("label");
  label.textContent = "Cells show ";
  const select = document.createElement("select");
  for (const name of names) select.add(new Option(name, name));
  select.onchange = () => choose(select.value);
  label.append(select);
  return label;
}
