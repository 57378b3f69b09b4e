/* global io */
'use strict';

/** A small live view: a snapshot, then every event. What it shows is stale when the socket or a source is down. */
const words = {
  en: { live: 'live', connecting: 'connecting …', stale: 'disconnected: not current', down: 'source down', other: 'Tiếng Việt' },
  vi: { live: 'trực tiếp', connecting: 'đang kết nối …', stale: 'mất kết nối: không còn mới', down: 'nguồn ngừng', other: 'English' },
};
const states = {
  en: { queued: 'queued', ringing: 'ringing', answered: 'answered' },
  vi: { queued: 'đang chờ', ringing: 'đang đổ chuông', answered: 'đang nghe' },
};
const kept = 100;
const byId = (id) => document.getElementById(id);
const calls = new Map();
const sourcesDown = new Set();
let language = navigator.language.startsWith('vi') ? 'vi' : 'en';
let connection = 'connecting';
let cursor;

const socket = io({ autoConnect: false, auth: (give) => give({ token: sessionStorage.getItem('token') ?? undefined, cursor }) });

socket.on('snapshot', (snapshot) => {
  cursor = snapshot.cursor;
  calls.clear();
  for (const call of snapshot.calls) calls.set(call.callId, call);
  sourcesDown.clear();
  for (const source of snapshot.sources) if (source.state === 'down') sourcesDown.add(source.endpoint);
  connection = 'live';
  draw();
});
socket.on('reset', () => (cursor = undefined));
socket.onAny((type, event) => {
  if (typeof event !== 'object' || event === null || event.type !== type) return;
  cursor = `${event.epoch}:${event.sequence}`;
  connection = 'live';
  if (type === 'call-ended') calls.delete(event.subject);
  else if (type.startsWith('call-')) calls.set(event.subject, event.data);
  else if (type === 'source-down') sourcesDown.add(event.subject);
  else if (type === 'source-up') sourcesDown.delete(event.subject);
  log(event);
  draw();
});
socket.on('connect', () => {
  byId('sign-in').hidden = true;
  connection = 'live';
  draw();
});
socket.on('disconnect', () => {
  connection = 'stale';
  draw();
  if (!socket.active) setTimeout(() => socket.connect(), 1_000);
});
socket.on('connect_error', (error) => {
  connection = 'stale';
  byId('sign-in').hidden = error.data === undefined;
  draw();
});

function log({ type, time, data }) {
  const item = document.createElement('li');
  const who = data.customer?.national ?? data.customer?.raw ?? data.endpoint ?? data.extension ?? '';
  const agent = data.offer?.extension ?? data.agent?.extension ?? '';
  item.textContent = [new Date(time).toLocaleTimeString(language), type, who, agent && `→ ${agent}`, data.outcome ?? '']
    .filter(Boolean)
    .join('  ');
  byId('events').prepend(item);
  while (byId('events').childElementCount > kept) byId('events').lastElementChild.remove();
}

function draw() {
  const text = words[language];
  const down = sourcesDown.size > 0;
  document.documentElement.lang = language;
  document.body.dataset.stale = String(connection !== 'live' || down);
  byId('status').dataset.state = connection === 'live' && down ? 'stale' : connection;
  byId('status').textContent = connection === 'live' && down ? `${text.down}: ${[...sourcesDown].join(', ')}` : text[connection];
  byId('language').textContent = text.other;
  for (const element of document.querySelectorAll('[data-vi]')) element.textContent = element.dataset[language];
  byId('no-calls').hidden = calls.size > 0;
  byId('calls').replaceChildren(
    ...[...calls.values()].map((call) => {
      const row = document.createElement('tr');
      row.dataset.call = call.callId;
      const cells = [
        states[language][call.state] ?? call.state,
        call.customer?.national ?? call.customer?.raw ?? '—',
        call.queue?.name ?? '',
        [call.agent?.extension, call.agent?.name].filter(Boolean).join(' '),
        new Date(call.startedAt).toLocaleTimeString(language),
      ];
      for (const cell of cells) row.insertCell().textContent = cell;
      return row;
    }),
  );
}

byId('language').addEventListener('click', () => {
  language = language === 'en' ? 'vi' : 'en';
  draw();
});
byId('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem('token', byId('token').value);
  socket.disconnect().connect();
});
draw();
socket.connect();
