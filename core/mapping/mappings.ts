import { isAbsolute } from 'node:path';
import { Failed } from '../contract/failure.ts';
import type { MappingInstall } from '../contract/mapping.ts';
import { detectInstalls } from './rules/detect.ts';
import { type RulesRead, readRules } from './rules/read-rules.ts';

/** What the mappings need of the program around them. */
export interface MappingHost {
  /** The rule files that ship with the program; null where they were left out. */
  readonly shippedRulesPath: string | null;
  /** Where rule files of the user's own go. */
  readonly ownRulesPath: string;
}

/** Links from other apps' folders to the library's models. */
export class Mappings {
  readonly #host: MappingHost;

  constructor(host: MappingHost) {
    this.#host = host;
  }

  rules(): Promise<RulesRead> {
    return readRules(this.#host.shippedRulesPath, this.#host.ownRulesPath);
  }

  async detect(path: string): Promise<MappingInstall[]> {
    if (!isAbsolute(path) || path.includes('\0'))
      throw new Failed('invalid_input', { field: 'path', reason: `"${path}" is not an absolute path.` });
    return detectInstalls(path, (await this.rules()).apps);
  }
}
