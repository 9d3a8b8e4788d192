// Records: runs as the browser's storage has them, and how many of them it keeps.

/** @import { Curve, Kept } from "types/keep" */

/** Maximum number of runs, and of bytes of their files; the oldest make room. */
export const MAX_RUNS = 24;
export const MAX_BYTES = 50_000_000;
// What a record may hold: characters of a text, entries of a query, curves, and points of each.
const MAX_TEXT = 200;
const MAX_VALUE = 400;
const MAX_ENTRIES = 100;
const MAX_CURVES = 8;
const MAX_POINTS = 500;
const COLOUR = /^#[0-9a-f]{6}$/i;

/**
 * @param {unknown} given
 * @param {number} [most] Characters.
 * @returns {given is string}
 */
const isText = (given, most = MAX_TEXT) => typeof given === "string" && given.length <= most;

/**
 * @param {any} given
 * @returns {given is Curve}
 */
function isCurve(given) {
  const points = given?.points;
  return (
    COLOUR.test(given?.colour) &&
    Array.isArray(points) &&
    points.length <= MAX_POINTS &&
    points.every((each) => each === null || Number.isFinite(each))
  );
}

/** @param {unknown} given */
function isQuery(given) {
  if (given === null) return true;
  if (typeof given !== "object") return false;
  const entries = Object.entries(given);
  return (
    entries.length <= MAX_ENTRIES &&
    entries.every(([name, value]) => isText(name) && isText(value, MAX_VALUE))
  );
}

/**
 * Whether something from the storage, which its owner may have changed, is a run.
 * @param {any} given
 * @returns {given is Kept}
 */
export function isKept(given) {
  return (
    isText(given?.id) &&
    isText(given.name) &&
    Array.isArray(given.curves) &&
    given.curves.length <= MAX_CURVES &&
    given.curves.every(isCurve) &&
    isQuery(given.query) &&
    Number.isFinite(given.size) &&
    Number.isFinite(given.since)
  );
}

/**
 * The same runs, the newest first.
 * @param {Kept[]} runs
 */
export const newestFirst = (runs) => [...runs].sort((one, other) => other.since - one.since);

/**
 * Those that make room.
 * @param {Kept[]} runs
 */
export function leaving(runs) {
  let [bytes, count] = [0, 0];
  return newestFirst(runs).filter(({ size }) => {
    // A run without a file leaves only for other runs.
    if (count >= MAX_RUNS || (size > 0 && bytes + size > MAX_BYTES)) return true;
    bytes += size;
    count += 1;
    return false;
  });
}
