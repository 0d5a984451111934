import { en } from './en.ts';
import type { Messages } from './translation.ts';

export const de: Messages = en;
