// Toolbar: which view is shown, and what of it. A choice is answered by the server with another
// figure.

function group(name, { label, options, help }, chosen, choose) {
  const set = document.createElement("fieldset");
  set.title = help;
  const legend = document.createElement("legend");
  legend.textContent = label;
  set.append(legend);
  for (const [value, text] of Object.entries(options)) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.setAttribute("aria-pressed", String(value === chosen));
    button.onclick = () => choose(name, value);
    set.append(button);
  }
  return set;
}

function select(name, { label, options, help }, chosen, choose) {
  const set = document.createElement("fieldset");
  set.title = help;
  const legend = document.createElement("legend");
  legend.textContent = label;
  const list = document.createElement("select");
  list.setAttribute("aria-label", label);
  for (const [value, text] of Object.entries(options)) list.add(new Option(text, value));
  list.value = String(chosen);
  list.onchange = () => choose(name, Number(list.value));
  set.append(legend, list);
  return set;
}

function number(name, { label, low, high, step, help }, chosen, choose) {
  const set = document.createElement("fieldset");
  set.title = help;
  const legend = document.createElement("legend");
  legend.textContent = label;
  const input = document.createElement("input");
  Object.assign(input, { type: "number", min: low, max: high, step, value: chosen });
  input.setAttribute("aria-label", label);
  input.onchange = () => {
    input.value = Math.min(Math.max(Number(input.value), low), high);
    choose(name, Number(input.value));
  };
  set.append(legend, input);
  return set;
}

function kindOf(choice) {
  if (choice.list) return select;
  return choice.options ? group : number;
}

// Pixels of its neighbours that are seen beside the chosen tab.
const TAB_ROOM = 40;

// Puts nodes in the place of those there; the focus stays on the button of the same text.
function replace(root, nodes) {
  const focused = root.contains(document.activeElement) && document.activeElement.textContent;
  root.replaceChildren(...nodes);
  if (focused) [...root.querySelectorAll("button")].find((b) => b.textContent === focused)?.focus();
}

// tabs: [{name, title, lacks}], the last what a view lacks to be shown.
export function buildTabs(root, tabs, chosen, choose) {
  const buttons = tabs.map(({ name, title, lacks }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = title;
    button.title = lacks ? `${title} ${lacks}` : "";
    button.disabled = Boolean(lacks);
    button.setAttribute("aria-pressed", String(name === chosen));
    button.onclick = () => choose("name", name);
    return button;
  });
  const scrolled = root.scrollLeft;
  replace(root, buttons);
  // On a narrow screen the tabs scroll sideways: the chosen one stays in sight.
  const { offsetLeft, offsetWidth } = buttons.find((_, i) => tabs[i].name === chosen);
  const place = offsetLeft - root.offsetLeft;
  const least = place + offsetWidth - root.clientWidth;
  root.scrollLeft = Math.min(Math.max(scrolled, least + TAB_ROOM), place - TAB_ROOM);
}

// choices: {name: {label, help, and options (with list, as a list) or low, high, step}}; view: {name: chosen}.
export function buildToolbar(root, choices, view, choose) {
  const sets = Object.entries(choices).map(([name, choice]) =>
    kindOf(choice)(name, choice, view[name], choose),
  );
  replace(root, sets);
}
