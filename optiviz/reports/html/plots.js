// Draws a figure on a canvas: the same items as reports draw, in the colours of the page.

const TYPE = 12; // pixels, of usual text
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
const WIDTH = 1.6; // pixels, of a usual line
const DASHES = {solid: [], dash: [8, 4], dot: [1.6, 3], dashdot: [8, 3, 1.6, 3]};
const SHADES = 255, CLASSES = 10;

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
const mixed = (a, b, share) => a.map((v, i) => v + (b[i] - v) * share);
const css = (colour) => `rgb(${colour.map(Math.round).join(' ')})`;

function paletteOf(element) {
  const style = getComputedStyle(element);
  const read = (name) => style.getPropertyValue(`--p-${name}`).trim();
  const found = {};
  for (const name of ['ground', 'card', 'line', 'text', 'muted', 'accent', 'positive', 'negative', 'danger'])
    found[name] = read(name);
  for (const name of ['runs', 'classes', 'ramp']) found[name] = read(name).split(/\s*,\s*/);
  found.key = JSON.stringify(found);
  return found;
}

function onRamp(palette, share) {
  const stops = palette.ramp, at = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const i = Math.min(Math.floor(at), stops.length - 2);
  return mixed(rgb(stops[i]), rgb(stops[i + 1]), at - i);
}

function onSigns(palette, value) {
  if (value < -1) return rgb(palette.danger); // what was no number
  return mixed(rgb(palette.card), rgb(value < 0 ? palette.negative : palette.positive), Math.abs(value));
}

function colourOf(palette, role) {
  const [name, number] = role.split(':');
  if (name === 'run') return palette.runs[number % palette.runs.length];
  if (name === 'class') return palette.classes[number % palette.classes.length];
  if (name === 'value') return css(onRamp(palette, number === undefined ? 0.5 : +number));
  return name === 'outline' ? palette.text : palette[name] || palette.text;
}

// Numbers and axes

function written(value) {
  const minus = (text) => text.replace('-', '−');
  value = +value.toPrecision(12);  // -0.0001 may come as -0.00010000000000000002
  const size = Math.abs(value);
  if (value && !(size > 1e-4 && size < 1e7)) {
    const exponent = Math.floor(Math.log10(size) + 1e-9);
    const factor = value / 10 ** exponent;
    const front = Math.abs(Math.abs(factor) - 1) > 1e-9 ? `${+factor.toPrecision(4)}·`
      : value < 0 ? '-' : '';
    const raised = [...String(exponent)].map((c) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['-0123456789'.indexOf(c)]).join('');
    return minus(`${front}10${raised}`);
  }
  return minus((+value.toPrecision(10)).toLocaleString('en-US', {maximumFractionDigits: 9}));
}

function linearTicks(low, high, most) {
  const rough = (high - low) / most, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((f) => f * power).find((s) => s >= rough * 0.999);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9 && ticks.length < 40; i++)
    ticks.push(i * step);
  return ticks;
}

function decades(low, high, most) {
  const first = Math.floor(Math.log10(low)), last = Math.ceil(Math.log10(high)), ticks = [];
  const short = Math.log10(high) - Math.log10(low) < 1.5;
  const stride = Math.max(1, Math.ceil((last - first) / most));
  for (let e = first; e <= last; e++)
    if (short) for (const f of [1, 2, 5]) ticks.push(f * 10 ** e);
    else if (e % stride === 0) ticks.push(10 ** e);
  const inside = ticks.filter((t) => t >= low && t <= high);
  return inside.length > 1 ? inside : linearTicks(low, high, 4);
}

function reachOf(axis, items, upright, arrays) {
  let low = Infinity, high = -Infinity;
  const log = Boolean(axis.log);
  const see = (v) => {
    if (Number.isFinite(v) && Math.abs(v) < 1e300 && (!log || v > 0)) {
      if (v < low) low = v;
      if (v > high) high = v;
    }
  };
  const all = (of) => arrays(of).forEach(see);
  for (const item of items) {
    const [a, b] = upright ? ['y', 'height'] : ['x', 'width'];
    switch (item.is) {
      case 'Line': case 'Points': case 'Disks': all(item[a]); break;
      case 'Band': if (upright) { all(item.low); all(item.high); } else all(item.x); break;
      case 'ClassImage': case 'ValueImage':
        see(upright ? item.bottom : item.left); see(upright ? item.top : item.right); break;
      case 'Text': see(item[a]); break;
      case 'Strokes': all(item[`${a}0`]); all(item[`${a}1`]); break;
      case 'Tiles': arrays(item[a]).forEach((v) => { see(v - item[b] / 2); see(v + item[b] / 2); }); break;
      case 'Arrows': { const way = arrays(item[`d${a}`]); arrays(item[a]).forEach((v, i) => { see(v); see(v + way[i]); }); break; }
      case 'Rule': if (item.upright !== upright) see(item.at); break;
    }
  }
  const given = [axis.low, axis.high].map((v) => (v !== undefined && (v > 0 || !log) ? v : null));
  if (!(low <= high)) [low, high] = log ? [1, 10] : [0, 1];
  low = given[0] ?? low; high = given[1] ?? high;
  if (log) { low = Math.log10(low); high = Math.log10(high); }
  if (high - low <= 1e-9 * Math.max(Math.abs(low), Math.abs(high), 1e-290)) {
    const reach = log ? 0.3 : 0.05 * Math.max(Math.abs(low), Math.abs(high)) || 0.5;
    low -= reach; high += reach;
  }
  const margin = (log ? 0.04 : 0.05) * (high - low);
  if (given[0] === null) low -= margin;
  if (given[1] === null) high += margin;
  return {low, high, log, ticks: axis.ticks || null, label: axis.label || ''};
}

const shareOf = (reach, value) => ((reach.log ? Math.log10(value) : value) - reach.low) / (reach.high - reach.low);

// A plot

function drawFigure(ctx, figure, box, palette, pack, playhead) {
  ctx.font = `${TYPE}px ${FONT}`;
  if (figure.empty) {
    ctx.fillStyle = palette.muted; ctx.textAlign = 'center'; ctx.textBaseline = 'middle';
    wrapped(ctx, figure.empty, box.width * 0.9).forEach((line, i) =>
      ctx.fillText(line, box.left + box.width / 2, box.top + box.height / 2 + i * TYPE * 1.4));
    return null;
  }
  const used = drawLegend(ctx, figure.legend || [], box, palette);
  box = {...box, top: box.top + used, height: box.height - used};
  if (figure.panels) {
    const columns = Math.ceil(Math.sqrt(figure.panels.length * box.width / box.height / 1.25)) || 1;
    const rows = Math.ceil(figure.panels.length / columns);
    figure.panels.forEach((number, i) => {
      const width = box.width / columns, height = box.height / rows;
      const cell = {left: box.left + (i % columns) * width, top: box.top + Math.floor(i / columns) * height, width, height};
      drawPlot(ctx, pack.parts[number], cell, palette, pack, playhead);
    });
    return null;
  }
  if (figure.below) {
    const lower = box.height * 0.34;
    const upper = {...box, height: box.height - lower};
    const made = drawPlot(ctx, figure, upper, palette, pack, playhead);
    drawPlot(ctx, pack.parts[figure.below[0]], {...box, top: box.top + box.height - lower, height: lower}, palette, pack, playhead);
    return made;
  }
  return drawPlot(ctx, figure, box, palette, pack, playhead);
}

function drawPlot(ctx, figure, box, palette, pack, playhead) {
  const items = (figure.items || []).map((i) => pack.parts[i]);
  const x = reachOf(figure.x || {}, items, false, pack.arrays);
  const y = reachOf(figure.y || {}, items, true, pack.arrays);
  const ramp = items.find((item) => item.is === 'ValueImage');
  const labels = items.filter((item) => item.is === 'Line' && item.label);
  const right = ramp ? 62 : Math.max(8, ...labels.map((l) => ctx.measureText(l.label).width + 14));
  let area = {left: box.left + 2, top: box.top + 2, width: box.width - 4, height: box.height - 4};
  let xTicks = [], yTicks = [];
  if (!figure.bare) {
    const below = x.label || (x.ticks && x.ticks.length) ? (x.label ? 38 : 22) : 22;
    const height = Math.max(20, box.height - below - 10);
    yTicks = ticksOf(y, Math.max(2, Math.min(6, Math.floor(height / 34))));
    const wide = Math.max(14, ...yTicks.map(([, text]) => ctx.measureText(text).width));
    const left = wide + 8 + (y.label ? 18 : 0);
    area = {left: box.left + left, top: box.top + 8, width: Math.max(20, box.width - left - right), height};
    xTicks = ticksOf(x, Math.max(2, Math.min(8, Math.floor(area.width / 52))));
  }
  if (figure.equal) {
    const scale = Math.min(area.width / (x.high - x.low), area.height / (y.high - y.low));
    const width = scale * (x.high - x.low), height = scale * (y.high - y.low);
    area = {left: area.left + (area.width - width) / 2, top: area.top + (area.height - height) / 2, width, height};
  }
  if (figure.bare) area = withWords(ctx, items, area, x);
  const px = (v) => area.left + shareOf(x, v) * area.width;
  const py = (v) => area.top + (1 - shareOf(y, v)) * area.height;
  const bottom = area.top + area.height;
  if (!figure.bare) {
    const images = items.some((item) => item.is.endsWith('Image'));
    ctx.lineWidth = 0.8; ctx.strokeStyle = palette.line; ctx.fillStyle = palette.muted;
    const stroke = (x0, y0, x1, y1) => { ctx.beginPath(); ctx.moveTo(x0, y0); ctx.lineTo(x1, y1); ctx.stroke(); };
    ctx.textAlign = 'center'; ctx.textBaseline = 'top';
    let free = -Infinity;
    for (const [at, text] of xTicks) {
      if (!images) stroke(px(at), area.top, px(at), bottom);
      const half = ctx.measureText(text).width / 2;
      const middle = Math.min(Math.max(px(at), box.left + half), box.left + box.width - half);
      if (middle - half < free) continue;
      ctx.fillText(text, middle, bottom + 6);
      free = middle + half + 8;
    }
    ctx.textAlign = 'right'; ctx.textBaseline = 'middle';
    for (const [at, text] of yTicks) {
      if (!images) stroke(area.left, py(at), area.left + area.width, py(at));
      ctx.fillText(text, area.left - 6, py(at));
    }
    stroke(area.left, bottom, area.left + area.width, bottom);
    ctx.textAlign = 'center'; ctx.textBaseline = 'bottom';
    if (x.label) ctx.fillText(cut(ctx, x.label, area.width + 40), area.left + area.width / 2, box.top + box.height);
    if (y.label) {
      ctx.save();
      ctx.translate(box.left + TYPE, area.top + area.height / 2); ctx.rotate(-Math.PI / 2);
      ctx.fillText(cut(ctx, y.label, area.height + 30), 0, 0);
      ctx.restore();
    }
  }
  const plot = {ctx, area, box, px, py, palette, pack, x, y, items};
  ctx.save();
  ctx.beginPath();
  if (figure.bare) ctx.rect(box.left, box.top, box.width, box.height);
  else ctx.rect(area.left - 3, area.top - 3, area.width + 6, area.height + 6);
  ctx.clip();
  if (figure.time && playhead !== null) {
    ctx.strokeStyle = palette.accent; ctx.lineWidth = 1.2;
    ctx.beginPath(); ctx.moveTo(px(playhead), area.top); ctx.lineTo(px(playhead), bottom); ctx.stroke();
  }
  for (const item of items) { ctx.save(); DRAW[item.is](plot, item); ctx.restore(); }
  ctx.restore();
  drawLabels(plot, labels);
  if (ramp) drawRamp(plot, ramp);
  return {left: area.left, width: area.width, low: x.low, high: x.high, log: x.log};
}

// Words beside a diagram need room within the canvas, and those above it are beside each other.
function withWords(ctx, items, area, x) {
  const words = items.filter((item) => item.is === 'Text' && item.x !== null);
  let left = 0, right = 0;
  for (const item of words) {
    const at = shareOf(x, item.x), width = Math.min(ctx.measureText(item.text).width * item.size, area.width * 0.3);
    if (item.anchor === 'left') right = Math.max(right, at * area.width + width + 2 - area.width);
    if (item.anchor === 'right') left = Math.max(left, width + 2 - at * area.width);
  }
  return {...area, left: area.left + left, width: area.width - left - right};
}

// What a centred text may take: others stand in its row, and the canvas ends.
function roomOf(plot, item) {
  if (['left', 'right'].includes(item.anchor)) return Infinity;
  const {box} = plot, middle = plot.px(item.x);
  const row = plot.items.filter((one) => one.is === 'Text' && one !== item && one.y === item.y && one.anchor === item.anchor);
  const beside = row.map((one) => Math.abs(plot.px(one.x) - middle) - 6);
  return Math.min(...beside, 2 * (middle - box.left), 2 * (box.left + box.width - middle));
}

function ticksOf(reach, most) {
  if (reach.ticks) {
    const stride = Math.max(1, Math.ceil(reach.ticks.length / most / 2));
    return reach.ticks.filter((_, i) => i % stride === 0);
  }
  const values = reach.log ? decades(10 ** reach.low, 10 ** reach.high, most) : linearTicks(reach.low, reach.high, most);
  return values.map((v) => [v, written(v)]);
}

function cut(ctx, text, room) {
  if (ctx.measureText(text).width <= room) return text;
  let letters = [...text];
  while (letters.length > 2 && ctx.measureText(`${letters.join('')}…`).width > room) letters = letters.slice(0, -1);
  return `${letters.join('').trimEnd()}…`;
}

function wrapped(ctx, text, room) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines[lines.length - 1]} ${word}`.trim();
    if (ctx.measureText(longer).width > room && lines[lines.length - 1]) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

function drawLegend(ctx, entries, box, palette) {
  if (!entries.length) return 0;
  let x = box.left, y = box.top + 8;
  ctx.textAlign = 'left'; ctx.textBaseline = 'middle';
  for (const entry of entries) {
    const mark = entry.marker === 'line' ? 24 : 14;
    const label = cut(ctx, entry.label, box.width - mark);
    const width = mark + ctx.measureText(label).width;
    if (x > box.left && x + width > box.left + box.width) { x = box.left; y += 18; }
    const colour = colourOf(palette, entry.role);
    ctx.strokeStyle = ctx.fillStyle = colour;
    if (entry.marker === 'line') {
      ctx.lineWidth = WIDTH; ctx.setLineDash(DASHES[entry.dash] || []);
      ctx.beginPath(); ctx.moveTo(x, y); ctx.lineTo(x + 18, y); ctx.stroke(); ctx.setLineDash([]);
    } else {
      ctx.lineWidth = 1.3; ctx.beginPath(); MARK[entry.marker](ctx, x + 5, y, 4);
      if (entry.marker === 'ring') ctx.stroke(); else ctx.fill();
    }
    ctx.fillStyle = palette.muted; ctx.fillText(label, x + mark, y);
    x += width + 14;
  }
  return y - box.top + 14;
}

function drawLabels(plot, lines) {
  const {ctx, area, px, py, palette, pack} = plot;
  const found = [];
  for (const line of lines) {
    const xs = pack.arrays(line.x), ys = pack.arrays(line.y);
    for (let i = xs.length - 1; i >= 0; i--) {
      const at = [px(xs[i]), py(ys[i])];
      if (at.every(Number.isFinite)) { found.push({line, x: at[0], want: at[1], y: at[1]}); break; }
    }
  }
  const gap = TYPE * 1.3;
  found.sort((a, b) => a.want - b.want);
  let free = -Infinity;
  for (const one of found) { one.y = Math.max(one.want, free); free = one.y + gap; }
  free = area.top + area.height - TYPE / 2;
  for (const one of found.reverse()) { one.y = Math.min(one.y, free); free = one.y - gap; }
  ctx.textAlign = 'left'; ctx.textBaseline = 'middle';
  for (const one of found) {
    const x = Math.min(one.x, area.left + area.width) + 7;
    ctx.globalAlpha = 0.85; ctx.fillStyle = palette.card; // over what comes later, which is pale
    ctx.fillRect(x - 2, one.y - TYPE * 0.65, ctx.measureText(one.line.label).width + 4, TYPE * 1.3);
    ctx.globalAlpha = 1; ctx.fillStyle = colourOf(palette, one.line.role);
    ctx.fillText(one.line.label, x, one.y);
  }
}

function drawRamp(plot, item) {
  const {ctx, area, palette} = plot;
  const left = area.left + area.width + 10, n = 64;
  for (let i = 0; i < n; i++) {
    ctx.fillStyle = css(onRamp(palette, i / (n - 1)));
    ctx.fillRect(left, area.top + area.height * (1 - (i + 1) / n), 9, area.height / n + 0.6);
  }
  const levels = item.levels;
  if (levels.length < 2) return;
  ctx.fillStyle = palette.muted; ctx.textAlign = 'left'; ctx.textBaseline = 'middle';
  const few = levels.length <= 6 ? levels
    : [0, 1, 2, 3, 4, 5].map((i) => levels[Math.round(i * (levels.length - 1) / 5)]);
  const shown = levels.length === 2 ? linearTicks(levels[0], levels[1], 6) : few; // as in figures
  for (const level of shown) {
    let i = 0;
    while (i < levels.length - 2 && level > levels[i + 1]) i++;
    const share = (i + (level - levels[i]) / (levels[i + 1] - levels[i])) / (levels.length - 1);
    ctx.fillText(written(+level.toPrecision(3)), left + 13, area.top + area.height * (1 - share));
  }
}

// Items

const MARK = {
  circle: (c, x, y, r) => c.arc(x, y, r, 0, 7),
  ring: (c, x, y, r) => c.arc(x, y, r, 0, 7),
  square: (c, x, y, r) => c.rect(x - r, y - r, 2 * r, 2 * r),
  triangle: (c, x, y, r) => corners(c, x, y, r, [[-1, 1], [1, 1], [0, -1]]),
  down: (c, x, y, r) => corners(c, x, y, r, [[-1, -1], [1, -1], [0, 1]]),
  diamond: (c, x, y, r) => corners(c, x, y, r * 1.3, [[-1, 0], [0, -1], [1, 0], [0, 1]]),
  hourglass: (c, x, y, r) => corners(c, x, y, r, [[-1, -1], [1, -1], [-1, 1], [1, 1]]),
  plus: (c, x, y, r) => corners(c, x, y, r, PLUS),
  cross: (c, x, y, r) => corners(c, x, y, r * 0.9, PLUS.map(([a, b]) => [0.75 * (a - b), 0.75 * (a + b)])),
  star: (c, x, y, r) => corners(c, x, y, r * 1.2, round(10, (i) => (i % 2 ? 0.42 : 1))),
  hexagon: (c, x, y, r) => corners(c, x, y, r * 1.1, round(6, () => 1)),
};
const PLUS = [[-0.35, -1], [0.35, -1], [0.35, -0.35], [1, -0.35], [1, 0.35], [0.35, 0.35], [0.35, 1], [-0.35, 1], [-0.35, 0.35], [-1, 0.35], [-1, -0.35], [-0.35, -0.35]];

function round(n, radius) {
  return Array.from({length: n}, (_, i) => {
    const angle = 2 * Math.PI * i / n - Math.PI / 2;
    return [radius(i) * Math.cos(angle), radius(i) * Math.sin(angle)];
  });
}

function corners(ctx, x, y, r, points) {
  points.forEach(([a, b], i) => (i ? ctx.lineTo(x + a * r, y + b * r) : ctx.moveTo(x + a * r, y + b * r)));
  ctx.closePath();
}

function picture(plot, rows, columns, bytes, table, item, smooth) {
  const small = document.createElement('canvas');
  small.width = columns; small.height = rows;
  const inner = small.getContext('2d'), image = inner.createImageData(columns, rows);
  const data = new Uint32Array(image.data.buffer);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      data[(rows - 1 - row) * columns + column] = table[bytes[row * columns + column] & 255];
  inner.putImageData(image, 0, 0);
  const {ctx, px, py} = plot, left = px(item.left), top = py(item.top);
  ctx.imageSmoothingEnabled = smooth; ctx.imageSmoothingQuality = 'high';
  ctx.drawImage(small, left, top, px(item.right) - left, py(item.bottom) - top);
}

const tables = new Map();
function table(palette, name, colour) {
  const key = palette.key + name;
  if (!tables.has(key)) {
    const bytes = new Uint8ClampedArray(1024);
    for (let i = 0; i < 256; i++) bytes.set([...(colour(i) || [0, 0, 0]), colour(i) ? 255 : 0], 4 * i);
    tables.set(key, new Uint32Array(bytes.buffer));
  }
  return tables.get(key);
}

const DRAW = {
  Line(plot, item) {
    const {ctx, px, py, palette, pack} = plot, xs = pack.arrays(item.x), ys = pack.arrays(item.y);
    ctx.globalAlpha = item.opacity; ctx.strokeStyle = colourOf(palette, item.role);
    ctx.lineWidth = WIDTH * item.width; ctx.setLineDash(DASHES[item.dash]); ctx.lineJoin = 'round';
    ctx.lineCap = item.dash === 'dot' ? 'round' : 'butt';
    ctx.beginPath();
    let level = NaN;
    for (let i = 0; i < xs.length; i++) {
      const x = px(xs[i]), y = py(ys[i]);
      if (!Number.isFinite(x) || !Number.isFinite(y)) { level = NaN; continue; }
      if (Number.isNaN(level)) ctx.moveTo(x, y);
      else { if (item.steps) ctx.lineTo(x, level); ctx.lineTo(x, y); }
      level = y;
    }
    ctx.stroke();
  },
  Band(plot, item) {
    const {ctx, px, py, palette, pack} = plot;
    const xs = pack.arrays(item.x), low = pack.arrays(item.low), high = pack.arrays(item.high);
    ctx.globalAlpha = item.opacity; ctx.fillStyle = colourOf(palette, item.role);
    ctx.beginPath();
    xs.forEach((v, i) => ctx.lineTo(px(v), py(high[i])));
    for (let i = xs.length - 1; i >= 0; i--) ctx.lineTo(px(xs[i]), py(low[i]));
    ctx.fill();
  },
  Points(plot, item) {
    const {ctx, px, py, palette, pack} = plot, xs = pack.arrays(item.x), ys = pack.arrays(item.y);
    const colour = colourOf(palette, item.role), hollow = item.hollow || item.marker === 'ring';
    ctx.globalAlpha = item.opacity; ctx.fillStyle = colour;
    ctx.strokeStyle = item.outlined ? palette.text : hollow ? colour : palette.card;
    ctx.lineWidth = item.outlined || hollow ? 1.3 : 0.6;
    const mark = MARK[item.marker], radius = item.size * TYPE / 2;
    for (let i = 0; i < xs.length; i++) {
      const x = px(xs[i]), y = py(ys[i]);
      if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
      ctx.beginPath(); mark(ctx, x, y, radius);
      if (!hollow) ctx.fill();
      ctx.stroke();
    }
  },
  ClassImage(plot, item) {
    const bytes = plot.pack.arrays(item.of), p = plot.palette, last = item.steps - 1;
    const colours = table(p, `class${item.steps}`, (i) => {
      const winner = Math.floor(i / item.steps), sure = i % item.steps / last;
      return winner < CLASSES ? mixed(rgb(p.card), rgb(p.classes[winner % p.classes.length]), 0.5 * sure) : null;
    });
    picture(plot, item.rows, bytes.length / item.rows, bytes, colours, item, true);
  },
  ValueImage(plot, item) {
    const bytes = plot.pack.arrays(item.of);
    const colours = table(plot.palette, 'ramp', (i) => (i < SHADES ? onRamp(plot.palette, i / (SHADES - 1)) : null));
    picture(plot, item.rows, bytes.length / item.rows, bytes, colours, item, !item.flat);
  },
  Tiles(plot, item) {
    const {ctx, px, py, palette, pack} = plot;
    const xs = pack.arrays(item.x), ys = pack.arrays(item.y), bytes = pack.arrays(item.of);
    const each = bytes.length / Math.max(1, xs.length), colours = signs(palette);
    ctx.strokeStyle = palette.muted; ctx.lineWidth = 0.7;
    xs.forEach((x, i) => {
      const edges = {left: x - item.width / 2, right: x + item.width / 2, bottom: ys[i] - item.height / 2, top: ys[i] + item.height / 2};
      picture(plot, item.rows, each / item.rows, bytes.subarray(i * each, (i + 1) * each), colours, edges, true);
      const left = px(edges.left), top = py(edges.top);
      ctx.strokeRect(left, top, px(edges.right) - left, py(edges.bottom) - top);
    });
  },
  Disks(plot, item) {
    const {ctx, px, py, palette, pack} = plot, colours = signs(palette);
    const xs = pack.arrays(item.x), ys = pack.arrays(item.y), values = pack.arrays(item.values);
    ctx.strokeStyle = palette.text; ctx.lineWidth = 0.9;
    const bytes = new Uint8Array(colours.buffer);
    xs.forEach((x, i) => {
      const at = 4 * (values[i] & 255);
      ctx.fillStyle = css([...bytes.subarray(at, at + 3)]);
      ctx.beginPath(); ctx.arc(px(x), py(ys[i]), item.size * TYPE / 2, 0, 7); ctx.fill(); ctx.stroke();
    });
  },
  Strokes(plot, item) {
    const {ctx, px, py, palette, pack} = plot;
    const [x0, y0, x1, y1, values] = ['x0', 'y0', 'x1', 'y1', 'values'].map((name) => pack.arrays(item[name]));
    const order = [...values.keys()].sort((a, b) => Math.abs(values[a]) - Math.abs(values[b]) || a - b);
    for (const i of order) {
      const lost = values[i] < -127, size = lost ? 1 : Math.abs(values[i]) / 127;
      ctx.strokeStyle = lost ? palette.danger : values[i] < 0 ? palette.negative : palette.positive;
      ctx.globalAlpha = lost ? 1 : 0.12 + 0.88 * size;
      ctx.lineWidth = lost ? WIDTH : Math.max(0.4, WIDTH * item.width * size);
      ctx.beginPath(); ctx.moveTo(px(x0[i]), py(y0[i])); ctx.lineTo(px(x1[i]), py(y1[i])); ctx.stroke();
    }
  },
  Arrows(plot, item) {
    const {ctx, px, py, palette, pack} = plot;
    const [xs, ys, dx, dy] = ['x', 'y', 'dx', 'dy'].map((name) => pack.arrays(item[name]));
    ctx.globalAlpha = item.opacity;
    ctx.strokeStyle = ctx.fillStyle = colourOf(palette, item.role);
    ctx.lineWidth = item.width; ctx.textBaseline = 'bottom';
    for (let i = 0; i < xs.length; i++) {
      const [a, b, c, d] = [px(xs[i]), py(ys[i]), px(xs[i] + dx[i]), py(ys[i] + dy[i])];
      if (![a, b, c, d].every(Number.isFinite)) continue;
      const angle = Math.atan2(d - b, c - a), size = 5 + 2 * item.width;
      ctx.setLineDash(DASHES[item.dash]);
      ctx.beginPath(); ctx.moveTo(a, b); ctx.lineTo(c, d); ctx.stroke();
      ctx.setLineDash([]); ctx.beginPath(); ctx.moveTo(c, d);
      for (const turn of [2.7, -2.7]) ctx.lineTo(c + size * Math.cos(angle + turn), d + size * Math.sin(angle + turn));
      ctx.fill();
      if (item.label) { ctx.textAlign = c < a ? 'right' : 'left'; ctx.fillText(item.label, c + (c < a ? -5 : 5), d - 2); }
    }
  },
  Rule(plot, item) {
    const {ctx, px, py, palette, area} = plot;
    ctx.strokeStyle = colourOf(palette, item.role); ctx.setLineDash(DASHES[item.dash]); ctx.lineWidth = 1.2;
    ctx.beginPath();
    if (item.upright) { ctx.moveTo(px(item.at), area.top); ctx.lineTo(px(item.at), area.top + area.height); }
    else { ctx.moveTo(area.left, py(item.at)); ctx.lineTo(area.left + area.width, py(item.at)); }
    ctx.stroke();
  },
  Text(plot, item) {
    const {ctx, px, py, palette} = plot;
    if (item.x === null || item.y === null) return;
    ctx.font = `${item.bold ? 600 : 400} ${TYPE * item.size}px ${FONT}`;
    const width = ctx.measureText(item.text).width, x = px(item.x), y = py(item.y);
    if (item.room !== undefined && width > Math.abs(px(item.x + item.room) - x)) return;
    const across = ['left', 'right'].includes(item.anchor) ? item.anchor : 'center';
    const up = ['top', 'bottom'].includes(item.anchor) ? item.anchor : 'middle';
    ctx.textAlign = across; ctx.textBaseline = up;
    if (item.boxed) {
      const shift = {left: 0, right: width, center: width / 2}[across], height = TYPE * item.size * 1.3;
      ctx.globalAlpha = 0.9; ctx.fillStyle = palette.card;
      ctx.fillRect(x - shift - 3, y - {top: 0, bottom: height, middle: height / 2}[up], width + 6, height);
      ctx.globalAlpha = 1;
    }
    ctx.fillStyle = colourOf(palette, item.role);
    ctx.fillText(cut(ctx, item.text, roomOf(plot, item)), x, y);
  },
};

function signs(palette) {
  return table(palette, 'signs', (i) => onSigns(palette, (i > 127 ? i - 256 : i) / 127));
}
