// The search box: a combobox with a list, as the ARIA authoring practices describe it.

import { ask, count, element } from './base.js';

const PAUSE_MS = 150;
const LIMIT = 8;

/**
 * Makes the input search while one types, and with Enter at once.
 *
 * @param choose is given the item that was chosen
 * @param tell is given words about what was found
 * @param fail is given an error
 */
export function makeSearch(input, list, { choose, tell, fail }) {
  let items = [];
  let active = -1;
  let timer;
  let asking = new AbortController();

  function close() {
    clearTimeout(timer);
    asking.abort();
    items = [];
    draw();
  }

  function draw() {
    active = -1;
    list.replaceChildren(...items.map(option));
    list.hidden = items.length === 0;
    input.setAttribute('aria-expanded', String(!list.hidden));
    input.removeAttribute('aria-activedescendant');
  }

  function option({ item, title, events }, index) {
    return element(
      'li',
      {
        id: `${list.id}-${index}`,
        role: 'option',
        'aria-selected': 'false',
        onmousedown: (event) => event.preventDefault(), // or the input would lose the focus
        onclick: () => pick(index),
      },
      title ?? item,
      element('div', { class: 'small' }, `${title ? `${item} · ` : ''}${count(events, 'reader')}`),
    );
  }

  function activate(index) {
    list.children[active]?.setAttribute('aria-selected', 'false');
    active = (index + items.length) % items.length;
    const chosen = list.children[active];
    chosen.setAttribute('aria-selected', 'true');
    chosen.scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', chosen.id);
  }

  function pick(index) {
    const item = items[index];
    input.value = '';
    close();
    choose(item);
  }

  /** Asks, and drops the answer where another question came after it. */
  async function search() {
    clearTimeout(timer);
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    let found = [];
    try {
      found = await answer(input.value.trim(), signal);
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      fail(error);
    }
    items = found;
    draw();
  }

  async function answer(query, signal) {
    if (!query) {
      return [];
    }
    const asked = new URLSearchParams({ query, limit: LIMIT });
    const { items: found } = await ask(`v1/items?${asked}`, { signal });
    signal.throwIfAborted();
    tell(found.length ? `${count(found.length, 'book')} listed` : nothing(query));
    return found;
  }

  function nothing(query) {
    return `No title has words that begin like “${query}”, and no book has that id.`;
  }

  async function enter() {
    if (active < 0) {
      await search();
    }
    if (items.length) {
      pick(Math.max(active, 0));
    }
  }

  const keys = {
    ArrowDown: () => (items.length ? activate(active + 1) : search()),
    ArrowUp: () => items.length && activate(active < 0 ? -1 : active - 1),
    Enter: enter,
    Escape: () => {
      if (list.hidden) {
        input.value = '';
      }
      close();
    },
  };

  input.addEventListener('keydown', (event) => {
    if (keys[event.key] && !event.isComposing) {
      event.preventDefault();
      keys[event.key]();
    }
  });
  input.addEventListener('input', () => {
    draw(); // what was active was so for other words
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE_MS);
  });
  input.addEventListener('blur', close);
}
