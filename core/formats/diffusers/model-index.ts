import { join } from 'node:path';
import type { Finding } from '../../contract/library/finding.ts';
import { formatLimits } from '../limits.ts';
import { ReadFault, readSmallJson } from '../read-bounded.ts';
import type { BundleListing } from './bundle-listing.ts';
import { findingOf } from './finding-of.ts';

export interface ComponentEntry {
  readonly name: string;
  /** `diffusers`, `transformers`, or a custom module. */
  readonly library: string;
  readonly className: string;
}

export interface ModelIndex {
  readonly className: string | null;
  /** What the pipeline names and does have; `[null, null]` says that a component is absent on purpose. */
  readonly components: readonly ComponentEntry[];
  /** `requires_aesthetics_score`: only SDXL's refiner has it. */
  readonly isRefiner: boolean;
}

const fileName = 'model_index.json';

export const missingModelIndex: Finding = findingOf(
  'missing_model_index',
  'There is no model_index.json. Choose the folder that holds it, or download it again.',
  fileName,
);

/** Reads model_index.json; `index` is null when there is none that can be read. */
export async function readModelIndex(
  root: string,
  listing: BundleListing,
): Promise<{ readonly index: ModelIndex | null; readonly findings: readonly Finding[] }> {
  const entry = listing.get(fileName);
  const nothing = (finding: Finding) => ({ index: null, findings: [finding] });
  if (entry === undefined || entry.kind === 'broken') return nothing(missingModelIndex);
  if (entry.kind === 'escape')
    return nothing(
      findingOf('path_escape', `model_index.json is a link out of the folder: ${entry.reason}.`, fileName),
    );
  try {
    return parseModelIndex(await readSmallJson(join(root, fileName), formatLimits.configBytes));
  } catch (error) {
    if (error instanceof SyntaxError)
      return nothing(
        findingOf(
          'invalid_model_index_json',
          'model_index.json is not JSON. Download it again, or mend it with an editor.',
          fileName,
        ),
      );
    if (error instanceof ReadFault)
      return nothing(findingOf('component_unreadable', `model_index.json ${error.reason}.`, fileName));
    throw error;
  }
}

/** The pure part: what parsed JSON says. */
export function parseModelIndex(json: unknown): {
  readonly index: ModelIndex | null;
  readonly findings: readonly Finding[];
} {
  const invalid = (what: string) => findingOf('invalid_model_index_json', `model_index.json ${what}.`, fileName);
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return { index: null, findings: [invalid('is not a JSON object')] };
  const findings: Finding[] = [];
  const components: ComponentEntry[] = [];
  for (const [name, value] of Object.entries(json)) {
    // Anything but a pair is a setting of the pipeline (`requires_safety_checker`).
    if (name.startsWith('_') || !Array.isArray(value)) continue;
    const [library, className] = value;
    if (className === null) continue;
    if (value.length !== 2 || typeof className !== 'string' || (typeof library !== 'string' && library !== null))
      findings.push(invalid(`has an entry "${name}" that is not a pair of library and class`));
    else if (name === '' || name === '.' || name === '..' || /[\\/\0]/.test(name))
      findings.push(
        findingOf(
          'path_escape',
          `model_index.json names a component outside the folder: ${JSON.stringify(name)}.`,
          fileName,
        ),
      );
    else components.push({ name, library: library ?? '', className });
  }
  const { _class_name: className, requires_aesthetics_score: isRefiner } = json as Record<string, unknown>;
  const hasClass = typeof className === 'string' && className !== '';
  if (!hasClass)
    findings.push(
      findingOf(
        'missing_pipeline_class',
        'model_index.json does not say which pipeline this is (_class_name). Download it again.',
        fileName,
      ),
    );
  return {
    index: { className: hasClass ? className : null, components, isRefiner: isRefiner === true },
    findings,
  };
}
