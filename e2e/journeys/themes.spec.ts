import axe, { type AxeResults } from 'axe-core';
import { expect, type OpenApp, test } from '../fixtures.ts';
import { askFor, goTo, passWelcome, pictures } from '../window-steps.ts';

const screens = ['Models', 'Generate', 'Queue', 'Health', 'Mappings', 'Settings'] as const;

for (const theme of ['light', 'dark'] as const) {
  test(`every screen is readable in ${theme}: axe finds nothing serious`, async ({ openInBrowser }, testInfo) => {
    const app: OpenApp = await openInBrowser();
    const { page } = app;
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await passWelcome(page);
    await goTo(page, 'Generate');
    await askFor(page, 'a red sun over blue mountains', 4);
    await expect(pictures(page)).toHaveCount(1, { timeout: 60_000 });
    // Evaluated over DevTools: the page's own policy would not let it in.
    await page.evaluate(axe.source);
    for (const screen of screens) {
      await goTo(page, screen);
      await testInfo.attach(`${screen}-${theme}`, { body: await page.screenshot(), contentType: 'image/png' });
      expect.soft(await seriousFindings(app), `${screen}, ${theme}`).toEqual([]);
    }
  });
}

async function seriousFindings({ page }: OpenApp): Promise<readonly string[]> {
  const { violations } = await page.evaluate(() => {
    const { axe: injected } = window as unknown as { axe: { run(): Promise<AxeResults> } };
    return injected.run();
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
