/** What a replay in one file holds: bnviz/export/replay.py. */

import type { Figure, Header, View } from "types/message";

/** The figures of a view that have the same traces, and share the fixed options. */
export interface Variant {
  fixed: Record<string, string | number>;
  figure: Omit<Figure, "id" | "view">;
  groups: {
    choices: string[];
    /** By the options joined by a space: where a figure changes, and what stands there then. */
    patches: Record<string, [path: (string | number)[], value: unknown][]>;
  }[];
}

/** The figures of a recording by view: bnviz/export/figure_table.py. */
export type FigureTable = Record<string, Variant[]>;

export interface Content {
  /** As of the first message of a host, with all frames. */
  header: Header;
  /** The step of each frame. */
  steps: number[];
  table: FigureTable;
  /** What stands in place of a view, by its name. */
  missing: Record<string, { sentence: string; offer: string } | null>;
  /** The view at first. */
  view: View;
}
