import { z } from 'zod';

/** The languages that the window speaks, or the system's where that is one of them. */
export const LanguageChoice = z.enum(['system', 'en', 'de']);
export type LanguageChoice = z.infer<typeof LanguageChoice>;

export type Language = Exclude<LanguageChoice, 'system'>;

/** Each by its own name, whatever the window speaks. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' };
const languages = Object.keys(languageNames) as readonly Language[];

/** How the window speaks, and how it writes numbers and dates: `de` with the habits of `de-AT`. */
export interface Locale {
  readonly language: Language;
  readonly locale: string;
}

/** The chosen language, else the first of the system's that the window speaks, else English; with the system's region where it has one for it. */
export function localeOf(choice: LanguageChoice, preferred: readonly string[]): Locale {
  const spoken = preferred.flatMap((tag) => {
    const language = languages.find((known) => known === tag.toLowerCase().split('-')[0]);
    return language === undefined ? [] : [{ language, locale: tag }];
  });
  if (choice === 'system') return spoken[0] ?? { language: 'en', locale: 'en' };
  return spoken.find(({ language }) => language === choice) ?? { language: choice, locale: choice };
}
