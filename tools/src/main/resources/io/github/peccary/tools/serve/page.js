// The page: what it shows follows from its address alone, so that every view can be linked to.

import { ask, count, element, figures } from './base.js';
import {
  bookEntry,
  bookLink,
  bookList,
  isNamed,
  nameOf,
  number,
  paragraph,
  remember,
} from './books.js';
import { curves } from './curve.js';
import { makeSearch } from './search.js';

const POPULARITY_SHOWN = 0.05; // less is not worth a line
const NAMED = 50; // liked books whose titles are asked for, at most

const percent = new Intl.NumberFormat('en', { style: 'percent', minimumFractionDigits: 1 });
const byId = (id) => document.getElementById(id);

let model; // asked for with every view, as another one may have taken its place
let state; // what the address says
let shown; // the state that the answer on the page belongs to
let asking = new AbortController();

// --- the address -----------------------------------------------------------------------------

/** @returns {{view: string, id: string, likes: {item: string, rating: string}[]}} */
function read() {
  const words = new URLSearchParams(location.hash.slice(1));
  const ratings = words.getAll('rating');
  const view = words.get('view');
  return {
    view: Object.hasOwn(views, view) ? view : 'books',
    id: words.get('id') ?? '',
    likes: words.getAll('like').map((item, i) => ({ item, rating: ratings[i] ?? '' })),
  };
}

function address({ view, id, likes }) {
  const words = new URLSearchParams();
  if (view !== 'books') {
    words.append('view', view);
  }
  if (id) {
    words.append('id', id);
  }
  const rated = likes.some(({ rating }) => rating);
  for (const { item, rating } of likes) {
    words.append('like', item);
    if (rated) {
      words.append('rating', rating);
    }
  }
  return `#${words}`;
}

/** Changes the address; the rest follows when the browser says that it has changed. */
function go(change) {
  location.hash = address({ ...state, ...change });
}

// --- showing ---------------------------------------------------------------------------------

function sameAnswer(a, b) {
  const likes = ({ view, likes }) => (view === 'recommended' ? JSON.stringify(likes) : '');
  return a.view === b.view && a.id === b.id && likes(a) === likes(b);
}

async function show() {
  const before = state;
  state = read();
  showLikes();
  if (shown && sameAnswer(shown, state)) {
    return;
  }
  shown = state;
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const get = (path, options) => ask(path, { ...options, signal });
  byId('main').ariaBusy = true;
  try {
    [model] = await Promise.all([get('v1/model'), nameLikes(get)]);
    const { heading, content } = await views[state.view](state.id, get);
    signal.throwIfAborted();
    fail(null);
    fill(heading, content);
    tell(heading);
  } catch (error) {
    if (signal.aborted) {
      return; // another view was asked for meanwhile
    }
    shown = undefined;
    fill('No answer', state.view === 'user' ? [userForm(state.id)] : []);
    fail(error);
  }
  const moved = before && (before.view !== state.view || before.id !== state.id);
  if (moved || (before && document.activeElement === document.body)) {
    document.querySelector('h1').focus();
  }
}

function fill(heading, content) {
  const part = ['user', 'model'].includes(state.view) ? state.view : 'books';
  byId('search').hidden = byId('likes').hidden = part !== 'books';
  byId('query-label').textContent = model?.hasTitles === false ? 'Id of a book' : 'Title or ISBN';
  for (const link of document.querySelectorAll('nav a')) {
    link.ariaCurrent = link.dataset.go === part ? 'page' : null;
  }
  document.title = `${heading} – Peccary`;
  byId('answer').replaceChildren(element('h1', { tabindex: '-1' }, heading), ...content);
  byId('main').ariaBusy = false;
  showLikes();
}

/** Says it to those who listen and do not see. */
function tell(words) {
  byId('status').textContent = words;
}

/** @param error null where all is well again */
function fail(error) {
  const again = element('button', { type: 'button', onclick: show }, 'Try again');
  byId('problem').replaceChildren(...(error ? [element('p', {}, error.message), again] : []));
}

// --- recommended books -----------------------------------------------------------------------

/** Scores are ratings, or only an order that numbers do not explain. */
function recommended({ item, score, reasons, popularityShare = 0 }, ...more) {
  const rating = Math.min(Math.max(score, model.minRating), model.maxRating);
  const shownRating = predictsRatings()
    ? [element('span', { class: 'small' }, 'expected ', number(rating.toFixed(1)))]
    : [];
  const lines = reasons.map(({ item: own, share, similarity }) => {
    const weight = share === undefined ? similarity.toFixed(2) : percent.format(share);
    return element('li', {}, number(weight), bookLink(own));
  });
  if (popularityShare >= POPULARITY_SHOWN) {
    lines.push(element('li', {}, number(percent.format(popularityShare)), 'its popularity'));
  }
  const why = element('ul', { class: 'reasons', 'aria-label': 'Why' }, ...lines);
  return bookEntry(item, ...shownRating, ...more, ...(lines.length ? [why] : []));
}

function rememberAll({ items }) {
  remember(items);
  items.forEach(({ reasons = [] }) => remember(reasons));
}

/** What the numbers before the reasons are. */
function reasonsInWords({ items, reasonsBy, reasonsExact }) {
  if (items.length === 0) {
    return 'No book is left that could be recommended.';
  }
  if (reasonsBy === 'similarity') {
    return 'Below each, what is most similar of all that was read, and the cosine.';
  }
  return reasonsExact
    ? 'Below each, what contributes most to its score, and its share.'
    : 'Below each, what contributes most if all that was read counts alike, and its share.';
}

// --- liked books -----------------------------------------------------------------------------

function predictsRatings() {
  return model?.objective === 'rating';
}

function likeButton(item) {
  const attributes = {
    type: 'button',
    'data-like': item,
    'aria-label': `I liked this: ${nameOf(item)}`,
    onclick: () => toggleLike(item),
  };
  return element('button', attributes, 'I liked this');
}

function toggleLike(item) {
  const others = state.likes.filter((like) => like.item !== item);
  const rating = predictsRatings() ? String(model.maxRating) : '';
  go({ likes: others.length < state.likes.length ? others : [...others, { item, rating }] });
}

/** The list, and all that depends on it: buttons that are pressed, links that keep it. */
function showLikes() {
  const { likes } = state;
  const rated = document.activeElement?.dataset.rate;
  byId('liked').replaceChildren(...likes.map(likeEntry));
  byId('liked-none').hidden = likes.length > 0;
  byId('recommend').hidden = likes.length === 0;
  for (const button of document.querySelectorAll('[data-like]')) {
    button.ariaPressed = likes.some(({ item }) => item === button.dataset.like);
  }
  for (const link of document.querySelectorAll('[data-go]')) {
    const { go: view, id = '' } = link.dataset;
    link.setAttribute('href', address({ view, id, likes }));
  }
  if (rated) {
    document.querySelector(`[data-rate="${CSS.escape(rated)}"]`)?.focus();
  }
}

function likeEntry({ item, rating }) {
  const remove = () => {
    toggleLike(item);
    byId('liked-heading').focus();
  };
  const attributes = { type: 'button', 'aria-label': `Remove ${nameOf(item)}`, onclick: remove };
  return bookEntry(
    item,
    ...(predictsRatings() ? [ratingSelect(item, rating)] : []),
    element('button', attributes, 'Remove'),
  );
}

function ratingSelect(item, rating) {
  const change = ({ target: { value } }) =>
    go({
      likes: state.likes.map((like) => (like.item === item ? { item, rating: value } : like)),
    });
  const attributes = {
    'aria-label': `Your rating of ${nameOf(item)}`,
    'data-rate': item,
    onchange: change,
  };
  const select = element('select', attributes);
  const { minRating, maxRating } = model;
  const step = Number.isInteger(minRating) ? 1 : 0.5;
  for (let value = maxRating; value >= minRating; value -= step) {
    select.append(element('option', { selected: value === Number(rating) }, value));
  }
  return select;
}

/** Those that came with the address have ids alone. */
async function nameLikes(get) {
  const unnamed = state.likes.filter(({ item }) => !isNamed(item)).slice(0, NAMED);
  const books = await Promise.allSettled(
    unnamed.map(({ item }) => get(`v1/items/${encodeURIComponent(item)}`)),
  );
  remember(books.filter(({ value }) => value).map(({ value }) => value));
}

// --- views: each asks, and gives a heading and elements --------------------------------------

const views = {
  async books() {
    const size = `${count(model.users, 'reader')} and ${count(model.items, 'book')}`;
    return {
      heading: 'What to read next',
      content: [
        paragraph('Search for books that you liked. From these follow others that may please you.'),
        element('p', { class: 'small' }, `${size}, each in ${count(model.rank, 'factor')}.`),
      ],
    };
  },

  async book(id, get) {
    const path = `v1/items/${encodeURIComponent(id)}`;
    const [book, similar] = await Promise.all([get(path), get(`${path}/similar`)]);
    remember([book, ...similar.items]);
    const entries = similar.items.map(({ item, score }) =>
      bookEntry(
        item,
        element('span', { class: 'small' }, 'similarity ', number(score.toFixed(2))),
        likeButton(item),
      ),
    );
    return {
      heading: nameOf(book.item),
      content: [
        paragraph(`${book.item} · ${count(book.events, 'reader')}`),
        likeButton(book.item),
        element('h2', {}, 'Similar books'),
        entries.length ? bookList(entries) : paragraph('Too little is known of it to say.'),
      ],
    };
  },

  async recommended(_, get) {
    const heading = 'Recommended to you';
    if (state.likes.length === 0) {
      return { heading, content: [paragraph('Search for books that you liked first.')] };
    }
    const events = state.likes.map(({ item, rating }) =>
      predictsRatings() ? { item, rating: Number(rating) || model.maxRating } : { item },
    );
    const answer = await get('v1/recommendations', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ events, explain: true }),
    });
    rememberAll(answer);
    const entries = answer.items.map((book) => recommended(book, likeButton(book.item)));
    const unknown = answer.unknown.length
      ? [paragraph(`The model does not have: ${answer.unknown.join(', ')}.`)]
      : [];
    return {
      heading,
      content: [paragraph(reasonsInWords(answer)), ...unknown, bookList(entries)],
    };
  },

  async user(id, get) {
    if (!id) {
      return { heading: 'A reader', content: [userForm(id)] };
    }
    const path = `v1/users/${encodeURIComponent(id)}`;
    const [user, answer] = await Promise.all([
      get(path),
      get(`${path}/recommendations?explain=true`),
    ]);
    remember(user.history);
    rememberAll(answer);
    const all = count(user.historySize, 'book');
    const cut = user.history.length < user.historySize;
    return {
      heading: `Reader ${id}`,
      content: [
        userForm(id),
        element('h2', {}, 'Recommended'),
        paragraph(reasonsInWords(answer)),
        bookList(answer.items.map((book) => recommended(book))),
        element('h2', {}, 'Read so far'),
        paragraph(cut ? `${all}; ${user.history.length} of them:` : `${all}.`),
        bookList(user.history.map(({ item }) => bookEntry(item))),
      ],
    };
  },

  async model() {
    const { rank, users, items, objective, metrics, settings } = model;
    const facts = { objective, rank, users, items, loaded: when(model.loadedAt), file: model.path };
    if (model.swaps) {
      facts['replaced since the start'] = model.swaps;
    }
    if (model.lastRefused) {
      facts['last refused'] = `${when(model.lastRefused.at)}: ${model.lastRefused.why}`;
    }
    const drawings = curves(model.curves, byId('main').clientWidth);
    const learned = drawings.length ? [element('h2', {}, 'How it learned'), ...drawings] : [];
    return {
      heading: 'The model',
      content: [
        factList(facts),
        element('h2', {}, 'How well it does'),
        factList({ ...metrics, 'held out': model.holdout }),
        ...learned,
        element('h2', {}, 'Settings of the training'),
        factList(settings),
      ],
    };
  },
};

function userForm(id) {
  const input = element('input', { id: 'user', name: 'user', value: id, autocomplete: 'off' });
  const submit = (event) => {
    event.preventDefault();
    go({ view: 'user', id: input.value.trim() });
  };
  return element(
    'form',
    { onsubmit: submit },
    element('label', { for: 'user' }, 'Id of a reader'),
    input,
    element('button', { class: 'primary' }, 'Show'),
  );
}

function factList(facts) {
  const rows = Object.entries(facts).flatMap(([name, value]) => [
    element('dt', {}, inWords(name)),
    element('dd', { class: 'number' }, typeof value === 'number' ? figures(value) : value),
  ]);
  return element('dl', {}, ...rows);
}

/** `holdoutRmse` becomes `holdout rmse`. */
function inWords(name) {
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function when(instant) {
  return new Date(instant).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'medium' });
}

// --- the start -------------------------------------------------------------------------------

makeSearch(byId('query'), byId('found'), {
  choose(book) {
    remember([book]);
    go({ view: 'book', id: book.item });
  },
  tell(words) {
    tell(words);
    fail(null);
  },
  fail,
});
byId('recommend').addEventListener('click', () => go({ view: 'recommended', id: '' }));
byId('skip').addEventListener('click', (event) => {
  event.preventDefault(); // its address would be another view
  byId('main').focus();
});
window.addEventListener('hashchange', show);
show();
