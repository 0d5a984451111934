import { expect, test } from 'vitest';
import { checkInput, commands } from './command.ts';
import { Failed } from './failure.ts';
import { toRest } from './rest.ts';

test('no two commands stand at the same place of the HTTP door', () => {
  const places = Object.values(commands).map(({ http }) => `${http.method} ${http.path}`);
  expect(new Set(places).size).toBe(places.length);
});

test('a model id is one segment of a path, the rest of the input is the query or the body', () => {
  expect(toRest('models.show', { model_id: 'diffusion/sd/a b' })).toEqual({
    method: 'GET',
    path: '/api/v1/models/diffusion%2Fsd%2Fa%20b',
    body: null,
  });
  expect(toRest('models.list', { query: 'sun & moon', limit: 2, state: undefined })).toEqual({
    method: 'GET',
    path: '/api/v1/models?query=sun%20%26%20moon&limit=2',
    body: null,
  });
  expect(toRest('models.accept', { model_id: 'a/b/c', code: 'volume_offline' })).toEqual({
    method: 'POST',
    path: '/api/v1/models/a%2Fb%2Fc/accept',
    body: { code: 'volume_offline' },
  });
});

test.each([
  [{ width: 7 }, 'request.width'],
  [{ width: 100_000 }, 'request.width'],
  [{ height: 129 }, 'request.height'],
  [{ seed: 2 ** 64 }, 'request.seed'],
  [{ seed: -2 }, 'request.seed'],
  [{ steps: 0 }, 'request.steps'],
  [{ guidance_scale: Number.NaN }, 'request.guidance_scale'],
  [{ count: 1.5 }, 'request.count'],
  [{ sampler: 'Nonesuch' }, 'request.sampler'],
  [{ prompt: 'x'.repeat(100_001) }, 'request.prompt'],
  [{ prompt: ['a'] }, 'request.prompt'],
])('the request %j is refused with the name of its field', (request, field) => {
  try {
    checkInput('jobs.generate', { request });
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(Failed);
    expect(error).toMatchObject({ failure: { code: 'invalid_input', details: { field } } });
  }
});

test('an empty request is a whole request', () => {
  expect(checkInput('jobs.generate', { request: {} })).toEqual({
    origin: 'window',
    request: {
      prompt: '',
      negative_prompt: '',
      sampler: 'Automatic',
      scheduler: 'Automatic',
      seed: -1,
      count: 1,
    },
  });
});
