import { expect, test } from 'vitest';
import { GenerateRequest } from '../../../core/contract/generate/generate.ts';
import { sampleModel } from '../../dev/sample-records.ts';
import { draftOf, missedSize, nearestSide, paramsOf, requestOf, sizePresets } from './draft.ts';
import { emptyDraft } from './generate-part.ts';

const turbo = { width: 512, height: 768, steps: 4, guidance_scale: 1 };
const starter = sampleModel({ generation_defaults: { width: 128, height: 128, steps: 24, guidance_scale: 5 } });

test.each([
  ['the model’s own', starter, ['128×128', '160×112', '112×160', '176×96', '96×176']],
  ['SD 1.5', sampleModel({}), ['512×512', '640×448', '448×640', '704×384', '384×704']],
  [
    'SDXL',
    sampleModel({ family: 'stable-diffusion-xl' }),
    ['1024×1024', '1280×832', '832×1280', '1344×768', '768×1344'],
  ],
])('sizes offered for %s', (_, model, sizes) => {
  expect(sizePresets(model, null).map(({ width, height }) => `${width}×${height}`)).toEqual(sizes);
});

test.each([
  ['its own', starter, 128, 128, null],
  ['another shape', starter, 96, 176, null],
  ['sixteen times as large', starter, 512, 512, { width: 128, height: 128 }],
  ['a quarter', starter, 64, 64, { width: 128, height: 128 }],
  ['any, and the model does not say', sampleModel({}), 2048, 2048, null],
])(
  'the size that a model was made for is told where the chosen one is far off: %s',
  (_, model, width, height, told) => {
    expect(missedSize({ width, height }, model)).toEqual(told);
  },
);

test('what was not chosen follows the model', () => {
  expect(paramsOf(emptyDraft, starter, null)).toEqual({ width: 128, height: 128, steps: 24, guidanceScale: 5 });
  expect(paramsOf({ ...emptyDraft, steps: 8 }, starter, null).steps).toBe(8);
  expect(paramsOf(emptyDraft, sampleModel({}), turbo)).toEqual({
    width: 512,
    height: 768,
    steps: 4,
    guidanceScale: 1,
  });
});

test('every draft makes a request that the contract takes, and comes back from it', () => {
  const usualOfStarter = { width: 128, height: 128, steps: 24, guidance_scale: 5 };
  const draft = { ...emptyDraft, modelId: starter.model_id, prompt: 'red hills', seed: 7, count: 4 };
  const request = GenerateRequest.parse(requestOf(draft, starter, usualOfStarter));
  expect(request).toMatchObject({ model_id: starter.model_id, prompt: 'red hills', seed: 7, count: 4, width: 128 });
  expect(draftOf({ request }, 9)).toEqual({
    ...draft,
    width: 128,
    height: 128,
    steps: 24,
    guidanceScale: 5,
    seed: 9,
    count: 1,
  });
});

test('what nobody chose and the core has not told is not in a request', () => {
  const request = requestOf({ ...emptyDraft, modelId: starter.model_id, width: 96, height: 96 }, starter, null);
  expect(Object.keys(request).filter((name) => ['width', 'height', 'steps', 'guidance_scale'].includes(name))).toEqual([
    'width',
    'height',
  ]);
});

test.each([
  [513, 512],
  [517, 520],
  [1, 8],
  [99_999, 4096],
])('a side of %i px becomes %i', (typed, side) => {
  expect(nearestSide(typed)).toBe(side);
});
