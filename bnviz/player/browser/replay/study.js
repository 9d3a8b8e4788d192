// Study: a phase map, or the curves over many seeds, in one file.

import { PhaseMap } from "../map/map.js";
import { buildSkeleton } from "../map/skeleton.js";
import { begin } from "./page.js";

/**
 * @param {Record<string, object>} messages The message to the map by the name of what it shows.
 */
function show(messages) {
  const root = buildSkeleton();
  document.querySelector("main")?.replaceChildren(root);
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

begin(show);
