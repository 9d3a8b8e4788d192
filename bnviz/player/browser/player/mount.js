// Mount: keeps a component alive while Streamlit moves it from one element of the page to another.
//
// Streamlit calls a component for every message, with the element that it belongs in. When a click
// and a request of the component's coincide, that may be another element than before, or one that
// has already left the page. The component moves to the newest element on the page as it is, and is
// closed when none is left.

/** @import { Component, ComponentCall } from "types/message" */

// Milliseconds after which a component repeats a request without a response.
export const ASK_AGAIN = 4000;
// Milliseconds until a component without an element is closed.
const CLOSE_AFTER = 2000;

/**
 * The elements of a component by their `data-part`.
 * @template Parts
 * @param {HTMLElement} root
 * @returns {Parts}
 */
export function partsOf(root) {
  /** @type {Record<string, HTMLElement>} */
  const parts = {};
  for (const node of root.querySelectorAll("[data-part]")) {
    const element = /** @type {HTMLElement} */ (node);
    parts[String(element.dataset.part)] = element;
  }
  return /** @type {Parts} */ (parts);
}

/**
 * The function that Streamlit calls.
 * @template [Data=Uint8Array]
 * @param {() => Component<Data>} build Makes the component when it is first needed.
 */
export function mount(build) {
  /** @type {Component<Data> | undefined} */
  let component;
  /**
   * The elements that the component was called with, the newest last, and how to repeat the call.
   * @type {Map<HTMLElement, (component: Component<Data>) => void>}
   */
  const places = new Map();

  /** Moves the component to the newest element if its own has left the page. */
  function move() {
    if (!component || component.root.isConnected) return;
    for (const place of places.keys()) if (!place.isConnected) places.delete(place);
    const [place, receive] = [...places].at(-1) ?? [];
    if (!place || !receive) return;
    place.append(component.root);
    receive(component);
  }

  function closeIfGone() {
    move();
    if (!component || component.root.isConnected) return;
    component.close();
    component = undefined;
  }

  /** @param {ComponentCall<Data>} call */
  return ({ parentElement, data, setStateValue, setTriggerValue }) => {
    if (parentElement.isConnected) {
      component ??= build();
      /** @param {Component<Data>} shown */
      const receive = (shown) => shown.receive(data, setStateValue, setTriggerValue);
      places.delete(parentElement);
      places.set(parentElement, receive);
      if (component.root.parentElement !== parentElement) parentElement.append(component.root);
      receive(component);
    }
    return () => {
      move();
      setTimeout(closeIfGone, CLOSE_AFTER);
    };
  };
}
