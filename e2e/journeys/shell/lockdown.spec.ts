import { expect, test } from '../../fixtures.ts';
import { askFor, goTo, passWelcome, pictures, tiles } from '../../window-steps.ts';

test('the page has no Node, cannot leave, opens no window and runs no inline script', async ({ openWindow }) => {
  const { electron, page } = await openWindow();
  await passWelcome(page);
  const address = page.url();
  await electron.evaluate(({ shell }) => {
    const opened: string[] = [];
    Object.assign(globalThis, { opened });
    shell.openExternal = async (url) => {
      opened.push(url);
    };
  });
  const seen = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.ranInline = true';
    document.body.append(script);
    const { vitrine } = window as unknown as { vitrine: object };
    return {
      node: ['require', 'process', 'module', 'Buffer'].filter((name) => name in globalThis),
      ranInline: 'ranInline' in window,
      bridge: Object.keys(vitrine).sort(),
      isFrozen: Object.isFrozen(vitrine),
    };
  });
  expect(seen).toEqual({
    node: [],
    ranInline: false,
    bridge: [
      'actOnUpdates',
      'call',
      'listen',
      'listenToShell',
      'listenToUpdates',
      'pathOf',
      'pickFolder',
      'platform',
      'restart',
      'revealPath',
      'setLanguage',
      'showUpdates',
    ],
    isFrozen: true,
  });
  const opened = () => electron.evaluate(() => (globalThis as unknown as { opened: string[] }).opened);
  await page.evaluate(() => {
    window.open('https://example.org/opened');
    window.open('file:///etc/passwd');
  });
  await expect.poll(opened).toEqual(['https://example.org/opened']);
  // After the evaluation has answered: one that navigates away from under itself may never answer.
  await page.evaluate(() => {
    setTimeout(() => {
      location.href = 'https://example.org/left';
    });
  });
  await expect.poll(opened).toEqual(['https://example.org/opened', 'https://example.org/left']);
  expect(page.url()).toBe(address);
  expect(electron.windows()).toHaveLength(1);
  await expect(tiles(page)).toHaveCount(1);
});

test('the process of the window’s frame loads no library for pictures or networks, whatever is made', async ({
  openWindow,
}) => {
  const { electron, page } = await openWindow();
  await passWelcome(page);
  await goTo(page, 'Generate');
  await askFor(page, 'a red sun over blue mountains', 2);
  await expect(pictures(page)).toHaveCount(1, { timeout: 60_000 });
  const loaded = await electron.evaluate(() => {
    const { sharedObjects } = process.report.getReport() as { readonly sharedObjects: readonly string[] };
    return sharedObjects.filter((path) => path.includes('node_modules'));
  });
  expect(loaded.filter((path) => /sharp|vips|onnxruntime/.test(path))).toEqual([]);
  // The list is one: what is loaded stands in it.
  expect(loaded.filter((path) => path.includes('better-sqlite3'))).toHaveLength(1);
});

test('the page is granted nothing but to write to the clipboard', async ({ openWindow }) => {
  const { page } = await openWindow();
  await passWelcome(page);
  const states = await page.evaluate(() =>
    Promise.all(
      ['clipboard-read', 'clipboard-write', 'geolocation', 'camera', 'notifications'].map(async (name) => {
        const { state } = await navigator.permissions.query({ name: name as PermissionName });
        return `${name}: ${state}`;
      }),
    ),
  );
  expect(states).toEqual([
    'clipboard-read: denied',
    'clipboard-write: granted',
    'geolocation: denied',
    'camera: denied',
    'notifications: denied',
  ]);
});
