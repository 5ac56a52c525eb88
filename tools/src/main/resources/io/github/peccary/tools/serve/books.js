// How books are named and listed.

import { element } from './base.js';

const titles = new Map(); // by item, of all answers so far

/** Keeps the titles of an answer, for where ids come alone. */
export function remember(books) {
  for (const { item, title } of books) {
    if (title) {
      titles.set(item, title);
    }
  }
}

export function isNamed(item) {
  return titles.has(item);
}

export function nameOf(item) {
  return titles.get(item) ?? item;
}

export function bookLink(item) {
  return element('a', { href: '#', 'data-go': 'book', 'data-id': item }, nameOf(item));
}

/** @param more what stands beside the title, or below it */
export function bookEntry(item, ...more) {
  const id = isNamed(item) ? [element('div', { class: 'small' }, item)] : [];
  return element('li', {}, element('div', { class: 'book' }, bookLink(item), ...id), ...more);
}

export function number(text) {
  return element('span', { class: 'number' }, text);
}

export function paragraph(text) {
  return element('p', { class: 'lead' }, text);
}

export function bookList(entries) {
  return element('ol', { class: 'plain' }, ...entries);
}
