import { expect, test } from 'vitest';
import { enginesFor, resolveDependencies } from './dependency-resolution.ts';

const host = { platform: 'linux-x64', runtimeVersion: '1.30.0', executionProviders: ['webgpu', 'cpu'] };

test('a pipeline that ONNX Runtime runs here is bound to it', () => {
  const need = { bundleFormat: 'diffusers_directory', pipelineClass: 'StableDiffusionPipeline' };
  expect(resolveDependencies(need, host)).toEqual({
    contract_version: 1,
    state: 'resolved',
    bindings: [
      {
        profile_id: 'onnxruntime',
        backend: 'onnx-runtime',
        platform: 'linux-x64',
        packages: [{ name: 'onnxruntime-node', version: '==1.30.0' }],
        execution_providers: ['webgpu', 'cpu'],
      },
    ],
  });
  expect(enginesFor(need)).toEqual(['onnx-runtime', 'diffusers']);
});

test.each([
  [{ bundleFormat: 'diffusers_directory', pipelineClass: 'FluxPipeline' }, ['diffusers']],
  [{ bundleFormat: 'diffusers_directory', pipelineClass: null }, ['diffusers']],
  [{ bundleFormat: 'single_file', pipelineClass: 'StableDiffusionPipeline' }, []],
])('%j has no profile here', (need, engines) => {
  expect(resolveDependencies(need, host)).toEqual({ contract_version: 1, state: 'unknown_profile', bindings: [] });
  expect(enginesFor(need)).toEqual(engines);
});
