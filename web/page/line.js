// One connection to the server that comes back by itself. What is asked is asked again, under the
// same id, until it is answered: for the server the same id is the same message, so a repetition
// after a lost answer doubles nothing (docs/protocol.md, section 3).

const firstWait = 500, longestWait = 30e3; // ms between attempts, doubled each time
const openTime = 15e3; // an attempt takes no longer
const silence = 25e3, patience = 10e3; // after so long without a word the server is asked, and given up

// travelled is an object as it travelled, byte for byte. One that came inside another is written as the server writes it.
export const travelled = object => texts.get(object) ?? JSON.stringify(object);
const texts = new WeakMap();

// newID is 128 random bits: no two requests have the same.
export function newID() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), b => b.toString(16).padStart(2, '0')).join('');
}

export class Line {
  #hooks; #socket = null; #waiting = new Map(); #wait = 0; #timer = 0; #watch = 0; #open = 0;
  #heard = 0; #pinged = 0; #state = 'over'; #after = 0; #final = true;

  // hooks: hello() is the first request of each connection; welcome(answer) and refused(answer) take
  // its answer, refused tells whether to try again; told(event); travel(way, text) gets every
  // object; state(name, until, words, answer) is 'connecting', 'connected', 'waiting' or 'over', with
  // the words of a goodbye, and the answer that makes it wait.
  constructor(hooks) {
    this.#hooks = hooks;
    addEventListener('online', () => this.hurry());
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.hurry(); });
  }

  get connected() { return this.#state === 'connected'; }

  // start connects, and stays connected until stop.
  start() {
    this.#final = false;
    this.#wait = this.#after = 0;
    clearInterval(this.#watch);
    this.#watch = setInterval(() => this.#listen(), 5e3);
    this.#connect();
  }

  stop(words = '') {
    this.#final = true;
    clearInterval(this.#watch);
    clearTimeout(this.#timer);
    this.#drop();
    this.#waiting.clear();
    this.#change('over', 0, words);
  }

  // hurry ends a wait for the next attempt.
  hurry() { if (this.#state === 'waiting') this.#connect(); }

  // ask sends a request and gives its answer, whenever it comes. trouble is told of answers that
  // say that the same can succeed later; then it is asked again.
  ask(request, trouble) {
    request.id ??= newID();
    return new Promise(answered => {
      this.#waiting.set(request.id, { request, answered, trouble });
      if (this.connected) this.#send(request);
    });
  }

  // tell sends what need not arrive.
  tell(request) { if (this.connected) this.#send({ ...request, id: newID() }); }

  #connect() {
    clearTimeout(this.#timer);
    this.#drop();
    this.#change('connecting');
    const socket = this.#socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/jim/ws`);
    this.#heard = Date.now();
    this.#open = setTimeout(() => this.#lost(), openTime);
    socket.onopen = () => {
      const hello = { ...this.#hooks.hello(), id: newID() };
      this.hello = hello.id;
      this.#send(hello);
    };
    socket.onmessage = m => this.#take(m.data);
    socket.onclose = () => this.#lost();
  }

  #drop() {
    clearTimeout(this.#open);
    const socket = this.#socket;
    if (!socket) return;
    this.#socket = null;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  // lost waits for the next attempt; answer is what the server said where it was there.
  #lost(answer) {
    this.#drop();
    if (this.#final) return;
    // Half of the wait is chance, so that not everybody comes back at the same moment.
    this.#wait = Math.min(longestWait, this.#wait * 2 || firstWait);
    const wait = Math.max(this.#after, this.#wait * (0.5 + Math.random() / 2));
    this.#after = 0;
    this.#timer = setTimeout(() => this.#connect(), wait);
    this.#change('waiting', Date.now() + wait, '', answer);
  }

  #listen() {
    if (this.#state !== 'connected') return;
    const now = Date.now();
    if (Math.max(this.#heard, this.#pinged) > now) this.#heard = this.#pinged = now; // the clock was set back
    const silent = now - this.#heard;
    if (this.#pinged > this.#heard && now - this.#pinged > patience) this.#lost();
    else if (silent > silence && this.#pinged <= this.#heard) {
      this.#pinged = now;
      this.tell({ action: 'ping' });
    }
  }

  #send(request) {
    const { action, id, ...about } = request;
    const text = JSON.stringify({ action, id, ...about });
    texts.set(request, text);
    this.#hooks.travel('sent', text);
    this.#socket.send(text);
  }

  #take(text) {
    this.#heard = Date.now();
    this.#hooks.travel('got', text);
    const object = JSON.parse(text);
    texts.set(object, text);
    if (object.response) this.#answer(object);
    else if (object.action === 'bye') this.#bye(object);
    else this.#hooks.told(object);
  }

  #bye(event) {
    if (event.retry_after === undefined) this.stop(event.alert ?? '');
    else this.#after = event.retry_after * 1e3 * (1 + Math.random() / 4);
  }

  #answer(answer) {
    if (answer.id === this.hello) return this.#greeted(answer);
    const one = this.#waiting.get(answer.id);
    if (!one) return;
    if (answer.response >= 400 && answer.retry) {
      one.trouble?.(answer);
      const socket = this.#socket; // on another one it was asked again already
      const again = () => { if (this.#socket === socket && this.#waiting.has(answer.id)) this.#send(one.request); };
      setTimeout(again, (answer.retry_after ?? 2) * 1e3);
      return;
    }
    this.#waiting.delete(answer.id);
    one.answered(answer);
  }

  #greeted(answer) {
    if (answer.response >= 400) {
      this.#after = (answer.retry_after ?? 0) * 1e3;
      if (answer.retry || this.#hooks.refused(answer)) this.#lost(answer);
      else this.stop();
      return;
    }
    clearTimeout(this.#open);
    this.#wait = 0;
    this.#change('connected');
    const before = [...this.#waiting.values()];
    this.#hooks.welcome(answer);
    for (const one of before) this.#send(one.request);
  }

  #change(state, until = 0, words = '', answer = undefined) {
    this.#state = state;
    this.#hooks.state(state, until, words, answer);
  }
}
