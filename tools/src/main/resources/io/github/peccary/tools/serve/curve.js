// How a training went: a drawing for each measure, and the same numbers as a table.

import { drawn, element, figures } from './base.js';

const WIDEST = 640;
const HEIGHT = 280;
const LEFT = 60;
const MARGIN = 16;
const TOP = 36;
const BOTTOM = 44;
const PARTS = { train: 'training', holdout: 'held out' };

/**
 * @param lists of one number an epoch, by names such as `trainRmse` and `holdoutRmse`
 * @param room pixels across
 */
export function curves(lists, room) {
  const width = Math.min(room, WIDEST);
  const measures = new Map();
  for (const [name, values] of Object.entries(lists)) {
    if (!values.some(Number.isFinite)) {
      continue;
    }
    const [, part = '', measure] = /^(train|holdout)?(.*)$/.exec(name);
    const lines = measures.get(measure) ?? [];
    lines.push({ part, name: PARTS[part] ?? name, values });
    measures.set(measure, lines);
  }
  return [...measures].map(([measure, lines]) => figure(measure.toUpperCase(), lines, width));
}

function figure(measure, lines, width) {
  const epochs = Math.max(...lines.map(({ values }) => values.length));
  return element(
    'figure',
    {},
    drawing(measure, lines, epochs, width),
    element('details', {}, element('summary', {}, `${measure} as a table`), table(lines, epochs)),
  );
}

function drawing(measure, lines, epochs, width) {
  const right = width - MARGIN;
  const values = lines.flatMap((line) => line.values).filter(Number.isFinite);
  const { low, high, step } = scale(Math.min(...values), Math.max(...values));
  const x = (epoch) => LEFT + ((epoch - 1) / Math.max(1, epochs - 1)) * (right - LEFT);
  const y = (value) => TOP + ((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  return drawn(
    'svg',
    {
      class: 'curve',
      viewBox: `0 0 ${width} ${HEIGHT}`,
      role: 'img',
      'aria-label': `${measure} by epoch: ${lines.map(summary).join('; ')}`,
    },
    ...valueAxis(measure, { low, high, step }, y, right),
    ...epochAxis(epochs, x, right),
    ...lines.map((line, index) => lineOf(line, index, x, y)),
  );
}

function summary({ name, values }) {
  const known = values.filter(Number.isFinite);
  return `${name} from ${short(known[0])} to ${short(known.at(-1))}`;
}

function valueAxis(measure, { low, high, step }, y, right) {
  const marks = [];
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  for (let i = 0; low + i * step <= high + step / 2; i++) {
    const at = y(low + i * step);
    marks.push(
      drawn('line', { class: 'grid', x1: LEFT, x2: right, y1: at, y2: at }),
      drawn(
        'text',
        { x: LEFT - 8, y: at + 4, 'text-anchor': 'end' },
        (low + i * step).toLocaleString('en', { minimumFractionDigits: digits }),
      ),
    );
  }
  return [...marks, drawn('text', { x: 0, y: 14 }, measure)];
}

function epochAxis(epochs, x, right) {
  const step = Math.max(1, scale(1, Math.max(2, epochs)).step);
  const marks = [];
  for (let epoch = 1; epoch <= epochs; epoch = epoch === 1 && step > 1 ? step : epoch + step) {
    marks.push(
      drawn('text', { x: x(epoch), y: HEIGHT - BOTTOM + 18, 'text-anchor': 'middle' }, epoch),
    );
  }
  const middle = (LEFT + right) / 2;
  return [...marks, drawn('text', { x: middle, y: HEIGHT - 6, 'text-anchor': 'middle' }, 'epoch')];
}

/** A line and its place in the legend. */
function lineOf({ part, name, values }, index, x, y) {
  const points = values
    .map((value, epoch) => (Number.isFinite(value) ? `${x(epoch + 1)},${y(value)}` : ''))
    .join(' ');
  const left = LEFT + 16 + index * 120;
  return drawn(
    'g',
    { class: part },
    drawn('polyline', { points }),
    drawn('polyline', { points: `${left},10 ${left + 28},10` }),
    drawn('text', { x: left + 36, y: 14 }, name),
  );
}

/** Round numbers around the values, some five steps apart. */
function scale(least, most) {
  const width = most - least || Math.abs(most) || 1;
  const power = 10 ** Math.floor(Math.log10(width / 4));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= width / 5);
  const low = Math.floor(least / step) * step;
  return { low, high: Math.max(Math.ceil(most / step) * step, low + step), step };
}

function table(lines, epochs) {
  const rows = Array.from({ length: epochs }, (_, epoch) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, epoch + 1),
      ...lines.map(({ values }) => element('td', {}, short(values[epoch]))),
    ),
  );
  const names = ['epoch', ...lines.map(({ name }) => name)];
  const head = names.map((name) => element('th', { scope: 'col' }, name));
  return element(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Numbers of the curve' },
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, ...head)),
      element('tbody', {}, ...rows),
    ),
  );
}

function short(value) {
  return Number.isFinite(value) ? figures(value) : '–';
}
