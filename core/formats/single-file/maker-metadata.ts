/** What the maker of a file wrote beside its tensors: `ss_*` of kohya's trainers, `modelspec.*` of Stability's standard. */
export interface MakerNotes {
  readonly family: string | null;
  readonly baseModel: string | null;
  readonly triggerWords: readonly string[];
  readonly title: string | null;
  readonly description: string | null;
}

const shownWords = 12;
const maxTextLength = 10_000;

/** By the beginnings of `modelspec.architecture`, `ss_base_model_version` and Civitai's names of bases. First match wins. */
const families: readonly (readonly [RegExp, string])[] = [
  // Pony, Illustrious and NoobAI are SDXL trained further, and named as bases of their own on Civitai.
  [/^(stable-diffusion-xl|sd ?xl|pony|illustrious|noobai|playground v2)/i, 'stable-diffusion-xl'],
  [/^(stable-diffusion-v?3|sd ?3)/i, 'stable-diffusion-3'],
  [/^(stable-diffusion-v?2|sd[ _]?v?2)/i, 'stable-diffusion-2'],
  [/^(stable-diffusion-v?1|sd[ _]?v?1)/i, 'stable-diffusion-1'],
  [/^flux[-_. ]?2/i, 'flux-2'],
  [/^flux/i, 'flux'],
  [/^chroma/i, 'chroma'],
  [/^qwen-?image/i, 'qwen-image'],
  [/^z-?image/i, 'z-image'],
  [/^lumina/i, 'lumina'],
  [/^hidream/i, 'hidream'],
  [/^wan/i, 'wan'],
];

/** Sources: https://github.com/Stability-AI/ModelSpec, https://github.com/kohya-ss/sd-scripts (train_network.py, names of keys). */
export function readMakerNotes(metadata: Readonly<Record<string, string>>): MakerNotes {
  const text = (key: string, maxLength = 500): string | null => {
    const value = Object.hasOwn(metadata, key) ? metadata[key]?.trim() : undefined;
    return value === undefined || value === '' || value === 'None' ? null : value.slice(0, maxLength);
  };
  const architecture = text('modelspec.architecture') ?? text('ss_base_model_version');
  return {
    family: familyOfText(architecture),
    baseModel: text('ss_sd_model_name') ?? text('ss_base_model_version') ?? text('modelspec.architecture'),
    triggerWords: triggerWordsOf(text('modelspec.trigger_phrase', maxTextLength), metadata.ss_tag_frequency),
    title: oneLine(text('modelspec.title', 200) ?? text('ss_output_name', 200)),
    description: text('modelspec.description', maxTextLength),
  };
}

export function familyOfText(text: string | null): string | null {
  return text === null ? null : (families.find(([pattern]) => pattern.test(text))?.[1] ?? null);
}

/** The words of the maker first; else the tags that most pictures it was trained on have in common. */
function triggerWordsOf(phrase: string | null, tagFrequency: string | undefined): string[] {
  if (phrase !== null) return unique(phrase.split(',')).slice(0, shownWords);
  const counts = new Map<string, number>();
  for (const folder of Object.values(parsedObject(tagFrequency)))
    for (const [tag, count] of Object.entries(asObject(folder)))
      if (typeof count === 'number') counts.set(tag.trim(), (counts.get(tag.trim()) ?? 0) + count);
  const sorted = [...counts].filter(([tag]) => tag !== '').sort((a, b) => b[1] - a[1]);
  const most = sorted[0]?.[1] ?? 0;
  return sorted
    .filter(([, count]) => count * 2 >= most)
    .slice(0, shownWords)
    .map(([tag]) => tag.slice(0, 200));
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words.map((word) => word.trim().slice(0, 200)).filter((word) => word !== ''))];
}

function parsedObject(json: string | undefined): Record<string, unknown> {
  if (json === undefined) return {};
  try {
    return asObject(JSON.parse(json));
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function oneLine(text: string | null): string | null {
  return text === null ? null : text.replaceAll(/\s+/g, ' ');
}
