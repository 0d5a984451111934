import type { Page } from 'playwright/test';

/** Copy, link and move: what a file manager allows. */
const allOperations = 1 | 2 | 16;

/** Drops files and folders from outside on the middle of the window, as a file manager does: the page gets real files with real paths. */
export async function dropOnWindow(page: Page, paths: readonly string[]): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const { width, height } = await page.evaluate(() => ({ width: window.innerWidth, height: window.innerHeight }));
  const data = { items: [], files: [...paths], dragOperationsMask: allOperations };
  const at = { x: Math.round(width / 2), y: Math.round(height / 2), data };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await devtools.send('Input.dispatchDragEvent', { type, ...at });
  await devtools.detach();
}
