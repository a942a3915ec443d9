import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { htmlReport, Lbs, readStructure } from '../src/index.ts';
import { syntheticProtein } from '../src/synthetic.ts';
import { dataFile } from './data.ts';

const browsers = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/google-chrome',
];
const chromium = browsers.find((path) => path && existsSync(path));
if (!chromium) console.warn('SKIPPED: no Chromium here; set CHROMIUM to its path');
const folder = mkdtempSync(join(tmpdir(), 'aatgs-lbs-html-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a page without references to anything outside', async () => {
  await using lbs = new Lbs({ device: 'cpu', surface: true });
  const page = htmlReport(await lbs.predict({ ...syntheticProtein(120, 4), name: '</script><b>"x"' }));
  expect(page).toContain('Content-Security-Policy');
  expect(page).not.toMatch(/<(script|link|img)[^>]+(src|href)="(?!data:)/);
  expect(page).not.toContain('<b>"x"');
});

interface Answer {
  readonly result?: Record<string, unknown>;
  readonly error?: object;
}

/** Just enough of the DevTools protocol. */
class Page {
  readonly events: { method: string; params: Record<string, unknown> }[] = [];
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #next = 1;
  #session: string | undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data));
      if (message.id) this.#waiting.get(message.id)?.(message);
      else this.events.push(message);
    });
  }
  async send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = this.#next++;
    this.#socket.send(JSON.stringify({ id, method, params, ...(this.#session && { sessionId: this.#session }) }));
    const { result, error } = await new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result ?? {};
  }
  async attach(): Promise<void> {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    this.#session = sessionId as string;
    for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await this.send(`${domain}.enable`);
    const size = { width: 1000, height: 640, deviceScaleFactor: 1, mobile: false };
    await this.send('Emulation.setDeviceMetricsOverride', size);
  }
  async evaluate(expression: string): Promise<unknown> {
    const { result } = await this.send('Runtime.evaluate', { expression, returnByValue: true });
    return (result as { value?: unknown } | undefined)?.value;
  }
  async until(expression: string): Promise<unknown> {
    for (let i = 0; i < 600; i++) {
      const value = await this.evaluate(expression);
      if (value) return value;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${expression} never held; ${JSON.stringify(this.events.slice(-5))}`);
  }
}

test.skipIf(!chromium)(
  'opens in Chromium: no request, no error, and a click on a site selects its residues',
  async () => {
    const file = dataFile('lbs/posebusters-dev/chain');
    await using lbs = new Lbs({ device: 'cpu', surface: true });
    const prediction = await lbs.predict(
      file ? await readStructure(`${file}/5SD5_HWI.pdb.gz`) : syntheticProtein(200, 4),
    );
    writeFileSync(join(folder, 'page.html'), htmlReport(prediction));
    const flags = [
      '--headless=new',
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--remote-debugging-port=0',
    ];
    const child = spawn(chromium as string, [...flags, `--user-data-dir=${folder}/profile`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    try {
      const url = await new Promise<string>((resolve, reject) => {
        let text = '';
        child.stderr.on('data', (chunk) => {
          text += chunk;
          const found = /ws:\/\/\S+/.exec(text);
          if (found) resolve(found[0]);
        });
        child.once('exit', () => reject(new Error(`Chromium ended: ${text}`)));
      });
      const socket = new WebSocket(url);
      await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
      const page = new Page(socket);
      await page.attach();
      await page.send('Page.navigate', { url: pathToFileURL(join(folder, 'page.html')).href });
      await page.until('document.body?.dataset.ready || document.body?.dataset.failed');
      expect(await page.evaluate('document.body.dataset.failed')).toBeUndefined();
      expect(await page.evaluate('document.querySelectorAll(".site").length')).toBe(prediction.sites.length);
      await page.evaluate('document.querySelector(".site[data-rank=\'1\']").click()');
      await page.until('document.body.dataset.site');
      const [first] = prediction.sites;
      const { residues } = prediction.structure;
      const atoms = first?.residues.reduce((sum, r) => sum + (residues[r]?.atoms ?? 0), 0);
      expect(await page.evaluate('Number(document.body.dataset.selectedAtoms)')).toBe(atoms);
      expect(await page.evaluate('document.querySelectorAll("#residues .chosen").length')).toBe(first?.residues.length);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const { data } = await page.send('Page.captureScreenshot', { format: 'png' });
      if (process.env.LBS_SCREENSHOT) writeFileSync(process.env.LBS_SCREENSHOT, Buffer.from(data as string, 'base64'));
      const requests = page.events
        .filter(({ method }) => method === 'Network.requestWillBeSent')
        .map(({ params }) => (params.request as { url: string }).url)
        .filter((address) => !/^(data|blob|file|about):/.test(address));
      expect(requests).toEqual([]);
      const problems = page.events.filter(
        ({ method, params }) =>
          method === 'Runtime.exceptionThrown' ||
          (method === 'Log.entryAdded' && (params.entry as { level: string }).level === 'error') ||
          (method === 'Runtime.consoleAPICalled' && params.type === 'error'),
      );
      expect(problems).toEqual([]);
    } finally {
      child.kill();
    }
  },
  240_000,
);
