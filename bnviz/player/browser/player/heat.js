// Heat: a grid of numbers as colours.

const COLOURS = 256;
const COLUMNS = 640;
const ROWS = 320;

// A picture takes long to make and is drawn many times: kept as long as its numbers and colours.
const pictures = new WeakMap();

// The scale's colours, as bytes.
function palette(scale) {
  const context = sheet(COLOURS, 1).getContext("2d");
  const gradient = context.createLinearGradient(0, 0, COLOURS, 0);
  for (const [place, colour] of scale) gradient.addColorStop(place, colour);
  context.fillStyle = gradient;
  context.fillRect(0, 0, COLOURS, 1);
  return new Uint32Array(context.getImageData(0, 0, COLOURS, 1).data.buffer);
}

function sheet(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

// Which of the cells between increasing edges each of `count` equal parts of the whole lies in.
function cells(edges, count) {
  const low = edges[0];
  const step = (edges[edges.length - 1] - low) / count;
  let cell = 0;
  return Array.from({ length: count }, (_, i) => {
    while (cell < edges.length - 2 && edges[cell + 1] <= low + (i + 0.5) * step) cell += 1;
    return cell;
  });
}

function picture(trace, { z }, columns, rows) {
  const canvas = sheet(columns.length, rows.length);
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns.length, rows.length);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = palette(trace.colorscale);
  const scale = (COLOURS - 1) / (trace.zmax - trace.zmin);
  const painted = z.map((cells) =>
    Uint32Array.from(cells, (value) => {
      const place = Math.round((value - trace.zmin) * scale);
      return colours[Math.min(Math.max(place, 0), COLOURS - 1)];
    }),
  );
  for (let upwards = 0; upwards < rows.length; upwards++) {
    const start = (rows.length - 1 - upwards) * columns.length;
    if (upwards > 0 && rows[upwards] === rows[upwards - 1]) {
      pixels.copyWithin(start, start + columns.length, start + 2 * columns.length);
      continue;
    }
    const cells = painted[rows[upwards]];
    for (let i = 0; i < columns.length; i++) pixels[start + i] = cells[columns[i]];
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

// x and y are the edges of the cells, or the middles of cells of one size, which then run into
// each other.
export function paintHeat(context, trace, points, xAxis, yAxis) {
  const { x, y, z } = points;
  const edged = y.length > z.length;
  const made = pictures.get(points);
  let image = made?.colours === trace.colorscale && made.image;
  if (!image) {
    const whole = (list) => list.map((_, i) => i);
    image = edged
      ? picture(trace, points, cells(x, COLUMNS), cells(y, ROWS))
      : picture(trace, points, whole(x), whole(y));
    pictures.set(points, { colours: trace.colorscale, image });
  }
  const room = (list) => (edged ? 0 : (list[1] - list[0]) / 2);
  const left = xAxis.d2p(x[0] - room(x));
  const right = xAxis.d2p(x[x.length - 1] + room(x));
  const top = yAxis.d2p(y[y.length - 1] + room(y));
  const bottom = yAxis.d2p(y[0] - room(y));
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  context.drawImage(image, left, top, right - left, bottom - top);
}
