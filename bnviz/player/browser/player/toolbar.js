// Toolbar: which view is shown, and what of it. The host responds to a choice with another figure.

/** @import { Choice, Choose, Tab, View } from "types/message" */

// Pixels of its neighbours that stay visible beside the chosen tab.
const TAB_ROOM = 40;

/**
 * A button of several, of which one is chosen.
 * @param {string} text
 * @param {boolean} chosen
 * @param {() => void} onClick
 */
function optionButton(text, chosen, onClick) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  button.setAttribute("aria-pressed", String(chosen));
  button.onclick = onClick;
  return button;
}

/**
 * One button per option.
 * @param {string} name
 * @param {Choice} choice
 * @param {string | number} chosen
 * @param {Choose} choose
 */
function buttons(name, { options = {} }, chosen, choose) {
  return Object.entries(options).map(([value, text]) =>
    optionButton(text, value === chosen, () => choose(name, value)),
  );
}

/**
 * A list of the options; their values are numbers.
 * @param {string} name
 * @param {Choice} choice
 * @param {string | number} chosen
 * @param {Choose} choose
 */
function list(name, { label, options = {} }, chosen, choose) {
  const select = document.createElement("select");
  select.setAttribute("aria-label", label);
  for (const [value, text] of Object.entries(options)) select.add(new Option(text, value));
  select.value = String(chosen);
  select.onchange = () => choose(name, Number(select.value));
  return [select];
}

/**
 * A field for a number within limits.
 * @param {string} name
 * @param {Choice} choice
 * @param {string | number} chosen
 * @param {Choose} choose
 */
function numberField(name, { label, low = 0, high = 0, step = 1 }, chosen, choose) {
  const input = document.createElement("input");
  Object.assign(input, { type: "number", min: low, max: high, step, value: chosen });
  input.setAttribute("aria-label", label);
  input.onchange = () => {
    const value = Math.min(Math.max(Number(input.value), low), high);
    input.value = String(value);
    choose(name, value);
  };
  return [input];
}

/** @param {Choice} choice */
function controlFor(choice) {
  if (choice.list) return list;
  return choice.options ? buttons : numberField;
}

/**
 * Replaces the contents of an element; the focus stays on the button of the same text.
 * @param {HTMLElement} root
 * @param {HTMLElement[]} nodes
 */
function replace(root, nodes) {
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
  const nodes = tabs.map(({ name, title, lacks }) => {
    const button = optionButton(title, name === chosen, () => choose("name", name));
    button.title = lacks ? `${title} ${lacks}` : "";
    button.disabled = Boolean(lacks);
    return button;
  });
  const scrolled = root.scrollLeft;
  replace(root, nodes);
  // On a narrow screen the tabs scroll sideways: the chosen one stays visible.
  const { offsetLeft, offsetWidth } = nodes[tabs.findIndex(({ name }) => name === chosen)];
  const start = offsetLeft - root.offsetLeft;
  const least = start + offsetWidth - root.clientWidth + TAB_ROOM;
  root.scrollLeft = Math.min(Math.max(scrolled, least), start - TAB_ROOM);
}

/**
 * Builds the choices of a view.
 * @param {HTMLElement} root
 * @param {Record<string, Choice>} choices By the attribute of the view.
 * @param {View} view
 * @param {Choose} choose
 */
export function buildToolbar(root, choices, view, choose) {
  const sets = Object.entries(choices).map(([name, choice]) => {
    const set = document.createElement("fieldset");
    set.title = choice.help;
    const legend = document.createElement("legend");
    legend.textContent = choice.label;
    set.append(legend, ...controlFor(choice)(name, choice, view[name], choose));
    return set;
  });
  replace(root, sets);
}
