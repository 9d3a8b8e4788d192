/** The elements of a component by their `data-part`, as in its skeleton.js. */

import type { PlotElement } from "types/plotly";

export interface PlayerParts {
  tabs: HTMLElement;
  summary: HTMLElement;
  dashed: HTMLElement;
  cards: HTMLElement;
  headline: HTMLElement;
  whole: HTMLElement;
  about: HTMLElement;
  says: HTMLElement;
  seeds: HTMLElement;
  more: HTMLElement;
  present: HTMLButtonElement;
  help: HTMLButtonElement;
  save: HTMLButtonElement;
  saves: HTMLDialogElement;
  keys: HTMLDialogElement;
  summarize: HTMLButtonElement;
  spoken: HTMLElement;
  choices: HTMLElement;
  toolbar: HTMLElement;
  figure: HTMLElement;
  transport: HTMLElement;
  strip: HTMLElement;
  wiring: Element;
  taps: HTMLElement;
  columns: HTMLElement;
  formula: HTMLElement;
  maps: HTMLElement;
  sides: HTMLElement;
  other: HTMLElement;
  missing: HTMLElement;
  lacking: HTMLElement;
  offer: HTMLButtonElement;
  plot: PlotElement;
  canvas: HTMLCanvasElement;
  back: HTMLButtonElement;
  play: HTMLButtonElement;
  forward: HTMLButtonElement;
  speed: HTMLSelectElement;
  change: HTMLSelectElement;
  scrub: HTMLInputElement;
  events: HTMLElement;
  event: HTMLElement;
  hook: HTMLElement;
  live: HTMLButtonElement;
  readout: HTMLElement;
  foot: HTMLElement;
  status: HTMLElement;
  proof: HTMLElement;
  reading: HTMLElement;
}

export interface MapParts {
  other: HTMLElement;
  headline: HTMLElement;
  note: HTMLElement;
  definition: HTMLElement;
  picture: HTMLElement;
  plot: PlotElement;
  frames: HTMLElement;
  cell: HTMLButtonElement;
  chosen: HTMLElement;
  words: HTMLElement;
  open: HTMLButtonElement;
  lines: HTMLElement;
  cuts: PlotElement;
  status: HTMLElement;
  reading: HTMLElement;
}
