// Plane: a classifier of points in the plane.
// The same rules as bnviz/figures/plane.py; a browser test holds them equal.

const BYTE = 255;
const SHORT = 32767;

export function grid(b, frames, at) {
  const values = frames.row(b.values, at);
  const step = (2 * b.reach) / (b.size - 1);
  const places = Array.from({ length: b.size }, (_, i) => i * step - b.reach);
  const z = places.map((_, i) =>
    Array.from(values.subarray(i * b.size, (i + 1) * b.size), (value) => value / BYTE),
  );
  return { x: places, y: places, z };
}

export function boundary(b, frames, at) {
  const values = frames.row(b.values, at);
  const step = (2 * b.reach) / (b.size - 1);
  const x = [];
  const y = [];
  for (let row = 0; row + 1 < b.size; row++) {
    for (let place = 0; place + 1 < b.size; place++) {
      const first = row * b.size + place;
      const cell = [first, first + 1, first + b.size, first + b.size + 1];
      crossings(...cell.map((i) => values[i] - BYTE / 2)).forEach(([right, up], number) => {
        x.push(step * (place + right) - b.reach);
        y.push(step * (row + up) - b.reach);
        if (number % 2) {
          x.push(null);
          y.push(null);
        }
      });
    }
  }
  return { x, y };
}

// Where 0 crosses the lower, right, upper and left side of a cell; 0, 2 or 4 of them.
function crossings(a, b, c, d) {
  const places = [];
  if (a * b < 0) places.push([a / (a - b), 0]);
  if (b * d < 0) places.push([1, b / (b - d)]);
  if (c * d < 0) places.push([c / (c - d), 1]);
  if (a * c < 0) places.push([0, a / (a - c)]);
  return places;
}

export function places(b, frames, at) {
  const values = frames.row(b.places, at);
  const x = [];
  const y = [];
  frames.row(b.classes, at).forEach((label, i) => {
    if (label !== b.label) return;
    x.push((values[2 * i] * b.reach) / SHORT);
    y.push((values[2 * i + 1] * b.reach) / SHORT);
  });
  return { x, y };
}
