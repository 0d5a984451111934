import type { Page } from 'playwright/test';
import { expect, test } from '../../fixtures.ts';
import { addReview, furnish, furtherViews, mainViews } from '../../showroom.ts';
import { goTo, passWelcome } from '../../window-steps.ts';

const large = { width: 1440, height: 900 };

/** English as it would be written in Arabic letters: the words stay, the direction is the other. */
const rightToLeft = { languages: ['en-Arab'] };

test('in a language that is read from right to left every screen is mirrored, and nothing stands outside its place', async ({
  openInBrowser,
  place,
}) => {
  test.slow();
  const { page } = await openInBrowser({ env: { VITRINE_RUNNER: 'fake' } });
  await page.addInitScript(({ languages }) => {
    Object.defineProperty(navigator, 'languages', { get: () => languages });
  }, rightToLeft);
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
  await passWelcome(page);
  await goTo(page, 'Health');
  await furnish(page, place, () => look(page, addReview.name));
  for (const { name, open, leave } of [...mainViews, ...furtherViews]) {
    await open(page, place);
    await look(page, name);
    await leave?.(page);
  }
  await goTo(page, 'Models');
  await expect(page.getByText('\u20684.3 kB\u2069').first(), 'a number stays before its unit').toBeVisible();
  const rail = await page.getByRole('navigation', { name: 'Screens' }).boundingBox();
  expect((rail?.x ?? 0) + (rail?.width ?? 0), 'the rail stands on the right').toBe(large.width);
});

/** The smallest window, a 1080p screen at 200 %, and 4K. */
const sizes = [
  { width: 900, height: 600 },
  { width: 960, height: 540 },
  { width: 3840, height: 2160 },
];

test('in the smallest window and the largest, in English and the longer German, nothing stands outside its place', async ({
  openInBrowser,
  place,
}) => {
  test.slow();
  const { page } = await openInBrowser({ env: { VITRINE_RUNNER: 'fake' } });
  const lookAtAll = async (name: string) => {
    for (const size of sizes) {
      await page.setViewportSize(size);
      await look(page, `${name} ${size.width}`);
    }
    await page.setViewportSize(large);
  };
  await expect(page.getByRole('button', { name: 'Make a first picture' })).toBeEnabled();
  await lookAtAll('Welcome');
  await passWelcome(page);
  await furnish(page, place, () => lookAtAll(addReview.name));
  for (const { name, open, leave } of mainViews) {
    await open(page, place);
    await lookAtAll(name);
    await leave?.(page);
  }
  await goTo(page, 'Settings');
  await page.getByRole('radiogroup', { name: 'Language' }).getByRole('radio', { name: 'Deutsch' }).click();
  const rail = page.getByRole('navigation', { name: 'Ansichten' }).getByRole('button');
  await expect(rail).toHaveCount(6);
  for (const button of await rail.all()) {
    await button.click();
    await lookAtAll(`German, ${await button.innerText()}`);
  }
});

test('nothing moves when the data arrives', async ({ openInBrowser, place }) => {
  test.slow();
  const { page } = await openInBrowser({ env: { VITRINE_RUNNER: 'fake' } });
  await passWelcome(page);
  await furnish(page, place);
  await page.addInitScript(() => {
    const moves: string[] = [];
    Object.assign(globalThis, { moves });
    const tell = (entry: PerformanceEntry) => {
      const { value, sources } = entry as PerformanceEntry & {
        readonly value: number;
        readonly sources: readonly { readonly node: Node | null }[];
      };
      if (value > 0.005)
        moves.push(`${value.toFixed(3)} ${sources.map(({ node }) => node?.textContent?.slice(0, 40)).join(' | ')}`);
    };
    new PerformanceObserver((list) => list.getEntries().forEach(tell)).observe({
      type: 'layout-shift',
      buffered: true,
    });
  });
  // Each answer comes for itself, as from a core that is busy.
  await page.route('**/api/v1/**', async (route) => {
    if (route.request().url().endsWith('/events')) return route.continue();
    await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 250));
    return route.continue();
  });
  for (const screen of ['Models', 'Generate', 'Queue', 'Health', 'Mappings', 'Settings'] as const) {
    await goTo(page, screen);
    await page.reload();
    await expect(page.getByRole('contentinfo')).toContainText('8 models');
    await page.waitForTimeout(1500);
    expect.soft(await page.evaluate(() => (globalThis as unknown as { moves: string[] }).moves), screen).toEqual([]);
  }
});

async function look(page: Page, name: string): Promise<void> {
  if (process.env.VITRINE_LOOKS !== undefined)
    await page.screenshot({ path: `${process.env.VITRINE_LOOKS}/${name.replaceAll(/\W+/g, '-')}.png` });
  expect.soft(await page.evaluate(textsOutside), name).toEqual([]);
}

/** Texts that hang out of the window sideways, or are cut by what they stand in without a sign of it. */
function textsOutside(): string[] {
  const found: string[] = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
    const words = text.textContent?.trim() ?? '';
    const parent = text.parentElement;
    if (words === '' || parent === null || parent.closest('.visually-hidden, [aria-hidden="true"]')) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const { left, right, width } of range.getClientRects())
      if (
        width > 0 &&
        (right < -1 || left > innerWidth + 1 || ((left < -1 || right > innerWidth + 1) && !isScrolled(parent)))
      )
        found.push(`${words.slice(0, 60)} (${Math.round(left)} to ${Math.round(right)})`);
  }
  return found;

  function isScrolled(element: Element): boolean {
    for (let box: Element | null = element; box !== null; box = box.parentElement) {
      const { overflowX } = getComputedStyle(box);
      if (overflowX === 'hidden' || overflowX === 'clip') return true;
      if ((overflowX === 'auto' || overflowX === 'scroll') && box.scrollWidth > box.clientWidth + 1) return true;
    }
    return false;
  }
}
