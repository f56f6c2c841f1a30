// Elements, made of data: a text is always a text, never markup.

export const $ = id => document.getElementById(id);

// el makes an element. A key of about that begins with "on" is a listener, others are attributes; children
// are elements, texts or nothing.
export function el(tag, about = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const made = document.createElement(name);
  made.classList.add(...classes);
  for (const [key, value] of Object.entries(about)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value !== false && value !== undefined) made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.filter(child => child !== null && child !== undefined && child !== ''));
  return made;
}

// An address in a text ends at white space, quotes, brackets, Chinese punctuation, and at what turns
// the direction of writing; a stop or comma at its end belongs to the sentence, as does a bracket that it did not open.
const address = /\bhttps?:\/\/[^\s<>"'`«»‹›“”„‘’‚，。！？；：、（）【】《》「」『』\u200b-\u200f\u202a-\u202e\u2066-\u2069]+/gi;

// linked is a text with its web addresses as links, and nothing else made of it.
export function linked(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(address)) {
    let href = found[0].replace(/[.,;:!?…]+$/, '');
    if (href.endsWith(')') && href.split(')').length > href.split('(').length) href = href.slice(0, -1);
    if (!URL.canParse(href)) continue;
    parts.push(text.slice(end, found.index), el('a', { href, target: '_blank', rel: 'noopener noreferrer' }, href));
    end = found.index + href.length;
  }
  return [...parts, text.slice(end)].filter(Boolean);
}

// What turns the direction of writing, or cannot be seen, is written out where objects are shown.
const unseen = /[\u0080-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const secrets = ['password', 'old', 'token', 'invite'];

// pretty is an object as JSON over several lines, without secrets.
export function pretty(object) {
  const hide = (key, value) => (secrets.includes(key) && typeof value === 'string' ? '•••' : value);
  return visible(JSON.stringify(object, hide, 2));
}

// visible is a text in which nothing is unseen.
export const visible = text => text.replace(unseen, c => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
