/** Messages to a map: bnviz/player/map_content.py and seeds_content.py. */

import type { PlainFigure } from "types/message";

export interface Cell {
  row: number;
  column: number;
}

/** The cells of the maps: their edges, words on each by rows, and the one chosen at first. */
export interface CellGrid {
  x: number[];
  y: number[];
  words: string[][];
  start: Cell;
}

/** Which numbers a trace draws for a cell: bnviz/figures/studies/map_lines.py. */
export interface Slice {
  arm: string;
  along: "x" | "y";
  part: "median" | "range" | "here";
}

export type Rows = Record<string, (number | null)[][]>;

/** The numbers of all cells, by arm as rows of columns; null where a cell is not filled. */
export interface Sheet {
  places: Record<"x" | "y", number[]>;
  headings: Record<"x" | "y", string[]>;
  values: Rows;
  low: Rows;
  high: Rows;
}

export interface LinesFigure extends PlainFigure {
  label: string;
  slices: Slice[];
  sheet: Sheet;
}

export interface Picture {
  figure: PlainFigure;
  /** The row and the column through the chosen cell; the seeds have none. */
  lines?: LinesFigure;
  cells?: CellGrid;
  /** The height at which the maps are square is `share` of the width and `more` pixels. */
  square: { share: number; more: number };
  reading: string;
  label: string;
}

export interface MapHeader {
  token: string;
  version: string;
  state: string;
  message: string;
  ask: number;
  poll: number;
  filled: number;
  headline: string;
  note?: string;
  /** Whether the note is about other settings than the chosen ones. */
  note_other?: boolean;
  /** In what it is not what the viewer has chosen, in one line; empty if it is. */
  other?: string;
  definition?: string;
  picture?: Picture;
}
