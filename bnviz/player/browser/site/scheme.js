// Scheme: light or dark as the viewer has chosen it, before anything is drawn.

try {
  const scheme = sessionStorage.getItem("bnviz-scheme");
  if (scheme) document.documentElement.dataset.scheme = scheme;
} catch {
  // Some browsers keep nothing for files.
}
