// Hook: the line over the stage that says what is compared and what differs.

/**
 * @param {HTMLElement} line
 * @param {[text: string, colour: string][]} parts With the colour of the arm that a part names.
 */
export function showHook(line, parts) {
  const shown = JSON.stringify(parts);
  if (line.dataset.shown === shown) return;
  line.dataset.shown = shown;
  line.replaceChildren(
    ...parts.map(([text, colour]) => {
      const part = document.createElement("span");
      part.textContent = text;
      if (colour) {
        part.className = "bnviz-named";
        part.style.setProperty("--arm", colour);
      }
      return part;
    }),
  );
}
