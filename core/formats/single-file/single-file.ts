import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { findingOf } from '../diffusers/finding-of.ts';
import { realpath } from '../file-calls.ts';
import { readGgufHeader } from '../gguf/gguf.ts';
import { ggufFactsOf } from '../gguf/gguf-facts.ts';
import { noFingerprint } from '../no-fingerprint.ts';
import { readOnnxHeader } from '../onnx/onnx.ts';
import { onnxKindOf } from '../onnx/onnx-facts.ts';
import { ReadFault, readExactly, withRegularFile } from '../read-bounded.ts';
import { payloadSampleDigest } from '../weights/payload-samples.ts';
import { readSafetensorsHeader, WeightsFault } from '../weights/safetensors.ts';
import { parametersOf, precisionOf } from '../weights/tensor-precision.ts';
import { formatOfStart } from './file-format.ts';
import { readMakerNotes } from './maker-metadata.ts';
import { isPickle, readPickleListing } from './pickle.ts';
import type { SingleFileFacts, WeightsFormat } from './single-file-facts.ts';
import { kindOfTensors } from './tensor-kind.ts';

/**
 * Reads what one file of weights is, from its header: safetensors, GGUF, ONNX, or a Python pickle, of which only the zip directory is read. Its
 * first bytes decide which, not its name. Whatever the file holds, this answers with findings and never throws for it.
 */
export async function readSingleFile(path: string): Promise<SingleFileFacts> {
  let facts = unknownFacts(path, 'unknown', 0);
  try {
    const { start, sizeBytes } = await withRegularFile(path, async (handle, size) => ({
      start: await readExactly(handle, 0, Math.min(size, 64)),
      sizeBytes: size,
    }));
    const real = await realpath(path);
    const format = formatOfStart(start, basename(path));
    facts = { ...unknownFacts(path, format, sizeBytes), files: [real] };
    return await readers[format](path, facts, start);
  } catch (error) {
    if (error instanceof WeightsFault)
      return { ...facts, findings: [findingOf(error.code, error.reason)], reasons: [error.reason] };
    if (!(error instanceof ReadFault)) throw error;
    const isMissing = error.problem === 'missing';
    const message = isMissing
      ? 'The file is not there. Put it back, or take the model out of the library.'
      : `The file ${error.reason}.`;
    return {
      ...facts,
      findings: [findingOf(isMissing ? 'path_not_found' : 'component_unreadable', message)],
      reasons: [message],
    };
  }
}

const readers: Readonly<
  Record<WeightsFormat, (path: string, none: SingleFileFacts, start: Buffer) => Promise<SingleFileFacts>>
> = {
  safetensors: readSafetensorsFile,
  gguf: readGgufFile,
  onnx: readOnnxFile,
  pickle: readPickleFile,
  unknown: readUnknownFile,
};

async function readSafetensorsFile(path: string, none: SingleFileFacts): Promise<SingleFileFacts> {
  const header = await readSafetensorsHeader(path);
  const kind = kindOfTensors(header.tensors);
  const { family, ...notes } = readMakerNotes(header.metadata);
  const isQuantised = [...header.tensors.keys()].some((name) => name.includes('quant_state.bitsandbytes__nf4'));
  return {
    ...none,
    ...notes,
    ...kind,
    // A text encoder has a family of its own, whatever its maker calls the whole.
    family: kind.family === 'unknown' ? (family ?? 'unknown') : kind.family,
    reasons: [
      ...kind.reasons,
      ...(kind.family === 'unknown' && family !== null ? [`Its metadata says that it is for ${family}.`] : []),
    ],
    precision: isQuantised ? 'nf4' : precisionOf(header.tensors.values()),
    parameterCount: parametersOf(header.tensors.values()),
    findings:
      header.tensors.size === 0 ? [findingOf('missing_weights', 'The file holds no tensors. Download it again.')] : [],
    fingerprint: await fingerprintOf([path], header.headerDigest, header.headerBytes, header.fileSizeBytes),
  };
}

async function readGgufFile(path: string, none: SingleFileFacts): Promise<SingleFileFacts> {
  const header = await readGgufHeader(path);
  return {
    ...none,
    ...ggufFactsOf(header),
    findings:
      header.tensors.size === 0 ? [findingOf('missing_weights', 'The file holds no tensors. Download it again.')] : [],
    fingerprint: await fingerprintOf([path], header.headerDigest, header.headerBytes, header.fileSizeBytes),
  };
}

async function readOnnxFile(path: string, none: SingleFileFacts): Promise<SingleFileFacts> {
  const header = await readOnnxHeader(path);
  const external = header.externalFiles.map((file) => file.path);
  return {
    ...none,
    ...onnxKindOf(header),
    title: null,
    sizeBytes: header.sizeBytes,
    files: [...none.files, ...external],
    fileNames: [...none.fileNames, ...header.externalFiles.map(({ location }) => location)],
    fingerprint: await fingerprintOf([path, ...external], header.structureDigest, 0, header.sizeBytes),
  };
}

async function readPickleFile(path: string, none: SingleFileFacts, start: Buffer): Promise<SingleFileFacts> {
  const listing = await readPickleListing(path);
  const what = isPickle(start)
    ? 'a bare Python pickle, of an age before PyTorch 1.6'
    : `a Python pickle in a zip archive of ${listing.entries.length} entries${listing.holdsCode ? ', with program text' : ''}`;
  return {
    ...none,
    findings: [
      findingOf(
        'unsafe_weights_only',
        'The weights are a Python pickle, which can run code when it is read, so Vitrine does not. Get the .safetensors version, or convert the file with a tool that you trust.',
      ),
    ],
    reasons: [`It is ${what}. It was not opened further.`],
    fingerprint: await fingerprintOf([path], listing.digest, 0, listing.sizeBytes),
  };
}

async function readUnknownFile(path: string, none: SingleFileFacts): Promise<SingleFileFacts> {
  const code = none.sizeBytes === 0 ? 'truncated_weights' : 'invalid_weights_header';
  const message =
    none.sizeBytes === 0
      ? `"${basename(path)}" is empty. Download it again.`
      : `"${basename(path)}" begins as no file of weights does. It is damaged, or something else.`;
  return { ...none, findings: [findingOf(code, message)], reasons: [message] };
}

async function fingerprintOf(
  files: readonly string[],
  digest: string,
  headerBytes: number,
  sizeBytes: number,
): Promise<string> {
  const samples: string[] = [];
  for (const file of files) samples.push(await payloadSampleDigest(file, headerBytes));
  return createHash('sha256')
    .update(JSON.stringify([digest, sizeBytes, samples]))
    .digest('hex');
}

function unknownFacts(path: string, weightsFormat: WeightsFormat, sizeBytes: number): SingleFileFacts {
  return {
    modelType: 'unknown',
    family: 'unknown',
    taskType: 'unknown',
    weightsFormat,
    precision: 'unknown',
    parameterCount: 0,
    baseModel: null,
    triggerWords: [],
    title: null,
    description: null,
    architecture: null,
    quantisation: null,
    loraRank: null,
    loraTarget: null,
    findings: [],
    reasons: [],
    fingerprint: noFingerprint,
    sizeBytes,
    files: [path],
    fileNames: [basename(path)],
  };
}
