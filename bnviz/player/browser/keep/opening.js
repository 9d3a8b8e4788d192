// Opening: a kept file goes to the page as a file that its viewer has chosen, and is read as one.

const FIELD = '.st-key-kept_field input[type="file"]';
// Milliseconds until the page has drawn that field, which it does once it knows that runs are kept.
const PATIENCE = 20_000;
const PAUSE = 50;

/** The page's field for kept files; null if it does not come. */
async function fieldForFiles() {
  for (let waited = 0; waited < PATIENCE; waited += PAUSE) {
    const field = document.querySelector(FIELD);
    if (field instanceof HTMLInputElement) return field;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  return null;
}

/**
 * Puts a file into the page's field for kept ones.
 * @param {unknown} file From the storage.
 * @param {string} name What the run is called.
 * @returns {Promise<string>} Why it is not there, as the end of a sentence; empty if it is.
 */
export async function choose(file, name) {
  if (!(file instanceof ArrayBuffer)) return "its file is not there";
  const field = await fieldForFiles();
  if (!field) return "the page does not answer";
  const chosen = new DataTransfer();
  // The name of a file may not hold all that a name of a run may.
  chosen.items.add(new File([file], `${encodeURIComponent(name)}.npz`));
  field.files = chosen.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  return "";
}
