// Bar charts as SVG, readable at a width of 800 pixels.
import { show } from './figures.mjs';

const WIDTH = 800;
const LEFT = 330;
const RIGHT = 110;
const BAR = 18;
const STEP = 28;
const TOP = 64;
const COLOURS = { ours: '#1f6feb', peer: '#8c959f', met: '#2da44e', missed: '#cf222e', text: '#1f2328', quiet: '#656d76' };

// Keeps text readable where a line runs through it.
const HALO = 'paint-order="stroke" stroke="#ffffff" stroke-width="4"';

const escape = (text) => String(text).replace(/[&<>"]/g, (each) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[each]);
const text = (x, y, content, { size = 13, anchor = 'start', fill = COLOURS.text, weight = 400 } = {}) =>
  `<text x="${x}" y="${y}" font-size="${size}" text-anchor="${anchor}" fill="${fill}" font-weight="${weight}" ${HALO}>` +
  `${escape(content)}</text>`;

function chart(title, subtitle, bars, line = '') {
  const height = TOP + bars.length * STEP + 16;
  const placed = bars.map((bar, index) => (
    { ...bar, y: TOP + index * STEP, length: Math.max(2, bar.share * (WIDTH - LEFT - RIGHT)) }
  ));
  const shapes = placed.map(({ y, length, colour }) => (
    `<rect x="${LEFT}" y="${y}" width="${length.toFixed(1)}" height="${BAR}" rx="2" fill="${colour}"/>`
  ));
  const texts = placed.map(({ label, value, y, length }) => (
    text(LEFT - 10, y + 14, label, { anchor: 'end' }) + text(LEFT + length + 8, y + 14, value, { fill: COLOURS.quiet })
  ));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" ` +
    `font-family="system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif">\n<rect width="100%" height="100%" fill="#ffffff"/>\n` +
    `${text(16, 26, title, { size: 17, weight: 600 })}\n${text(16, 46, subtitle, { size: 12, fill: COLOURS.quiet })}\n` +
    `${shapes.join('\n')}\n${line}\n${texts.join('\n')}\n</svg>\n`
  );
}

// One measure of several systems; ours are coloured.
export function barChart({ title, unit, more = false, bars }) {
  const most = Math.max(...bars.map((each) => each.value));
  const shown = bars.map(({ label, value, ours }) => (
    { label, share: value / most, value: `${show(value)} ${unit}`, colour: ours ? COLOURS.ours : COLOURS.peer }
  ));
  return chart(title, `${more ? 'More' : 'Less'} is better.`, shown);
}

// How far each figure is from its goal. Where more is better the ratio is turned round: a bar that ends before the line meets its goal.
export function goalChart(goals) {
  const WORST = 4;
  const bars = goals.map((goal) => {
    const ratio = goal.atLeast ? goal.limit / goal.value : goal.value / goal.limit;
    const sign = goal.atLeast ? '≥' : '≤';
    return {
      label: `${goal.row}: ${goal.text}`.slice(0, 52),
      share: Math.min(ratio, WORST) / WORST,
      value: `${show(goal.value)} (${sign} ${goal.limit}${goal.unit ? ` ${goal.unit}` : ''})`,
      colour: goal.met ? COLOURS.met : COLOURS.missed,
    };
  });
  const x = LEFT + (WIDTH - LEFT - RIGHT) / WORST;
  const bottom = TOP + bars.length * STEP;
  const line = `<line x1="${x}" x2="${x}" y1="${TOP - 8}" y2="${bottom}" stroke="${COLOURS.text}" stroke-dasharray="4 3"/>`;
  const subtitle = `The dashed line is the goal; a bar that ends before it meets the goal. Bars end at ${WORST} times the goal.`;
  return chart('Figures against their goals', subtitle, bars, line);
}
