// What pages gain from JavaScript: they renew themselves, copy, say while something is under way, and notice when the
// server is gone or replaced. Every page works without it.

const root = document.documentElement;
const words = document.body.dataset;
const byId = (id) => document.getElementById(id);
const main = () => byId('main');
const WAIT = { renew: 60_000, spread: 2_000, read: 10_000, answer: 20_000, first: 5_000, most: 60_000, release: 600_000 };

// Whether there are words in a field that nobody has sent, or that were sent and not taken.
const written = (field) => field.value !== field.defaultValue || (field.matches('textarea') && field.value !== '');

// Whether a piece of the page must stay as it is: somebody is in it, has written there, or has an answer there to read.
const held = (piece) =>
  (piece.contains(document.activeElement) && !document.activeElement.matches('[data-read]')) ||
  piece.querySelector('[data-answer]:not([data-read])') !== null ||
  [...piece.querySelectorAll('textarea, input')].some(written);

const drafts = () => [...main().querySelectorAll('form')].some(held);

// ---- showing what the server says now

function replaceRows(list, fresh) {
  const kept = new Set([...list.children].filter(held));
  for (const row of [...list.children]) if (!kept.has(row)) row.remove();
  // Rows that are kept never move, which would take the focus away; the others are put around them.
  let place = list.firstElementChild;
  const name = (row) => row.querySelector('a').getAttribute('href');
  for (const row of [...fresh.children]) {
    const same = [...kept].find((one) => name(one) === name(row));
    if (same) place = same.nextElementSibling;
    else list.insertBefore(row, place);
  }
}

function replacePiece(piece, fresh) {
  if (piece.dataset.live === 'rows' && fresh.dataset.live === 'rows') return replaceRows(piece, fresh);
  if (held(piece) || piece.outerHTML === fresh.outerHTML) return;
  for (const open of piece.querySelectorAll('details')) {
    const same = open.id && fresh.querySelector(`#${CSS.escape(open.id)}`);
    if (same) same.open = open.open;
  }
  piece.replaceWith(fresh);
}

function show(page, whole) {
  const fresh = page.getElementById('main');
  if (!fresh) return location.reload();
  document.title = page.title;
  if (fresh.dataset.news) main().dataset.news = fresh.dataset.news;
  // Who is signed in may have changed in another tab, and with them what every form has to show.
  const who = page.getElementById('who');
  for (const field of document.querySelectorAll('[name="csrf"]')) field.value = who.elements.csrf.value;
  if (byId('who').outerHTML !== who.outerHTML) byId('who').replaceWith(who);
  for (const answer of main().querySelectorAll('[data-read]')) if (!answer.closest('[data-live]')) answer.remove();
  const pieces = [...main().querySelectorAll('[data-live]')];
  const names = (where) => [...where.querySelectorAll('[data-live]')].map((piece) => piece.id + piece.tagName).join();
  // Other pieces than before, such as a first alert where there was none: the whole page, unless somebody is writing.
  if (whole || (names(main()) !== names(fresh) && !drafts())) main().replaceWith(fresh);
  else for (const piece of pieces) {
    const same = fresh.querySelector(`#${CSS.escape(piece.id)}`);
    if (same) replacePiece(piece, same);
  }
  dress();
}

const parsed = (text) => new DOMParser().parseFromString(text, 'text/html');

// ---- reaching the server

let lastAnswer = new Date();
let wait = WAIT.first;
let retry;

function reached(answer) {
  lastAnswer = new Date(answer.headers.get('date') ?? Date.now());
  wait = WAIT.first;
  byId('offline').hidden = byId('ended').hidden = true;
  root.classList.remove('stale');
}

// What is shown is old: a bar says why, and no number stays in the title.
function stale(bar, title) {
  bar.hidden = false;
  root.classList.add('stale');
  document.title = `${title} · Vigie`;
}

function lost() {
  const bar = byId('offline');
  bar.querySelector('time').textContent = lastAnswer.toLocaleTimeString(root.lang, { timeZone: root.dataset.zone });
  stale(bar, words.lost);
  clearTimeout(retry);
  retry = setTimeout(renew, wait + Math.random() * WAIT.spread);
  wait = Math.min(wait * 2, WAIT.most);
}

// An answer of the server; one that says it cannot is none.
async function ask(url, options = {}) {
  const answer = await fetch(url, { cache: 'no-store', signal: AbortSignal.timeout(WAIT.answer), ...options });
  if (answer.status >= 500) throw new Error(answer.status);
  reached(answer);
  return answer;
}

const elsewhere = (answer) => answer.redirected && new URL(answer.url).pathname !== location.pathname;

// What a page without anything to act on says, such as that of a session that has ended.
const told = (answer, page) =>
  elsewhere(answer) ? words.expired : [...page.querySelectorAll('h1, .claim')].map((one) => one.textContent).join('. ');

// The page cannot be renewed, and somebody is writing: it stays, and says so.
function ended(answer, page) {
  const bar = byId('ended');
  const [said, link] = bar.children;
  said.textContent = `${told(answer, page)} ${words.kept}`;
  link.hidden = !elsewhere(answer);
  stale(bar, told(answer, page));
}

let busy = false;
let again = false;

async function renew() {
  if (busy) return void (again = true);
  busy = true;
  try {
    const answer = await ask(location.href);
    const renews = answer.ok && !elsewhere(answer);
    if (main().hasAttribute('data-retry') || (!renews && !drafts())) return location.reload();
    const page = parsed(await answer.text());
    if (renews) show(page, false);
    else ended(answer, page);
  } catch {
    lost();
  } finally {
    busy = false;
    if (again) {
      again = false;
      setTimeout(renew, 1_000);
    }
  }
}

// Not at once: a hundred screens hear the same news.
let soon;
function renewSoon() {
  soon ??= setTimeout(() => {
    soon = undefined;
    renew();
  }, Math.random() * WAIT.spread);
}

function listen() {
  const url = main().dataset.stream;
  if (!url) return;
  const stream = new EventSource(url);
  const renewUnlessShown = (event) => event.lastEventId === main().dataset.news || renewSoon();
  for (const kind of ['change', 'resync']) stream.addEventListener(kind, renewUnlessShown);
  stream.addEventListener('error', () => {
    // A stream that was refused does not come back by itself.
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, WAIT.most);
    renewSoon();
  });
}

// ---- acting

// An answer has been there long enough to be read: from now on news take its place.
function read(answer) {
  setTimeout(() => {
    answer.dataset.read = '';
    renew();
  }, WAIT.read);
}

// The form again as it was, with what is said to it.
function free(form, button, text) {
  if (button) button.disabled = false;
  button?.removeAttribute('aria-busy');
  const place = button?.closest('li') ?? form;
  place.querySelector('[data-answer]')?.remove();
  const said = Object.assign(document.createElement('p'), { className: 'answer bad', role: 'alert', textContent: text });
  said.dataset.answer = '';
  place.append(said);
  read(said);
}

async function send(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  const target = button?.hasAttribute('formaction') ? button.formAction : form.action;
  const get = form.method === 'get';
  // The same act sent again is the same request; another act is another one.
  if (form.dataset.sent && form.dataset.sent !== target && crypto.randomUUID) body.set('request_id', crypto.randomUUID());
  form.dataset.sent = target;
  button?.setAttribute('aria-busy', 'true');
  if (button) button.disabled = true;
  try {
    const url = new URL(target);
    if (get) url.search = body;
    const answer = get ? await ask(url) : await ask(url, { method: 'POST', body });
    const page = parsed(await answer.text());
    const fresh = page.getElementById('main');
    // No page to act on, such as that of a session that has ended: what is written here stays, and is told so.
    if (!fresh.dataset.stream) {
      free(form, button, told(answer, fresh));
      if (elsewhere(answer)) ended(answer, fresh);
      return;
    }
    // The page that answers is the one that the act came from, without the form.
    if (get || answer.ok) history.replaceState(null, '', get ? url : new URL(body.get('return'), url));
    show(page, true);
    main().querySelector('[data-answer], [autofocus]')?.focus();
    main().querySelectorAll('[data-answer]').forEach(read);
  } catch {
    free(form, button, words.unanswered);
    lost();
  }
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  const inMain = main().contains(form) && main().dataset.stream;
  if (!inMain || form.closest('.filters')) return;
  event.preventDefault();
  send(form, event.submitter);
});

// ---- copying

document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy], [data-copy-from]');
  if (!button) return;
  const source = byId(button.dataset.copyFrom);
  try {
    await navigator.clipboard.writeText(button.dataset.copy ?? source.textContent);
    const label = button.textContent;
    button.textContent = words.copied;
    setTimeout(() => (button.textContent = label), 2_000);
  } catch {
    // Not allowed here: mark the text, so that the keyboard copies it.
    getSelection().selectAllChildren(source ?? button.parentElement);
  }
});

// Buttons that do nothing without JavaScript.
function dress() {
  for (const button of document.querySelectorAll('[data-copy], [data-copy-from]')) button.hidden = false;
}

// ---- which release answers

async function compareRelease() {
  try {
    const served = await (await fetch('/version', { cache: 'no-cache' })).json();
    byId('newer').hidden = !served.release || served.release === root.dataset.release;
  } catch {
    // Unreachable: the page says so elsewhere.
  }
}

dress();
listen();
main().querySelectorAll('[data-answer]').forEach(read);
// Also where nobody looks: the title is read from afar.
if (main().dataset.stream) setInterval(renew, WAIT.renew);
if (main().hasAttribute('data-retry')) setTimeout(renew, WAIT.first);
setInterval(compareRelease, WAIT.release);
window.addEventListener('focus', compareRelease);
document.addEventListener('visibilitychange', () => document.hidden || (main().dataset.stream && renew()));
