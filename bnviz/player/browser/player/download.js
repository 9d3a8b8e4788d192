// Download: what the page has made, as a file of the viewer's.

// Milliseconds after the click within which the browser reads it.
const READ = 10_000;

/**
 * Lets the browser save a file.
 * @param {Blob} file
 * @param {string} name
 */
export function download(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), READ);
}
