/** What a player and its host tell each other: bnviz/player/content.py and request.py. */

import type { Binding, Constants, Neuron } from "types/bindings";
import type { Layout, Trace } from "types/plotly";

/** Where the numbers of a frame lie, little-endian: `FrameLayout.schema` in bnviz/recording/frames.py. */
export interface Schema {
  /** Bytes of a frame. */
  size: number;
  /** By path, such as "bn/train_loss"; types as in NumPy's array interface. */
  fields: Record<string, { offset: number; type: string; shape: number[] }>;
}

/** A figure and changes to its layout by the width of the screen. */
export interface PlainFigure {
  data: Trace[];
  layout: Layout;
  layouts: Record<
    "narrow" | "wide",
    { height?: number; until?: number; [attribute: string]: unknown }
  >;
}

/** A figure of the player: its traces, where their points come from, and the controls around it. */
export interface Figure extends PlainFigure {
  id: string;
  view: View;
  tabs: Tab[];
  choices: Record<string, Choice>;
  /** How to read the figure, in a few sentences. */
  reading: string;
  /** Whether it draws measures that only frames with detail have. */
  detail: boolean;
  cards: Cards;
  /** Empty in views without one. */
  diagram: Diagram | Record<string, never>;
  /** Of a neuron with BN: the trace of the example in it, and its activation. Else empty. */
  formula: { trace?: number; activation?: string };
  /** Of a channel of a convolution, or why there are none; else empty. */
  maps: Maps | { reason: string } | Record<string, never>;
  run: Run;
  /** Numbers of the traces that draw each other run: bnviz/figures/ghosts.py. */
  ghosts: number[][];
  /** By the number of the trace. */
  bindings: Record<number, Binding>;
  constants: Constants;
}

/** Which maps are drawn beside a neuron. */
export interface Maps {
  /** Index of the layer, and what it is called. */
  layer: number;
  name: string;
  channel: number;
  example: number;
  /** How many channels have maps. */
  channels: number;
  /** Where the layer's positions begin among those of all, and height and width of its maps. */
  start: number;
  size: [height: number, width: number];
  /** Row and column of the position that the lines follow. */
  mark: [row: number, column: number];
  arms: MapArm[];
}

export interface MapArm {
  name: string;
  label: string;
  colour: string;
  /** BN of the channel; null in a network without. */
  neuron: Neuron | null;
  /** The activation that follows; "" if it is not drawn. */
  activation: string;
  /** What the maps of the chosen channel are called. */
  stages: string[];
}

/** The axes that run by the square root. */
export interface Run {
  /** Their names in the layout. */
  axes: string[];
  /** Where the run ends, in steps, examples or seconds. */
  end: number;
  /** Whether all its values are whole numbers. */
  whole: boolean;
}

/** What a viewer has chosen to see, by the attributes of `View` in bnviz/figures/view.py. */
export interface View {
  name: string;
  [choice: string]: string | number;
}

/** Called when a viewer chooses another value of an attribute of the view. */
export type Choose = (name: string, value: string | number) => void;

export interface Tab {
  name: string;
  title: string;
  /** Whether it is in the menu of further views. */
  menu: boolean;
  /** Whether the recording lacks what this view draws. */
  lacks: boolean;
}

/** A choice of the toolbar: one of several options, or a number from `low` to `high`. */
export interface Choice {
  label: string;
  help: string;
  default: string | number;
  /** Whether it is folded away at first. */
  folded: boolean;
  options?: Record<string, string>;
  /** Whether the options are shown as a list; their values are then numbers. */
  list?: boolean;
  low?: number;
  high?: number;
  step?: number;
}

/** With the seconds that a step costs, the card tells seconds in place of steps. */
export interface CardArm {
  name: string;
  label: string;
  colour: string;
  cost?: number | null;
  /** What follows a noun to say that it is this network's: "without BN", "in “mine”". */
  with: string;
}

/** The way through the layers of each network: bnviz/figures/diagram.py. */
export interface Diagram {
  columns: {
    /** Number of the panel beside it, from 1. */
    panel: number;
    arm: string;
    colour: string;
    /** The colour of words on it. */
    contrast: string;
    /**
     * "weights", "normalization" and "activation" in the order of the network, with
     * "normalized_weights" in place of the first where those are normalized themselves.
     */
    parts: string[];
    /** Name of the view that shows more of the normalization. */
    opens: string;
    /** Where a residual block adds its input: "before" or "after" the activation, or "". */
    adds: string;
    /** Names of the normalization; empty if there is none. */
    short: string;
    full: string;
  }[];
  /** The layers, from 1, that are the second of a residual block. */
  closing: number[];
  activation: string;
  /** Points of the activation in a unit square. */
  curve: [number, number][];
  /**
   * Of networks whose layers may differ: of each layer its name, its activation and the points of
   * it, which are none of an unknown one, and its parts in each column.
   */
  rows?: {
    name: string;
    activation: string;
    curve: [number, number][];
    parts: string[][];
    norms: { short: string; full: string }[];
  }[];
  /** Height of each layer's baseline on the vertical axes, and where they begin. */
  baselines: number[];
  start: number;
  /** What the histograms show, and the layer chosen, from 1. */
  quantity: string;
  layer: number;
  /** Left and right end of each column on a wide screen, as shares of the figure. */
  heads: [number, number][];
  /** Names of its parts, which stand side by side on a narrow screen, and what the first one's lines mean. */
  strip: string[];
  legend: string;
}

export interface Cards {
  arms: CardArm[];
  /** The hidden layer that sentences tell of, from 1; and how many there are. */
  layer: number;
  layers: number;
  /** What the layers are called, if not by their numbers. */
  names?: string[];
}

/** The examples whose answers the frames keep: bnviz/recording/shown_examples.py. */
export interface Shown {
  kind: "image" | "point" | "values";
  /** Class number of each example. */
  labels: number[];
  /** Names of all classes. */
  classes: string[];
  /** Height, width and channels of an image, else empty. */
  shape: number[];
  /** The images in base64, a byte for each channel of a pixel. */
  pixels: string;
  /** The same of the first examples of the probe; earlier hosts tell none. */
  probe_labels?: number[];
  probe_pixels?: string;
  /** Names of the features that are drawn. */
  names: string[];
  /** These features of each example, and their places from -1 to 1. */
  values: number[][];
  places: number[][];
  /** Classes that a frame keeps of each example, and what stands for none. */
  guesses: number;
  no_answer: number;
  /** The value of a probability of 1. */
  max_byte: number;
}

/** An event as it is marked on the time axis; steps and frames from 0. */
export interface RunEvent {
  index: number;
  step: number;
  arm: string;
  layer: number | null;
  kind: string;
  sentence: string;
  /** In a few words. */
  name: string;
  colour: string;
}

/** The changes made in mid-run, and those that can still be made. */
export interface ChangeOptions {
  /** Learning rate at step 0. */
  rate: number;
  /** Lowest and highest learning rate allowed; empty if nothing can be changed. */
  rates: [] | [low: number, high: number];
  made: { step: number; action: string; value: number | null }[];
  /** Further actions and their names. */
  of_bn: Record<string, string>;
  /** The first step at which each of them is possible. */
  since: Record<string, number>;
}

/** How soon each arm reached the target accuracy; empty before the first frame. */
export interface Pair {
  target?: number | null;
  /** What the target is, in words. */
  share?: string;
  reached?: Record<string, number | null>;
  /** Speed-up of each further arm over the first, in words; empty if there is none. */
  speeds?: Record<string, string>;
  /** The same in seconds; empty while it is not known what a step costs. */
  speeds_in_seconds?: Record<string, string>;
}

/** What is known of the same run with other seeds. */
export interface SeedStrip {
  text: string;
  title?: string;
  /** What a button says that has the run checked. */
  offer?: string;
  ticks?: { at: number; text: string }[];
  /**
   * Each at a share of the width, or null if the seed has no speed-up; and so many levels up, so
   * that none covers another.
   */
  dots?: {
    seed: number;
    at: number | null;
    level: number;
    bound: string;
    here: boolean;
    words: string;
  }[];
}

/** What a message holds of the run that is drawn beside the other. */
export interface GhostPart {
  run: string;
  /** What the viewer calls it. */
  name: string;
  /** What its curves end with where there are several, and how they are drawn, in words. */
  letter: string;
  line: string;
  /** Whether its frames are those of the accuracies of the run: bnviz/findings/alignment.py. */
  aligned: boolean;
  /** Index of the first of its frames in the message. */
  first: number;
  /** Frames that the host has. */
  available: number;
  /** Frames that it may have one day. */
  capacity: number;
  /** Bytes of its frames, at the end of the message. */
  bytes: number;
  /** With the first frames. */
  schema?: Schema;
}

/** The header of a message to a player. */
export interface Header {
  run: string;
  detail: boolean;
  spare: boolean;
  state: string;
  message: string;
  /** Number of the request that this message responds to. */
  ask: number;
  loops: boolean;
  /** Milliseconds until the next request; 0 if nothing more will be known. */
  poll: number;
  /** Index of the first frame in the message. */
  first: number;
  /** Frames that the host has. */
  available: number;
  /** Frames of the whole run. */
  capacity: number;
  steps: number;
  begin: number;
  /** The settings that matter most, in one line. */
  about: string;
  /** What the networks have in common, if they are not the laboratory's. */
  proof?: string;
  pair: Pair;
  changes: ChangeOptions;
  events: RunEvent[];
  /** What is compared, in parts with the colour of the arm that a part names. */
  hook: [text: string, colour: string][];
  /** What matters most, in parts of which every second is to be stressed. */
  headline: string[];
  verdict: string[];
  seeds: SeedStrip | null;
  /** Whether a click opens the run of another seed. */
  opens_seeds: boolean;
  /** Whether the page's address leads to the recording. */
  linked: boolean;
  /** What is open of all that is folded away at first, by name. */
  opened: string[];
  /** Whether it is shown to a class, on a projector. */
  presented: boolean;
  /** In what it is not what the viewer has chosen, in one line; empty if it is. */
  other: string;
  /** Whether it is shown in one view alone. */
  fixed: boolean;
  /** What each choice of a view is by default, with the first frames. */
  usual?: View;
  /**
   * In place of a view that the recording cannot show: what it shows and why it is not there, and
   * what a button says that trains it, if anything.
   */
  missing: { sentence: string; offer: string } | null;
  schema?: Schema;
  /** With the schema; null if the frames keep no answers. */
  shown?: Shown | null;
  figure?: Figure;
  /** What is drawn beside the run. */
  ghosts: GhostPart[];
}

/** Sends a value to the host: a state that is kept, or a trigger that fires once. */
export type Send = (name: string, value: unknown) => void;

/** What Streamlit calls a component with. */
export interface ComponentCall<Data = Uint8Array> {
  parentElement: HTMLElement;
  data: Data;
  setStateValue: Send;
  setTriggerValue: Send;
}

/** A component that `mount` keeps on the page. */
export interface Component<Data = Uint8Array> {
  root: HTMLElement;
  receive(message: Data, send: Send, trigger: Send): void;
  close(): void;
}
