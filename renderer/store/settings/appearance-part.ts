import { z } from 'zod';
import type { LanguageChoice } from '../../messages/locale.ts';

export const Theme = z.enum(['system', 'light', 'dark']);
export type Theme = z.infer<typeof Theme>;

export const Contrast = z.enum(['system', 'more']);
export type Contrast = z.infer<typeof Contrast>;

/** How the window looks and speaks: this window's own, kept in it. */
export interface AppearancePart {
  readonly theme: Theme;
  readonly contrast: Contrast;
  readonly language: LanguageChoice;
}

export const initialAppearancePart: AppearancePart = { theme: 'system', contrast: 'system', language: 'system' };
