import { fixtureWords, randomFrom } from '../library-fixture.ts';

/** 200 as people type them: names whole and in part, two words, a word under a filter, a few letters, nothing that exists, filters alone. */
export function mixedQueries(): Record<string, unknown>[] {
  const random = randomFrom(7);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  // Searched for as often as they occur, common ones first of all.
  const word = () => fixtureWords[Math.floor(random() ** 3 * fixtureWords.length)] as string;
  const kinds: readonly (() => Record<string, unknown>)[] = [
    () => ({ query: word() }),
    () => ({ query: `${word()} ${word()}` }),
    () => ({ query: word().slice(1, 4) }),
    () => ({ query: `${word()}_${word()}` }),
    () => ({ query: String(Math.floor(random() * 100_000)) }),
    () => ({ query: word(), type: pick(['lora', 'checkpoint', 'vae']) }),
    () => ({ query: `${word()}`, sort: pick(['relevance', 'name', 'size', 'family']) }),
    () => ({ query: `no${word()}thing` }),
    () => ({ family: pick(['flux', 'pony', 'unknown']), state: pick(['valid', 'degraded']) }),
    () => ({ tag: pick(['pose', 'style', 'anime']), sort: pick(['newest', 'name']) }),
    () => ({ favourite: true, type: 'lora', sort: 'size' }),
    () => ({ query: `${word()} ${word()} v${Math.floor(random() * 9)}` }),
    () => ({ query: `${word()}${word()}`, min_size_bytes: 1e9 }),
  ];
  return Array.from({ length: 200 }, (_, index) => (kinds[index % kinds.length] as () => Record<string, unknown>)());
}
