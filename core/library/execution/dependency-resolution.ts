import { type DependencyResolution, dependencyContractVersion } from '../../contract/library/descriptor.ts';

/** What a model asks of an engine. */
export interface EngineNeed {
  readonly bundleFormat: string;
  readonly pipelineClass: string | null;
  /** How its weights are written down: `safetensors`, `onnx`, ... */
  readonly weightsFormat: string;
}

/** What there is on this machine. */
export interface EngineHost {
  /** `linux-x64` */
  readonly platform: string;
  /** Of onnxruntime-node. */
  readonly runtimeVersion: string;
  /** Names of execution providers in the order they would be tried. */
  readonly executionProviders: readonly string[];
}

/** Pipelines that run on ONNX Runtime: from safetensors weights, whose networks we write, or from graphs that were exported under such a name. */
const onnxRuntimePipelines = /^(Onnx|ORT)?(StableDiffusion(XL)?|LatentConsistencyModel)Pipeline$/;

/**
 * Engines that can run a model, the recommended one first; `diffusers` stands for Python, outside this program. None for a single file: it
 * holds no configs to write the networks from, and a LoRA or a VAE is no whole model.
 */
export function enginesFor({ bundleFormat, pipelineClass, weightsFormat }: EngineNeed): string[] {
  if (bundleFormat !== 'diffusers_directory') return [];
  const isOurs = pipelineClass !== null && onnxRuntimePipelines.test(pipelineClass);
  if (weightsFormat === 'onnx') return isOurs ? ['onnx-runtime'] : [];
  return isOurs && weightsFormat === 'safetensors' ? ['onnx-runtime', 'diffusers'] : ['diffusers'];
}

/** Whether an engine here can run a model with these {@link enginesFor}, and what it is made of. Says nothing of the health of its files. */
export function resolveDependencies(engines: readonly string[], host: EngineHost): DependencyResolution {
  if (!engines.includes('onnx-runtime'))
    return { contract_version: dependencyContractVersion, state: 'unknown_profile', bindings: [] };
  return {
    contract_version: dependencyContractVersion,
    state: 'resolved',
    bindings: [
      {
        profile_id: 'onnxruntime',
        backend: 'onnx-runtime',
        platform: host.platform,
        packages: [{ name: 'onnxruntime-node', version: `==${host.runtimeVersion}` }],
        execution_providers: [...host.executionProviders],
      },
    ],
  };
}
