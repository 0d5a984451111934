export interface InfotextRows {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly parameters: readonly (readonly [string, string])[];
}

const parameter = /(\w[\w \-/]{1,80}):[ \t]*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)/g;
const negativePrefix = 'Negative prompt:';

/** An infotext as rows to read. What can't be taken apart is prompt. */
export function infotextRows(text: string): InfotextRows {
  const lines = text.trim().split('\n');
  const found = [...(lines.at(-1) ?? '').matchAll(parameter)];
  const words = found.length >= 3 ? lines.slice(0, -1) : lines;
  const negativeAt = words.findIndex((line) => line.startsWith(negativePrefix));
  const cut = negativeAt < 0 ? words.length : negativeAt;
  return {
    prompt: words.slice(0, cut).join('\n'),
    negativePrompt: words.slice(cut).join('\n').slice(negativePrefix.length).trim(),
    parameters: found.length >= 3 ? found.map(([, key = '', value = '']) => [key, value.trim()] as const) : [],
  };
}

/** What two pictures were not made alike with. */
export function differencesOf(
  first: string,
  second: string,
): readonly { readonly key: string; readonly values: readonly [string, string] }[] {
  const [one, other] = [infotextRows(first), infotextRows(second)];
  const [left, right] = [new Map(one.parameters), new Map(other.parameters)];
  const keys = [...new Set([...left.keys(), ...right.keys()])];
  return keys
    .map((key) => ({ key, values: [left.get(key) ?? '', right.get(key) ?? ''] as const }))
    .filter(({ values }) => values[0] !== values[1]);
}
