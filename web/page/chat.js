// What is known of the conversations, without a pixel. Each conversation's log is kept without gaps:
// what does not fit right behind its newest entry is read from the server ("seq is the truth,
// delivery is a hint"), and what is there already is dropped.

import { newID } from './line.js';
import { remember } from './words.js';

const page = 50; // entries read at a time when scrolling up
const farBehind = 600; // with more to catch up, only the newest are read
const longest = 800, kept = 400; // entries of a log that is being followed: when over, how many stay
const crowd = 1000; // members; who else is in a room is not asked for
const typingFor = 5e3, settling = 1500; // ms
export const manyUnread = 99;

const fold = name => name.toLowerCase();
export const isRoom = name => name.startsWith('#');

export class Chat {
  me = null; limits = {}; talks = new Map(); statuses = new Map(); outbox = []; shown = null;
  logName; // what the server's log is called that the numbers here are of
  #line; #tell; #sending = false;
  #unasked = new Set(); #asking = false; // people
  #unlisted; // what has not been in the list of this connection yet

  // tell(what, talk, detail) is told what changed: 'list', 'log', 'said', 'pending', 'typing', 'people'.
  constructor(line, tell) { this.#line = line; this.#tell = tell; }

  talk(name) {
    let one = this.talks.get(fold(name));
    if (!one) {
      one = { name, last: 0, read: 0, had: 0, door: 0, member: !isRoom(name), topic: '', log: null, more: false, members: [], unread: new Set(), typing: new Map(), following: true };
      this.talks.set(fold(name), one);
    }
    return one;
  }

  isMe(name) { return this.me !== null && fold(name ?? '') === fold(this.me.account_name); }
  statusOf(name) { return this.statuses.get(fold(name)) ?? 'gone'; }

  // since is what this page has, for the first request of a connection. What else was known to be there counts no more:
  // the server tells it again, if it is still so.
  since() {
    if (!this.me) return undefined;
    for (const one of this.talks.values()) this.#forget(one, one.log ? have(one) : one.last);
    return Object.fromEntries([...this.talks.values()].filter(one => one.log).map(one => [one.name, have(one)]));
  }

  // forget lets go of what is known of a conversation behind seq. Of a message that was not told it is asked again whether it is there.
  #forget(one, seq) {
    one.last = one.had = seq;
    one.door = Math.min(one.door, seq);
    one.read = Math.min(one.read, seq);
    for (const unread of one.unread) if (unread > seq) one.unread.delete(unread);
    for (const item of this.outbox) if (item.seq > seq && fold(item.to) === fold(one.name)) item.seq = undefined;
  }

  // welcome begins a connection: who this is, and where the conversations stand. It tells whether all of
  // them are known: another connection may have begun before.
  async welcome(answer) {
    const before = this.me;
    this.me = answer.user;
    this.limits = answer.limits ?? {};
    if (!before) this.#recall();
    if (before && answer.log !== this.logName) { // a backup was restored: of what was not named nothing is certain
      for (const one of this.talks.values()) if (!one.log) this.#forget(one, 0);
    }
    this.logName = answer.log;
    for (const [name, seq] of Object.entries(answer.since ?? {})) this.#setBack(this.talk(name), seq);
    this.#flush();
    const unlisted = this.#unlisted = new Set([...this.talks.values()].filter(one => isRoom(one.name)));
    let list, listed = 0;
    do { // one's own conversations come first, and are all read
      list = await this.#line.ask({ action: 'rooms', ...(list && { after: list.next }) });
      if (unlisted !== this.#unlisted) return false;
      for (const room of list.rooms ?? []) this.#listed(room);
      listed += list.rooms?.length ?? 0;
      this.#tell('list');
    } while (list.next && (listed < 1000 || list.rooms.at(-1)?.member));
    if (list.response < 400 && !list.next) for (const one of unlisted) this.#gone(one);
    for (const one of this.talks.values()) this.#count(one);
    if (this.shown) this.people(this.shown);
    this.everybody();
    return true;
  }

  #listed(room) {
    const one = this.talk(room.name), read = room.read ?? 0;
    this.#unlisted.delete(one);
    one.name = room.name;
    if (room.seq < one.had) this.#setBack(one, room.seq);
    one.last = Math.max(one.last, room.seq);
    if (read < one.read) this.#line.tell({ action: 'read', to: one.name, seq: one.read }); // that was lost
    this.#read(one, read);
    one.topic = room.topic ?? '';
    if (one.door > room.seq) return; // the list is older than that
    if (one.member && !room.member) this.#left(one);
    one.member = Boolean(room.member);
  }

  // gone takes in that a room is not there any more, as after a backup was restored.
  #gone(one) {
    if (!this.failed(one)) this.talks.delete(fold(one.name));
    this.#left(one);
    this.#tell('list');
  }

  // count finds out what has not been read of a conversation, as far as it is told: the server keeps the mark, and
  // the log says which entries behind it are messages of others.
  #count(one) {
    if (one.member && one.last > one.read) one.counting ??= this.#countFrom(one, one.read);
  }

  async #countFrom(one, read) {
    let at = read;
    while (one.member && (at = Math.max(at, one.read)) < one.last && one.unread.size <= manyUnread) {
      const { events = [] } = await this.#line.ask({ action: 'history', to: one.name, after: at, limit: 200 });
      if (events.length === 0 || one.read < read) break;
      for (const event of events) this.#note(one, event);
      at = events.at(-1).seq;
      this.#tell('list');
    }
    one.counting = undefined;
    one.uncounted = at < one.last;
    if (one.read < read) this.#count(one); // it was set back meanwhile
  }

  #note(one, event) {
    one.last = Math.max(one.last, event.seq);
    if (event.action === 'msg' && event.seq > one.read && !this.isMe(event.from)) one.unread.add(event.seq);
  }

  // told takes an event.
  told(event) {
    if (event.action === 'presence') return this.#came(event.user);
    const one = this.talk(isRoom(event.to ?? '') || !this.isMe(event.to) ? event.to ?? 'server' : event.from);
    if (event.action === 'behind') return this.#behind(one, event.seq);
    if (event.action === 'typing') return this.#typing(one, event.from);
    if (event.action === 'read') return this.#read(one, event.seq);
    if (event.seq) this.#place(one, event);
  }

  // setBack takes in that the server has fewer entries than it had on a connection before, as after a backup was
  // restored: what is here is read anew.
  #setBack(one, seq) {
    this.#forget(one, seq);
    this.#flush();
    if (!one.log) return;
    one.log = null;
    this.load(one);
  }

  #behind(one, seq) {
    if (seq < one.had) return this.#setBack(one, seq);
    one.last = Math.max(one.last, seq);
    if (one.log) this.#fill(one);
    else this.#count(one);
  }

  #place(one, event) {
    if (!isRoom(one.name) && one.last === 0) this.people(one); // somebody new
    this.#note(one, event);
    clearTimeout(one.typing.get(event.from));
    one.typing.delete(event.from);
    if (event.action === 'topic') one.topic = event.topic ?? '';
    if (this.#isDoor(event)) this.#door(one, event);
    if (['join', 'create', 'leave'].includes(event.action) && one === this.shown) this.people(one);
    if (this.isMe(event.from) && event.id) this.#arrived(event);
    if (one.log && event.seq === have(one) + 1) this.#append(one, [event]);
    else if (one.log && event.seq > have(one)) this.#fill(one);
    this.#tell('list');
  }

  // isDoor tells whether an entry says that one came in or left oneself.
  #isDoor(event) { return this.isMe(event.from) && ['join', 'create', 'leave'].includes(event.action); }

  // door takes in such an entry, which may come after what followed it was answered.
  #door(one, event) {
    if (event.seq <= one.door) return;
    if (event.action === 'leave') this.#left(one);
    else this.#entered(one, event.seq);
  }

  #entered(one, seq) {
    const outside = !one.member;
    one.member = true;
    one.door = Math.max(one.door, seq);
    one.last = Math.max(one.last, seq);
    this.#unlisted.delete(one);
    if (!outside) return;
    if (one.read) this.#line.tell({ action: 'read', to: one.name, seq: one.read }); // who is outside is not heard
    this.#count(one);
  }

  #append(one, events) {
    one.log.push(...events);
    for (const event of events) if (this.isMe(event.from) && event.id) this.#arrived(event);
    if ((one.following || one !== this.shown) && one.log.length > longest) {
      one.log.splice(0, one.log.length - kept);
      one.more = true;
      this.#tell('log', one);
    } else this.#tell('said', one, events);
  }

  // fill reads what is missing between the newest entry here and the newest there is.
  async #fill(one) {
    if (one.filling) return;
    one.filling = true;
    let door = null, far = false;
    while (one.log && have(one) < one.last) {
      far = one.last - have(one) > farBehind;
      if (far) { one.log = null; break; }
      const { log } = one;
      const answer = await this.#line.ask({ action: 'history', to: one.name, after: have(one), limit: 200 });
      if (one.log !== log) continue; // it was read anew meanwhile
      const next = (answer.events ?? []).filter(e => e.seq > have(one));
      if (next.length === 0 || next[0].seq !== have(one) + 1) break;
      for (const event of next) {
        this.#note(one, event);
        if (event.action === 'topic') one.topic = event.topic ?? '';
        if (this.#isDoor(event)) door = event;
      }
      this.#append(one, next);
    }
    one.filling = false;
    if (far) await this.load(one);
    else if (door && one.log) this.#door(one, door);
    this.#tell('list');
  }

  // load reads the newest page.
  async load(one) {
    if (one.log || one.loading) return;
    one.loading = true;
    const answer = await this.#line.ask({ action: 'history', to: one.name, limit: page });
    one.loading = false;
    if (answer.response >= 400) return this.#tell('log', one, answer);
    one.log = answer.events;
    one.more = Boolean(answer.more);
    one.last = Math.max(one.last, answer.seq ?? 0);
    for (const event of one.log) {
      this.#note(one, event);
      if (this.isMe(event.from) && event.id) this.#arrived(event);
    }
    this.#tell('log', one);
    if (have(one) < one.last) this.#fill(one);
  }

  // older reads the page before the oldest entry here.
  async older(one) {
    if (!one.log?.length || !one.more || one.reading) return;
    one.reading = true;
    const first = one.log[0].seq;
    const answer = await this.#line.ask({ action: 'history', to: one.name, before: first, limit: page });
    one.reading = false;
    if (!answer.events || one.log?.[0]?.seq !== first) return;
    one.log.unshift(...answer.events);
    one.more = Boolean(answer.more);
    this.#tell('log', one);
  }

  // enter joins a room, and makes it if it is not there; a person is asked for by name. It
  // returns the conversation, or an answer that is an error.
  async enter(name) {
    const known = this.talks.get(fold(name));
    if (known?.member && (isRoom(name) || known.last || this.failed(known))) return known;
    const answer = await this.#line.ask(isRoom(name) ? { action: 'join', to: name } : { action: 'whois', to: name });
    if (answer.response >= 400) return answer;
    const one = this.talk(answer.to ?? name);
    this.#entered(one, answer.seq ?? 0);
    if (answer.topic !== undefined) one.topic = answer.topic;
    if (answer.user) this.#came(answer.user);
    this.#tell('list');
    return one;
  }

  async leave(one) {
    const answer = await this.#line.ask({ action: 'leave', to: one.name });
    if (answer.response < 400) this.#left(one);
    return answer;
  }

  #left(one) {
    one.member = false;
    one.log = null;
    one.unread.clear();
    this.#tell('left', one);
  }

  // people asks who is in a conversation, once more where somebody wants to know it meanwhile.
  async people(one) {
    one.wondering = true;
    if (one.asking) return;
    for (one.asking = true; one.wondering;) {
      one.wondering = false;
      await (isRoom(one.name) ? this.#members(one) : this.#whois(one));
      this.#tell('people');
    }
    one.asking = false;
  }

  // everybody asks of all people whether they are here, one after another: of those with whom one shares no room nobody tells it.
  async everybody() {
    for (const one of this.talks.values()) if (!isRoom(one.name) && one.last > 0) this.#unasked.add(one);
    if (this.#asking) return;
    this.#asking = true;
    for (const one of this.#unasked) {
      this.#unasked.delete(one);
      await this.people(one);
    }
    this.#asking = false;
  }

  // members are all of a room; of a crowd, the first ones.
  async #members(one) {
    const all = [];
    let answer;
    do {
      answer = await this.#line.ask({ action: 'members', to: one.name, ...(answer && { after: answer.next }) });
      for (const p of answer.members ?? []) {
        all.push(p.account_name);
        this.statuses.set(fold(p.account_name), p.status);
      }
    } while (answer.next && all.length < crowd);
    one.members = all;
    one.crowd = Boolean(answer.next);
  }

  async #whois(one) {
    const { user } = await this.#line.ask({ action: 'whois', to: one.name });
    if (user) this.statuses.set(fold(user.account_name), user.status);
  }

  #came(user) {
    this.statuses.set(fold(user.account_name), user.status);
    this.#tell('people');
  }

  #typing(one, who) {
    clearTimeout(one.typing.get(who));
    one.typing.set(who, setTimeout(() => { one.typing.delete(who); this.#tell('typing', one); }, typingFor));
    this.#tell('typing', one);
  }

  // reading says that everything here has been seen.
  reading(one) {
    if (!one.log || have(one) <= one.read) return;
    this.#read(one, have(one));
    this.#line.tell({ action: 'read', to: one.name, seq: one.read });
  }

  #read(one, seq) {
    one.read = Math.max(one.read, seq);
    for (const unread of one.unread) if (unread <= one.read) one.unread.delete(unread);
    if (one.uncounted) this.#count(one);
    this.#tell('list');
  }

  // say queues a message: it is shown at once, sent when it can be, and leaves the queue when
  // the server has told it. One is on its way at a time, so a refusal cannot change their order.
  say(to, message) {
    this.outbox.push({ id: newID(), to, message, time: Date.now() / 1e3, fault: null, travelled: [] });
    this.#changed();
    this.#flush();
  }

  drop(item) {
    this.outbox = this.outbox.filter(one => one !== item);
    this.#changed();
  }

  // failed tells whether something that was written in a conversation was refused.
  failed(one) { return this.outbox.some(item => item.fault && fold(item.to) === fold(one.name)); }

  async #flush() {
    if (this.#sending || !this.#line.connected) return;
    this.#sending = true;
    for (let item; (item = this.outbox.find(one => !one.fault && !one.seq));) {
      const request = { action: 'msg', id: item.id, to: item.to, message: item.message };
      // Of what makes too long an object the server cannot say which message it was.
      const tooLong = new TextEncoder().encode(JSON.stringify(request)).length > this.limits.object;
      const answer = tooLong ? { response: 413 } : await this.#line.ask(request, trouble => { item.trouble = trouble; this.#changed(); });
      item.trouble = null;
      item.travelled = [['sent', request], ['got', answer]];
      if (answer.response >= 400) this.#refused(item, answer);
      else this.#acknowledged(item, answer);
      this.#changed();
    }
    this.#sending = false;
  }

  // refused keeps an item, and a conversation for it in the list, though there may be no such room any more.
  #refused(item, answer) {
    item.fault = answer;
    this.talk(item.to);
  }

  #acknowledged(item, answer) {
    item.seq = answer.seq;
    const one = this.talk(answer.to);
    one.last = Math.max(one.last, answer.seq);
    if (!one.log || have(one) >= item.seq) return this.drop(item);
    setTimeout(() => { if (one.log && have(one) < item.seq) this.#fill(one); }, settling);
  }

  // arrived takes a message of one's own out of the queue; it comes with what was sent for it.
  #arrived(event) {
    const item = this.outbox.find(one => one.id === event.id);
    if (!item) return;
    item.seq = event.seq;
    Object.defineProperty(event, 'travelled', { enumerable: false, value: () => item.travelled });
    this.drop(item);
  }

  // What was not sent outlives the page, in this tab. What was refused stays so: nobody expects it to be sent later on.
  #changed() {
    const left = this.outbox.map(({ id, to, message, time, fault }) => ({ id, to, message, time, fault }));
    remember('sessionStorage', 'outbox', left.length ? JSON.stringify({ me: this.me?.account_name, left }) : null);
    this.#tell('pending');
  }

  #recall() {
    const { me, left } = JSON.parse(remember('sessionStorage', 'outbox') ?? '{}');
    if (!left || !this.isMe(me)) return;
    for (const item of left) {
      this.outbox.push({ ...item, travelled: [] });
      if (item.fault) this.talk(item.to);
    }
  }
}

// have is the newest entry here; everything before it, from the first one, is here too.
const have = one => (one.log.length ? one.log.at(-1).seq : 0);
