import { defineConfig } from 'playwright/test';
import journeys from '../playwright.config.ts';

/** `npm run guide`: takes the pictures of README and guide again, with the built app. */
export default defineConfig({ ...journeys, testDir: '.', workers: 1, timeout: 300_000 });
