import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright/test';
import { expect, test } from '../../fixtures.ts';
import { addReview, furnish, furtherViews, mainViews } from '../../showroom.ts';
import { passWelcome } from '../../window-steps.ts';

for (const theme of ['light', 'dark'] as const) {
  test(`every screen is readable in ${theme}, with all that opens on it: axe finds nothing serious`, async ({
    openInBrowser,
    place,
  }, testInfo) => {
    // Some thirty looks, each read whole.
    test.slow();
    const { page } = await openInBrowser();
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    // Evaluated over DevTools: the page's own policy would not let it in.
    await page.evaluate(axe.source);
    const look = async (name: string) => {
      await testInfo.attach(`${name}, ${theme}`, { body: await page.screenshot(), contentType: 'image/png' });
      expect.soft(await seriousFindings(page), `${name}, ${theme}`).toEqual([]);
    };
    await expect(page.getByRole('button', { name: 'Make a first picture' })).toBeEnabled();
    await look('Welcome');
    await passWelcome(page);
    await furnish(page, place, () => look(addReview.name));
    for (const { name, open, leave } of [...mainViews, ...furtherViews]) {
      await open(page, place);
      await look(name);
      await leave?.(page);
    }
  });
}

for (const media of [{ contrast: 'more' }, { forcedColors: 'active' }] as const) {
  test(`every screen is readable where the system asks for ${JSON.stringify(media)}, and nothing moves where it asks for rest`, async ({
    openInBrowser,
    place,
  }, testInfo) => {
    test.slow();
    const { page } = await openInBrowser({ env: { VITRINE_RUNNER: 'fake' } });
    await page.emulateMedia({ ...media, colorScheme: 'dark', reducedMotion: 'reduce' });
    await page.evaluate(axe.source);
    await passWelcome(page);
    await furnish(page, place);
    for (const { name, open, leave } of mainViews) {
      await open(page, place);
      expect.soft(await page.evaluate(() => document.getAnimations().length), name).toBe(0);
      await testInfo.attach(name, { body: await page.screenshot(), contentType: 'image/png' });
      if (process.env.VITRINE_LOOKS !== undefined)
        await page.screenshot({
          path: `${process.env.VITRINE_LOOKS}/${Object.keys(media)[0]}-${name.replaceAll(/\W+/g, '-')}.png`,
        });
      expect.soft(await seriousFindings(page), name).toEqual([]);
      await leave?.(page);
    }
  });
}

async function seriousFindings(page: Page): Promise<readonly string[]> {
  const { violations } = await page.evaluate(() => {
    const { axe: injected } = window as unknown as { axe: { run(): Promise<AxeResults> } };
    return injected.run();
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
