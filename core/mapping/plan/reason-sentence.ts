import type { MappingReason } from '../../contract/mapping/mapping.ts';

interface Facts {
  /** The app's name. */
  readonly app: string;
  /** Of the target below the app's folder, or of the model where there is none. */
  readonly path: string;
  /** What the reason is about: a path, a state, a sentence. */
  readonly at: string;
}

const sentences: Readonly<Record<MappingReason, (facts: Facts) => string>> = {
  new: () => 'A link is made.',
  other_name: ({ path, at }) => `Something else is at ${at} and stays. The link gets a name of its own: ${path}.`,
  in_place: () => 'Its link is there and whole.',
  same_content: ({ path }) => `${path} is there already, with the same content. It stays.`,
  other_content: ({ path }) => `Another file is at ${path}. It stays.`,
  folder_there: ({ path }) => `A folder is at ${path}. It stays.`,
  foreign_link: ({ path }) => `A link that Vitrine did not make is at ${path}. It stays.`,
  link_on_the_way: ({ at }) => `${at} is a link. Nothing is written through a link.`,
  file_on_the_way: ({ at }) => `${at} is a file where the app expects a folder.`,
  unreadable_folder: ({ at }) => `This user may not read or write ${at}.`,
  case_clash: ({ path, at }) => `${at} is there, a name that differs from ${path} in case or accents only. It stays.`,
  stale_hardlink: ({ path }) =>
    `${path} is a hard link that Vitrine made, but the library's file is another now. It may be the only copy of what it holds, so it stays.`,
  config_unreadable: ({ at }) => `The app's config can't be added to: ${at}`,
  config_name_taken: ({ path }) =>
    `The app knows another model by the name of ${path}. A config entry can't rename it.`,
  source_moved: () => "Its link leads to where the model's files were. It is made anew.",
  model_gone: () => 'Its model is not in the library any more. The link is taken away.',
  external_reference: ({ path }) =>
    `Its files are yours and only used in place (${path}). Models of other folders are never mapped.`,
  not_valid: ({ at }) => `Its files are ${at}. Only valid models are mapped.`,
  no_place: ({ app, at }) => `${app} has no folder for models of the type ${at}.`,
  file_kind: ({ app, at }) => `${app} does not read a ${at} model of this kind of file.`,
  unsafe_name: () => 'Its file name is hidden, of several lines, or too long for other drives.',
  no_link_possible: ({ at }) => `No link can be made there, and a copy is never made. ${at}`,
};

/** Why an action of a plan is what it is. */
export function reasonSentence(reason: MappingReason, facts: Facts): string {
  return sentences[reason](facts);
}
