// Runs stackcfg in Pyodide, beside the page, so that the page never stops. Everything comes from this folder.
import { loadPyodide } from './pyodide/pyodide.mjs';

const folder = new URL('.', import.meta.url);

async function start() {
  const python = await loadPyodide({ indexURL: new URL('pyodide/', folder).href });
  for (const name of ['stackcfg.zip', 'yaml.zip']) {
    const answer = await fetch(new URL(name, folder));
    if (!answer.ok) throw new Error(`${name} is not there`);
    python.unpackArchive(await answer.arrayBuffer(), 'zip', { extractDir: '/lib/stackcfg' });
  }
  const bridge = await (await fetch(new URL('bridge.py', folder))).text();
  python.FS.writeFile('/lib/stackcfg/bridge.py', bridge);
  python.runPython('import sys; sys.path.insert(0, "/lib/stackcfg")');
  return python.pyimport('bridge');
}

const bridge = start();
bridge.then(
  (found) => postMessage({ kind: 'ready', targets: JSON.parse(found.known_targets()) }),
  (error) => postMessage({ kind: 'failed', message: String(error) }),
);

onmessage = async ({ data }) => {
  const found = await bridge;
  let result;
  try {
    result = JSON.parse(found.convert(data.text, data.target, data.layout));
  } catch (error) {
    result = { error: String(error) };
  }
  postMessage({ kind: 'result', id: data.id, result });
};
