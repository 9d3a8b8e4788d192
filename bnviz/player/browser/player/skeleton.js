// Skeleton: the player's fixed parts.

const HTML = `
  <section id="bnviz-stage" data-state="loading" data-step="0" data-frames-drawn="0" aria-label="Player: the networks under comparison">
    <div class="bnviz-top">
      <div class="bnviz-tabs" data-part="tabs" role="group" aria-label="Views"></div>
      <div class="bnviz-page">
        <button type="button" class="bnviz-more" data-part="more" title="Axes and other choices of what the view shows">View</button>
        <button type="button" data-part="save" title="Save this picture">Save</button>
        <button type="button" data-part="present" title="Show it to a class, on a projector (p)">Present</button>
        <button type="button" data-part="help" title="Keys (?)" aria-label="Keys">?</button>
      </div>
    </div>
    <dialog data-part="keys" aria-label="Keys"></dialog>
    <dialog data-part="saves" aria-label="Save this picture"></dialog>
    <div class="bnviz-controls">
      <div class="bnviz-toolbar" data-part="choices" role="group" aria-label="What the view shows"></div>
      <div class="bnviz-toolbar" data-part="toolbar" role="group" aria-label="Further choices" hidden></div>
    </div>
    <div class="bnviz-over"><p class="bnviz-other" data-part="other" role="status"></p></div>
    <div class="bnviz-hook">
      <p class="bnviz-same" data-part="hook"></p>
      <div class="bnviz-event"><p data-part="event"></p></div>
    </div>
    <div class="bnviz-summary" data-part="summary">
      <div class="bnviz-cards" data-part="cards"></div>
    </div>
    <div class="bnviz-strip" data-part="strip" role="group" aria-label="Parts of the picture"></div>
    <div class="bnviz-view">
      <div class="bnviz-figure" data-part="figure">
        <i class="bnviz-snap"></i>
        <svg data-part="wiring" aria-hidden="true"></svg>
        <div data-part="plot"></div>
        <canvas data-part="canvas" role="img" aria-label="The chosen view of the networks"></canvas>
        <div data-part="columns" aria-hidden="true" hidden></div>
        <div data-part="taps" role="group" aria-label="The way through the layers: what the histograms show"></div>
      </div>
      <div class="bnviz-aside" data-part="aside">
      <div class="bnviz-sides" data-part="sides" role="group" aria-label="Beside the picture" hidden></div>
      <section data-part="maps" aria-label="Maps of the channel" hidden></section>
      <section data-part="formula" aria-label="The formula" hidden>
        <h3>The formula</h3>
        <p class="bnviz-formula" role="img" aria-label="y equals gamma times x minus mean, over the square root of variance plus epsilon, plus beta" data-part="symbols"></p>
        <p class="bnviz-small" data-part="source"></p>
        <p class="bnviz-formula" data-part="numbers"></p>
        <div class="bnviz-steps" role="group" aria-label="Step by step"></div>
        <p class="bnviz-small" data-part="now"></p>
      </section>
      </div>
      <div class="bnviz-missing" data-part="missing" hidden>
        <p data-part="lacking" role="status"></p>
        <button type="button" data-part="offer"></button>
      </div>
    </div>
    <div class="bnviz-transport" data-part="transport" role="group" aria-label="Playback">
      <button type="button" data-part="back" title="Previous frame (←)" aria-label="Previous frame"><svg viewBox="0 0 12 12" aria-hidden="true"><path d="M10 1v10L2 6z"/></svg></button>
      <button type="button" data-part="play" class="bnviz-play" title="Play or pause (space)" aria-label="Play"><svg viewBox="0 0 12 12" aria-hidden="true"><path class="bnviz-to-play" d="M1.5 0v12L12 6z"/><path class="bnviz-to-pause" d="M1.5 0h3.5v12H1.5zM7 0h3.5v12H7z"/></svg></button>
      <button type="button" data-part="forward" title="Next frame (→)" aria-label="Next frame"><svg viewBox="0 0 12 12" aria-hidden="true"><path d="M2 1v10l8-5z"/></svg></button>
      <select data-part="speed" title="Speed (+ and −)" aria-label="Speed"></select>
      <select data-part="change" title="Change something at the cursor's step; the networks are then trained again from the same seed" aria-label="Change at the cursor"></select>
      <div class="bnviz-axis">
        <input data-part="scrub" type="range" min="0" max="1" value="0" step="any" aria-label="Time: recorded frame">
        <div class="bnviz-events" data-part="events" role="group" aria-label="Events of the run"></div>
      </div>
      <button type="button" data-part="live" class="bnviz-live" title="Jump to the newest frame (End)">live</button>
      <output data-part="readout" class="bnviz-readout"></output>
    </div>
    <div class="bnviz-verdict">
      <button type="button" data-part="headline" title="The whole verdict, and other seeds"></button>
      <div class="bnviz-whole" data-part="whole" hidden>
        <div class="bnviz-label" data-part="about"></div>
        <div class="bnviz-says" data-part="says"></div>
        <div class="bnviz-seeds" data-part="seeds" role="group" aria-label="Other seeds"></div>
      </div>
    </div>
    <div class="bnviz-foot" data-part="foot">
      <p data-part="status" role="status"></p>
      <p data-part="dashed" role="status"></p>
      <p data-part="proof"></p>
    </div>
    <button type="button" class="bnviz-unseen" data-part="summarize">Say what the picture shows (s)</button>
    <p class="bnviz-unseen" data-part="spoken" role="status"></p>
    <p class="bnviz-reading" data-part="reading"></p>
  </section>
`;

/**
 * The root element of the parts.
 * @returns {HTMLElement}
 */
export function buildSkeleton() {
  const holder = document.createElement("div");
  holder.innerHTML = HTML;
  return /** @type {HTMLElement} */ (holder.firstElementChild);
}
