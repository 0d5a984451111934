import type { SamplerName } from '../../../contract/generate/generate.ts';
import { effective, type SharedFields } from './request-fields.ts';

/** What these mean where they change nothing. */
const neutral = { eta: null, s_churn: 0, s_tmin: 0, s_tmax: 0, s_noise: 1, s_min_uncond: 0 } as const;

/** Eta that a sampler has by itself; samplers that are not named take none. */
const ownEta: Partial<Record<SamplerName, number>> = { 'Euler a': 1, 'DPM2 a': 1, DDIM: 0, LCM: 1 };

/**
 * Fields that would change the picture and can't here, a sentence each. A request with them is carried out all the same: clients send them
 * without meaning anything by it.
 */
export function warningsOf(fields: SharedFields, sampler: SamplerName): readonly string[] {
  const { eta } = fields;
  const own = ownEta[sampler];
  return [
    ...(fields.restore_faces ? ['restore_faces: there is no face restorer here.'] : []),
    ...(fields.tiling ? ['tiling: it is not available here; the edges of the picture do not meet.'] : []),
    ...(eta !== null && own !== undefined && eta !== own ? [`eta: ${sampler} runs with ${own} here.`] : []),
    ...Object.entries(neutral).flatMap(([name, nothing]) => {
      const value = effective(fields, name as keyof typeof neutral);
      const isSaid = value !== null && nothing !== null && value !== nothing;
      return isSaid ? [`${name}: it is not available here and was passed over.`] : [];
    }),
  ];
}
