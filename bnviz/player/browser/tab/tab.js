// Tab: keeps the key of the viewer's file in the storage of this tab, where a reload finds it.

const ENTRY = "bnviz-file";

/** The session whose question has been answered. */
let answered = "";

/** @param {string} key Empty to forget it. */
function store(key) {
  if (key) sessionStorage.setItem(ENTRY, key);
  else sessionStorage.removeItem(ENTRY);
}

/**
 * Called by Streamlit for every message.
 *
 * @param {object} component
 * @param {{ask: string, insist: boolean, keep: string}} component.data The session that asks for
 *   the key, whether it wants to know if there is none, and, once it does not ask, the key to keep.
 * @param {(name: string, value: unknown) => void} component.setStateValue
 */
export default function tab({ data, setStateValue }) {
  let key = "";
  try {
    if (!data.ask) store(data.keep);
    key = sessionStorage.getItem(ENTRY) ?? "";
  } catch {
    // The viewer's browser allows no storage: a reload will ask for the file again.
  }
  if (!data.ask || data.ask === answered || (!key && !data.insist)) return;
  answered = data.ask;
  setStateValue("answer", { key });
}
