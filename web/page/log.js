// What was said in one conversation, drawn. New entries are put behind the others; where something
// comes before them, or leaves, all is drawn anew around the line that the reader looks at.

import { $, el, linked, visible } from './dom.js';
import { travelled } from './line.js';
import { t, sentence, format, fault, remember } from './words.js';

const together = 300; // s: what one author says within them stands together
const atBottom = 48; // px

export class Log {
  #chat; #shown = null; #mark = 0; #other = new Set(); #list = $('log'); #scroll = $('scroll'); #unseen = 0; #today = '';

  constructor(chat) {
    this.#chat = chat;
    for (const list of [this.#list, $('pending')]) list.replaceChildren();
    this.#scroll.onscroll = () => this.#scrolled();
    $('down').onclick = () => this.toBottom();
    $('under').checked = remember('localStorage', 'under') !== null;
    $('under').onchange = () => {
      remember('localStorage', 'under', $('under').checked ? 'all' : null);
      this.#other.clear();
      this.draw();
    };
    // A composer that grows or a keyboard that comes must not push the newest out of sight.
    this.watch = new ResizeObserver(() => { if (this.#shown?.following) this.toBottom(); });
    this.watch.observe(this.#scroll);
  }

  // show draws another conversation: its newest, or the first that was not read.
  show(talk) {
    this.#shown = talk;
    this.#mark = 0;
    for (const seq of talk.unread) if (!this.#mark || seq < this.#mark) this.#mark = seq;
    this.#other.clear();
    talk.following = true;
    this.draw();
  }

  // draw draws everything anew.
  draw() { this.#keeping(this.#list, () => this.#draw()); }

  #draw() {
    const talk = this.#shown;
    if (!talk) return;
    this.#today = new Date().toDateString();
    const anchor = talk.following ? null : this.#anchor();
    this.#list.setAttribute('aria-busy', !talk.log);
    this.#list.replaceChildren(...this.#top(talk));
    this.#add(talk.log ?? [], null);
    this.pending();
    if (anchor) this.#restore(anchor);
    else if (!this.#toMark()) this.toBottom();
    this.#scrolled();
  }

  // turn draws everything anew where another day has begun, and tells whether: each has another name then.
  turn() {
    const over = this.#today !== new Date().toDateString();
    if (over) this.draw();
    return over;
  }

  #top(talk) {
    if (!talk.log) return [el('li.hint', {}, t('loading'))];
    if (talk.log.length === 0) return [el('li.hint.empty', {}, t('nothingSaid'))];
    return [el('li.hint', {}, t(talk.more ? 'loading' : 'beginning'))];
  }

  // said adds what was said now.
  said(events) {
    const talk = this.#shown;
    if (talk.log.length === events.length) return this.draw();
    if (!this.turn()) this.#add(events, talk.log[talk.log.length - events.length - 1]);
    if (talk.following) return this.toBottom();
    this.#unseen += events.filter(e => e.action === 'msg').length;
    this.#pill();
  }

  #add(events, before) {
    for (const event of events) {
      const newDay = !before || format('day', before.time) !== format('day', event.time);
      if (newDay) this.#list.append(el('li.day', {}, el('span', {}, format('day', event.time))));
      const marked = event.seq === this.#mark;
      if (marked) this.#list.append(el('li.fresh', {}, el('span', {}, t('fresh'))));
      const first = newDay || marked || before.action !== 'msg' || before.from !== event.from || event.time - before.time > together;
      this.#list.append(event.action === 'msg' ? this.#message(event, first) : this.#note(event));
      before = event;
    }
  }

  #message(event, first) {
    const mine = this.#chat.isMe(event.from);
    const item = this.#bubble(event.message, event.from, event.time, mine, first);
    item.dataset.seq = event.seq;
    item.querySelector('.bubble').append(this.#json(event, item));
    return item;
  }

  #bubble(text, from, time, mine, first) {
    const item = el('li.said', {});
    item.classList.toggle('mine', mine);
    item.classList.toggle('first', first);
    if (first) {
      item.append(el('div.head', {}, el('bdi.who.c' + colour(from), {}, from), mine ? el('span.me', {}, t('you')) : null,
        el('time', { datetime: new Date(time * 1e3).toISOString(), title: format('full', time) }, format('time', time))));
    }
    item.append(el('div.bubble', {}, el('p.text', { dir: 'auto', title: format('full', time) }, ...linked(text))));
    return item;
  }

  // note is an entry that is no message. What this page does not know yet is shown by its name.
  #note(event) {
    const known = { create: 'didCreate', join: 'didJoin', leave: 'didLeave', topic: 'didTopic' }[event.action] ?? 'didElse';
    const item = el('li.note', { 'data-seq': event.seq, title: format('full', event.time) });
    const about = [event.from, event.action === 'topic' ? event.topic ?? '' : event.action];
    item.append(el('span.text', {}, ...sentence(known, ...about.map(one => el('bdi', {}, one)))), this.#json(event, item));
    return item;
  }

  // json is the button that shows what travelled for an entry.
  #json(event, item) {
    const button = el('button.json', {
      type: 'button', 'aria-label': t('json'), title: t('json'), 'aria-expanded': false,
      onclick: () => {
        if (!this.#other.delete(event.seq)) this.#other.add(event.seq);
        this.#unfold(event, item, button);
        if (this.#shown.following) this.toBottom();
        item.scrollIntoView({ block: 'nearest' });
      },
    }, '{}');
    if (this.#isOpen(event)) this.#unfold(event, item, button);
    return button;
  }

  // isOpen tells whether objects are shown under an entry: as all others are, or as it alone was asked to.
  #isOpen(event) { return $('under').checked !== this.#other.has(event.seq); }

  #unfold(event, item, button) {
    const open = this.#isOpen(event);
    button.setAttribute('aria-expanded', open);
    item.querySelector('.objects')?.remove();
    if (!open) return;
    const all = [...(event.travelled?.() ?? []), ['got', event]];
    item.append(el('div.objects', {}, ...all.map(([way, object]) => el(`div.${way}`, {}, el('small', {}, t(way)), el('pre', { dir: 'ltr', tabindex: 0 }, visible(travelled(object)))))));
  }

  // keeping draws a list anew, and leaves the keyboard where it was in it; where that is gone, near it.
  #keeping(list, draw) {
    const stops = 'a, button, pre', at = document.activeElement, before = list.contains(at) ? at.closest('li') : null;
    const which = before && [...before.querySelectorAll(stops)].indexOf(at);
    draw();
    if (!before) return;
    const item = [...list.children].find(one => one.dataset.seq === before.dataset.seq && one.dataset.id === before.dataset.id);
    (item?.querySelectorAll(stops)[which] ?? this.#scroll).focus({ preventScroll: true });
  }

  // pending draws what has not been acknowledged.
  pending() { this.#keeping($('pending'), () => this.#pending()); }

  #pending() {
    const talk = this.#shown;
    if (!talk) return;
    const mine = this.#chat.outbox.filter(one => one.to.toLowerCase() === talk.name.toLowerCase() && !(talk.log?.at(-1)?.seq >= one.seq));
    const last = talk.log?.at(-1);
    $('pending').replaceChildren(...mine.map(one => {
      const first = one === mine[0] && !(last?.action === 'msg' && this.#chat.isMe(last.from) && one.time - last.time < together);
      const item = this.#bubble(one.message, this.#chat.me?.account_name ?? '', one.time, true, first);
      item.classList.add('pending');
      item.dataset.id = one.id;
      item.append(this.#fate(one));
      return item;
    }));
    this.#list.querySelector('.empty')?.classList.toggle('hidden', mine.length > 0);
    if (talk.following) this.toBottom();
  }

  #fate(one) {
    if (!one.fault) {
      const words = one.trouble ? fault(one.trouble) : t(this.#chat.connected() ? 'sending' : 'waiting');
      return el('p.fate', {}, words);
    }
    return el('p.fate.failed', {}, `${t('notSent')} ${fault(one.fault)} `,
      el('button', { type: 'button', onclick: () => { this.#chat.drop(one); this.onTakeBack(one.message); } }, t('takeBack')),
      el('button', { type: 'button', onclick: () => this.#chat.drop(one) }, t('drop')));
  }

  toBottom() {
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#scrolled();
  }

  #toMark() {
    const mark = this.#list.querySelector('.fresh');
    if (!mark || this.#shown.markSeen === this.#mark) return false;
    this.#shown.markSeen = this.#mark;
    this.#scroll.scrollTop = mark.offsetTop - this.#scroll.clientHeight / 3;
    return true;
  }

  #scrolled() {
    const talk = this.#shown, at = this.#scroll;
    if (!talk) return;
    talk.following = at.scrollHeight - at.scrollTop - at.clientHeight < atBottom;
    if (talk.following) this.#unseen = 0;
    this.#pill();
    if (at.scrollTop < 300 && talk.log && talk.more) this.#chat.older(talk);
    if (talk.following && talk.log) this.onBottom();
  }

  #pill() {
    $('down').hidden = this.#shown.following;
    $('down').textContent = this.#unseen ? t('newBelow', this.#unseen) : t('toBottom');
  }

  // anchor is the first entry that the reader sees, and where; restore puts it there again.
  #anchor() {
    const top = this.#scroll.getBoundingClientRect().top;
    for (const item of this.#list.querySelectorAll('[data-seq]')) {
      const box = item.getBoundingClientRect();
      if (box.bottom > top) return { seq: item.dataset.seq, top: box.top };
    }
    return null;
  }

  #restore(anchor) {
    const item = this.#list.querySelector(`[data-seq="${anchor.seq}"]`);
    if (item) this.#scroll.scrollTop += item.getBoundingClientRect().top - anchor.top;
  }
}

// colour is one of six for a name, always the same.
export function colour(name) {
  let sum = 0;
  for (const c of name.toLowerCase()) sum = (sum * 31 + c.codePointAt(0)) % 9973;
  return sum % 6;
}
