// Skeleton: the fixed parts of a map.

const HTML = `
  <section id="bnviz-map" data-state="loading" data-filled="0" aria-label="The networks over many runs">
    <div class="bnviz-over"><p class="bnviz-other" data-part="other" role="status"></p></div>
    <p class="bnviz-headline" data-part="headline"></p>
    <p class="bnviz-note" data-part="note" role="status" hidden></p>
    <p class="bnviz-definition" data-part="definition" hidden></p>
    <div class="bnviz-picture" data-part="picture">
      <div data-part="plot" role="img"></div>
      <div data-part="frames">
        <button type="button" class="bnviz-frame" data-part="cell"></button>
        <div class="bnviz-frame"></div>
        <div class="bnviz-frame"></div>
      </div>
    </div>
    <div class="bnviz-cell" data-part="chosen">
      <p data-part="words" aria-live="polite"></p>
      <button type="button" data-part="open">Show this run ▸</button>
    </div>
    <div class="bnviz-lines" data-part="lines"><div data-part="cuts" role="img"></div></div>
    <p class="bnviz-status" data-part="status" role="status"></p>
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
