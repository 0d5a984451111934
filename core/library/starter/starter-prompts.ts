import type { StarterPrompts } from '../../contract/library/starter.ts';

/** In the words of the captions that the model learned from: see captions.py beside its training. */
export const starterPrompts: StarterPrompts = {
  about:
    'A very small model of our own, trained only on posters that a program drew: landscapes under a sun or a moon, 128 pixels wide. ' +
    'It knows six places, four times of day, a few colours and ten things to put there, and hardly any other word; for everything else, add a model of your own.',
  examples: [
    'a yellow sun over the sea by day with a sailboat',
    'a white crescent moon over the city at night with stars',
    'a huge yellow sun over the desert at dawn with a cactus',
    'green hills with a house and clouds, by day',
    'a huge pink crescent moon on the left over the sea at sunset',
    'a huge white full moon over red hills at night',
  ],
  suggestions: [
    { group: 'Place', words: ['mountains', 'hills', 'the desert', 'the sea', 'a forest', 'a city'] },
    { group: 'Time', words: ['by day', 'at sunset', 'at night', 'at dawn'] },
    { group: 'Sun or moon', words: ['a sun', 'a full moon', 'a crescent moon'] },
    { group: 'Its colour', words: ['red', 'orange', 'yellow', 'white', 'pink', 'blue', 'green'] },
    { group: 'Its size', words: ['small', 'huge'] },
    { group: 'Its position', words: ['on the left', 'in the center', 'on the right'] },
    { group: 'Colour of the land', words: ['blue', 'purple', 'green', 'red', 'golden', 'snowy'] },
    {
      group: 'Things',
      words: [
        'a sailboat',
        'a lighthouse',
        'birds',
        'stars',
        'clouds',
        'falling snow',
        'a house',
        'a cactus',
        'a hot-air balloon',
        'a tree',
      ],
    },
    { group: 'Style', words: ['black and white', 'sepia'] },
  ],
};
