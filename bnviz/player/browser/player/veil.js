// Veil: what stands over a picture that cannot be shown, or that is not of what is chosen.

/** @import { Header } from "types/message" */
/** @import { PlayerParts } from "types/parts" */

/**
 * Dims a component that shows something else than what is chosen, and says so over it.
 * @param {HTMLElement} root Of the component.
 * @param {HTMLElement} line
 * @param {string} [other] In what it differs; nothing if it does not.
 */
export function showOther(root, line, other = "") {
  root.toggleAttribute("data-other", Boolean(other));
  if (line.textContent !== other) line.textContent = other;
}

export class Veil {
  /**
   * @param {HTMLElement} root Of the player.
   * @param {Pick<PlayerParts, "tabs" | "other" | "missing" | "lacking" | "offer">} parts
   * @param {() => void} train Called when the viewer asks for a run that the open view can draw.
   */
  constructor(root, parts, train) {
    this.root = root;
    this.parts = parts;
    parts.offer.onclick = () => {
      // One click asks once; the response tells what there is to ask for then.
      parts.offer.disabled = true;
      /** @type {HTMLElement | null} */
      const tab = parts.tabs.querySelector("button[aria-pressed=true]");
      tab?.focus();
      train();
    };
  }

  /** @param {Pick<Header, "missing" | "other">} header */
  show({ missing, other }) {
    const { parts } = this;
    showOther(this.root, parts.other, other);
    this.root.toggleAttribute("data-missing", missing !== null);
    parts.missing.hidden = missing === null;
    if (missing === null) return;
    const { sentence, offer } = missing;
    if (parts.lacking.textContent !== sentence) parts.lacking.textContent = sentence;
    parts.offer.textContent = offer;
    parts.offer.hidden = !offer;
    parts.offer.disabled = false;
  }
}
