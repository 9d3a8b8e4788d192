// Shapes: distributions at the cursor and over the run.
// The same rules as bnviz/figures/shapes.py; a browser test holds them equal.

const HEAT_SHARES = 1000;

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

export function ridges(b, frames, at) {
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
  return b.upright ? { x: y, y: x } : { x, y };
}

export function outside(b, frames, at) {
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

// The same object until there are further frames: the painter keeps the picture made of it.
const kept = new WeakMap();

export function heat(b, frames) {
  const old = kept.get(b);
  if (old && old.frames === frames && old.length === frames.length) return old.points;
  const points = heatOf(b, frames);
  kept.set(b, { frames, length: frames.length, points });
  return points;
}

function heatOf(b, frames) {
  const count = frames.length;
  const x = frames.column(b.x, 0, count - 1, b.x_scale);
  x.push(x[count - 1] + (count > 1 ? x[count - 1] - x[count - 2] : b.width));
  const widths = b.positions.slice(1).map((edge, i) => edge - b.positions[i]);
  const narrowest = Math.min(...widths);
  const z = widths.map(() => new Float64Array(count));
  for (let at = 0; at < count; at++) {
    const counts = frames.row(`${b.counts}/${b.row}`, at);
    let total = 0;
    for (const bin of counts) total += bin;
    const whole = HEAT_SHARES / Math.max(total, 1);
    widths.forEach((width, i) => {
      z[i][at] = Math.log1p((whole * counts[b.first + i] * narrowest) / width);
    });
  }
  return { x, y: b.positions, z };
}
