import { z } from 'zod';

export const Theme = z.enum(['system', 'light', 'dark']);
export type Theme = z.infer<typeof Theme>;

export const Contrast = z.enum(['system', 'more']);
export type Contrast = z.infer<typeof Contrast>;

/** The languages that the window speaks, or the system's where that is one of them. */
export const LanguageChoice = z.enum(['system', 'en', 'de']);
export type LanguageChoice = z.infer<typeof LanguageChoice>;

/** How the window looks and speaks: this window's own, kept in it. */
export interface AppearancePart {
  readonly theme: Theme;
  readonly contrast: Contrast;
  readonly language: LanguageChoice;
}

export const initialAppearancePart: AppearancePart = { theme: 'system', contrast: 'system', language: 'system' };
