// Theme: the colours of the page put into a figure.

// The tokens in a figure's colours, as the theme has them: shares of ink on the background.
function themeColours(root) {
  const style = getComputedStyle(root);
  const channels = (name) => {
    const canvas = document.createElement("canvas").getContext("2d");
    canvas.fillStyle = style.getPropertyValue(name).trim();
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const ink = channels("--bnviz-ink");
  const back = channels("--bnviz-back");
  const mixed = (share) =>
    `rgb(${[0, 1, 2].map((i) => Math.round(share * ink[i] + (1 - share) * back[i])).join(",")})`;
  return {
    "var(--bnviz-ink)": mixed(1),
    "var(--bnviz-muted)": mixed(0.72),
    "var(--bnviz-grid)": mixed(0.12),
    "var(--bnviz-clear)": `rgba(${ink.slice(0, 3).join(",")},0)`,
  };
}

// A part of a figure with these colours in place of their tokens.
function themed(value, colours) {
  if (Array.isArray(value)) return value.map((each) => themed(each, colours));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, themed(v, colours)]));
  }
  return colours[value] ?? value;
}

// Traces and layout of a figure as they are drawn below `root`: its layout of this name, this size,
// the page's own font and colours.
export function applyTheme(root, figure, name, { width, height }) {
  const { height: _, ...changes } = figure.layouts[name];
  const layout = { ...figure.layout, width, height };
  for (const [key, value] of Object.entries(changes)) {
    layout[key] = Array.isArray(value) ? value : { ...layout[key], ...value };
  }
  layout.font = { ...layout.font, family: getComputedStyle(root).fontFamily };
  const colours = themeColours(root);
  return { layout: themed(layout, colours), traces: themed(figure.data, colours) };
}
