// Tabs: the views, of which the most important have a button each and the others are in a menu.

/** @import { Choose, Tab } from "types/message" */

const MENU = "More views";
// Width of the arrow at the end of a line that is scrolled (tabs.css); pixels.
const ARROW = 44;
/** @type {WeakSet<HTMLElement>} */
const watched = new WeakSet();

/**
 * A button of several, of which one is chosen.
 * @param {string} text
 * @param {boolean} chosen
 * @param {() => void} onClick
 */
export function optionButton(text, chosen, onClick) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  button.setAttribute("aria-pressed", String(chosen));
  button.onclick = onClick;
  return button;
}

/**
 * Replaces the contents of an element; the focus stays on the button of the same text.
 * @param {HTMLElement} root
 * @param {HTMLElement[]} nodes
 */
export function replace(root, nodes) {
  const { activeElement } = document;
  const focused = root.contains(activeElement) && activeElement?.textContent;
  root.replaceChildren(...nodes);
  if (!focused) return;
  [...root.querySelectorAll("button")].find((each) => each.textContent === focused)?.focus();
}

/**
 * Builds the tabs of the views.
 * @param {HTMLElement} root
 * @param {Tab[]} tabs
 * @param {string} chosen Name of the view shown.
 * @param {Choose} choose
 */
export function buildTabs(root, tabs, chosen, choose) {
  const wasOpen = root.querySelector("[data-menu]:not([hidden])") !== null;
  const list = document.createElement("div");
  const shown = tabs.find(({ name, menu }) => menu && name === chosen);
  const button = optionButton(shown ? `${MENU}: ${shown.title}` : MENU, Boolean(shown), () =>
    list.hidden ? open() : close(),
  );
  const menu = document.createElement("div");
  menu.className = "bnviz-menu";
  list.dataset.menu = "";

  function open() {
    list.hidden = false;
    button.setAttribute("aria-expanded", "true");
    button.focus();
  }
  function close() {
    list.hidden = true;
    button.setAttribute("aria-expanded", "false");
  }
  menu.onkeydown = (event) => {
    if (event.key !== "Escape" || list.hidden) return;
    close();
    button.focus();
  };
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node && menu.contains(relatedTarget))) close();
  });

  /** @param {Tab} tab */
  const option = ({ name, title, lacks }) => {
    const node = optionButton(title, name === chosen, () => {
      close();
      choose("name", name);
    });
    node.toggleAttribute("data-lacks", lacks);
    return node;
  };
  root.onkeydown = (event) => {
    const { target, key } = event;
    const to = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[key];
    if (!to || event.ctrlKey || event.metaKey || event.altKey) return;
    const buttons = [...root.querySelectorAll("button")].filter((each) => each.offsetParent);
    const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (target));
    buttons[at + to]?.focus();
    // The player steps by the same keys.
    event.preventDefault();
    event.stopPropagation();
  };
  list.append(...tabs.filter((each) => each.menu).map(option));
  close();
  menu.append(button, list);
  replace(root, [...tabs.filter((each) => !each.menu).map(option), menu]);
  if (wasOpen) open();
  watch(root);
  if (chosen !== root.dataset.chosen) reveal(root);
  root.dataset.chosen = chosen;
}

/**
 * Scrolls the line of the tabs, where it is one, to the chosen one.
 * @param {HTMLElement} root
 */
function reveal(root) {
  /** @type {HTMLElement | null} */
  const button = root.querySelector("button[aria-pressed=true]");
  if (!button?.offsetParent || root.scrollWidth <= root.clientWidth) return;
  const { offsetLeft: left, offsetWidth: width } = button;
  const end = root.scrollLeft + root.clientWidth - ARROW;
  if (left >= root.scrollLeft && left + width <= end) return;
  root.scrollLeft = left - (root.clientWidth - width) / 2;
}

/**
 * Has a line of tabs say whether there are more of them.
 * @param {HTMLElement} root
 */
function watch(root) {
  if (watched.has(root)) return;
  watched.add(root);
  const mark = () => {
    const { scrollLeft, clientWidth, scrollWidth } = root;
    root.toggleAttribute("data-end", scrollLeft + clientWidth > scrollWidth - 2);
  };
  root.addEventListener("scroll", mark);
  new ResizeObserver(mark).observe(root);
}
