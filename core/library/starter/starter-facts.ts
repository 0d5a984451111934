import type { GenerationDefaults } from '../../contract/library/metadata.ts';
import { starterPrompts } from './starter-prompts.ts';

export interface StarterFacts {
  readonly name: string;
  readonly notes: string;
  readonly generationDefaults: GenerationDefaults;
}

/** The model that ships with Vitrine. It was trained at 128 px and knows small landscapes. */
export const vitrineStarter: StarterFacts = {
  name: 'Vitrine Starter',
  notes:
    `${starterPrompts.about} ` +
    'Made for 128 × 128 pixels, 20 steps of DPM++ 2M and guidance 5. No photograph and nobody else’s picture is in it. ' +
    'Weights and pictures are free: MIT licence.',
  generationDefaults: {
    width: 128,
    height: 128,
    steps: 20,
    guidance_scale: 5,
    example_prompts: [...starterPrompts.examples],
  },
};
