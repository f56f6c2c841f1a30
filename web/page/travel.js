// The pane that shows every object that travelled, in both directions.

import { $, el, pretty } from './dom.js';
import { t, format } from './words.js';

const longest = 200; // objects that are kept
const lately = [];

// travel notes an object; way is 'sent' or 'got'.
export function travel(way, text) {
  const one = { way, object: JSON.parse(text), time: Date.now() / 1e3, size: new TextEncoder().encode(text).length };
  lately.push(one);
  if (lately.length > longest) lately.shift();
  if ($('travel').hidden) return;
  add(one);
  while ($('objects').children.length > longest) $('objects').firstChild.remove();
}

function add(one) {
  const list = $('objects');
  const follow = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  const { action, response } = one.object;
  const object = el('pre', { dir: 'ltr', tabindex: 0 });
  const details = el('details', {
    ontoggle: () => { object.textContent = details.open ? pretty(one.object) : ''; },
  }, el('summary', {}, el('span.way', {}, t(one.way)), el('b', {}, action ?? String(response)),
    el('span.about', {}, el('bdi', {}, one.object.to ?? one.object.error ?? '')), el('time', {}, format('time', one.time))), object);
  // Long answers are opened by who wants to see them.
  details.open = one.size < 1500;
  if (details.open) object.textContent = pretty(one.object);
  list.append(el(`li.${one.way}`, {}, details));
  if (follow) list.scrollTop = list.scrollHeight;
}

function draw() {
  $('objects').replaceChildren();
  if ($('travel').hidden) return;
  for (const one of lately) add(one);
  $('objects').scrollTop = $('objects').scrollHeight;
}

function show(shown) {
  $('travel').hidden = !shown;
  document.body.classList.toggle('travelling', shown);
  $('travelButton').setAttribute('aria-expanded', shown);
  draw();
  (shown ? $('travelClose') : $('travelButton')).focus();
}

export function clearTravel() { lately.length = 0; draw(); }

export function startTravel() {
  $('travelButton').onclick = () => show($('travel').hidden);
  $('travelClose').onclick = () => show(false);
  $('travelClear').onclick = clearTravel;
  $('travel').onkeydown = e => { if (e.key === 'Escape') show(false); };
}

export { draw as redrawTravel };
