// Terms: the meaning of a marked word, shown beside it on hover, focus or tap.
//
// A marked word is a link to #term-..., here or on another page, with the explanation as its title,
// so that it can also be read without this script.

const MARKED = 'a[href*="#term-"]';
// Pixels between the bubble and the edge of the window.
const MARGIN = 8;

/** @type {HTMLElement | undefined} */
let bubble;

function build() {
  const element = document.createElement("div");
  element.id = "bnviz-term";
  element.setAttribute("role", "tooltip");
  element.hidden = true;
  document.body.append(element);
  return element;
}

/** @param {HTMLAnchorElement} link */
function show(link) {
  if (!bubble) return;
  // The browser would show the title as well.
  if (link.title) {
    link.dataset.explanation = link.title;
    link.removeAttribute("title");
  }
  bubble.textContent = link.dataset.explanation ?? "";
  bubble.hidden = false;
  link.setAttribute("aria-describedby", bubble.id);
  const { left, top, bottom } = link.getClientRects()[0];
  const { width, height } = bubble.getBoundingClientRect();
  const below = bottom + MARGIN + height < window.innerHeight;
  const rightmost = window.innerWidth - width - MARGIN;
  bubble.style.left = `${Math.max(MARGIN, Math.min(left, rightmost))}px`;
  bubble.style.top = `${below ? bottom + MARGIN / 2 : top - height - MARGIN / 2}px`;
}

function hide() {
  if (bubble) bubble.hidden = true;
}

/**
 * The marked word that an event is about, if any.
 * @param {Event} event
 * @returns {HTMLAnchorElement | null}
 */
function markedWord({ target }) {
  return target instanceof Element ? target.closest(MARKED) : null;
}

/** @param {Event} event */
function follow(event) {
  const link = markedWord(event);
  if (link) show(link);
  else hide();
}

function listen() {
  document.addEventListener("pointerover", follow);
  document.addEventListener("focusin", follow);
  document.addEventListener("scroll", hide, true);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  document.addEventListener(
    "click",
    (event) => {
      if (markedWord(event)) event.preventDefault();
      follow(event);
    },
    true,
  );
}

/** Begins to explain the marked words of the page, once. */
export function explainTerms() {
  if (bubble?.isConnected) return;
  if (!bubble) listen();
  bubble = build();
}

// Streamlit calls it for every message.
export default explainTerms;
