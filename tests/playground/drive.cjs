// Drives the page in Chromium as a person does: node drive.cjs PAGE_FOLDER CASES.json CHROMIUM SCREENSHOTS
// Prints what it saw as JSON. Nothing but this server is asked; a request to another host is in the answer.
const { chromium } = require('playwright-core');
const fs = require('fs');
const http = require('http');
const path = require('path');

const [folder, casesFile, executablePath, pictures] = process.argv.slice(2);
const TYPES = { '.html': 'text/html', '.mjs': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm' };
const LONG = 300000;

function serve(question, answer) {
  const name = decodeURIComponent(question.url.split('?')[0]).replace(/\/$/, '/index.html');
  const file = path.join(folder, name);
  if (!fs.existsSync(file)) {
    answer.writeHead(404).end();
    return;
  }
  answer.writeHead(200, { 'content-type': TYPES[path.extname(file)] || 'application/octet-stream' });
  fs.createReadStream(file).pipe(answer);
}

async function settled(page, before) {
  await page.waitForFunction((old) => (document.body.dataset.shown || '') !== old, before, { timeout: LONG });
}

async function convert(page, { text, target, layout }) {
  const before = (await page.getAttribute('body', 'data-shown')) || '';
  await page.evaluate(([t, l]) => {
    document.getElementById('target').value = t;
    document.getElementById('layout').value = l;
  }, [target, layout]);
  await page.fill('#text', text);
  await settled(page, before);
  return { text: await page.inputValue('#result'), status: await page.textContent('#status') };
}

async function main(port) {
  const cases = JSON.parse(fs.readFileSync(casesFile, 'utf8'));
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const page = await browser.newPage({ viewport: { width: 1200, height: 1000 } });
  const seen = { hosts: [], errors: [], results: [] };
  page.on('request', (request) => seen.hosts.push(new URL(request.url()).hostname));
  page.on('pageerror', (error) => seen.errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && seen.errors.push(message.text()));
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.waitForSelector('body[data-ready=yes]', { timeout: LONG });
  for (const each of cases) seen.results.push(await convert(page, each));
  await page.screenshot({ path: path.join(pictures, 'light.png'), fullPage: true });

  await page.setViewportSize({ width: 400, height: 900 });
  await page.emulateMedia({ colorScheme: 'dark' });
  seen.overflows = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  await page.screenshot({ path: path.join(pictures, 'dark-narrow.png'), fullPage: true });

  // a link takes the config with it
  await page.click('#share');
  seen.shared = await page.evaluate(() => location.hash);
  const next = await browser.newPage();
  await next.goto(`http://127.0.0.1:${port}/${seen.shared}`);
  await next.waitForFunction(() => document.body.dataset.shown, null, { timeout: LONG });
  seen.opened = await next.inputValue('#result');
  // by keyboard alone: from the top to the text
  seen.focused = [];
  for (let presses = 0; presses < 6; presses += 1) {
    await next.keyboard.press('Tab');
    seen.focused.push(await next.evaluate(() => document.activeElement.id));
  }
  // markup in a config stays text
  const strange = await convert(page, { text: 'image_name: "<img src=x onerror=alert(1)>"\nmetadata_store: {type: sqlite, db_path: /d/r.db}\n', target: '0.3', layout: 'preserve' });
  seen.images = await page.evaluate(() => document.images.length);
  seen.strange = strange.text;
  seen.refused = (await convert(page, { text: 'a: [\n', target: '', layout: 'consolidate' })).status;
  await browser.close();
  return seen;
}

const server = http.createServer(serve);
server.listen(0, '127.0.0.1', async () => {
  try {
    const seen = await main(server.address().port);
    console.log(JSON.stringify({ ...seen, hosts: [...new Set(seen.hosts)] }));
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  }
  server.close();
});
