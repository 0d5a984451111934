/** The first window of a new library. */
export const welcome = {
  title: 'Your models stay where they are',
  text: 'Vitrine keeps notes about your models and runs them from where they lie, untouched. Drop a folder on this window whenever you like.',
  library: 'The notes live in',
  choose: 'Choose another folder',
  first: 'Make a first picture',
  open: 'Open the library',
  caption: 'A huge yellow sun over the desert at dawn with a cactus',
  by: 'By the starter model, which is included: {size}, ready to run.',
} as const;
