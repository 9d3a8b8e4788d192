// Watch: what Streamlit draws within an element in which the viewer has begun something.

/**
 * Watches elements from when the viewer first uses them.
 * @param {string} selector Of the elements.
 * @param {string[]} events That tell of a use, before Streamlit knows of it.
 * @param {(element: Element) => void} tell Called when something within one has changed.
 * @param {(element: Element) => void} [begin] Called at each use.
 */
export function watch(selector, events, tell, begin = () => {}) {
  /** @type {WeakSet<Element>} */
  const watched = new WeakSet();
  /** @param {Event} event */
  function notice({ target }) {
    const element = target instanceof Element && target.closest(selector);
    if (!element) return;
    begin(element);
    if (watched.has(element)) return;
    watched.add(element);
    new MutationObserver(() => tell(element)).observe(element, { childList: true, subtree: true });
  }
  for (const each of events) document.addEventListener(each, notice, true);
}
