// Entries: however many values a drag takes on its way, it leaves one entry in the browser's history.
//
// Streamlit adds an entry whenever the page changes its link, which is some time after a value was
// sent. So what comes after a drag belongs to it until the viewer does something else.

/** Whether links are those of a drag, and whether it has its entry. */
let joins = false;
let hasEntry = false;
let wrapped = false;

function wrap() {
  const push = history.pushState;
  /** @param {Parameters<History["pushState"]>} given */
  history.pushState = function pushState(...given) {
    if (joins && hasEntry) history.replaceState(...given);
    else push.apply(history, given);
    hasEntry = joins;
  };
}

/** A drag begins. */
export function join() {
  if (!wrapped) wrap();
  wrapped = true;
  joins = true;
  hasEntry = false;
}

/** The viewer does something else. */
export function part() {
  joins = false;
}
