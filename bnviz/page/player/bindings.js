// Bindings: how a trace's points follow from the frames and the cursor.
// The same rules as bnviz/figures/live.py; a browser test holds them equal.

const SYMLOG_LINEAR = 0.1;

const symlog = (v) => Math.sign(v) * Math.log10(1 + Math.abs(v) / SYMLOG_LINEAR);

const transformed = (values, transform) => (transform === "symlog" ? values.map(symlog) : values);

function span(part, at, frames) {
  if (part === "past") return [0, at];
  return [part === "future" ? at : 0, frames.length - 1];
}

// Each pass mixes a bin with its neighbours, 1 : 2 : 1.
function smoothed(density, passes) {
  let values = density;
  const last = values.length - 1;
  for (let pass = 0; pass < passes; pass++) {
    const next = new Float64Array(values.length);
    for (let i = 0; i <= last; i++) {
      next[i] = (values[Math.max(0, i - 1)] + 2 * values[i] + values[Math.min(last, i + 1)]) / 4;
    }
    values = next;
  }
  return values;
}

function ridges(b, frames, at) {
  const x = [];
  const y = [];
  const bins = b.positions.length - 1;
  b.lags.forEach((lag, number) => {
    if (at < lag) return;
    b.rows.forEach((row, place) => {
      const counts = frames.row(`${b.counts}/${row}`, at - lag);
      const base = b.baselines[place] + number * b.lift;
      let total = 0;
      for (const count of counts) total += count;
      const drawn = new Float64Array(bins);
      for (let i = 0; i < bins; i++) {
        const width = b.positions[i + 1] - b.positions[i];
        drawn[i] = counts[b.first + i] / Math.max(total, 1) / width;
      }
      const density = smoothed(drawn, b.smoothing);
      x.push(b.positions[0]);
      y.push(base);
      for (let i = 0; i < bins; i++) {
        x.push((b.positions[i] + b.positions[i + 1]) / 2);
        y.push(base + Math.min(b.cap, b.scale * Math.sqrt(density[i])));
      }
      x.push(b.positions[bins], null);
      y.push(base, null);
    });
  });
  return { x, y };
}

function outside(b, frames, at) {
  const text = b.rows.map((row) => {
    const counts = frames.row(`${b.counts}/${row}`, at);
    const nan = b.nan ? frames.value(`${b.nan}/${row}`, at) : 0;
    let total = nan;
    let beyond = 0;
    counts.forEach((count, i) => {
      total += count;
      if (i >= b.start && i < b.stop) beyond += count;
    });
    total = Math.max(total, 1);
    const share = (100 * beyond) / total;
    const parts = nan ? [`NaN ${((100 * nan) / total).toFixed(0)} %`] : [];
    if (share >= 0.5) parts.push(b.text.replace("{}", share.toFixed(0)));
    return parts.join("<br>");
  });
  return { x: text.map(() => b.x), y: b.baselines.map((base) => base + 0.08), text };
}

function series(b, frames, at) {
  const [first, last] = span(b.part, at, frames);
  return {
    x: frames.column(b.x, first, last, b.x_scale),
    y: transformed(frames.column(b.y, first, last), b.transform),
  };
}

function band(b, frames, at) {
  const [first, last] = span(b.part, at, frames);
  const x = frames.column(b.x, first, last, b.x_scale);
  const lower = transformed(frames.column(b.lower, first, last), b.transform);
  const upper = transformed(frames.column(b.upper, first, last), b.transform);
  const known = x.map((_, i) => i).filter((i) => isFinite(lower[i]) && isFinite(upper[i]));
  const back = known.slice().reverse();
  return {
    x: [...known.map((i) => x[i]), ...back.map((i) => x[i])],
    y: [...known.map((i) => lower[i]), ...back.map((i) => upper[i])],
  };
}

export function written(value, unit = "") {
  if (Number.isNaN(value)) return "not a number";
  if (unit === "%") return `${(100 * value).toFixed(0)} %`;
  const size = Math.abs(value);
  if (value === 0 || (size >= 0.01 && size < 1000)) return value.toFixed(2);
  return value.toExponential(0).replace("e+", "e");
}

function marker(b, frames, at) {
  const x = frames.value(b.x, at) * b.x_scale;
  const value = frames.value(b.y, at);
  const [y] = transformed([value], b.transform);
  const others = b.rivals.map((path) => frames.value(path, at));
  const highest = !others.some((other) => other > value || (b.yields && other === value));
  const height = Number.isNaN(y) ? b.high : Math.min(Math.max(y, b.low), b.high);
  return {
    x: [x],
    y: [height],
    text: [b.text.replace("{}", written(value, b.unit))],
    textposition: `${(highest || height <= b.low) && height < b.high ? "top" : "bottom"} ${x > b.middle ? "left" : "right"}`,
  };
}

function cursor(b, frames, at) {
  const x = frames.value(b.x, at) * b.x_scale;
  return { x: [x, x], y: [b.low, b.high] };
}

const KINDS = { ridges, outside, series, band, marker, cursor };

// The changing attributes of the trace that `binding` belongs to.
export function points(binding, frames, at) {
  return KINDS[binding.kind](binding, frames, at);
}
