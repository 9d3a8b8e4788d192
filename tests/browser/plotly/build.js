// Build: writes plotly.js with what the player draws as one script.
//
// Usage, after `npm ci --ignore-scripts` here: node build.js OUT.js

import { readFile } from "node:fs/promises";
import { build } from "esbuild";

// What Plotly's reference says of its attributes, which its own builds leave out as well.
const WORDS =
  /^\s*description: (?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`[^`$]*`|\[[^\]]*?\]\s*\.join\([^)]*\)),?$/gm;

const { version } = JSON.parse(await readFile("node_modules/plotly.js/package.json", "utf8"));
const wordless = {
  name: "wordless",
  /** @param {import("esbuild").PluginBuild} step */
  setup(step) {
    step.onLoad({ filter: /plotly\.js\/src\/.*\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(WORDS, ""),
    }));
    // Of maps, which are not drawn.
    step.onLoad({ filter: /\.css$/ }, () => ({ contents: "", loader: "empty" }));
  },
};
await build({
  entryPoints: ["entry.js"],
  outfile: process.argv[2],
  bundle: true,
  minify: true,
  // Nothing around it: the browser would read the whole of a wrapped script twice.
  format: "iife",
  globalName: "Plotly",
  target: "es2022",
  define: { global: "window" },
  // Else that of a folder above counts, and the result depends on the place.
  tsconfigRaw: {},
  alias: { stream: "stream-browserify" },
  banner: {
    js:
      `/* plotly.js v${version} (scatter and heatmap), copyright Plotly, Inc., MIT licence.\n` +
      "   Made by tests/browser/plotly/build.js. */\n" +
      // As in its own builds.
      '"use strict";',
  },
  legalComments: "eof",
  plugins: [wordless],
});
