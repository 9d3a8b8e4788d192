/** Bindings as `LiveFigure.to_json` writes them; what each means: bnviz/figures/bindings. */

/** The attributes of a trace that change; a null starts another part of a line. */
export interface Points {
  x: (number | null)[];
  y: (number | null)[];
  z?: ArrayLike<number>[];
  text?: string[];
  textposition?: string;
  /** Heights of the marks that words name, where they stand at others. */
  customdata?: (number | null)[];
}

/** Points of a heat map: edges or middles of its cells, and their numbers by rows. */
export interface HeatPoints {
  x: number[];
  y: number[];
  z: ArrayLike<number>[];
}

/** Numbers that the bindings share with Python: bnviz/figures/bindings/constants.py. */
export interface Constants {
  percentiles: number[];
  heat_shares: number;
  symlog_linear: number;
  max_byte: number;
  max_short: number;
  leaky_relu_slope: number;
  selu_alpha: number;
  selu_scale: number;
  max_score: number;
  max_code: number;
  no_score: number;
  wide_max_score: number;
  wide_max_code: number;
  wide_no_score: number;
}

export type Transform = "" | "symlog";
export type Part = "past" | "future" | "all";

/** A horizontal axis: the path of its measure and the factor on it. */
export interface OverRun {
  x: string;
  x_scale: number;
}

export interface Series extends OverRun {
  y: string;
  part: Part;
  transform: Transform;
}

export interface Band extends OverRun {
  lower: string;
  upper: string;
  part: Part;
  transform: Transform;
}

export interface Marker extends OverRun {
  y: string;
  low: number;
  high: number;
  middle: number;
  text: string;
  before: string[];
  after: string[];
  unit: "" | "%" | ".01";
  transform: Transform;
}

export interface CursorLine extends OverRun {
  low: number;
  high: number;
}

export interface EndDots extends OverRun {
  measures: string[];
  low: number;
  high: number;
  log: boolean;
}

export interface Ends extends EndDots {
  names: string[];
  gap: number;
}

export interface Note {
  x: number;
  y: number;
  text: string;
  after: number;
  until: number | null;
}

export interface Words {
  x: number;
  y: number;
  text: string;
  measures: string[];
}

export interface Ridges {
  counts: string;
  rows: number[];
  baselines: number[];
  positions: number[];
  first: number;
  start: boolean;
  smoothing: number;
  scale: number;
  cap: number;
  upright: boolean;
}

export interface Outside {
  counts: string;
  nan: string;
  rows: number[];
  baselines: number[];
  x: number;
  start: number;
  stop: number;
  text: string;
}

export interface Heat extends OverRun {
  counts: string;
  row: number;
  positions: number[];
  first: number;
  width: number;
}

interface NeuronRows {
  percentiles: string;
  neurons: number[];
  transform: Transform;
}

export interface Spans extends NeuronRows {
  low: number;
  high: number;
}

export type Medians = NeuronRows;

export interface Violins extends NeuronRows {
  scale: number;
  cap: number;
}

export interface Bars {
  row: string;
  edges: number[];
  upright: boolean;
}

export interface Grid {
  values: string;
  size: number;
  reach: number;
}

export interface Places {
  places: string;
  classes: string;
  label: number;
  reach: number;
}

export interface Neuron {
  mean: string;
  variance: string;
  moving_mean: string;
  moving_variance: string;
  frozen_after: number | null;
  removed_after: number | null;
  gamma: string;
  beta: string;
  epsilon: number;
  by_hand: "learnt" | "identity" | "hand";
  hand: [gamma: number, beta: number];
}

export interface ScaleAndShift extends Neuron {
  x: number;
  y: number;
}

export interface Moments extends Neuron {
  stage: number;
  x: number;
  y: number;
}

export interface Lack extends Neuron {
  x: number;
  y: number;
}

export interface Passage extends Neuron {
  values: string;
  coded: boolean;
  activation: string;
  examples: number[];
  transform: Transform;
}

export interface Profile {
  row: string;
  first: number;
  count: number;
  at_start: boolean;
}

export interface Growth {
  row: string;
  first: number;
  last: number;
  factor: number;
  text: string;
}

/** Any of the bindings above; `kind` names the function that draws it. */
export interface Binding {
  kind: string;
}
