// Players: a slider over the moments of a run, with buttons, keys and pointer.

const LONG = 10000; // milliseconds that a whole run takes to play
const BRISK = 40, CALM = 500; // milliseconds between two moments, at least
const PAGE = 10; // moments that Page Up and Page Down go
const still = matchMedia('(prefers-reduced-motion: reduce)');

async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  const buffer = await new Response(stream).arrayBuffer();
  const length = new DataView(buffer).getUint32(0, true), begin = 4 + length;
  const pack = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const kinds = {d: Float64Array, f: Float32Array, B: Uint8Array, b: Int8Array};
  pack.arrays = ([kind, at, n]) => new kinds[kind](buffer, begin + at, n);
  return pack;
}

class Player {
  constructor(root, pack) {
    this.root = root; this.pack = pack; this.last = pack.k.length - 1; this.at = this.last;
    this.slider = root.querySelector('input'); this.bar = root.querySelector('.player-bar');
    this.button = root.querySelector('.player-play');
    [this.when, this.value] = root.querySelector('.player-now').children;
    this.timer = 0; this.due = false;
    this.views = [...root.querySelectorAll('.player-view')].map((element, i) => this.view(element, pack.views[i]));
    root.querySelector('.player-said').remove();
    this.bar.hidden = root.querySelector('.player-views').hidden = false; this.slider.max = this.last;
    this.slider.addEventListener('input', () => { this.pause(); this.go(+this.slider.value); });
    root.addEventListener('keydown', (event) => this.key(event));
    const does = {first: () => this.leap(0), back: () => this.leap(this.at - 1), play: () => this.turn(),
      on: () => this.leap(this.at + 1), last: () => this.leap(this.last)};
    for (const [name, act] of Object.entries(does))
      root.querySelector(`button.player-${name}`).addEventListener('click', act);
    new ResizeObserver(() => this.redraw()).observe(root);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.redraw());
    new MutationObserver(() => this.redraw()).observe(root, {attributes: true, attributeFilter: ['data-theme']});
    const theme = root.dataset.theme;
    addEventListener('beforeprint', () => { this.pause(); root.dataset.theme = 'light'; this.draw(); });
    addEventListener('afterprint', () => { root.dataset.theme = theme; this.draw(); });
    this.go(this.last);
  }

  view(element, data) {
    const canvas = document.createElement('canvas'), plot = element.querySelector('.player-plot');
    canvas.setAttribute('role', 'img');
    plot.replaceChildren(canvas);
    const view = {canvas, data, plot, note: element.querySelector('.player-note'),
      caption: element.querySelector('figcaption'), made: null};
    if (this.pack.parts[data.frames[this.last]].time) this.seek(view);
    return view;
  }

  seek(view) {
    const {canvas} = view;
    view.plot.classList.add('seeks');
    const to = (event) => {
      if (!view.made) return;
      const {left, width, low, high, log} = view.made;
      const share = (event.clientX - canvas.getBoundingClientRect().left - left) / width;
      const x = low + share * (high - low);
      this.leap(this.nearest(log ? 10 ** x : x));
    };
    canvas.addEventListener('pointerdown', (event) => { if (event.button === 0) { canvas.setPointerCapture(event.pointerId); to(event); } });
    canvas.addEventListener('pointermove', (event) => { if (canvas.hasPointerCapture(event.pointerId)) to(event); });
  }

  nearest(k) {
    let best = 0;
    this.pack.k.forEach((known, i) => { if (Math.abs(known - k) < Math.abs(this.pack.k[best] - k)) best = i; });
    return best;
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const {at, last} = this;
    const to = {ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, PageUp: at + PAGE,
      PageDown: at - PAGE, Home: 0, End: last}[event.key];
    if (to !== undefined) this.leap(to);
    else if (event.key === ' ' && event.target.tagName !== 'BUTTON') this.turn();
    else return;
    event.preventDefault();
  }

  leap(to) { this.pause(); this.go(to); }

  turn() { if (this.timer) this.pause(); else this.play(); }

  play() {
    if (this.at === this.last) this.go(0);
    const least = still.matches ? CALM : BRISK, each = Math.max(least, LONG / Math.max(1, this.last));
    const stride = Math.max(1, Math.round(this.last * each / LONG));
    this.playing(true);
    this.timer = setInterval(() => {
      this.go(this.at + stride);
      if (this.at === this.last) this.pause();
    }, Math.min(each, CALM));
  }

  pause() {
    if (!this.timer) return;
    clearInterval(this.timer); this.timer = 0;
    this.playing(false);
  }

  playing(is) {
    this.root.classList.toggle('playing', is);
    this.button.title = is ? 'Pause' : 'Play';
    this.button.setAttribute('aria-label', this.button.title);
  }

  go(to) {
    this.at = Math.min(Math.max(Math.round(to), 0), this.last);
    const number = (k) => k.toLocaleString('en-US');
    const curve = this.views.find((view) => this.figure(view).time);
    const value = (curve ? this.figure(curve).note || '' : '').replace(/^iteration [\d,]+: /, '');
    this.when.textContent = `Iteration ${number(this.pack.k[this.at])} of ${number(this.pack.k[this.last])}`;
    this.value.textContent = value;
    this.slider.value = this.at;
    this.slider.setAttribute('aria-valuetext', [this.when.textContent, value].filter(Boolean).join(', '));
    this.redraw();
  }

  figure(view) { return this.pack.parts[view.data.frames[this.at]]; }

  redraw() {
    if (this.due) return;
    this.due = true;
    requestAnimationFrame(() => { this.due = false; this.draw(); });
  }

  draw() {
    const palette = paletteOf(this.root);
    for (const view of this.views) {
      const figure = this.figure(view), {canvas} = view;
      const width = view.plot.clientWidth, height = view.plot.clientHeight;
      if (!width || !height) continue;
      const ratio = Math.max(2, devicePixelRatio || 1);
      const size = [Math.round(width * ratio), Math.round(height * ratio)];
      if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
      const ctx = canvas.getContext('2d');
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      ctx.fillStyle = palette.card; ctx.fillRect(0, 0, width, height);
      view.made = drawFigure(ctx, figure, {left: 0, top: 0, width, height}, palette, this.pack, this.pack.k[this.at]);
      view.note.textContent = figure.note || '';
      view.caption.textContent = [figure.warning, figure.caption].filter(Boolean).join(' ');
      canvas.setAttribute('aria-label', `${view.data.title}: ${figure.caption || figure.note || figure.empty || ''}`);
    }
  }
}

async function begin(root) {
  try {
    const data = document.querySelector(`script[data-moments="${root.dataset.moments}"]`);
    new Player(root, await unpack(data.textContent));
  } catch (error) {
    root.querySelector('.player-said').lastElementChild.textContent =
      'This browser cannot unpack the moments of the run; a newer one can.';
  }
}

// What is far down the page waits until it is nearly seen: the page opens at once.
const near = new IntersectionObserver((entries) => {
  for (const entry of entries)
    if (entry.isIntersecting) { near.unobserve(entry.target); begin(entry.target); }
}, {rootMargin: '600px'});
const start = () => document.querySelectorAll('.player').forEach((root) => near.observe(root));
if (document.readyState === 'loading') addEventListener('DOMContentLoaded', start); else start();
