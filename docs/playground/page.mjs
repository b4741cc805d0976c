// The page: asks the worker on each change, and shows what comes back. Texts are set as texts, never as markup.
const byId = (name) => document.getElementById(name);
const text = byId('text');
const target = byId('target');
const layout = byId('layout');
const worker = new Worker(new URL('worker.mjs', import.meta.url), { type: 'module' });
const PAUSE = 250;
let latest = 0;
let timer = 0;

function element(name, content = '', className = '') {
  const made = document.createElement(name);
  made.textContent = content;
  if (className) made.className = className;
  return made;
}

function ask() {
  latest += 1;
  byId('status').textContent = 'Working…';
  worker.postMessage({ id: latest, text: text.value, target: target.value, layout: layout.value });
}

function askSoon() {
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE);
}

function showDiff(rows) {
  const table = element('table');
  for (const [kind, left, before, right, after] of rows) {
    const row = element('tr', '', kind);
    if (kind === 'gap') {
      const cell = element('td', '⋯');
      cell.colSpan = 4;
      row.append(cell);
    } else {
      const isChanged = kind !== 'equal';
      row.append(
        element('td', left || '', 'number'),
        element('td', before, isChanged && left ? 'old' : ''),
        element('td', right || '', 'number'),
        element('td', after, isChanged && right ? 'new' : ''),
      );
    }
    table.append(row);
  }
  byId('diff').replaceChildren(rows.length ? table : element('p', 'No line changes.'));
}

function goToLine(area, line) {
  const lines = area.value.split('\n');
  const start = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[line - 1] || '').length);
  area.scrollTop = area.scrollHeight * ((line - 1) / lines.length);
}

function noted(area, line, severity, words) {
  const item = element('li');
  const jump = element('button', `line ${line}`);
  jump.type = 'button';
  jump.addEventListener('click', () => goToLine(area, line));
  item.append(jump, ' ', element('span', severity, severity.split(' ')[0]), `: ${words}`);
  return item;
}

function showReport(report) {
  const configs = report.configs || [];
  const notes = configs.flatMap((config) => config.findings);
  byId('notes').replaceChildren(...notes.map((note) => noted(text, note.line, note.severity, note.message)));
  const stores = configs.flatMap((config) => config.stores);
  const head = element('tr');
  head.append(...['store', 'stored rows', 'new backend'].map((name) => element('th', name)));
  const rows = stores.map((store) => {
    const row = element('tr');
    const seen = store.reason ? `${store.visibility} (${store.reason})` : store.visibility;
    row.append(element('td', store.store), element('td', seen), element('td', store.backend));
    return row;
  });
  byId('stores').replaceChildren(...(rows.length ? [head, ...rows] : []));
}

function showResult(result) {
  const status = byId('status');
  status.className = result.error ? 'error' : '';
  if (result.error) {
    status.textContent = result.error;
    return;
  }
  status.textContent = result.changed ? 'Migrated and proved.' : 'Nothing to do.';
  if (result.needs_action) status.textContent += ' Something is left for you to decide.';
  byId('result').value = result.text;
  showDiff(result.rows);
  showReport(result.report);
  const result_area = byId('result');
  byId('findings').replaceChildren(
    ...result.findings.map((each) => noted(result_area, each.line, each.severity, `${each.rule}: ${each.message}${each.help ? `; ${each.help}` : ''}`)),
  );
}

worker.onmessage = ({ data }) => {
  if (data.kind === 'ready') {
    target.append(...data.targets.map((name) => element('option', name)));
    readFragment();
    byId('status').textContent = 'Ready. Paste a run config.';
    document.body.dataset.ready = 'yes';
    if (text.value) ask();
  } else if (data.kind === 'failed') {
    byId('status').textContent = `Python could not be loaded (${data.message}). This page must be built: .ci/pages/playground.py.`;
  } else if (data.id === latest) {
    showResult(data.result);
    document.body.dataset.shown = String(data.id);
  }
};

// The config is in the fragment, which a browser sends to no server.
function readFragment() {
  const shared = new URLSearchParams(location.hash.slice(1));
  for (const [name, area] of [['target', target], ['layout', layout]]) {
    if (shared.has(name)) area.value = shared.get(name);
  }
  if (shared.has('text')) text.value = shared.get('text');
}

async function copy(value, words) {
  try {
    await navigator.clipboard.writeText(value);
    byId('status').textContent = words;
  } catch {
    byId('status').textContent = 'The browser does not allow copying.';
  }
}

async function take(file) {
  if (!file) return;
  text.value = await file.text();
  ask();
}

text.addEventListener('input', askSoon);
for (const choice of [target, layout]) choice.addEventListener('change', ask);
byId('settings').addEventListener('submit', (event) => event.preventDefault());
byId('open').addEventListener('click', () => byId('file').click());
byId('file').addEventListener('change', (event) => take(event.target.files[0]));
byId('copy').addEventListener('click', () => copy(byId('result').value, 'The result is copied.'));
byId('share').addEventListener('click', () => {
  const shared = new URLSearchParams({ target: target.value, layout: layout.value, text: text.value });
  history.replaceState(null, '', `#${shared}`);
  copy(location.href, 'The link is copied. Whoever has it can read the config.');
});
for (const name of ['dragover', 'dragleave', 'drop']) {
  text.addEventListener(name, (event) => {
    event.preventDefault();
    text.classList.toggle('over', name === 'dragover');
    if (name === 'drop') take(event.dataTransfer.files[0]);
  });
}
