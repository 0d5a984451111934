import { z } from 'zod';
import type { ProviderName } from '../../contract/generate/runner.ts';
import type { AttentionForm } from '../graphs/layers.ts';
import type { Precision } from '../onnx/half-precision.ts';

export type Provider = Exclude<ProviderName, 'auto'>;

/** In which forms networks are given to a provider. */
export interface ComputeForm {
  /** The fastest form of attention that gave right numbers there. */
  readonly attention: AttentionForm;
  readonly precision: Precision;
}

/** What trying a provider showed. */
export const Verdict = z.object({
  usable: z.boolean(),
  attention: z.enum(['fused', 'plain']),
  precision: z.enum(['float32', 'float16']),
  /** Than the CPU, at the same product of matrices; by so many times. */
  isFaster: z.boolean(),
  speed: z.number().nonnegative(),
  /** Why it is not used, or not as it could be; null: all is well. */
  reason: z.string().nullable(),
});
export type Verdict = z.infer<typeof Verdict>;
