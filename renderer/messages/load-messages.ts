import { en } from './en.ts';
import type { Language } from './locale.ts';
import type { Messages } from './translation.ts';

/** English comes with the window; another language is fetched when it is spoken. */
export async function loadMessages(language: Language): Promise<Messages> {
  return language === 'en' ? en : (await import('./de.ts')).de;
}
