// The page at /: comes in, shows the conversations, and lets people talk.

import { Line, newID } from './line.js';
import { Chat, isRoom, manyUnread } from './chat.js';
import { Log, colour } from './log.js';
import { startTravel, redrawTravel, clearTravel, travel } from './travel.js';
import { $, el } from './dom.js';
import { t, sentence, fault, languages, remember, setLanguage } from './words.js';

const typingEvery = 3e3; // ms between saying that somebody is typing

let line, chat, log, login, registering = false, ticking = 0, typed = 0, asked = 0; // asked: when it was asked last who is here
let drafts = new Map(); // by folded name: what is typed and not said yet

// ---- coming in ----

function showEntry(words = '') {
  $('chat').hidden = true;
  $('entry').hidden = false;
  document.body.classList.add('entering');
  document.title = 'JIM';
  $('refusal').textContent = words;
  $('enter').disabled = false;
  $('passwordLabel').textContent = t(registering ? 'newPassword' : 'password');
  $('password').placeholder = t(registering ? 'newPasswordHint' : 'passwordHint');
  $('password').autocomplete = registering ? 'new-password' : 'current-password';
  $('password').required = registering;
  $('inviteRow').hidden = !registering;
  $('invited').hidden = !(registering && $('invite').value);
  $('enter').textContent = t(registering ? 'register' : 'enter');
  $('turn').textContent = t(registering ? 'toEnter' : 'toRegister');
  const port = location.port || (location.protocol === 'https:' ? '443' : '80');
  const secure = location.protocol === 'https:';
  $('wayChat').textContent = `jim chat ${secure ? 'tls' : 'tcp'}://${location.hostname}:${port}`;
  $('wayHand').textContent = (secure ? `openssl s_client -quiet -connect ${location.hostname}:${port}` : `nc ${location.hostname} ${port}`) +
    '\n{"action":"presence","jim":2,"user":{"account_name":"ann"}}';
  $('waySocket').textContent = `${secure ? 'wss' : 'ws'}://${location.host}/jim/ws`;
}

// readFragment takes an invitation out of the link, so that it stays in no history.
function readFragment() {
  const invite = new URLSearchParams(location.hash.slice(1)).get('invite');
  if (!invite) return false;
  $('invite').value = invite;
  registering = true;
  history.replaceState(null, '', location.pathname);
  return true;
}

function submit(event) {
  event.preventDefault();
  const name = $('name').value.trim(), password = $('password').value;
  if (!name) { $('refusal').textContent = t('noName'); return $('name').focus(); }
  $('refusal').textContent = '';
  $('enter').disabled = true;
  const again = login?.name === name && login.password === password; // it may have been registered, and the answer lost
  login = { name, stay: $('stay').checked, asked: again ? login.asked : 0 };
  if (registering) Object.assign(login, { register: true, password, invite: $('invite').value.trim() || undefined });
  else if (password.startsWith('jimt_')) login.token = password;
  else if (password) login.password = password;
  start();
}

// hello is the first request of a connection. A password is used once: then the token counts that
// the server gave this device for it.
function hello() {
  const { name, token, password, invite, register } = login;
  const user = { account_name: name, ...(token ? { token } : password ? { password } : {}) };
  const device = !token && password ? (login.device ??= 'browser ' + newID().slice(0, 8)) : undefined;
  if (register) login.asked = (login.asked ?? 0) + 1;
  if (register && !login.doubt) return { action: 'register', jim: 2, user, device, invite };
  return { action: 'presence', jim: 2, user, device, since: chat.since(), log: chat.logName };
}

function welcome(answer) {
  login = { ...login, name: answer.user.account_name, token: answer.token ?? login.token, password: undefined, register: false, invite: undefined, asked: 0, doubt: undefined, known: true };
  const kept = JSON.stringify({ name: login.name, token: login.token, stay: login.stay, device: login.device });
  remember('sessionStorage', 'login', kept);
  remember('localStorage', 'login', login.stay && login.token ? kept : JSON.stringify({ name: login.name }));
  registering = false;
  $('password').value = $('invite').value = '';
  $('entry').hidden = true;
  $('chat').hidden = false;
  document.body.classList.remove('entering');
  $('self').textContent = login.name;
  asked = Date.now();
  const first = !chat.me;
  chat.welcome(answer).then(all => { if (all) openFirst(); });
  if (first) recallDrafts();
}

// refused tells whether to try again: a guest who comes back is told 409 while the server has
// not noticed yet that the connection before is gone.
function refused(answer) {
  // A name that was asked for twice may be ours since the first time, whose answer was lost: then its password is right.
  if (login.asked > 1 && !login.doubt) {
    login.doubt = answer;
    return true;
  }
  if (login.known && answer.response === 409 && !login.token) return true;
  if (login.token) {
    remember('sessionStorage', 'login', null);
    const stays = JSON.parse(remember('localStorage', 'login') ?? '{}').token; // another tab may have come in since
    if (stays === login.token) remember('localStorage', 'login', JSON.stringify({ name: login.name }));
  }
  showEntry(fault(login.doubt ?? answer));
  return false;
}

function start() {
  opened = 0;
  begun = false;
  line?.stop();
  log?.watch.disconnect();
  line = new Line({ hello, welcome, refused, told: event => chat.told(event), travel, state });
  chat = new Chat(line, changed);
  chat.connected = () => line.connected;
  log = new Log(chat);
  log.onBottom = seen;
  frame(null); // nothing is left of who was here before
  $('text').value = $('aloud').textContent = '';
  clearTravel();
  log.onTakeBack = text => { $('text').value = [text, $('text').value].filter(Boolean).join('\n'); keepDraft(); grow(); $('text').focus(); };
  line.start();
}

async function logout() {
  const unsent = chat.outbox.filter(one => !one.fault && !one.seq).length;
  if (unsent && !confirm(t('unsent', unsent))) return;
  if (login.token) {
    const answer = await Promise.race([line.ask({ action: 'sessions' }), new Promise(r => setTimeout(r, 2e3, {}))]);
    const mine = (answer.sessions ?? []).find(one => one.device && one.device === login.device);
    if (mine) await Promise.race([line.ask({ action: 'sessions', revoke: mine.id }), new Promise(r => setTimeout(r, 2e3))]);
  }
  line.tell({ action: 'quit' });
  for (const where of ['sessionStorage', 'localStorage']) {
    remember(where, 'login', null);
    remember(where, 'outbox', null);
  }
  for (const what of ['shown', 'drafts']) remember('sessionStorage', what, null);
  location.reload();
}

// ---- the connection, in words ----

let stated = []; // what was told last of the connection

function state(now, until, words, answer) {
  stated = [now, until, words, answer];
  clearInterval(ticking);
  if (answer) words = fault(answer);
  const show = () => {
    const said = now === 'waiting' ? t(answer ? 'later' : 'again', Math.max(1, Math.ceil((until - Date.now()) / 1e3))) : t({ connecting: 'connecting', connected: 'connected', over: 'over' }[now]);
    $('link').textContent = now === 'waiting' ? t('again', '').replace(/[,，].*/, '') : said;
    $('dot').className = 'dot ' + now;
    $('trouble').textContent = $('trouble2').textContent = now === 'connected' ? '' : words ? `${said}: ${words}` : said;
  };
  show();
  if (now === 'waiting') ticking = setInterval(show, 1e3);
  $('outside').hidden = $('retry').hidden = now !== 'waiting' && now !== 'over';
  for (const id of ['retry', 'retry2']) {
    $(id).textContent = t(now === 'over' ? 'comeBack' : 'now');
    $(id).onclick = () => (now === 'over' ? location.reload() : line.hurry());
  }
  if (now !== 'connected' && !$('entry').hidden && now !== 'over') {
    $('refusal').textContent = $('trouble').textContent;
    $('enter').disabled = now !== 'waiting'; // who waits may try something else
  }
  if (now !== 'connected') log?.pending();
}

// ---- what changed ----

let listing = 0, held = false; // held: a button is pressed in the list, which must be the same when it is let go

function changed(what, talk, detail) {
  if (what === 'list' || what === 'people') { // a page that nobody sees gets no frame to draw in, but its title is seen
    title();
    listing ||= requestAnimationFrame(() => { listing = 0; lists(); });
  }
  if (what === 'pending') { log.pending(); lists(); }
  if (what === 'people') about();
  if (talk !== chat.shown) return;
  if (what === 'log') { if (detail) return note(fault(detail)); log.draw(); about(); }
  if (what === 'typing') typing();
  if (what === 'left') show(null);
  if (what === 'said') {
    log.said(detail);
    typing();
    if (detail.some(e => e.action === 'topic')) about();
    for (const e of detail) if (e.action === 'msg' && !chat.isMe(e.from)) $('aloud').textContent = `${e.from}: ${e.message.slice(0, 300)}`;
  }
}

function note(words) { $('goFault').textContent = words; }

function lists() {
  if (held) return title();
  const all = [...chat.talks.values()].sort((a, b) => a.name.localeCompare(b.name));
  const part = (title, some) => (some.length === 0 ? null : el('section', {}, el('h3', {}, t(title)), el('ul', {}, ...some.map(row))));
  const focused = document.activeElement?.dataset?.talk;
  $('lists').replaceChildren(...[
    part('rooms', all.filter(one => isRoom(one.name) && one.member)),
    part('people', all.filter(one => !isRoom(one.name) && (one.last > 0 || one === chat.shown || chat.failed(one)))),
    part('otherRooms', all.filter(one => isRoom(one.name) && !one.member)),
  ].filter(Boolean));
  if (focused) $('lists').querySelector(`[data-talk="${CSS.escape(focused)}"]`)?.focus();
  title();
}

function title() {
  const unread = [...chat.talks.values()].reduce((sum, one) => sum + (one.member ? one.unread.size : 0), 0);
  document.title = (unread ? `(${unread > manyUnread ? manyUnread + '+' : unread}) ` : '') + (chat.shown ? chat.shown.name + ' · ' : '') + 'JIM';
}

function row(one) {
  const count = one.member ? one.unread.size : 0;
  const shown = count > manyUnread ? manyUnread + '+' : String(count);
  const status = isRoom(one.name) ? null : chat.statusOf(one.name);
  return el('li', {}, el('button', {
    type: 'button', 'data-talk': one.name, 'aria-current': one === chat.shown && 'true', onclick: () => open(one.name),
    class: count ? 'unread' : undefined,
  },
  status ? el('span.dot', { class: 'dot ' + (status === 'gone' ? 'gone' : 'connected') }) : el('span.hash', { 'aria-hidden': 'true' }, '#'),
  el('bdi.name', {}, isRoom(one.name) ? one.name.slice(1) : one.name),
  status ? el('span.aloud', {}, status === 'gone' ? t('gone') : t('here')) : null,
  chat.failed(one) ? el('span.refusal', { role: 'img', 'aria-label': t('notSent'), title: t('notSent') }, '!') : null,
  count ? el('span.count', { 'aria-label': t('unread', shown) }, shown) : null));
}

function about() {
  const one = chat.shown;
  if (!one) return;
  const status = name => { const s = chat.statusOf(name); return s === 'here' || s === 'gone' ? t(s) : s; };
  if (!isRoom(one.name)) return $('about').replaceChildren(el('bdi', {}, status(one.name)));
  const here = one.members.filter(name => chat.isMe(name) || chat.statusOf(name) !== 'gone');
  const names = here.slice(0, 12).flatMap((name, i) => [i ? ', ' : ' · ', el('bdi', {}, name)]);
  const topic = one.topic ? [el('bdi', {}, one.topic), ' · '] : []; // it turns no direction but its own
  $('about').replaceChildren(...topic, t('hereCount', here.length + (one.crowd ? '+' : '')), ...names, here.length > 12 ? ', …' : '');
}

function typing() {
  const who = [...(chat.shown?.typing.keys() ?? [])];
  const names = who.map(name => el('bdi', {}, name));
  $('typing').replaceChildren(...(who.length === 0 ? [] : sentence(who.length > 2 ? 'typingMany' : 'typing' + who.length, ...names)));
}

// ---- one conversation ----

let opened = 0, begun = false;

// open shows a conversation by its name, unless another one was asked for meanwhile.
async function open(name) {
  note('');
  const mine = ++opened;
  const one = await chat.enter(name.trim().replace(/^＃/, '#')); // as input methods write it
  if (mine !== opened) return;
  if (one.response) return note(fault(one));
  show(one, true);
}

// openFirst shows the conversation of before, or one in which something is new, when it is known what is.
async function openFirst() {
  if (opened || begun) return;
  begun = true;
  const here = chat, last = chat.talks.get((remember('sessionStorage', 'shown') ?? '').toLowerCase());
  const mine = [...chat.talks.values()].filter(one => one.member && one.last > 0);
  const wide = matchMedia('(min-width: 720px)').matches;
  await Promise.all((last?.member ? [last] : wide ? mine : []).map(one => one.counting));
  if (opened || here !== chat || chat.shown) return;
  const first = last?.member ? last : wide ? mine.find(one => one.unread.size) ?? mine[0] : null;
  if (first) show(first, false);
  else if ([...chat.talks.keys()].includes('#lobby') && wide && mine.length === 0) open('#lobby');
}

// show shows a conversation, or the list alone. On a phone the list is a page of its own, and the
// browser's own way back leads to it.
function show(one, asked) {
  keepDraft();
  chat.shown = one;
  remember('sessionStorage', 'shown', one?.name ?? null);
  frame(one);
  if (!one) return;
  if (asked && history.state?.talk !== one.name) history[history.state?.talk ? 'replaceState' : 'pushState']({ talk: one.name }, '');
  $('leave').hidden = !isRoom(one.name);
  $('text').value = drafts.get(one.name.toLowerCase()) ?? '';
  label();
  grow();
  log.show(one);
  chat.load(one);
  chat.people(one);
  typing();
  about();
  if (asked && matchMedia('(hover: hover)').matches) $('text').focus();
}

// frame is what stands around a conversation, or around none.
function frame(one) {
  document.body.classList.toggle('inside', Boolean(one));
  $('talk').hidden = $('leave').hidden = !one;
  $('choose').hidden = Boolean(one);
  $('title').textContent = one?.name ?? '';
  $('about').textContent = '';
  lists();
}

// wentBack shows a conversation of before. A room that was left since is not entered by that.
function wentBack(name) {
  const one = chat.talks.get(name.toLowerCase());
  show(one?.member ? one : null);
}

function label() {
  if (!chat?.shown) return;
  $('text').placeholder = t('composer', chat.shown.name);
  $('text').setAttribute('aria-label', t('composer', chat.shown.name));
}

// seen: the newest is in sight. It has been read if somebody looks.
function seen() {
  if (chat.shown?.log && !document.hidden && document.hasFocus() && chat.shown.following) chat.reading(chat.shown);
}

// looked: somebody looks at the page, for the first time in a while.
function looked() {
  log?.turn();
  if (!chat?.me || document.hidden) return;
  seen();
  if (Date.now() - asked < 60e3) return;
  asked = Date.now();
  chat.everybody();
}

// minutely asks about whom nobody tells: a person may share no room, and of large rooms nothing is told.
function minutely() {
  log?.turn();
  const one = chat?.shown;
  if (one && !document.hidden && (!isRoom(one.name) || one.members.length > 200)) chat.people(one);
}

// ---- the composer ----

function grow() {
  const text = $('text');
  text.style.height = 'auto';
  text.style.height = text.scrollHeight + 2 + 'px';
  const bytes = new TextEncoder().encode(text.value).length, most = chat?.limits.message ?? Infinity;
  $('keys').textContent = bytes > most ? t('tooLong', bytes, most) : t('keys');
  $('keys').classList.toggle('refusal', bytes > most);
  $('send').disabled = bytes > most;
}

function sendText() {
  const text = $('text').value;
  if (!text.trim() || $('send').disabled || !chat.shown) return;
  chat.shown.following = true;
  chat.say(chat.shown.name, text.replace(/\s+$/, ''));
  $('text').value = '';
  keepDraft();
  typed = 0;
  grow();
  log.toBottom();
}

function keys(event) {
  // Enter that ends a composition of Chinese or Japanese belongs to the input method; Safari tells
  // of it as key code 229 after the composition has ended.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  sendText();
}

// keepDraft keeps what stands in the composer. It outlives the page, in this tab.
function keepDraft() {
  if (!chat.shown) return;
  drafts.delete(chat.shown.name.toLowerCase());
  if ($('text').value) drafts.set(chat.shown.name.toLowerCase(), $('text').value);
  remember('sessionStorage', 'drafts', drafts.size ? JSON.stringify({ me: login.name, all: [...drafts] }) : null);
}

function recallDrafts() {
  const { me, all } = JSON.parse(remember('sessionStorage', 'drafts') ?? '{}');
  drafts = new Map(chat.isMe(me) ? all : []);
}

function written() {
  keepDraft();
  grow();
  if (!$('text').value.trim() || Date.now() - typed < typingEvery) return;
  typed = Date.now();
  line.tell({ action: 'typing', to: chat.shown.name });
}

// step shows the conversation before or after the one that is shown.
function step(by) {
  const all = [...$('lists').querySelectorAll('[data-talk]')].map(one => one.dataset.talk);
  const at = all.indexOf(chat.shown?.name);
  if (all.length) open(all[(at + by + all.length) % all.length]);
}

function speak(chosen) {
  const language = setLanguage(chosen);
  for (const id of ['language', 'language2']) $(id).value = language;
  if (!$('entry').hidden || !chat) showEntry($('refusal').textContent);
  if (!chat?.me) return;
  label();
  grow();
  lists();
  about();
  log.draw();
  redrawTravel();
  state(...stated);
}

function listen() {
  for (const id of ['language', 'language2']) {
    $(id).append(...Object.entries(languages).map(([code, name]) => el('option', { value: code, lang: code }, name)));
    $(id).onchange = () => speak($(id).value);
  }
  $('login').onsubmit = submit;
  $('turn').onclick = () => { registering = !registering; showEntry(); };
  $('logout').onclick = logout;
  $('go').onsubmit = e => { e.preventDefault(); const to = $('goTo').value; if (to.trim()) { $('goTo').value = ''; open(to); } };
  $('leave').onclick = async () => { const answer = await chat.leave(chat.shown); if (answer.response >= 400) note(fault(answer)); };
  $('back').onclick = () => (history.state?.talk ? history.back() : show(null));
  $('composer').onsubmit = e => { e.preventDefault(); sendText(); $('text').focus(); };
  $('text').onkeydown = keys;
  $('text').oninput = written;
  addEventListener('popstate', e => { if (chat?.me) wentBack(e.state?.talk ?? ''); });
  addEventListener('hashchange', () => { if (readFragment() && !$('entry').hidden) showEntry(); });
  $('lists').onpointerdown = e => { held = e.button === 0 && Boolean(e.target.closest('[data-talk]')); };
  for (const end of ['pointerup', 'pointercancel', 'blur']) addEventListener(end, () => { if (held) { held = false; setTimeout(lists); } });
  addEventListener('focus', looked);
  document.addEventListener('visibilitychange', looked);
  setInterval(minutely, 60e3);
  addEventListener('keydown', e => {
    if (e.altKey && !$('chat').hidden && ['ArrowUp', 'ArrowDown'].includes(e.key)) { e.preventDefault(); step(e.key === 'ArrowUp' ? -1 : 1); }
  });
}

function begin() {
  listen();
  startTravel();
  const invited = readFragment();
  speak();
  const kept = JSON.parse(remember('sessionStorage', 'login') ?? remember('localStorage', 'login') ?? '{}');
  const here = remember('sessionStorage', 'login') !== null;
  if (history.state) history.replaceState(null, '');
  if (kept.name && !invited) $('name').value = kept.name;
  if (!invited && kept.name && (kept.token || here)) {
    login = { ...kept, known: true };
    document.body.classList.add('returning');
    showEntry();
    return start();
  }
  showEntry();
}

begin();
