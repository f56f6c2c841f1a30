// What the page says, in the three languages of JIM. {0} and {1} stand for what is said about.

const words = {
  tagline: ['A messenger that anything with a socket can join.', 'Мессенджер, к которому подключится всё, у чего есть сокет.', '凡是有套接字的程序都能加入的聊天系统。'],
  language: ['Language', 'Язык', '语言'],
  name: ['Name', 'Имя', '名字'],
  password: ['Password or token', 'Пароль или токен', '密码或令牌'],
  passwordHint: ['empty for a guest', 'гостю не нужен', '访客可留空'],
  newPassword: ['Choose a password', 'Придумайте пароль', '设置密码'],
  newPasswordHint: ['8 characters or more', 'не короче 8 знаков', '至少 8 个字符'],
  invite: ['Invitation', 'Приглашение', '邀请码'],
  inviteHint: ['where the server asks for one', 'если сервер его требует', '服务器要求时填写'],
  stay: ['Stay logged in on this device', 'Не выходить на этом устройстве', '在此设备上保持登录'],
  enter: ['Come in', 'Войти', '进入'],
  register: ['Register', 'Зарегистрироваться', '注册'],
  toRegister: ['Make a name yours', 'Закрепить имя за собой', '注册一个名字'],
  toEnter: ['Come in with a name', 'Войти по имени', '用名字进入'],
  invited: ['You are invited. Choose a name and a password.', 'Вас пригласили. Выберите имя и пароль.', '你收到了邀请。请选择名字和密码。'],
  otherWays: ['Other ways in', 'Другие способы', '其他方式'],
  inTerminal: ['In a terminal', 'В терминале', '在终端中'],
  byHand: ['By hand', 'Вручную', '手动输入'],
  noName: ['Choose a name first.', 'Сначала выберите имя.', '请先选择名字。'],

  rooms: ['Rooms', 'Комнаты', '房间'],
  people: ['People', 'Люди', '联系人'],
  otherRooms: ['Other rooms', 'Другие комнаты', '其他房间'],
  conversations: ['Conversations', 'Разговоры', '会话'],
  go: ['#room or name', '#комната или имя', '#房间 或 名字'],
  goLabel: ['Join or make a room, or write to a person', 'Войти в комнату, создать её или написать человеку', '加入或创建房间，或给某人写信'],
  open: ['Open', 'Открыть', '打开'],
  logout: ['Log out', 'Выйти', '退出'],
  you: ['you', 'вы', '你'],
  back: ['Back to the list', 'К списку', '返回列表'],
  leave: ['Leave', 'Покинуть', '离开'],
  leaveLabel: ['Leave this room', 'Покинуть комнату', '离开此房间'],
  travelled: ['What travelled', 'Что передано', '传输内容'],
  travelledHint: ['Every object between this page and the server, as it was. Passwords are hidden here.', 'Каждый объект между страницей и сервером, как он есть. Пароли здесь скрыты.', '本页与服务器之间的每个对象，原样显示。密码在此隐藏。'],
  close: ['Close', 'Закрыть', '关闭'],
  clear: ['Clear', 'Очистить', '清空'],
  sent: ['sent', 'отправлено', '发出'],
  got: ['came', 'получено', '收到'],
  under: ['Objects under messages', 'Объекты под сообщениями', '在消息下显示对象'],
  json: ['Show what travelled', 'Показать, что передано', '显示传输内容'],

  composer: ['Message to {0}', 'Сообщение: {0}', '发消息给 {0}'],
  send: ['Send', 'Отправить', '发送'],
  keys: ['Enter sends, Shift+Enter begins a new line', 'Enter отправляет, Shift+Enter — новая строка', 'Enter 发送，Shift+Enter 换行'],
  tooLong: ['Too long: {0} of {1} bytes', 'Слишком длинно: {0} из {1} байт', '太长：{0} / {1} 字节'],
  waiting: ['sent when the connection is back', 'уйдёт, когда вернётся связь', '恢复连接后发送'],
  sending: ['sending…', 'отправляется…', '发送中…'],
  unsent: ['Messages that are not sent yet: {0}. Log out and discard them?', 'Ещё не отправлено сообщений: {0}. Выйти и удалить их?', '还有 {0} 条消息未发送。退出并丢弃吗？'],
  notSent: ['Not sent.', 'Не отправлено.', '未发送。'],
  takeBack: ['Edit', 'Исправить', '编辑'],
  drop: ['Discard', 'Удалить', '丢弃'],

  nothingOpen: ['Choose a conversation, or type the name of a room or a person into the field below the list.', 'Выберите разговор или наберите имя комнаты или человека в поле под списком.', '请选择一个会话，或在列表下方输入房间名或人名。'],
  nothingSaid: ['Nothing has been said here yet. Write the first message.', 'Здесь ещё ничего не сказано. Напишите первое сообщение.', '这里还没有消息。写下第一条吧。'],
  loading: ['Reading…', 'Чтение…', '读取中…'],
  beginning: ['This is where the conversation begins.', 'Здесь разговор начинается.', '会话从这里开始。'],
  fresh: ['New', 'Новое', '新消息'],
  newBelow: ['{0} new ↓', 'новых: {0} ↓', '{0} 条新消息 ↓'],
  toBottom: ['To the newest ↓', 'К последним ↓', '回到最新 ↓'],
  unread: ['unread: {0}', 'непрочитанных: {0}', '{0} 条未读'],
  today: ['Today', 'Сегодня', '今天'],
  yesterday: ['Yesterday', 'Вчера', '昨天'],

  typing1: ['{0} is typing…', '{0} печатает…', '{0} 正在输入…'],
  typing2: ['{0} and {1} are typing…', '{0} и {1} печатают…', '{0} 和 {1} 正在输入…'],
  typingMany: ['Several people are typing…', 'Несколько человек печатают…', '多人正在输入…'],
  here: ['here', 'здесь', '在线'],
  gone: ['not here', 'не здесь', '不在线'],
  hereCount: ['{0} here', 'здесь: {0}', '{0} 人在线'],

  didCreate: ['{0} made this room', '{0}: комната создана', '{0} 创建了房间'],
  didJoin: ['{0} joined', '{0} теперь в комнате', '{0} 加入了房间'],
  didLeave: ['{0} left', '{0} больше не в комнате', '{0} 离开了房间'],
  didTopic: ['{0} set the topic: {1}', '{0} меняет тему: {1}', '{0} 设置主题：{1}'],
  didElse: ['{0}: {1}', '{0}: {1}', '{0}：{1}'],

  connecting: ['Connecting…', 'Соединение…', '正在连接…'],
  connected: ['Connected', 'На связи', '已连接'],
  again: ['No connection, again in {0} s', 'Нет связи, снова через {0} с', '无连接，{0} 秒后重试'],
  later: ['Again in {0} s', 'Снова через {0} с', '{0} 秒后重试'],
  now: ['Try now', 'Сейчас', '立即重试'],
  over: ['The server has said goodbye', 'Сервер попрощался', '服务器已断开'],
  comeBack: ['Come back', 'Вернуться', '重新连接'],

  e400: ['The server does not take that.', 'Сервер этого не принимает.', '服务器不接受此请求。'],
  e401: ['This name needs its password or token, or guests are not let in here.', 'Этому имени нужен пароль или токен, либо гостей сюда не пускают.', '此名字需要密码或令牌，或此处不接待访客。'],
  e402: ['Wrong name, password, token or invitation.', 'Неверное имя, пароль, токен или приглашение.', '名字、密码、令牌或邀请码有误。'],
  e403: ['That is not allowed here.', 'Здесь это не разрешено.', '此处不允许这样做。'],
  e404: ['There is no such person or room.', 'Такого человека или комнаты нет.', '没有此人或此房间。'],
  e409: ['Somebody has this name now.', 'Это имя сейчас занято.', '此名字正被使用。'],
  e413: ['That is too long.', 'Это слишком длинно.', '内容太长。'],
  e429: ['Too much at once. A moment, please.', 'Слишком часто. Подождите немного.', '过于频繁，请稍候。'],
  e5: ['The server cannot do that now.', 'Сервер сейчас не может этого сделать.', '服务器暂时无法处理。'],
};

export const languages = { en: 'English', ru: 'Русский', zh: '中文' };
const order = Object.keys(languages);

// remember keeps a value, gives it back where none is given, and forgets it for null. A browser may refuse
// even to be asked for its storage; then nothing is remembered.
export const remember = (where, key, value) => {
  try {
    const storage = globalThis[where];
    if (value === undefined) return storage.getItem('jim.' + key);
    value === null ? storage.removeItem('jim.' + key) : storage.setItem('jim.' + key, value);
  } catch { /* refused */ }
  return null;
};

let language = 'en';

// setLanguage takes one that was chosen; without one, what was chosen before or what the browser prefers.
export function setLanguage(chosen) {
  if (chosen) remember('localStorage', 'language', chosen);
  const wanted = [chosen, remember('localStorage', 'language'), ...(navigator.languages ?? [navigator.language])];
  language = wanted.map(one => (one ?? '').slice(0, 2).toLowerCase()).find(one => order.includes(one)) ?? 'en';
  document.documentElement.lang = language === 'zh' ? 'zh-Hans' : language;
  for (const at of document.querySelectorAll('[data-t]')) at.textContent = t(at.dataset.t);
  for (const at of document.querySelectorAll('[data-t-label]')) {
    at.setAttribute('aria-label', t(at.dataset.tLabel));
    if (at.tagName === 'BUTTON') at.title = t(at.dataset.tLabel);
  }
  for (const at of document.querySelectorAll('[data-t-hint]')) at.placeholder = t(at.dataset.tHint);
  formats = null;
  return language;
}

export function t(key, ...about) {
  return words[key][order.indexOf(language)].replace(/\{(\d)\}/g, (_, n) => about[n]);
}

// sentence is what t says, in pieces: what it is about may be elements.
export function sentence(key, ...about) {
  return words[key][order.indexOf(language)].split(/\{(\d)\}/).map((piece, i) => (i % 2 ? about[piece] : piece));
}

// fault is an answer that is an error, in words: ours for its code, then the server's own.
export function fault(answer) {
  const own = 'e' + answer.response;
  const said = own in words ? t(own) : answer.response >= 500 ? t('e5') : t('e400');
  return answer.error ? `${said} (${answer.response}: ${answer.error})` : said;
}

let formats = null;

// format is the dates and times of the reader's language; the server's clock counts seconds.
export function format(kind, seconds) {
  const tag = document.documentElement.lang;
  formats ??= {
    time: new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
    full: new Intl.DateTimeFormat(tag, { dateStyle: 'full', timeStyle: 'medium', hourCycle: 'h23' }),
    day: new Intl.DateTimeFormat(tag, { weekday: 'long', day: 'numeric', month: 'long' }),
    year: new Intl.DateTimeFormat(tag, { day: 'numeric', month: 'long', year: 'numeric' }),
  };
  const date = new Date(seconds * 1000);
  if (kind !== 'day') return formats[kind].format(date);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86400e3);
  if (days === 0 || days === 1) return t(days ? 'yesterday' : 'today');
  return formats[date.getFullYear() === new Date().getFullYear() ? 'day' : 'year'].format(date);
}
