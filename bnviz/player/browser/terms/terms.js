// Terms: what a marked word means, shown beside it on hover, focus or tap.
//
// A mark is a link to #term-... whose title is the explanation, so that it can be read without this
// script, too.

const MARK = 'a[href^="#term-"]';
const MARGIN = 8;

let bubble;

function build() {
  bubble = document.createElement("div");
  bubble.id = "bnviz-term";
  bubble.setAttribute("role", "tooltip");
  bubble.hidden = true;
  document.body.append(bubble);
}

function show(link) {
  // The browser would show the title a second time.
  if (link.title) {
    link.dataset.explanation = link.title;
    link.removeAttribute("title");
  }
  bubble.textContent = link.dataset.explanation;
  bubble.hidden = false;
  link.setAttribute("aria-describedby", bubble.id);
  const { left, top, bottom } = link.getClientRects()[0];
  const { width, height } = bubble.getBoundingClientRect();
  const below = bottom + MARGIN + height < window.innerHeight;
  const room = window.innerWidth - width - MARGIN;
  bubble.style.left = `${Math.max(MARGIN, Math.min(left, room))}px`;
  bubble.style.top = `${below ? bottom + MARGIN / 2 : top - height - MARGIN / 2}px`;
}

function hide() {
  bubble.hidden = true;
}

function listen() {
  const marked = (event) => event.target.closest?.(MARK);
  document.addEventListener("pointerover", (event) => (marked(event) ? show(marked(event)) : hide()));
  document.addEventListener("focusin", (event) => (marked(event) ? show(marked(event)) : hide()));
  document.addEventListener("scroll", hide, true);
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  document.addEventListener(
    "click",
    (event) => {
      if (!marked(event)) return hide();
      event.preventDefault();
      show(marked(event));
    },
    true,
  );
}

// Called by Streamlit for every message; the page listens once.
export default function () {
  if (bubble?.isConnected) return;
  if (!bubble) listen();
  build();
}
