/**
 * The part of Plotly that the scripts use.
 * Reference: https://plotly.com/javascript/reference/
 */

export interface Line {
  color: string;
  width: number;
  dash?: string;
}

export interface Font {
  color: string;
  size: number;
  family?: string;
}

/** A trace on one pair of axes. Which of the optional attributes it has depends on its mode. */
export interface Trace {
  type: string;
  xaxis: string;
  yaxis: string;
  mode?: string;
  opacity?: number;
  hoverinfo?: string;
  cliponaxis?: boolean;
  fill?: string;
  fillcolor?: string;
  line?: Line;
  marker?: { color: string | string[]; size: number; line?: Line };
  text?: string[];
  textfont?: Font;
  textposition?: string;
  colorscale?: ColourScale;
  zmin?: number;
  zmax?: number;
}

/** Colours by their place from 0 to 1, in ascending order. */
export type ColourScale = [place: number, colour: string][];

export interface HeatTrace extends Trace {
  colorscale: ColourScale;
  zmin: number;
  zmax: number;
}

/** An axis that curves run over, as it stands in a layout. */
export interface RunAxis {
  domain: [number, number];
  range: [number, number];
  title?: { text: string };
  showticklabels: boolean;
  ticktext?: string[];
}

export interface Annotation {
  text?: string;
  xanchor?: string;
  xref?: string;
}

/** What a figure asks for: axes (`xaxis`, `yaxis2`, …), margins, fonts, annotations. */
export interface Layout {
  annotations?: Annotation[];
  shapes?: { yref: string }[];
  font?: Partial<Font>;
  [attribute: string]: unknown;
}

/** An axis as Plotly has laid it out; lengths in pixels. */
export interface Axis {
  _offset: number;
  _length: number;
  range: [number, number];
  /** Pixels from `_offset` to a value; NaN where the axis has no place for it. */
  d2p(value: number): number;
  /** The value at so many pixels from `_offset`. */
  p2d(pixels: number): number;
}

/** A layout as Plotly has completed it. */
export interface FullLayout {
  width: number;
  height: number;
  font: Font;
  [axis: `${"x" | "y"}axis${string}`]: Axis;
}

/** An element that Plotly has drawn in. */
export interface PlotElement extends HTMLElement {
  _fullLayout?: FullLayout;
  on(event: string, listener: () => void): void;
  removeAllListeners?(event: string): void;
}

export interface Plotly {
  react(
    plot: HTMLElement,
    data: object[],
    layout: Layout,
    config: Record<string, unknown>,
  ): Promise<unknown>;
  /** The address of a picture, which is all of its data. */
  toImage(
    figure: { data: object[]; layout: object },
    image: { format: string; width: number; height: number; scale: number },
  ): Promise<string>;
  purge(plot: HTMLElement): void;
}

declare global {
  interface Window {
    /** There once `loadPlotly` has loaded it. */
    Plotly?: Plotly;
  }
}
