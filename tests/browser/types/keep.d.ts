/** Runs that a browser keeps: bnviz/page/forms/kept_runs.py and what is in its own storage. */

export interface Curve {
  colour: string;
  points: (number | null)[];
}

/** A run of this visit; one without a query is kept as a file. */
export interface VisitRun {
  id: string;
  name: string;
  curves: Curve[];
  query: Record<string, string> | null;
}

/** A run as it is kept, but for its file. */
export interface Kept extends VisitRun {
  /** Bytes of its file; 0 without one. */
  size: number;
  /** When it was first kept, in milliseconds. */
  since: number;
}

export interface KeepData {
  /** Whether the page knows that the browser keeps runs. */
  on: boolean;
  /** Whether it knows that the browser holds any. */
  holds: boolean;
  runs: VisitRun[];
  /** Whether this visit has any runs. */
  has_runs: boolean;
  /** The run on the stage. */
  shown: string;
  /** Where the file of a run is; without an address the page has none. */
  file: { id: string; url: string } | null;
}
