// Memory: what the pages of a site tell each other, for as long as the browser's tab is open.

const PREFIX = "bnviz-";

/**
 * @param {string} name
 * @param {string} value
 */
export function keep(name, value) {
  try {
    sessionStorage.setItem(PREFIX + name, value);
  } catch {
    // Some browsers allow it to no file, others to nobody.
  }
}

/**
 * What was kept under a name, if anything.
 * @param {string} name
 */
export function kept(name) {
  try {
    return sessionStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}
