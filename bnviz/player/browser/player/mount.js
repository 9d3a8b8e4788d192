// Places: where on the page a component stands.
//
// Streamlit calls a component for every message, with the element that it is to stand in. When a
// click and a question of the component's meet, that may be another element than before, or one
// that has left the page already. The component moves from place to place as it is, and ends when
// none is left.

const GONE = 2000;

// The function that Streamlit calls. `build` makes the component, which has `root`, `close()` and
// `receive(message, send, trigger)`.
export function mount(build) {
  let shown;
  const places = new Map();

  function stand() {
    if (!shown || shown.root.isConnected) return;
    for (const place of places.keys()) if (!place.isConnected) places.delete(place);
    const [place, receive] = [...places].at(-1) ?? [];
    if (!place) return;
    place.append(shown.root);
    receive();
  }

  function end() {
    stand();
    if (!shown || shown.root.isConnected) return;
    shown.close();
    shown = undefined;
  }

  return ({ parentElement, data, setStateValue, setTriggerValue }) => {
    if (parentElement.isConnected) {
      shown ??= build();
      const receive = () => shown.receive(data, setStateValue, setTriggerValue);
      places.delete(parentElement);
      places.set(parentElement, receive);
      if (shown.root.parentElement !== parentElement) parentElement.append(shown.root);
      receive();
    }
    return () => {
      stand();
      setTimeout(end, GONE);
    };
  };
}
