import { existsSync } from 'node:fs';
import { chromium } from 'playwright';
import { systemChromium } from './find-chromium.ts';

/** The Chromium that the tests drive: the one named in VITRINE_CHROMIUM, an installed one, or Playwright's own. */
export function chromiumExecutable(): string | null {
  const named = process.env.VITRINE_CHROMIUM;
  if (named) return named;
  const installed = systemChromium();
  if (installed) return installed;
  const own = chromium.executablePath();
  return existsSync(own) ? own : null;
}
