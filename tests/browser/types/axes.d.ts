/** What the picture of axes is given: bnviz/lesson/axes_picture.py. */

export interface AxesLayer {
  name: string;
  /** What it is called on its button. */
  label: string;
  /** What its columns are: "neuron" or "channel". */
  unit: string;
  /** Where its values come from, in sentences. */
  about: string;
  /** Examples, units and positions. */
  shape: [number, number, number];
  /** Its values times 100, position by position, unit by unit, example by example. */
  hundredths: number[];
}

export interface Norm {
  name: string;
  label: string;
  /** Whether all examples of the batch share a mean and a variance. */
  examples: boolean;
  /** How many neighbouring units share them. */
  units: number;
  /** Whether the mean is subtracted. */
  mean: boolean;
  /** Whether all positions share them. */
  positions: boolean;
  statistics: string;
  used: string;
}

export interface AxesMessage {
  layers: AxesLayer[];
  norms: Norm[];
  sizes: number[];
  epsilon: number;
}

/** A value: its example, its unit and its position, counted from 0. */
export interface Place {
  row: number;
  column: number;
  position: number;
}

/** The values that are normalized together, each range up to before its second number. */
export interface Box {
  rows: [number, number];
  columns: [number, number];
  positions: [number, number];
}

export interface Statistics {
  count: number;
  /** 0 if no mean is subtracted. */
  mean: number;
  /** The biased variance; without a mean the mean square. */
  variance: number;
}

/** What is shown. */
export interface Shown {
  layer: AxesLayer;
  norm: Norm;
  size: number;
  at: Place;
}

/** The elements by their `data-part`, as in skeleton.js. */
export interface AxesParts {
  norms: HTMLElement;
  layers: HTMLElement;
  sizes: HTMLElement;
  sheets: HTMLElement;
  ways: HTMLElement;
  before: HTMLCanvasElement;
  after: HTMLCanvasElement;
  touch: HTMLElement;
  moves: HTMLElement;
  who: HTMLElement;
  formula: HTMLElement;
  alone: HTMLElement;
  effect: HTMLElement;
  facts: HTMLElement;
  about: HTMLElement;
  words: HTMLElement;
}
