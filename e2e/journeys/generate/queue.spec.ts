import type { Locator, Page } from 'playwright/test';
import { expect, test } from '../../fixtures.ts';
import { goTo, otherProgram, passWelcome } from '../../window-steps.ts';

function jobs(page: Page): Locator {
  return page.getByRole('grid', { name: 'Jobs' });
}

function row(page: Page, prompt: string): Locator {
  return jobs(page).getByRole('row', { name: new RegExp(prompt) });
}

/** The prompts in the order of the screen. */
async function order(page: Page): Promise<readonly string[]> {
  const tops = await jobs(page)
    .getByRole('row')
    .evaluateAll((rows) =>
      rows
        .map((element) => ({ top: element.getBoundingClientRect().top, text: element.querySelector('p')?.textContent }))
        .sort((a, b) => a.top - b.top)
        .flatMap(({ text }) => (text ? [text] : [])),
    );
  return tops;
}

async function ask(page: Page, prompt: string): Promise<void> {
  await otherProgram(page).call('jobs.generate', { request: { prompt, steps: 2 }, origin: 'jobs_api' });
}

test('a paused queue is put in order by key and by drag, thinned out, resumed, and what was canceled is run again', async ({
  openInBrowser,
}) => {
  const { page } = await openInBrowser();
  await passWelcome(page);
  await goTo(page, 'Queue');
  await expect(page.getByText('Nothing in the queue')).toBeVisible();
  await page.getByRole('button', { name: 'Pause queue' }).click();
  await expect(page.getByRole('button', { name: 'Resume queue' })).toBeVisible();
  for (const prompt of ['apple', 'birch', 'cloud', 'dune']) await ask(page, prompt);
  await expect(row(page, 'dune')).toContainText('HTTP, /v1/jobs');
  expect(await order(page)).toEqual(['apple', 'birch', 'cloud', 'dune']);

  await row(page, 'cloud').click();
  await jobs(page).focus();
  await page.keyboard.press('Alt+ArrowUp');
  await expect.poll(() => order(page)).toEqual(['apple', 'cloud', 'birch', 'dune']);
  await page.keyboard.press('Alt+Home');
  await expect.poll(() => order(page)).toEqual(['cloud', 'apple', 'birch', 'dune']);
  await expect(page.getByText('Moved to place 1 of 4')).toBeAttached();

  const grip = row(page, 'dune').getByTitle('Drag to another place');
  // Waits for rows that still glide to their places.
  await grip.hover();
  await row(page, 'cloud').hover();
  const [from, to] = [await grip.boundingBox(), await row(page, 'cloud').boundingBox()];
  if (!from || !to) throw new Error('the rows are not in sight');
  await grip.hover();
  await page.mouse.down();
  await page.mouse.move(from.x, from.y - 40, { steps: 4 });
  await page.mouse.move(from.x, to.y + to.height / 2, { steps: 8 });
  await page.mouse.up();
  await expect.poll(() => order(page)).toEqual(['dune', 'cloud', 'apple', 'birch']);
  const { waiting } = await otherProgram(page).call('queue.show', {});
  expect(waiting).toHaveLength(4);

  await row(page, 'apple').getByRole('button', { name: 'Cancel this job' }).click();
  await expect(row(page, 'apple')).toContainText('canceled');
  await page.getByRole('button', { name: 'Resume queue' }).click();
  for (const prompt of ['dune', 'cloud', 'birch'])
    await expect(row(page, prompt)).toContainText('took', { timeout: 60_000 });

  await row(page, 'apple').click();
  const details = page.getByRole('complementary', { name: 'Details of the job' });
  await expect(details).toContainText('Put in the queue');
  await expect(details).toContainText('Canceled');
  await details.getByRole('button', { name: 'Run again' }).click();
  await expect(row(page, 'apple').filter({ hasText: 'took' })).toBeVisible({ timeout: 60_000 });
  await expect(details).toContainText('Put in the queue once more');
  await expect(details).toContainText(/Picture 1 done, seed \d+/);
});

test('the history is emptied after a question, and the pictures stay', async ({ openInBrowser }) => {
  const { page } = await openInBrowser();
  await passWelcome(page);
  await goTo(page, 'Queue');
  await ask(page, 'apple');
  await expect(row(page, 'apple')).toContainText('took', { timeout: 60_000 });
  await page.getByRole('button', { name: 'Clear…' }).click();
  await page.getByRole('menuitem', { name: 'Clear the history of 1 job' }).click();
  const question = page.getByRole('alertdialog');
  await expect(question).toContainText('Every picture stays where it is');
  await question.getByRole('button', { name: 'Clear the history' }).click();
  await expect(page.getByText('Nothing in the queue')).toBeVisible();
});
