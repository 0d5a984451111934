import type { GenerationDefaults } from '../../contract/metadata.ts';

export interface StarterFacts {
  readonly name: string;
  readonly generationDefaults: GenerationDefaults;
}

/** The model that ships with Vitrine. It was trained at 128 px and knows small landscapes: these prompts are in its words. */
export const vitrineStarter: StarterFacts = {
  name: 'Vitrine Starter',
  generationDefaults: {
    width: 128,
    height: 128,
    steps: 20,
    guidance_scale: 5,
    example_prompts: [
      'a red sun over blue mountains at sunset',
      'a full moon over the sea at night with a sailboat and stars',
      'a huge yellow sun over the desert at dawn with a cactus',
      'golden hills by day with a house and a hot-air balloon',
      'a white crescent moon over the city at night with stars',
      'snowy mountains at dawn with a pink sun and birds',
    ],
  },
};
