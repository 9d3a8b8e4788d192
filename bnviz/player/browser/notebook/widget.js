// Widget: the front end of bnviz/notebook/live_player.py in a notebook. The player has a page of its
// own in a frame, so that neither styles nor keys nor libraries of the notebook meet those of the player.

// What that page says once it listens.
const READY = "bnviz is ready";
const TRAITS = ["header", "figures", "film"];

/** The front end of one widget, in as many cells as show it. */
function widget() {
  // What came since all frames were sent: a frame that is loaded later needs it, too.
  /** @type {Record<string, unknown>[]} */
  let increments = [];

  /** @param {{ model: any }} of */
  function initialize({ model }) {
    model.on("change:film", () => {
      increments = [];
    });
    model.on(
      "msg:custom",
      (/** @type {Record<string, unknown>} */ film, /** @type {DataView[]} */ [frames]) => {
        increments.push({ film: { ...film, frames } });
      },
    );
  }

  /**
   * Shows the player in a cell.
   * @param {{ model: any, el: HTMLElement }} cell
   */
  function render({ model, el }) {
    const frame = document.createElement("iframe");
    frame.title = "Player: the networks that are trained";
    frame.style.cssText = model.get("look");
    const tell = (/** @type {Record<string, unknown>} */ news) =>
      frame.contentWindow?.postMessage(news, "*");
    const say = (/** @type {string[]} */ names) =>
      tell(Object.fromEntries(names.map((name) => [name, model.get(name)])));
    const onMessage = (/** @type {MessageEvent} */ { source, data }) => {
      if (source !== frame.contentWindow || data !== READY) return;
      say(TRAITS);
      increments.forEach(tell);
    };
    /** @type {[event: string, act: (...given: any[]) => void][]} */
    const listeners = TRAITS.map((name) => [`change:${name}`, () => say([name])]);
    listeners.push([
      "msg:custom",
      (film, [frames]) => {
        tell({ film: { ...film, frames } });
      },
    ]);
    window.addEventListener("message", onMessage);
    for (const [event, act] of listeners) model.on(event, act);
    frame.srcdoc = model.get("page");
    el.append(frame);
    return () => {
      window.removeEventListener("message", onMessage);
      for (const [event, act] of listeners) model.off(event, act);
    };
  }

  return { initialize, render };
}

export default widget;
