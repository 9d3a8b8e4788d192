// Skeleton: the fixed parts of the picture of axes.

const HTML = `
  <section id="bnviz-axes" aria-label="Which values share a mean and a variance">
    <div class="bnviz-choices">
      <div role="group" aria-label="Normalization" data-part="norms"></div>
      <div role="group" aria-label="Network" data-part="layers"></div>
      <div role="group" aria-label="Batch size" data-part="sizes"></div>
      <div role="group" aria-label="Value" data-part="moves"></div>
    </div>
    <div class="bnviz-sheets" data-part="sheets">
      <figure>
        <figcaption>What goes in: <b>x</b> <span><i></i> below 0 <i></i> above 0</span></figcaption>
        <div class="bnviz-sheet">
          <canvas data-part="before" aria-hidden="true"></canvas>
          <div role="application" tabindex="0" data-part="touch" aria-label="Values before the normalization: arrow keys choose one"></div>
        </div>
      </figure>
      <figure>
        <figcaption>What comes out: <b>x̂</b> <span data-part="ways"></span></figcaption>
        <div class="bnviz-sheet"><canvas data-part="after" aria-hidden="true"></canvas></div>
      </figure>
    </div>
    <div class="bnviz-panel">
      <p data-part="who"></p>
      <div class="bnviz-remarks">
        <div data-part="formula"></div>
        <p data-part="alone"></p>
      </div>
      <div class="bnviz-remarks">
        <p data-part="effect"></p>
        <p data-part="facts"></p>
        <p data-part="about"></p>
      </div>
      <p class="bnviz-spoken" data-part="words" aria-live="polite"></p>
    </div>
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
