/** What a replay in one file holds, and a page of a site: bnviz/export/replay_content.py. */

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
  table: FigureTable;
  /** What stands in place of a view, by its name. */
  missing: Record<string, { sentence: string; offer: string } | null>;
  /** The view at first. */
  view: View;
  /** The run that it is of, where it is sent without its header. */
  run?: string;
}

/** What a kernel says of a run that is trained: bnviz/notebook/live_player.py. */
export interface News {
  /** A `Header` in JSON; empty before anything is known. */
  header?: string;
  /** The rest of the `Content` and its run in JSON, compressed. */
  figures?: DataView;
  /** Frames of a run from the first one on. */
  film?: { run: string; first: number; frames?: DataView };
}

/** What the page of a site holds of a run: bnviz/site/run_files.py. */
export interface SitePicture {
  /** How it begins, with the figure of one view alone and so many frames. */
  opening: Content & { count: number };
  /** Its files: their folder, and how many frames each of them holds. */
  run: { folder: string; parts: number[] };
  /** The view in which it plays. */
  view: View;
  /** What the header of the page's run says in place of that of the file. */
  header: Partial<Header>;
}

declare global {
  interface Window {
    /** The files that have been loaded, in base64, by their addresses. */
    bnvizFiles?: Record<string, string>;
  }
}
