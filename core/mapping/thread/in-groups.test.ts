import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inGroups } from './in-groups.ts';

const items = [1, 2, 3, 4, 5];

test('each item comes with its answer, in order, and the next group is asked for before an answer is looked at', async () => {
  const seen: string[] = [];
  await inGroups(items, 2, {
    ask: async (group) => {
      seen.push(`ask ${group.join(' ')}`);
      return group.map((item) => item * 10);
    },
    onAnswer: (item, answer) => void seen.push(`${item} is ${answer}`),
  });
  expect(seen).toEqual(['ask 1 2', 'ask 3 4', '1 is 10', '2 is 20', 'ask 5', '3 is 30', '4 is 40', '5 is 50']);
});

test('once it is over nothing more is asked, and what was asked is handed over', async () => {
  const seen: number[] = [];
  await inGroups(items, 2, {
    ask: async (group) => group,
    onAnswer: (item) => void seen.push(item),
    isOver: () => seen.length >= 2,
  });
  expect(seen).toEqual([1, 2, 3, 4]);
});

test.each([
  ['an answer can’t be dealt with', () => Promise.reject(new Error('full'))],
  ['there are fewer answers than items', () => undefined],
])('where %s, it rejects only when what was asked already has ended', async (what, onAnswer) => {
  let underWay = 0;
  const isShort = what.startsWith('there');
  await expect(
    inGroups(items, 2, {
      ask: async (group) => {
        underWay += 1;
        await delay(underWay * 10);
        underWay -= 1;
        return isShort ? group.slice(1) : group;
      },
      onAnswer,
    }),
  ).rejects.toThrow(isShort ? 'no answer' : 'full');
  expect(underWay).toBe(0);
});
