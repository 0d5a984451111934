import type { SequencedEvent } from '../contract/event.ts';
import type { ModelId } from '../contract/ids.ts';

/** The core's stream of events as the HTTP door needs it. */
export interface EventSource {
  listen(listener: (event: SequencedEvent) => void): () => void;
  since(sequence: number): readonly SequencedEvent[] | null;
  readonly sequence: number;
}

/** Finds the file of a picture; null where no job made one of that id. */
export interface Pictures {
  pathOf(artifactId: string): string | null;
  /** The picture that stands for a model; null where it has none. */
  previewOf(modelId: ModelId): Promise<string | null>;
}

/** The part of a pino logger that the door uses. */
export interface DoorLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** Figures for a monitoring system, as text. */
export interface MetricsSource {
  readonly contentType: string;
  text(): Promise<string>;
}

/** What a picture file says of itself. */
export interface PictureInfo {
  /** Empty where it carries none. */
  readonly infotext: string;
  /** Its other texts by keyword. */
  readonly items: Readonly<Record<string, string>>;
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Work on pictures that are no runs. */
export interface ImageTools {
  readonly upscalerNames: readonly string[];
  /** Null for bytes that are no picture. */
  info(bytes: Uint8Array): Promise<PictureInfo | null>;
  /** A PNG, and what was done in words. Null for bytes that are no picture. */
  upscale(
    bytes: Uint8Array,
    request: {
      readonly size:
        | { readonly factor: number }
        | { readonly width: number; readonly height: number; readonly crop: boolean };
      readonly upscaler: string;
      readonly second: { readonly upscaler: string; readonly visibility: number } | null;
    },
  ): Promise<{ readonly png: Uint8Array; readonly told: string } | 'too_large' | null>;
  /** What a text of parameters says. */
  readText(infotext: string): Pick<PictureInfo, 'prompt' | 'negativePrompt' | 'parameters'>;
  /** One PNG of all, in rows, with that infotext. */
  grid(pictures: readonly Uint8Array[], infotext: string): Promise<Uint8Array>;
}
