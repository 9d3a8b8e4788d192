// Elements without a browser: as much of them as the scripts under test touch.

export class FakeElement {
  constructor() {
    this.children = [];
    this.dataset = {};
    this.attributes = {};
    this.listeners = {};
    this.textContent = "";
    this.isConnected = true;
    this.parentElement = null;
    this.options = [];
    this.style = {
      setProperty: (name, value) => {
        this.style[name] = value;
      },
    };
  }

  add(option) {
    this.options.push(option);
  }

  append(...children) {
    for (const child of children) {
      this.children.push(child);
      child.parentElement = this;
      child.isConnected = this.isConnected;
    }
  }

  replaceChildren(...children) {
    this.children = children;
  }

  contains(node) {
    return this.children.includes(node);
  }

  querySelectorAll() {
    return this.children;
  }

  focus() {
    document.activeElement = this;
  }

  setAttribute(name, value) {
    this.attributes[name] = value;
  }

  toggleAttribute(name, on) {
    if (on) this.attributes[name] = "";
    else delete this.attributes[name];
  }

  getAttribute(name) {
    return this.attributes[name] ?? null;
  }

  addEventListener(name, listener) {
    this.listeners[name] = listener;
  }

  /** Calls the listener of an event with some attributes of the event. */
  fire(name, event = {}) {
    this.listeners[name]({ preventDefault() {}, stopPropagation() {}, ...event });
  }
}

/**
 * Elements by their names.
 * @param {string} names With spaces between them.
 */
export function fakeParts(names) {
  return Object.fromEntries(names.split(" ").map((name) => [name, new FakeElement()]));
}

/** An <option>. */
export class FakeOption {
  constructor(text, value) {
    this.text = text;
    this.value = value;
  }
}
