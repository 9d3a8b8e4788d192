// Files: the files of a site that hold bytes. They are scripts, so that they can be loaded from a disk
// as well, where a page may read nothing else: bnviz/site/run_files.py.

import { bytesOf } from "../replay/unpacking.js";

/**
 * The bytes of a file.
 * @param {string} name Its address from the page, without the ending.
 */
export async function loaded(name) {
  await new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${name}.js`;
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${name} could not be loaded`));
    document.head.append(script);
  });
  const text = window.bnvizFiles?.[name];
  if (text === undefined) throw new Error(`${name} does not hold what it should`);
  delete window.bnvizFiles?.[name];
  return bytesOf(text);
}
