import { type DependencyResolution, dependencyContractVersion } from '../../contract/descriptor.ts';

/** What a model asks of an engine. */
export interface EngineNeed {
  readonly bundleFormat: string;
  readonly pipelineClass: string | null;
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

/** Pipelines whose networks we write for ONNX Runtime. */
const onnxRuntimePipelines: ReadonlySet<string> = new Set(['StableDiffusionPipeline', 'StableDiffusionXLPipeline']);

/** Engines that can run a model, the recommended one first; `diffusers` stands for Python, outside this program. */
export function enginesFor(need: EngineNeed): string[] {
  if (need.bundleFormat !== 'diffusers_directory') return [];
  return isForOnnxRuntime(need) ? ['onnx-runtime', 'diffusers'] : ['diffusers'];
}

/** Whether an engine here can run the model, and what it is made of. Says nothing of the health of its files. */
export function resolveDependencies(need: EngineNeed, host: EngineHost): DependencyResolution {
  if (!isForOnnxRuntime(need))
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

function isForOnnxRuntime({ bundleFormat, pipelineClass }: EngineNeed): boolean {
  return bundleFormat === 'diffusers_directory' && pipelineClass !== null && onnxRuntimePipelines.has(pipelineClass);
}
