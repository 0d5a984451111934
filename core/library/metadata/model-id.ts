import { ModelId } from '../../contract/ids.ts';

/** Room for a suffix and for `.part` names beside it, under the 255 bytes that file systems give a name. */
const maxSegmentBytes = 200;
/** Names that Windows keeps for devices, whatever their extension. */
const reservedName = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/;

/**
 * A name as one segment of an id, and so as a folder's name on every system: lower case, letters and digits of every script kept (NFC),
 * everything else a hyphen; no reserved name of Windows, no trailing dot, at most 200 bytes.
 */
export function slugOf(name: string): string {
  const slug = name
    .normalize('NFC')
    .toLowerCase()
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{M}\p{N}._+]+/gu, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '');
  const short = truncate(slug, maxSegmentBytes).replaceAll(/[-.]+$/g, '');
  if (short === '') return 'model';
  return reservedName.test(short) ? `model-${short}` : short;
}

/** The first free id of a type, family and name: the plain one, else with `-2`, `-3`, ... */
export async function deriveModelId(
  parts: { readonly type: string; readonly family: string; readonly name: string },
  isTaken: (id: ModelId) => Promise<boolean>,
): Promise<ModelId> {
  const base = [parts.type, parts.family, parts.name].map(slugOf).join('/');
  for (let count = 1; ; count += 1) {
    const id = ModelId.parse(count === 1 ? base : `${base}-${count}`);
    if (!(await isTaken(id))) return id;
  }
}

/** Cuts between code points. */
function truncate(text: string, maxBytes: number): string {
  let bytes = 0;
  let result = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    result += character;
  }
  return result;
}
