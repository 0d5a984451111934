import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Commands } from '../contract/command.ts';
import { Failed } from '../contract/failure.ts';
import type { pictureCommands } from '../contract/generate/picture-commands.ts';
import type { ModelId } from '../contract/ids.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { Library } from '../library/library.ts';
import type { Imaging } from '../processing/imaging/imaging.ts';
import { keepPicture } from '../processing/pictures/input-pictures.ts';
import { recallSettings } from '../processing/settings/recall-settings.ts';

interface PictureRooms {
  readonly jobs: Pick<Jobs, 'artifactPath'>;
  readonly library: Pick<Library, 'list'>;
  readonly imaging: Pick<Imaging, 'checkInit' | 'readInfo'>;
  /** Where pictures to start from are kept. */
  readonly inputsPath: string;
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
};

/** The picture files' rows of the command table, carried out. */
export function commandsOfPictures({
  jobs,
  library,
  imaging,
  inputsPath,
}: PictureRooms): Pick<Commands, keyof typeof pictureCommands> {
  const made = async (id: string) => {
    const path = jobs.artifactPath(id);
    try {
      if (path !== null) return { path, bytes: await readFile(path) };
    } catch (error) {
      throw new Failed('not_found', { what: 'picture', id }, { cause: error });
    }
    throw new Failed('not_found', { what: 'picture', id });
  };
  return {
    'pictures.read': async ({ picture }) => {
      const bytes = bytesOf(picture);
      const size = await imaging.checkInit(bytes);
      const infotext = (await imaging.readInfo(bytes))?.infotext ?? '';
      const settings = recallSettings(infotext);
      return { ...size, infotext, settings, model_id: modelNamed(library, settings?.model_name) };
    },
    'pictures.keep': async (input) => {
      const bytes = 'picture' in input ? bytesOf(input.picture) : (await made(input.picture_id)).bytes;
      return keepPicture(bytes, inputsPath, imaging);
    },
    'pictures.bytes': async ({ picture_id }) => {
      const { path, bytes } = await made(picture_id);
      return { media_type: mediaTypes[extname(path).toLowerCase()] ?? 'image/png', base64: bytes.toString('base64') };
    },
  };
}

/** The model of that name; of several, one that runs. */
function modelNamed(library: Pick<Library, 'list'>, name: string | undefined): ModelId | null {
  if (!name) return null;
  const { models } = library.list({ query: name, sort: 'relevance', limit: 50, total: 'exact' });
  const same = models.filter((model) => model.name.toLowerCase() === name.toLowerCase());
  const runs = same.find((model) => model.validation_state === 'valid' && model.recommended_backend !== null);
  return (runs ?? same[0])?.model_id ?? null;
}

function bytesOf(written: string): Uint8Array {
  return Buffer.from(written.replace(/^data:[^,]{0,200},/, ''), 'base64');
}
