// Picture: the frame drawn as a figure for slides and papers.

/** @import { Figure } from "types/message" */
/** @import { Annotation, Plotly } from "types/plotly" */
/** @import { Frames } from "./frames.js" */
/** @import { Ghosts } from "./ghost.js" */
/** @import { Margin } from "./heads.js" */

import { pointsOf } from "./ghost.js";
import { fitHeadings } from "./spacing.js";
import { applyTheme } from "./theme.js";
import { fitTicks, widenMargin } from "./ticks.js";

// Size in pixels, and dots to a pixel of a PNG file.
export const SIZE = { width: 1280, height: 720 };
const DOTS = 2;
// Room for the title above and the settings below, in pixels.
export const TITLE = 34;
const SETTINGS = 26;
export const TITLE_SIZE = 18;
// A second line of small print.
const LINE = 16;

/** @typedef {"white" | "dark" | "transparent"} Ground */

/** @type {Record<Ground, { ink: string, back: string, ground: string }>} */
export const GROUNDS = {
  white: { ink: "#1f2530", back: "#ffffff", ground: "#ffffff" },
  dark: { ink: "#fafafa", back: "#0e1117", ground: "#0e1117" },
  transparent: { ink: "#1f2530", back: "#ffffff", ground: "rgba(0,0,0,0)" },
};

/**
 * What a picture shows.
 * @typedef {object} Shown
 * @property {Figure} figure
 * @property {Frames} frames
 * @property {number} at Index of the frame.
 * @property {Ghosts} [ghosts] What is drawn beside the run.
 * @property {(step: number) => string} entitle The title at a step.
 * @property {string} settings In small print below.
 */

/**
 * Lines of small print: the settings, and what is dashed. Plotly takes texts for HTML.
 * @param {Pick<Shown, "figure" | "ghosts" | "settings">} shown
 */
export function smallPrint({ figure, ghosts, settings }) {
  if (!figure.ghosts.flat().length || !ghosts) return [settings];
  const escaped = ghosts.caption(figure).replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return [settings, escaped].filter(Boolean);
}

/**
 * Traces, and the layout with the settings below and room for the title above.
 * @param {HTMLElement} root Of the player, whose font it takes.
 * @param {Shown} shown
 * @param {Ground} ground
 */
export function layOut(root, { figure, ghosts, settings }, ground) {
  const colours = GROUNDS[ground];
  const { layout, traces } = applyTheme(root, figure, "wide", SIZE, 1, colours);
  widenMargin(layout, figure.run);
  const { b, l, r, t } = /** @type {Margin} */ (layout.margin);
  fitHeadings(layout, l, SIZE.width - l - r);
  fitTicks(layout, figure.run, l, r);
  const print = smallPrint({ figure, ghosts, settings });
  const below = SETTINGS + LINE * (print.length - 1);
  return {
    traces,
    layout: {
      ...layout,
      paper_bgcolor: colours.ground,
      plot_bgcolor: colours.ground,
      margin: { .../** @type {Margin} */ (layout.margin), t: t + TITLE, b: b + below },
      annotations: [
        ...(layout.annotations ?? []).map(fromTheLeft),
        words(print.join("<br>"), 0, -b, 12, colours.ink),
      ],
    },
  };
}

/**
 * Words begin where they are to, also in a font of another width than they were measured in: a
 * picture has the fonts of the system only.
 * @param {Annotation} annotation
 */
const fromTheLeft = (annotation) =>
  annotation.xanchor === "left" ? { ...annotation, align: "left" } : annotation;

/**
 * Words at the left end of a picture.
 * @param {string} text
 * @param {number} y In paper units, from 0 at the bottom.
 * @param {number} yshift
 * @param {number} size
 * @param {string} color
 */
const words = (text, y, yshift, size, color) => ({
  text,
  x: 0,
  y,
  xref: "paper",
  yref: "paper",
  xanchor: "left",
  yanchor: y ? "bottom" : "top",
  yshift,
  align: "left",
  showarrow: false,
  font: { size, color },
});

/**
 * Traces with their points, and the layout with title and settings.
 * @param {HTMLElement} root Of the player, whose font it takes.
 * @param {Shown} shown
 * @param {Ground} ground
 */
export function drawing(root, shown, ground) {
  const { figure, frames, at, ghosts, entitle } = shown;
  const { layout, traces } = layOut(root, shown, ground);
  const { t } = /** @type {Margin} */ (layout.margin);
  const title = `<b>${entitle(frames.value("step", at))}</b>`;
  return {
    data: traces.map((trace, number) => ({
      ...trace,
      ...(figure.bindings[number] && pointsOf(figure, number, frames, at, ghosts)),
    })),
    layout: {
      ...layout,
      annotations: [
        ...layout.annotations,
        words(title, 1, t - TITLE, TITLE_SIZE, GROUNDS[ground].ink),
      ],
    },
  };
}

/**
 * The picture as a file.
 * @param {Plotly} Plotly
 * @param {{ data: object[], layout: object }} drawn
 * @param {"png" | "svg"} format
 * @returns {Promise<Blob>}
 */
export async function imageOf(Plotly, drawn, format) {
  const image = { format, ...SIZE, scale: format === "png" ? DOTS : 1 };
  const address = await Plotly.toImage(drawn, image);
  const [head, body] = address.split(/,(.*)/s);
  if (!head.includes("base64")) return new Blob([decodeURIComponent(body)], { type: typeOf(head) });
  const bytes = Uint8Array.from(atob(body), (sign) => sign.charCodeAt(0));
  return new Blob([bytes], { type: typeOf(head) });
}

/** @param {string} head Of a data address. */
const typeOf = (head) => head.replace(/^data:/, "").split(";")[0];
