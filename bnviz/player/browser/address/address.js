// Address: while a page trains as things are changed, its links replace each other in the history of
// the browser, so that Back leads to where the viewer was before.
//
// Streamlit adds an entry whenever the page changes its link.

let replaces = false;
let wrapped = false;

function wrap() {
  const push = history.pushState;
  /** @param {Parameters<History["pushState"]>} given */
  history.pushState = function pushState(...given) {
    if (replaces) history.replaceState(...given);
    else push.apply(history, given);
  };
}

/**
 * Called by Streamlit for every message.
 *
 * @param {object} component
 * @param {{replaces: boolean}} component.data Whether the page's next links replace each other.
 */
export default function address({ data }) {
  replaces = data.replaces;
  if (!wrapped) wrap();
  wrapped = true;
}
