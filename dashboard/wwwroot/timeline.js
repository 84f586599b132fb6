// The timeline of a session: lanes on one axis of time, and below them the list of the same events. All text of events is hostile: it is
// only ever set as text.
const LANES = [
  { name: 'node', of: (type) => type.startsWith('session.') && !type.startsWith('session.dialog') && !/tached$/.test(type) },
  { name: 'client', of: (type) => /^session\.(attached|detached)$/.test(type) },
  { name: 'pages', of: (type) => /^(page\.(?!error)|session\.dialog|frame)/.test(type) },
  { name: 'network', of: (type) => type === 'request' },
  { name: 'console', of: (type) => /^(console|log|page\.error)/.test(type) },
  { name: 'recorder', of: (type) => /^(dropped|recorder\.|console\.dropped)/.test(type) },
];
const LANE_HEIGHT = 34;
const AXIS_HEIGHT = 22;
const LABELS = 72;
const ROWS = 300; // More rows make the page slow: the filter finds the others.

export function create(root, session) {
  return new Timeline(root, session);
}

class Timeline {
  constructor(root, session) {
    this.root = root;
    this.session = session;
    this.items = []; // { at, end, type, lane, title, detail, bad, frame, event }
    this.requests = new Map();
    this.frames = [];
    this.from = null; // The visible part of the axis; null shows all.
    this.to = null;
    this.hidden = new Set();
    this.text = '';
    this.build();
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.root);
  }

  dispose() {
    this.observer.disconnect();
    this.root.replaceChildren();
  }

  add(events) {
    for (const event of events) this.take(event);
    this.draw();
    this.list();
  }

  take(event) {
    const at = Date.parse(event.at);
    const key = `${event.part} ${event.page} ${event.request}`;
    if (event.type === 'request') {
      const item = this.push(at, event, `${event.method} ${event.url}`, event.kind);
      item.end = null;
      this.requests.set(key, item);
      return;
    }
    const request = this.requests.get(key);
    if (request && event.type === 'response') {
      request.status = event.status;
      request.bad ||= event.status >= 400;
      const marks = [event.cached && 'from the cache', event.redirect && 'a redirect'].filter(Boolean);
      request.detail = [`${event.status} ${event.mime ?? ''}`, ...marks].join(', ');
      request.end = at;
    } else if (request && event.type === 'finished') {
      request.end = at;
      request.detail = `${request.detail}, ${event.bytes} bytes`;
    } else if (request && event.type === 'failed') {
      request.end = at;
      request.bad = !event.canceled;
      request.detail = `${event.error}${event.blocked ? ` (${event.blocked})` : ''}`;
    } else if (!/^(response|finished|failed)$/.test(event.type)) {
      const [title, detail, bad] = describe(event);
      const item = this.push(at, event, title, detail);
      item.bad = bad;
      if (event.type === 'frame') {
        item.frame = `sessions/${this.session}/frames/${event.part}/${event.file}`;
        this.frames.push(item);
        this.strip.append(this.thumbnail(item));
      }
    }
  }

  push(at, event, title, detail) {
    const lane = LANES.findIndex((each) => each.of(event.type));
    const item = { at, end: at, type: event.type, lane: lane < 0 ? 0 : lane, title, detail: detail ?? '', bad: false, event };
    this.items.push(item);
    return item;
  }

  thumbnail(item) {
    const button = element('button', 'frame');
    button.type = 'button';
    const image = element('img');
    image.src = item.frame;
    image.loading = 'lazy';
    image.alt = `The page at ${clock(item.at)}`;
    button.append(image, element('time', '', clock(item.at)));
    button.addEventListener('click', () => this.choose(item));
    return button;
  }

  build() {
    const tools = element('div', 'timeline-tools');
    for (const [index, lane] of LANES.entries()) {
      const label = element('label');
      const box = element('input');
      box.type = 'checkbox';
      box.checked = true;
      box.addEventListener('change', () => {
        this.hidden[box.checked ? 'delete' : 'add'](index);
        this.draw();
        this.list();
      });
      label.append(box, lane.name);
      tools.append(label);
    }
    const search = element('input', 'timeline-search');
    search.type = 'search';
    search.placeholder = 'Filter';
    search.setAttribute('aria-label', 'Filter the timeline');
    search.addEventListener('input', () => {
      this.text = search.value.toLowerCase();
      this.draw();
      this.list();
    });
    tools.append(
      search,
      tool('Zoom in', '+', () => this.zoom(0.5)),
      tool('Zoom out', '−', () => this.zoom(2)),
      tool('Show all', 'all', () => this.show(null, null)),
    );
    this.canvas = element('canvas', 'timeline-lanes');
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute('role', 'img');
    this.canvas.setAttribute('aria-label', 'Lanes of events by time. The list below has the same events.');
    this.canvas.addEventListener('wheel', (event) => {
      if (!event.ctrlKey && !event.shiftKey) return; // The page scrolls.
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 0.7 : 1.4, this.timeAt(event.offsetX));
    }, { passive: false });
    this.canvas.addEventListener('pointerdown', (event) => this.press(event));
    this.canvas.addEventListener('pointermove', (event) => this.move(event));
    this.canvas.addEventListener('pointerup', (event) => this.release(event));
    this.canvas.addEventListener('keydown', (event) => this.key(event));
    this.strip = element('div', 'timeline-frames');
    this.detail = element('div', 'timeline-detail');
    this.detail.setAttribute('aria-live', 'polite');
    this.rows = element('ol', 'timeline-rows');
    this.note = element('p', 'empty');
    this.root.append(tools, this.canvas, this.strip, this.detail, this.rows, this.note);
  }

  get shown() {
    return this.items.filter((item) => !this.hidden.has(item.lane)
      && (!this.text || `${item.type} ${item.title} ${item.detail}`.toLowerCase().includes(this.text)));
  }

  get range() {
    const first = this.items[0]?.at ?? Date.now();
    const last = Math.max(first + 1000, ...this.items.map((item) => item.end ?? item.at));
    const margin = (last - first) * 0.02;
    return [this.from ?? first - margin, this.to ?? last + margin];
  }

  timeAt(x) {
    const [from, to] = this.range;
    return from + ((x - LABELS) / (this.canvas.clientWidth - LABELS)) * (to - from);
  }

  show(from, to) {
    [this.from, this.to] = [from, to];
    this.draw();
  }

  zoom(factor, around) {
    const [from, to] = this.range;
    const center = around ?? (this.chosen?.at ?? (from + to) / 2);
    const length = Math.max(20, (to - from) * factor);
    this.show(center - (center - from) * (length / (to - from)), center + (to - center) * (length / (to - from)));
  }

  draw() {
    const width = this.root.clientWidth;
    if (!width) return;
    const height = LANES.length * LANE_HEIGHT + AXIS_HEIGHT;
    const ratio = devicePixelRatio || 1;
    Object.assign(this.canvas, { width: width * ratio, height: height * ratio });
    this.canvas.style.height = `${height}px`;
    const pen = this.canvas.getContext('2d');
    const style = getComputedStyle(this.root);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    pen.scale(ratio, ratio);
    pen.font = `12px ${style.fontFamily}`;
    pen.textBaseline = 'middle';
    const [from, to] = this.range;
    const x = (at) => LABELS + ((at - from) / (to - from)) * (width - LABELS);
    this.axis(pen, colour, from, to, x, width, height);
    for (const [index, lane] of LANES.entries()) {
      pen.fillStyle = colour(this.hidden.has(index) ? 'faint' : 'muted');
      pen.fillText(lane.name, 4, index * LANE_HEIGHT + LANE_HEIGHT / 2);
    }
    pen.save();
    pen.beginPath();
    pen.rect(LABELS, 0, width - LABELS, height);
    pen.clip();
    this.spots = [];
    for (const item of this.shown) {
      const [start, end] = [x(item.at), x(item.end ?? to)];
      if (end < LABELS - 6 || start > width + 6) continue;
      const top = item.lane * LANE_HEIGHT + 8;
      const wide = Math.max(item.type === 'request' ? 3 : 6, end - start);
      pen.fillStyle = item === this.chosen ? colour('accent') : item.bad ? colour('bad') : colour(`lane-${item.lane}`);
      pen.globalAlpha = item.end === null ? 0.5 : 0.9;
      pen.fillRect(start, top, wide, LANE_HEIGHT - 16);
      this.spots.push({ item, left: start - 2, right: start + wide + 2, top: item.lane * LANE_HEIGHT });
    }
    pen.restore();
  }

  axis(pen, colour, from, to, x, width, height) {
    const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 3e4, 6e4, 3e5, 6e5, 1.8e6, 3.6e6, 1.44e7, 8.64e7];
    const step = steps.find((each) => (to - from) / each <= width / 110) ?? 8.64e7;
    pen.strokeStyle = colour('line');
    pen.fillStyle = colour('muted');
    pen.lineWidth = 1;
    for (let at = Math.ceil(from / step) * step; at < to; at += step) {
      const place = Math.round(x(at)) + 0.5;
      if (place < LABELS) continue;
      pen.beginPath();
      pen.moveTo(place, 0);
      pen.lineTo(place, height - AXIS_HEIGHT + 4);
      pen.stroke();
      const label = clock(at, step < 1000);
      if (place + 3 + pen.measureText(label).width <= width) pen.fillText(label, place + 3, height - AXIS_HEIGHT / 2);
    }
  }

  press(event) {
    this.drag = { x: event.offsetX, range: this.range, moved: false };
    this.canvas.setPointerCapture(event.pointerId);
  }

  move(event) {
    if (!this.drag) {
      this.canvas.title = this.spotAt(event)?.title ?? '';
      return;
    }
    const shift = event.offsetX - this.drag.x;
    if (Math.abs(shift) < 4 && !this.drag.moved) return;
    this.drag.moved = true;
    const [from, to] = this.drag.range;
    const time = (shift / (this.canvas.clientWidth - LABELS)) * (to - from);
    this.show(from - time, to - time);
  }

  release(event) {
    const wasMoved = this.drag?.moved;
    this.drag = null;
    const item = this.spotAt(event);
    if (!wasMoved && item) this.choose(item);
  }

  spotAt(event) {
    return this.spots?.findLast((spot) => event.offsetX >= spot.left && event.offsetX <= spot.right
      && event.offsetY >= spot.top && event.offsetY < spot.top + LANE_HEIGHT)?.item;
  }

  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const shown = this.shown;
    const at = shown.indexOf(this.chosen);
    this.choose(shown[Math.min(shown.length - 1, Math.max(0, at + step))]);
  }

  // Shows an event, and the picture of the page at that time.
  choose(item) {
    if (!item) return;
    this.chosen = item;
    const frame = item.frame ? item : this.frames.findLast((each) => each.at <= item.at) ?? this.frames[0];
    this.detail.replaceChildren();
    const words = element('div');
    words.append(
      element('b', '', `${clock(item.at, true)} ${item.type}`),
      element('p', '', item.title),
      element('p', 'detail', item.detail),
    );
    if (item.end && item.end > item.at) words.append(element('p', 'detail', `${item.end - item.at} ms`));
    this.detail.append(words);
    if (frame) {
      const image = element('img', 'timeline-picture');
      image.src = frame.frame;
      image.alt = `The page at ${clock(frame.at)}`;
      this.detail.append(image);
    }
    this.draw();
    for (const row of this.rows.children) row.classList.toggle('chosen', row.item === item);
  }

  list() {
    if (this.listing) return;
    this.listing = requestAnimationFrame(() => {
      this.listing = null;
      const shown = this.shown;
      this.rows.replaceChildren(...shown.slice(-ROWS).map((item) => this.row(item)));
      this.note.textContent = shown.length === 0 ? (this.items.length ? 'No event matches the filter.' : 'Nothing is recorded yet.')
        : shown.length > ROWS ? `The last ${ROWS} of ${shown.length} events are listed: filter them, or export all.` : '';
    });
  }

  row(item) {
    const row = element('li', item.bad ? 'bad' : '');
    row.item = item;
    row.classList.toggle('chosen', item === this.chosen);
    const button = element('button');
    button.type = 'button';
    button.append(element('time', '', clock(item.at, true)), element('span', 'type', item.type), element('span', 'title', item.title),
      element('span', 'detail', item.detail));
    button.addEventListener('click', () => this.choose(item));
    row.append(button);
    return row;
  }
}

// Title, detail, and whether it is trouble.
function describe(event) {
  switch (event.type) {
    case 'session.created': return [`created on ${event.worker}`, event.seconds > 0.01 ? `after ${event.seconds} s` : '', false];
    case 'session.attached': return [`${event.detail ?? 'a client'} attached`, '', false];
    case 'session.detached': return ['a client detached', event.detail, false];
    case 'session.dialog_opened':
      return [`a page waits in a dialog: ${event.detail}`, 'The page stands still until its client closes the dialog.', true];
    case 'session.dialog_closed': return ['the dialog is closed', '', false];
    case 'session.ended': return [`ended: ${event.cause ?? event.reason}`, event.detail, event.reason === 'worker_lost'];
    case 'session.restored': return [`restored on ${event.worker}`, event.detail, true];
    case 'page.opened': return [`page opened: ${event.url}`, event.title, false];
    case 'page.changed': return [event.title || event.url, event.url, false];
    case 'page.closed': return ['page closed', '', false];
    case 'page.crashed': return ['page crashed', `${event.status}, ${event.code}`, true];
    case 'page.error': return [event.text, `${event.url}:${event.line}`, true];
    case 'console': return [event.text, `${event.url}:${event.line}`, false];
    case 'log': return [event.text, `${event.source} ${event.url ?? ''}`, event.level === 'error'];
    case 'frame': return ['picture', event.why, false];
    case 'frame.failed': return ['no picture', event.why, true];
    default: return [event.type, event.why ?? event.detail ?? (event.count ? `${event.count} events` : ''), true];
  }
}

function element(name, style, text) {
  const made = document.createElement(name);
  if (style) made.className = style;
  if (text !== undefined && text !== null) made.textContent = text;
  return made;
}

function tool(label, text, action) {
  const button = element('button', 'quiet', text);
  button.type = 'button';
  button.setAttribute('aria-label', label);
  button.addEventListener('click', action);
  return button;
}

const clock = (at, exact) => {
  const time = new Date(at);
  const two = (number) => String(number).padStart(2, '0');
  const whole = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
  return exact ? `${whole}.${String(time.getMilliseconds()).padStart(3, '0')}` : whole;
};
