import type { en } from './en.ts';

/** The same keys as English, with other words. A key that is missing or too many does not compile. */
export type Translation<Messages> = {
  readonly [Key in keyof Messages]: Messages[Key] extends string ? string : Translation<Messages[Key]>;
};

export type Messages = Translation<typeof en>;
