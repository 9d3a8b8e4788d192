// Toolbar: what the stage shows. A choice is answered by the server with another figure.

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

// choices: {name: {label, options, help, list}}; view: {name: chosen}.
export function buildToolbar(root, choices, view, choose) {
  const focused = root.contains(document.activeElement) && document.activeElement.textContent;
  root.replaceChildren(
    ...Object.entries(choices).map(([name, choice]) =>
      (choice.list ? select : group)(name, choice, view[name], choose),
    ),
  );
  if (focused) [...root.querySelectorAll("button")].find((b) => b.textContent === focused)?.focus();
}
