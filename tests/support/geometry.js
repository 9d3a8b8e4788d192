// Geometry: what a picture shows that it should not, measured on the page as it stands.
//
// Run before the page's own scripts. `bnvizGeometry.faults()` names words that touch others, that
// are cut off or too pale; dots beside their lines; and lines that leave their axes unmarked.
// `words()` are all words with their boxes, `smallest()` is the size of the smallest letters, and
// `unreachable()` names controls that something else covers wherever the page is scrolled. What is
// drawn on a canvas is noted while it is drawn.

window.bnvizGeometry = (() => {
  // Pixels by which two boxes of words may share, and by which a dot may miss its line.
  const TOUCH = 1.5;
  const MISS = 2;
  // Pixels from where a line leaves its axes up to what marks it.
  const NEAR = 16;
  // Least contrast of words, and of large ones.
  const CONTRAST = 4.5;
  const LARGE = 3;
  // What says that something lies beyond an axis.
  const ARROWS = /[▸◂▴▾]/;

  const { fillText, stroke, fill, arc, clearRect, clip, beginPath, moveTo, lineTo, rect } =
    CanvasRenderingContext2D.prototype;
  const drawn = new WeakMap();
  const paths = new WeakMap();

  function noted(context) {
    if (!drawn.has(context.canvas)) drawn.set(context.canvas, { words: [], lines: [], dots: [], areas: [] });
    return drawn.get(context.canvas);
  }
  function pathOf(context) {
    if (!paths.has(context)) paths.set(context, { parts: [], arcs: [], rects: [] });
    return paths.get(context);
  }
  // A point in CSS pixels of the canvas.
  function placed(context, x, y) {
    const { a, d, e, f } = context.getTransform();
    const ratio = window.devicePixelRatio || 1;
    return [(a * x + e) / ratio, (d * y + f) / ratio];
  }

  // The clip that holds: reset by `restore`, as the canvas does it.
  const clips = new WeakMap();
  const { save, restore } = CanvasRenderingContext2D.prototype;
  const stackOf = (context) => {
    if (!clips.has(context)) clips.set(context, [null]);
    return clips.get(context);
  };

  Object.assign(CanvasRenderingContext2D.prototype, {
    save() {
      const stack = stackOf(this);
      stack.push(stack.at(-1));
      return save.call(this);
    },
    restore() {
      const stack = stackOf(this);
      if (stack.length > 1) stack.pop();
      return restore.call(this);
    },
    clearRect(...sides) {
      drawn.delete(this.canvas);
      return clearRect.apply(this, sides);
    },
    beginPath() {
      paths.delete(this);
      return beginPath.call(this);
    },
    moveTo(x, y) {
      pathOf(this).parts.push([placed(this, x, y)]);
      return moveTo.call(this, x, y);
    },
    lineTo(x, y) {
      const { parts } = pathOf(this);
      if (parts.length) parts.at(-1).push(placed(this, x, y));
      return lineTo.call(this, x, y);
    },
    arc(x, y, radius, ...rest) {
      pathOf(this).arcs.push([...placed(this, x, y), radius]);
      return arc.call(this, x, y, radius, ...rest);
    },
    rect(x, y, width, height) {
      const [left, top] = placed(this, x, y);
      pathOf(this).rects.push({ left, top, right: left + width, bottom: top + height });
      return rect.call(this, x, y, width, height);
    },
    clip(...rest) {
      stackOf(this)[stackOf(this).length - 1] = pathOf(this).rects.at(-1) ?? null;
      return clip.apply(this, rest);
    },
    stroke(...rest) {
      const { parts } = pathOf(this);
      const line = { parts, colour: this.strokeStyle, clip: stackOf(this).at(-1), dash: this.getLineDash().length };
      if (parts.length) noted(this).lines.push(line);
      return stroke.apply(this, rest);
    },
    fill(...rest) {
      const { parts, arcs } = pathOf(this);
      for (const [x, y, radius] of arcs) noted(this).dots.push({ x, y, radius, colour: this.fillStyle });
      if (parts.length) noted(this).areas.push({ parts, colour: this.fillStyle });
      return fill.apply(this, rest);
    },
    fillText(text, x, y, ...rest) {
      const size = this.measureText(text);
      const [left, top] = placed(this, x, y);
      const box = {
        left: left - size.actualBoundingBoxLeft,
        right: left + size.actualBoundingBoxRight,
        top: top - size.actualBoundingBoxAscent,
        bottom: top + size.actualBoundingBoxDescent,
      };
      const words = { text, box, colour: this.fillStyle, share: this.globalAlpha };
      const scale = this.getTransform().a / (window.devicePixelRatio || 1);
      noted(this).words.push({ ...words, size: scale * parseFloat(this.font.match(/([\d.]+)px/)[1]) });
      return fillText.call(this, text, x, y, ...rest);
    },
  });

  const scratch = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();
  function channels(colour) {
    if (!known.has(colour)) {
      clearRect.call(scratch, 0, 0, 1, 1);
      scratch.fillStyle = colour;
      scratch.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = scratch.getImageData(0, 0, 1, 1).data;
      known.set(colour, [red, green, blue, alpha / 255]);
    }
    return known.get(colour);
  }
  const over = (top, below) => top.slice(0, 3).map((each, i) => each * top[3] + below[i] * (1 - top[3]));
  function luminance(colour) {
    const [red, green, blue] = colour.map((each) => {
      const share = each / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }
  function contrast(one, other) {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  }
  // The ground under an element: the backgrounds of what it is in, one over the other.
  function ground(element) {
    const layers = [];
    // Letters of a picture stand on its last shape before them, whose edges their line may reach over.
    const { left, top, width, height } = element.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    if (element instanceof SVGElement) {
      for (let each = element.previousElementSibling; each; each = each.previousElementSibling) {
        const area = each.getBoundingClientRect();
        if (each.localName !== "rect" || x < area.left || y < area.top || x > area.right || y > area.bottom) continue;
        const { fill, fillOpacity } = getComputedStyle(each);
        const [red, green, blue, alpha] = channels(fill);
        layers.push([red, green, blue, alpha * +fillOpacity]);
        break;
      }
    }
    for (let each = element; each; each = each.parentElement) {
      layers.push(channels(getComputedStyle(each).backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    return layers.reduceRight((below, top) => over(top, below), [255, 255, 255]);
  }
  const opacity = (element) => {
    let share = 1;
    for (let each = element; each; each = each.parentElement) share *= +getComputedStyle(each).opacity;
    return share;
  };

  const scrolls = (value) => value === "auto" || value === "scroll";
  const hides = (value) => value === "hidden" || value === "clip";

  // A name that a viewer has given may be as long as they like: it ends in an ellipsis, and stands
  // whole in its field.
  const shortens = (element) => Boolean(element.closest(".st-key-visit_runs"));

  // The part of a box that an element's surroundings show, and what cuts it off.
  function shownPart(element, box) {
    const part = { ...box };
    let cut = null;
    for (let each = element; each && each !== document.body; each = each.parentElement) {
      const style = getComputedStyle(each);
      const frame = each.getBoundingClientRect();
      // Kept for screen readers alone.
      if (style.clipPath === "inset(50%)") return { part: { ...part, right: part.left }, cut: null };
      if (each instanceof SVGElement && !(each instanceof SVGSVGElement)) continue;
      for (const [axis, low, high] of [["overflowX", "left", "right"], ["overflowY", "top", "bottom"]]) {
        const way = style[axis];
        if (way === "visible") continue;
        const less = Math.max(frame[low] - part[low], part[high] - frame[high]);
        if (hides(way) && less > 1 && !(low === "left" && shortens(each))) cut ??= each;
        if (hides(way) || scrolls(way)) {
          part[low] = Math.max(part[low], frame[low]);
          part[high] = Math.min(part[high], frame[high]);
        }
      }
      if (style.position === "fixed") break;
    }
    return { part, cut };
  }

  const nameOf = (element) =>
    element.dataset?.part || element.dataset?.testid || element.getAttribute("class")?.split(" ")[0] || element.localName;

  // Words of the page: each line of each text with its box.
  function pageWords() {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      const text = node.data.trim();
      if (!text || !element || element.closest("script, style, option, title, [hidden], .katex-mathml, [data-testid=stIconMaterial]")) continue;
      if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const style = getComputedStyle(element);
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const each of range.getClientRects()) {
        if (each.width < 1 || each.height < 1) continue;
        // The letters themselves are lower than their line.
        const box = { left: each.left, right: each.right, top: each.top + 0.2 * each.height, bottom: each.bottom - 0.18 * each.height };
        const { part, cut } = shownPart(element, box);
        if (part.right - part.left < 1 || part.bottom - part.top < 1) {
          // Kept for screen readers alone, or scrolled away.
          continue;
        }
        found.push({ node, element, text, box: part, cut, style, floats: floating(element) });
      }
    }
    return found;
  }
  // The element over the page that words are in, if any.
  function floating(element) {
    for (let each = element; each; each = each.parentElement) {
      const { position } = getComputedStyle(each);
      if (position === "sticky" || position === "fixed") return each;
    }
    return null;
  }

  function canvasWords(canvas) {
    const { left, top } = canvas.getBoundingClientRect();
    return (drawn.get(canvas)?.words ?? []).flatMap(({ box, ...rest }) => {
      const own = box.left < -1 || box.top < -1 || box.right > canvas.clientWidth + 1 || box.bottom > canvas.clientHeight + 1;
      const place = { left: box.left + left, right: box.right + left, top: box.top + top, bottom: box.bottom + top };
      const { part, cut } = shownPart(canvas.parentElement, place);
      if (part.right - part.left < 1 || part.bottom - part.top < 1) return [];
      return [{ ...rest, element: canvas, floats: floating(canvas), cut: own ? canvas : cut, box: part }];
    });
  }

  const shares = (a, b) => Math.min(Math.min(a.right, b.right) - Math.max(a.left, b.left), Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));

  function pale({ element, style, colour, share = 1, size, text }) {
    if (element.closest("[disabled], [aria-disabled=true]") || !/[\p{L}\p{N}]/u.test(text)) return "";
    const ink = channels(colour ?? (element instanceof SVGElement ? style.fill : style.color));
    const solid = [...ink.slice(0, 3), ink[3] * share * opacity(element)];
    const back = ground(element);
    const points = size ?? parseFloat(style.fontSize);
    const bold = style && +style.fontWeight >= 700;
    const least = points >= 24 || (bold && points >= 18.6) ? LARGE : CONTRAST;
    const found = contrast(over(solid, back), back);
    return found < least - 0.05 ? `${found.toFixed(1)} : 1` : "";
  }

  const away = ([x, y], [a, b], [c, d]) => {
    const length = (c - a) ** 2 + (d - b) ** 2;
    const at = length ? Math.min(1, Math.max(0, ((x - a) * (c - a) + (y - b) * (d - b)) / length)) : 0;
    return Math.hypot(x - a - at * (c - a), y - b - at * (d - b));
  };
  const opaque = (colour) => channels(colour).slice(0, 3).join();

  // Dots that belong to a line of their colour and lie beside it; and lines that leave their axes.
  function strayed(canvas) {
    const { lines = [], dots = [], areas = [], words = [] } = drawn.get(canvas) ?? {};
    const found = [];
    for (const dot of dots) {
      const inside = ({ clip: box }) => box && dot.x > box.left - MISS && dot.x < box.right + MISS && dot.y > box.top - MISS && dot.y < box.bottom + MISS;
      const own = lines.filter((line) => inside(line) && opaque(line.colour) === opaque(dot.colour));
      if (!own.length || dot.radius < 3.5) continue;
      const gap = Math.min(...own.flatMap(({ parts }) => parts.flatMap((part) => part.map((to, i) => away([dot.x, dot.y], part[i - 1] ?? to, to)))));
      const marked = areas.some(({ parts }) => isMark(parts) && parts[0].some(([x, y]) => Math.hypot(x - dot.x, y - dot.y) < NEAR));
      if (gap > MISS && !marked) found.push(["a dot beside its line", `${dot.colour} ${gap.toFixed(1)} px`]);
    }
    for (const { parts, clip: box, colour } of lines) {
      if (!box) continue;
      for (const part of parts) {
        const beyond = part.find(([x, y]) => x < box.left - 3 || x > box.right + 3 || y < box.top - 3 || y > box.bottom + 3);
        if (!beyond) continue;
        const [x, y] = [Math.min(box.right, Math.max(box.left, beyond[0])), Math.min(box.bottom, Math.max(box.top, beyond[1]))];
        const marks = areas.filter((area) => isMark(area.parts));
        const byMark = marks.some((area) => area.parts[0].some(([a, b]) => Math.abs(a - x) < 2 * NEAR && Math.abs(b - y) < NEAR));
        const byWord = words.some((each) => ARROWS.test(each.text) && each.box.top < y + 60 && each.box.bottom > y - 60);
        if (!byMark && !byWord) found.push(["a line leaves its axes unmarked", `${colour} at ${x.toFixed()}, ${y.toFixed()}`]);
      }
    }
    return found;
  }
  const isMark = (parts) => parts.length === 1 && parts[0].length === 3;

  const drawnCanvases = () => [...document.querySelectorAll("canvas")].filter((each) => drawn.has(each) && each.checkVisibility());
  const allWords = () => [...pageWords(), ...drawnCanvases().flatMap(canvasWords)];

  // The smallest letters that can be seen: their size in pixels, the text, and what it is in. Those of
  // a formula are as small as its writing asks, and those of a symbol are no words.
  function smallest() {
    const sizes = allWords()
      .filter(({ element, text }) => !element.closest(".katex") && /[\p{L}\p{N}]/u.test(text))
      .map(({ element, size, style, text }) => {
        const scale = element.getScreenCTM?.().a ?? 1;
        return [size ?? scale * parseFloat(style.fontSize), text, nameOf(element)];
      });
    return sizes.sort((a, b) => a[0] - b[0])[0];
  }

  const CONTROLS = "button, summary, select, input, textarea, a[href], [role=button], [role=combobox]";

  // Controls of the page, or of a part of it, that cannot be pressed wherever it is scrolled.
  function unreachable(within = "body") {
    const found = [];
    for (const each of document.querySelectorAll(`${within} :is(${CONTROLS})`)) {
      if (!each.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const style = getComputedStyle(each);
      const { width, height } = each.getBoundingClientRect();
      // What the keyboard alone leads to, and what has its label pressed.
      if (style.pointerEvents === "none" || style.clipPath === "inset(50%)" || width < 4 || height < 4 || each.closest(".bnviz-skip")) continue;
      const label = each.closest("label");
      const reached = ["center", "start", "end"].some((block) => {
        each.scrollIntoView({ block, inline: "center", behavior: "instant" });
        const box = each.getBoundingClientRect();
        if (box.left < -1 || box.right > innerWidth + 1) return false;
        const hit = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
        return Boolean(hit) && (each.contains(hit) || hit.contains(each) || Boolean(label?.contains(hit)));
      });
      if (!reached) found.push(`${nameOf(each)} | ${each.textContent.trim() || each.ariaLabel || each.title}`);
    }
    return found;
  }

  function faults() {
    const found = [];
    const canvases = drawnCanvases();
    const words = allWords();
    for (const each of words) {
      const where = nameOf(each.element);
      if (each.cut) found.push(["cut off", each.text, `${where} by ${nameOf(each.cut)}`]);
      if (each.box.left < -1 || each.box.right > document.documentElement.clientWidth + 1) found.push(["beyond the screen", each.text, where]);
      const weak = pale(each);
      if (weak) found.push(["too pale", each.text, `${where} ${weak}`]);
    }
    for (const [i, one] of words.entries()) {
      for (const other of words.slice(i + 1)) {
        if ((one.node && one.node === other.node) || one.floats !== other.floats) continue;
        const overlap = shares(one.box, other.box);
        if (overlap > TOUCH) found.push(["words on words", one.text, `${other.text} (${nameOf(one.element)}, ${nameOf(other.element)}, ${overlap.toFixed(1)} px)`]);
      }
    }
    for (const canvas of canvases) found.push(...strayed(canvas));
    const unique = new Map(found.map((each) => [each.join(" | ").slice(0, 240), each]));
    return [...unique.keys()];
  }

  // Resolves once nothing on the page has moved for some frames.
  async function settled() {
    let before = "";
    let still = 0;
    const end = performance.now() + 20_000;
    while (still < 6 && performance.now() < end) {
      await new Promise((next) => requestAnimationFrame(next));
      const now = signature();
      still = now === before ? still + 1 : 0;
      before = now;
    }
  }
  function signature() {
    const root = document.querySelector("#bnviz-stage, #bnviz-map");
    const parts = [innerWidth, innerHeight, document.querySelectorAll("[data-stale=true]").length];
    if (root) {
      parts.push(getComputedStyle(root).getPropertyValue("--bnviz-ink"), JSON.stringify(root.dataset));
      for (const each of root.querySelectorAll("[data-part]")) {
        const { left, top, width, height } = each.getBoundingClientRect();
        parts.push(left, top, width, height);
      }
      parts.push(root.querySelector(".main-svg")?.getAttribute("width"), root.querySelector(".main-svg .xtick text")?.style.fill);
    }
    return parts.join();
  }

  // Whether the picture has the colours of the page.
  function dressed(scheme) {
    const root = document.querySelector("#bnviz-stage, #bnviz-map");
    const text = root?.querySelector(".main-svg :is(.xtick, .ytick) text");
    if (!text) return false;
    const back = ground(root);
    const isDark = luminance(back) < 0.2;
    const ink = channels(getComputedStyle(text).fill);
    return isDark === (scheme === "dark") && contrast(over(ink, back), back) > LARGE;
  }

  // Moves the cursor of the player to a share of the slider, and waits until it is drawn there.
  async function seek(share) {
    const root = document.querySelector("#bnviz-stage");
    const scrub = root.querySelector("[data-part=scrub]");
    // The later part of the run is measured in the last part of a picture that is swiped.
    const swiped = root.hasAttribute("data-strip") && share > 0.2;
    root.querySelector(".bnviz-figure").scrollLeft = swiped ? 10_000 : 0;
    scrub.value = String(share);
    scrub.dispatchEvent(new Event("input"));
    for (let i = 0; i < 4; i++) await new Promise((next) => requestAnimationFrame(next));
  }

  return { dressed, faults, settled, seek, smallest, unreachable, words: allWords };
})();
