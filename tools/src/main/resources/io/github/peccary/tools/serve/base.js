// What the other files need: elements, and answers of the service.

/** An element with attributes, listeners (`onclick`) and children; text stays text. */
export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** The same for a drawing. */
export function drawn(name, attributes = {}, ...children) {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      node.addEventListener(name.slice(2), value);
    } else if (value !== undefined && value !== false) {
      node.setAttribute(name, value === true ? '' : value);
    }
  }
  node.append(...children);
  return node;
}

/** What the service answers, or an error whose message is a sentence for people. */
export async function ask(path, options = {}) {
  let reply;
  try {
    reply = await fetch(path, options);
    if (reply.ok) {
      return await reply.json();
    }
  } catch (error) {
    if (options.signal?.aborted) {
      throw error;
    }
    throw new Error(
      reply
        ? `The answer broke off or is no JSON: ${error.message}.`
        : 'The service cannot be reached; it must be running, and the network up.',
    );
  }
  const problem = await reply.json().catch(() => ({}));
  const detail = problem.detail ?? `the service answered ${reply.status} ${reply.statusText}`;
  const wait = reply.headers.get('Retry-After');
  const hope = wait ? `; it may answer in ${wait} s` : '';
  throw new Error(`${detail[0].toUpperCase()}${detail.slice(1)}${hope}.`);
}

/** Such as `1 reader` and `1,204 readers`. */
export function count(number, noun) {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}

/** Whole numbers as they are, others with five digits. */
export function figures(value) {
  const digits = Number.isInteger(value) ? 21 : 5;
  return value.toLocaleString('en', { maximumSignificantDigits: digits });
}
