/** One of the prompts that a picture shall follow at once, and how much. */
export interface ComposedPrompt {
  readonly text: string;
  readonly weight: number;
}

const weightMark = /^\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*$/;
const longestWeight = 64;

/**
 * stable-diffusion-webui's `a AND b:0.6`: prompts that are followed at once, each with its weight. A prompt without `AND` is one prompt, and a
 * number at its end is text: `at 12:30` asks for no weight of 30.
 */
export function readComposition(text: string): readonly ComposedPrompt[] {
  const parts = text.split(/\bAND\b/);
  if (parts.length === 1) return [{ text, weight: 1 }];
  return parts.map((part) => {
    const colon = part.lastIndexOf(':');
    const tail = part.slice(colon + 1);
    const weight = colon < 0 || tail.length > longestWeight ? undefined : weightMark.exec(tail)?.[1];
    return weight === undefined
      ? { text: part.trim(), weight: 1 }
      : { text: part.slice(0, colon).trim(), weight: Number(weight) };
  });
}
