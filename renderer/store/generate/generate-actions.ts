import { JobId, ModelId } from '../../../core/contract/ids.ts';
import type { Artifact } from '../../../core/contract/jobs/job.ts';
import type { WindowClient } from '../../client/client.ts';
import type { Doors } from '../doors.ts';
import { draftModel, runningJob, usualOf, waitingJobs, whyNotRunnable } from '../selectors.ts';
import type { AppStore } from '../store.ts';
import { indexModels, mergePictures, withJob } from '../sync.ts';
import { draftOf, drawSeed, jobOf, paramsOf } from './draft.ts';
import { type Draft, emptyDraft, type StudioSelection } from './generate-part.ts';

/** Models of one kind that the picker holds; more are found by searching. */
const generatorLimit = 200;
const picturePage = 100;
const countDelayMs = 120;

type CountedDraft = Pick<Draft, 'modelId' | 'prompt' | 'negativePrompt' | 'promptSyntax'>;

/** What the next picture shall be, and the jobs that make it. */
export function createGenerateActions(
  { getState: get, setState: set }: AppStore,
  client: WindowClient,
  { attempt, patch }: Doors,
  random: () => number,
) {
  let isReadingPictures = false;
  let countTimer: ReturnType<typeof setTimeout> | undefined;

  const setDraft = (change: Partial<Draft>) => patch(({ draft }) => ({ draft: { ...draft, ...change } }));

  const cancelJob = (jobId: string) =>
    attempt(async () => {
      const job = await client.call('jobs.cancel', { job_id: JobId.parse(jobId) });
      patch((state) => withJob(state, job));
    });

  const findGenerators = async (query: string) => {
    const [bundles, files] = await Promise.all(
      (['diffusion', 'checkpoint'] as const).map((type) =>
        client.call('models.list', { type, limit: generatorLimit, ...(query !== '' && { query, sort: 'relevance' }) }),
      ),
    );
    return [...(bundles?.models ?? []), ...(files?.models ?? [])];
  };

  return {
    setDraft,
    async loadGenerators() {
      const models = await findGenerators('');
      const { starter_model_id } = get().status ?? {};
      patch((state) => ({
        models: indexModels(state.models, models),
        generatorIds: models
          .toSorted((a, b) => Number(b.model_id === starter_model_id) - Number(a.model_id === starter_model_id))
          .map(({ model_id }) => model_id),
      }));
    },
    /** Those that a search finds; null when it failed. */
    findGenerators: (query: string) =>
      attempt(async () => {
        const models = await findGenerators(query);
        patch((state) => ({ models: indexModels(state.models, models) }));
        return models;
      }),
    loadOptions: () => attempt(async () => set({ options: (await client.call('settings.get', {})).options })),
    /** Counts prompts, a moment after the last key. What can't be counted is not told: generating will say why. */
    countPrompts({ modelId, prompt, negativePrompt, promptSyntax }: CountedDraft) {
      clearTimeout(countTimer);
      if (modelId === null) return;
      countTimer = setTimeout(async () => {
        const { steps } = paramsOf(get().draft, draftModel(get()), usualOf(get()));
        const promptCounts = await client
          .call('prompts.count', {
            model_id: ModelId.parse(modelId),
            prompt,
            negative_prompt: negativePrompt,
            steps,
            ...(promptSyntax !== null && { prompt_syntax: promptSyntax }),
          })
          .catch(() => null);
        const now = get().draft;
        if (now.prompt === prompt && now.negativePrompt === negativePrompt) set({ promptCounts });
      }, countDelayMs);
    },
    /** What can't be read stays a guess on the screen, and is left to the core in the request. */
    async loadUsualParameters(modelId: string) {
      const usual = await client.call('models.parameters', { model_id: ModelId.parse(modelId) }).catch(() => null);
      if (usual !== null) patch((state) => ({ usualParameters: { ...state.usualParameters, [modelId]: usual } }));
    },
    /** Once: it comes with the program. A library without the starter has none. */
    async loadStarterPrompts() {
      if (get().starterPrompts !== null) return;
      const starterPrompts = await client.call('starter.prompts', {}).catch(() => null);
      set({ starterPrompts });
    },
    async loadMorePictures() {
      const { picturesCursor } = get();
      if (isReadingPictures || picturesCursor === null) return;
      isReadingPictures = true;
      await attempt(async () => {
        const page = await client.call('pictures.list', { limit: picturePage, cursor: picturesCursor });
        patch(({ pictures }) => ({
          pictures: mergePictures(pictures, page.pictures),
          picturesCursor: page.next_cursor,
        }));
      });
      isReadingPictures = false;
    },

    generateWith(modelId: string) {
      patch((state) => ({
        screen: 'generate',
        draft:
          state.draft.modelId === modelId
            ? state.draft
            : {
                ...state.draft,
                modelId,
                // These follow the model: another was made for others.
                width: null,
                height: null,
                steps: null,
                guidanceScale: null,
                sampler: 'Automatic',
                scheduler: 'Automatic',
                clipSkip: null,
              },
      }));
    },
    resetDraft: () =>
      patch(({ draft }) => ({
        draft: { ...emptyDraft, modelId: draft.modelId, prompt: draft.prompt, negativePrompt: draft.negativePrompt },
      })),
    newSeed: () => setDraft({ seed: drawSeed(random) }),
    generate: () =>
      attempt(async () => {
        const model = draftModel(get());
        if (!model || whyNotRunnable(model) !== null) return;
        const job = await client.call('jobs.generate', jobOf(get().draft, model, usualOf(get())));
        patch((state) => {
          const running = runningJob(state);
          const isBehind = running !== null && running.id !== job.id;
          return {
            ...withJob(state, job),
            hasSeenWelcome: true,
            comparing: null,
            studio: isBehind ? state.studio : { kind: 'job', jobId: job.id },
          };
        });
      }),
    retryJob: (jobId: string) =>
      attempt(async () => {
        const job = await client.call('jobs.duplicate', { job_id: JobId.parse(jobId) });
        patch((state) => ({ ...withJob(state, job), studio: { kind: 'job', jobId: job.id } }));
      }),
    cancelJob,
    /** Cancels what runs, or what waits when nothing does: Escape on the Generate screen. */
    cancelCurrent: () => {
      const job = runningJob(get()) ?? waitingJobs(get())[0];
      if (job) void cancelJob(job.id);
    },
    selectInStudio: (studio: StudioSelection) => set({ studio }),
    showJob: (jobId: string) => set({ screen: 'generate', comparing: null, studio: { kind: 'job', jobId } }),
    useSettings: (artifact: Artifact) =>
      attempt(async () => {
        const job = await client.call('jobs.show', { job_id: artifact.job_id });
        const { startFrom, saving } = get().draft;
        const isSameStart = startFrom !== null && startFrom.reference === job.request.init_image;
        set({ draft: { ...draftOf(job, artifact.seed), saving, startFrom: isSameStart ? startFrom : null } });
      }),
    toggleFold: (name: string) =>
      patch(({ openFolds }) => ({
        openFolds: openFolds.includes(name) ? openFolds.filter((open) => open !== name) : [...openFolds, name],
      })),
  };
}
