import { ModelId } from '../../../core/contract/ids.ts';
import type { Artifact } from '../../../core/contract/jobs/job.ts';
import type { WindowClient } from '../../client/client.ts';
import { fromBase64, readPictureFile, toPng } from '../../client/picture-file.ts';
import type { Doors } from '../doors.ts';
import { problemOf } from '../problem.ts';
import { draftModel, usualOf } from '../selectors.ts';
import type { AppStore } from '../store.ts';
import { defaultParams, recalledDraft, sizeOfShape } from './draft.ts';
import type { StartPicture } from './generate-part.ts';

/** What is done with a picture that is there: start from it, read it, copy it, compare it, let it stand for a model. */
export function createPictureActions(
  { getState: get, setState: set }: AppStore,
  client: WindowClient,
  { attempt, patch, tell }: Doors,
) {
  const withFold = (openFolds: readonly string[], name: string) =>
    openFolds.includes(name) ? openFolds : [...openFolds, name];

  const startFrom = (startPicture: StartPicture) =>
    patch((state) => ({
      screen: 'generate',
      droppedPicture: null,
      openFolds: withFold(state.openFolds, 'start'),
      draft: {
        ...state.draft,
        startFrom: startPicture,
        ...sizeOfShape(defaultParams(draftModel(state), usualOf(state)), startPicture.width / startPicture.height),
      },
    }));

  const keep = async (name: string, base64: string, thumbnail: string) => {
    const { init_image, width, height } = await client.call('pictures.keep', { picture: base64 });
    startFrom({ reference: init_image, name, width, height, thumbnail });
  };

  const pictureFileOf = async (artifact: Artifact): Promise<Blob> => {
    const { base64, media_type } = await client.call('pictures.bytes', { picture_id: artifact.id });
    return fromBase64(base64, media_type);
  };

  return {
    /** One that was dropped, pasted or picked: with settings in it the person chooses what it is for, without it is a start. */
    async takePicture(file: Blob, name: string) {
      await attempt(async () => {
        const read = await readPictureFile(file, name).catch(() => null);
        const [base64, thumbnail] = [read?.base64 ?? '', read?.thumbnail ?? ''];
        const shown = { name, file: base64, thumbnail, reading: null };
        if (read === null) {
          set({ droppedPicture: { ...shown, problem: { code: 'not_a_picture', message: null } } });
          return;
        }
        try {
          const reading = await client.call('pictures.read', { picture: base64 });
          if (reading.settings === null && get().screen === 'generate') await keep(name, base64, thumbnail);
          else set({ droppedPicture: { ...shown, reading, problem: null } });
        } catch (error) {
          set({ droppedPicture: { ...shown, problem: problemOf(error) } });
        }
      });
    },
    startFromDropped: () =>
      attempt(async () => {
        const { droppedPicture } = get();
        if (droppedPicture) await keep(droppedPicture.name, droppedPicture.file, droppedPicture.thumbnail);
      }),
    useDroppedSettings: () =>
      patch(({ droppedPicture, draft }) => {
        const reading = droppedPicture?.reading;
        if (!reading?.settings) return {};
        return {
          screen: 'generate',
          droppedPicture: null,
          draft: recalledDraft(reading.settings, reading.model_id, draft),
        };
      }),
    closeDropped: () => set({ droppedPicture: null }),
    startFromArtifact: (artifact: Artifact) =>
      attempt(async () => {
        const name = artifact.path.split(/[\\/]/).at(-1) ?? artifact.id;
        const { thumbnail } = await readPictureFile(await pictureFileOf(artifact), name);
        const { init_image, width, height } = await client.call('pictures.keep', { picture_id: artifact.id });
        startFrom({ reference: init_image, name, width, height, thumbnail });
      }),
    copyPicture: (artifact: Artifact, said: string) =>
      attempt(async () => {
        // Given as a promise: the clipboard must be asked while the press still counts as one.
        const png = pictureFileOf(artifact).then(toPng);
        await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
        tell({ kind: 'done', text: said });
      }),
    /** Lets a picture stand for the model that made it. */
    showAsPreview: (artifact: Artifact, said: string) =>
      attempt(async () => {
        const { model_id: id, path } = artifact;
        if (id === null) return;
        const { preview } = await client.call('models.edit', { model_id: ModelId.parse(id), preview: path });
        patch(({ models, previewStamps }) => {
          const model = models[id];
          return {
            previewStamps: { ...previewStamps, [id]: (previewStamps[id] ?? 0) + 1 },
            ...(model && { models: { ...models, [id]: { ...model, preview } } }),
          };
        });
        tell({ kind: 'done', text: said });
      }),
    compare: (pictureId: string | null) => set({ comparing: { pictureId } }),
    endCompare: () => set({ comparing: null }),
  };
}
