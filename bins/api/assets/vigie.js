// What pages gain from JavaScript: they renew themselves, copy, say while something is under way, and notice when the
// server is gone or replaced. Every page works without it.

const root = document.documentElement;
const words = document.body.dataset;
const byId = (id) => document.getElementById(id);
const main = () => byId('main');
const all = (css, where = document) => [...where.querySelectorAll(css)];
const WAIT = { renew: 60_000, spread: 2_000, read: 10_000, answer: 20_000, first: 5_000, most: 60_000, release: 600_000 };

// Whether there are words in a field that nobody has sent, or that were sent and not taken.
const written = (field) => field.value !== field.defaultValue || (field.matches('textarea') && field.value !== '');

// Whether a piece of the page must stay as it is: somebody is in a form there or has written in one, or has an answer there
// to read. What was sent and not answered stays too: sent again, it is the same request.
const held = (piece) =>
  piece.matches('[data-sent]') ||
  piece.querySelector('[data-sent], [aria-busy], [data-answer]:not([data-read])') !== null ||
  (piece.contains(document.activeElement) && document.activeElement.matches('input, select, textarea, .act *')) ||
  all('textarea, input', piece).some(written);

const drafts = () => all('form', main()).some(held);

// ---- showing what the server says now

// Touched only where it changes: what is touched, a screen reader says again.
function set(one, property, value) {
  if (one[property] !== value) one[property] = value;
}

// By what somebody finds again where they were, when it has been put there anew.
const name = (one) =>
  one.id || one.getAttribute('href') || one.getAttribute('formaction') || one.value || one.closest('[id]')?.id;
const twin = (one) =>
  all('a, button, summary, [tabindex]').find((other) => other.tagName === one.tagName && name(other) === name(one));

// The focus goes to what stands where it was, else to the link of the same row, else to the beginning.
function refocus(gone) {
  const link = gone.closest('li')?.querySelector('a');
  (twin(gone) ?? (link && twin(link)) ?? main()).focus({ preventScroll: true });
}

function replaceRows(list, fresh) {
  const kept = new Set([...list.children].filter(held));
  for (const row of [...list.children]) if (!kept.has(row)) row.remove();
  // Rows that are kept never move, which would take the focus away; the others are put around them.
  let place = list.firstElementChild;
  const link = (row) => name(row.querySelector('a'));
  for (const row of [...fresh.children]) {
    const same = [...kept].find((one) => link(one) === link(row));
    if (same) place = same.nextElementSibling;
    else list.insertBefore(row, place);
  }
}

function replacePiece(piece, fresh) {
  if (piece.dataset.live === 'rows' && fresh.dataset.live === 'rows') return replaceRows(piece, fresh);
  if (held(piece) || piece.outerHTML === fresh.outerHTML) return;
  for (const open of all('details', piece)) {
    const same = open.id && fresh.querySelector(`#${CSS.escape(open.id)}`);
    if (same) same.open = open.open;
  }
  piece.replaceWith(fresh);
}

function show(page, whole) {
  const fresh = page.getElementById('main');
  if (!fresh) return location.reload();
  const focus = document.activeElement;
  set(document, 'title', page.title);
  if (fresh.dataset.news) main().dataset.news = fresh.dataset.news;
  // Who is signed in may have changed in another tab, and with them what every form has to show.
  const who = page.getElementById('who');
  for (const field of all('[name="csrf"]')) field.value = who.elements.csrf.value;
  if (byId('who').outerHTML !== who.outerHTML) byId('who').replaceWith(who);
  for (const answer of all('[data-read]', main())) if (!answer.closest('[data-live]')) answer.remove();
  const pieces = all('[data-live]', main());
  const names = (where) => all('[data-live]', where).map((piece) => piece.id + piece.tagName).join();
  // Other pieces than before, such as a first alert where there was none: the whole page, unless somebody is writing.
  if (whole || (names(main()) !== names(fresh) && !drafts())) main().replaceWith(fresh);
  else for (const piece of pieces) {
    const same = fresh.querySelector(`#${CSS.escape(piece.id)}`);
    if (same) replacePiece(piece, same);
  }
  if (!whole && !focus.isConnected) refocus(focus);
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
  for (const bar of ['offline', 'ended']) set(byId(bar), 'hidden', true);
  root.classList.remove('stale');
}

// What is shown is old: a bar says why, and no number stays in the title.
function stale(bar, title) {
  set(bar, 'hidden', false);
  root.classList.add('stale');
  set(document, 'title', `${title} · Vigie`);
}

function lost() {
  const bar = byId('offline');
  const at = lastAnswer.toLocaleTimeString(root.lang, { timeZone: root.dataset.zone });
  set(bar.querySelector('time'), 'textContent', at);
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
  elsewhere(answer) ? words.expired : all('h1, .claim', page).map((one) => one.textContent).join('. ');

// The page cannot be renewed, and somebody is writing: it stays, and says so.
function ended(answer, page) {
  const bar = byId('ended');
  const [said, link] = bar.children;
  set(said, 'textContent', `${told(answer, page)} ${words.kept}`);
  set(link, 'hidden', !elsewhere(answer));
  stale(bar, told(answer, page));
}

let busy = false;
let again = false;

async function renew() {
  if (busy) return void (again = true);
  busy = true;
  try {
    const answer = await ask(location.href, { headers: { 'x-vigie-automatic': '1' } });
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

// A browser has few connections to a host for all its tabs: a tab that nobody looks at keeps none.
let stream;
function listen() {
  const url = main().dataset.stream;
  if (!url || stream || document.hidden) return;
  stream = new EventSource(url);
  const renewUnlessShown = (event) => event.lastEventId === main().dataset.news || renewSoon();
  for (const kind of ['change', 'resync']) stream.addEventListener(kind, renewUnlessShown);
  stream.addEventListener('error', ({ target }) => {
    // A stream that was refused does not come back by itself.
    if (target === stream && target.readyState === EventSource.CLOSED) {
      stream = undefined;
      setTimeout(listen, WAIT.most);
    }
    renewSoon();
  });
}

function hush() {
  stream?.close();
  stream = undefined;
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
  const target = button?.hasAttribute('formaction') ? button.formAction : form.action;
  const get = form.method === 'get';
  // The same act sent again is the same request; another act is another one.
  const { request_id: request } = form.elements;
  const another = form.dataset.sent && form.dataset.sent !== target;
  if (request && another && crypto.randomUUID) request.value = crypto.randomUUID();
  if (!get) form.dataset.sent = target;
  const body = new URLSearchParams(new FormData(form, button));
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
    // The page that answers is the one that the act came from, without the form where that has an address of its own.
    if (get || answer.ok) history.replaceState(null, '', get ? url : new URL(body.get('return') ?? location, url));
    show(page, true);
    main().querySelector('[data-answer], [autofocus]')?.focus();
    all('[data-answer]', main()).forEach(read);
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
    const label = (button.dataset.label ??= button.textContent);
    button.textContent = words.copied;
    setTimeout(() => (button.textContent = label), 2_000);
  } catch {
    // Not allowed here: mark the text, so that the keyboard copies it.
    getSelection().selectAllChildren(source ?? button.parentElement);
  }
});

// Buttons that do nothing without JavaScript; and those of a list, called by what they are for.
function dress() {
  for (const button of all('[data-copy], [data-copy-from]')) button.hidden = false;
  for (const button of all('.do button')) {
    button.ariaLabel = `${button.textContent} ${button.closest('li').querySelector('a').textContent}`;
  }
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
all('[data-answer]', main()).forEach(read);
// Also where nobody looks: the title is read from afar.
if (main().dataset.stream) setInterval(renew, WAIT.renew);
if (main().hasAttribute('data-retry')) setTimeout(renew, WAIT.first);
setInterval(compareRelease, WAIT.release);
window.addEventListener('focus', compareRelease);
window.addEventListener('pagehide', hush);
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return hush();
  listen();
  if (main().dataset.stream) renew();
});
