import { expect, test } from 'vitest';
import { enginesFor, resolveDependencies } from './dependency-resolution.ts';

const host = { platform: 'linux-x64', runtimeVersion: '1.30.0', executionProviders: ['webgpu', 'cpu'] };
const folder = { bundleFormat: 'diffusers_directory', weightsFormat: 'safetensors' };

test.each(['StableDiffusionPipeline', 'StableDiffusionXLPipeline'])('%s is bound to ONNX Runtime', (pipelineClass) => {
  const engines = enginesFor({ ...folder, pipelineClass });
  expect(engines).toEqual(['onnx-runtime', 'diffusers']);
  expect(resolveDependencies(engines, host)).toEqual({
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
});

test.each([
  [{ ...folder, pipelineClass: 'FluxPipeline' }, ['diffusers']],
  [{ ...folder, pipelineClass: null }, ['diffusers']],
  [{ ...folder, pipelineClass: 'FluxPipeline', weightsFormat: 'onnx' }, []],
  [{ bundleFormat: 'single_file', pipelineClass: 'StableDiffusionPipeline', weightsFormat: 'safetensors' }, []],
])('%j has no profile here', (need, engines) => {
  expect(enginesFor(need)).toEqual(engines);
  expect(resolveDependencies(engines, host)).toEqual({ contract_version: 1, state: 'unknown_profile', bindings: [] });
});

test.each(['OnnxStableDiffusionPipeline', 'ORTStableDiffusionXLPipeline', 'StableDiffusionPipeline'])(
  '%s exported to ONNX runs here and nowhere else',
  (pipelineClass) => {
    expect(enginesFor({ ...folder, pipelineClass, weightsFormat: 'onnx' })).toEqual(['onnx-runtime']);
  },
);
