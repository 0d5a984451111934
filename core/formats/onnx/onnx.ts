import { createHash } from 'node:crypto';
import { stat } from '../file-calls.ts';
import { FileWindow } from '../file-window.ts';
import { formatLimits } from '../limits.ts';
import { ReadFault, withRegularFile } from '../read-bounded.ts';
import { WeightsFault } from '../weights/safetensors.ts';
import { type ExternalFile, type ExternalPlace, locateExternalData } from './onnx-external-data.ts';
import { type ProtoField, ProtoWalker } from './proto-walker.ts';

/** An input or output of a graph. A dimension is a number, the name of a free one, or null. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly (number | string | null)[];
}

export interface OnnxTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
}

export interface OnnxHeader {
  readonly irVersion: number;
  readonly producer: string;
  readonly graphName: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** `ai.onnx` and its like are left out; others, such as `com.microsoft`, are named. */
  readonly operatorDomains: readonly string[];
  readonly nodeCount: number;
  /** The weights: initializers by name. */
  readonly tensors: ReadonlyMap<string, OnnxTensor>;
  /** Files beside the graph that hold weights. */
  readonly externalFiles: readonly ExternalFile[];
  /** With its external data. */
  readonly sizeBytes: number;
  /** sha256 of names, types, shapes and places of everything, hexadecimal. */
  readonly structureDigest: string;
}

/** TensorProto.DataType by the names that safetensors uses where it has them. */
const dataTypes: Readonly<Record<number, string>> = {
  1: 'F32',
  2: 'U8',
  3: 'I8',
  4: 'U16',
  5: 'I16',
  6: 'I32',
  7: 'I64',
  8: 'STRING',
  9: 'BOOL',
  10: 'F16',
  11: 'F64',
  12: 'U32',
  13: 'U64',
  16: 'BF16',
  17: 'F8_E4M3',
  18: 'F8_E4M3',
  19: 'F8_E5M2',
  20: 'F8_E5M2',
  21: 'U4',
  22: 'I4',
  23: 'F4',
};

/**
 * Reads the structure of an ONNX file: who wrote it, its inputs, outputs and weights, and where weights lie that are in other files. Payload
 * is jumped over, and other files are looked at, not opened. Throws `WeightsFault`: `invalid_weights_header`, `truncated_weights`,
 * `component_unreadable`, `missing_weights` when external data is not there, `path_escape` when it is outside the graph's folder.
 *
 * Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export async function readOnnxHeader(path: string): Promise<OnnxHeader> {
  try {
    return await withRegularFile(path, async (handle, sizeBytes) => {
      if (sizeBytes === 0) throw new ReadFault('changed', 'is empty');
      const window = new FileWindow(handle, sizeBytes, formatLimits.onnxStructureBytes);
      const scan = new OnnxScan(window);
      await scan.model(sizeBytes);
      if (scan.irVersion <= 0 || !scan.hasGraph)
        throw new ReadFault('failed', 'is not ONNX: it has no graph or no version');
      const external = await locateExternalData(path, scan.external);
      let externalBytes = 0;
      for (const { path: file } of external) externalBytes += (await stat(file)).size;
      return {
        irVersion: scan.irVersion,
        producer: scan.producer,
        graphName: scan.graphName,
        inputs: scan.inputs.filter(({ name }) => !scan.tensors.has(name)),
        outputs: scan.outputs,
        operatorDomains: [...scan.domains].sort(),
        nodeCount: scan.nodeCount,
        tensors: scan.tensors,
        externalFiles: external,
        sizeBytes: sizeBytes + externalBytes,
        structureDigest: digestOf(scan),
      };
    });
  } catch (error) {
    if (!(error instanceof ReadFault)) throw error;
    const code = faultCodes[error.problem] ?? 'component_unreadable';
    throw new WeightsFault(code, path, `The ONNX file ${error.reason}. Download it again.`, { cause: error });
  }
}

const faultCodes: Readonly<
  Partial<Record<ReadFault['problem'], 'truncated_weights' | 'invalid_weights_header' | 'component_unreadable'>>
> = {
  changed: 'truncated_weights',
  failed: 'invalid_weights_header',
  too_large: 'invalid_weights_header',
};

class OnnxScan {
  irVersion = 0;
  producer = '';
  graphName = '';
  hasGraph = false;
  nodeCount = 0;
  readonly domains = new Set<string>();
  readonly inputs: OnnxValue[] = [];
  readonly outputs: OnnxValue[] = [];
  readonly tensors = new Map<string, OnnxTensor>();
  readonly external: ExternalPlace[] = [];
  readonly #walker: ProtoWalker;

  constructor(window: FileWindow) {
    this.#walker = new ProtoWalker(window, {
      fields: formatLimits.onnxFields,
      fieldBytes: formatLimits.onnxFieldBytes,
    });
  }

  async model(sizeBytes: number): Promise<void> {
    const producer = { name: '', version: '' };
    await this.#walker.each(0, sizeBytes, (field) => {
      if (field.number === 1 && field.wireType === 0) this.irVersion = field.value;
      else if (field.wireType !== 2) return undefined;
      else if (field.number === 2) return this.#walker.text(field).then((text) => (producer.name = text));
      else if (field.number === 3) return this.#walker.text(field).then((text) => (producer.version = text));
      else if (field.number === 7) {
        this.hasGraph = true;
        return this.#graph(field, 0);
      } else if (field.number === 8) return this.#operatorSet(field);
      else if (field.number === 25) return this.#nodesOf(field, 7, 0);
      return undefined;
    });
    this.producer = [producer.name, producer.version].filter((part) => part !== '').join(' ');
  }

  async #graph({ startBytes, endBytes }: ProtoField, depth: number): Promise<void> {
    if (depth > formatLimits.onnxDepth) throw new ReadFault('too_large', 'has graphs within graphs too deep');
    await this.#walker.each(startBytes, endBytes, (field) => {
      if (field.wireType !== 2) return undefined;
      if (field.number === 1) return this.#node(field, depth);
      if (field.number === 2 && depth === 0) return this.#walker.text(field).then((text) => (this.graphName = text));
      if (field.number === 5) return this.#tensor(field);
      if (field.number === 15) return this.#sparse(field);
      if (field.number === 11 && depth === 0) return this.#value(field).then((value) => this.inputs.push(value));
      if (field.number === 12 && depth === 0) return this.#value(field).then((value) => this.outputs.push(value));
      return undefined;
    });
  }

  #nodesOf({ startBytes, endBytes }: ProtoField, number: number, depth: number): Promise<void> {
    return this.#walker.each(startBytes, endBytes, (field) =>
      field.number === number && field.wireType === 2 ? this.#node(field, depth) : undefined,
    );
  }

  #node({ startBytes, endBytes }: ProtoField, depth: number): Promise<void> {
    this.nodeCount += 1;
    return this.#walker.each(startBytes, endBytes, (field) =>
      field.number === 5 && field.wireType === 2 ? this.#attribute(field, depth) : undefined,
    );
  }

  /** A constant or an inner graph can name external data just as an initializer can. */
  #attribute({ startBytes, endBytes }: ProtoField, depth: number): Promise<void> {
    return this.#walker.each(startBytes, endBytes, (field) => {
      if (field.wireType !== 2) return undefined;
      if (field.number === 5 || field.number === 10) return this.#tensor(field);
      if (field.number === 6 || field.number === 11) return this.#graph(field, depth + 1);
      if (field.number === 22 || field.number === 23) return this.#sparse(field);
      return undefined;
    });
  }

  #sparse({ startBytes, endBytes }: ProtoField): Promise<void> {
    return this.#walker.each(startBytes, endBytes, (field) =>
      field.wireType === 2 && field.number <= 2 ? this.#tensor(field) : undefined,
    );
  }

  async #tensor({ startBytes, endBytes }: ProtoField): Promise<void> {
    const shape: number[] = [];
    let type = 0;
    let name = '';
    const external = new Map<string, string>();
    await this.#walker.each(startBytes, endBytes, (field) => {
      if (field.number === 1)
        return this.#walker.numbers(field).then((numbers) => {
          if (shape.length + numbers.length > formatLimits.tensorDimensions || numbers.some((size) => !(size >= 0)))
            throw new ReadFault('failed', 'has a tensor of impossible shape');
          shape.push(...numbers);
        });
      if (field.number === 2 && field.wireType === 0) type = field.value;
      else if (field.number === 8 && field.wireType === 2)
        return this.#walker.text(field).then((text) => (name = text));
      else if (field.number === 13 && field.wireType === 2)
        return this.#entry(field).then(([key, value]) => external.set(key, value));
      return undefined;
    });
    if (name !== '' && this.tensors.size < formatLimits.safetensorsTensors)
      this.tensors.set(name, { dtype: dataTypes[type] ?? `type ${type}`, shape });
    const location = external.get('location');
    if (location === undefined) return;
    const end = Number(external.get('offset') ?? 0) + Number(external.get('length') ?? 0);
    this.external.push({ location, endBytes: Number.isFinite(end) ? end : Number.POSITIVE_INFINITY });
  }

  async #entry({ startBytes, endBytes }: ProtoField): Promise<[string, string]> {
    let key = '';
    let value = '';
    await this.#walker.each(startBytes, endBytes, (field) => {
      if (field.wireType !== 2) return undefined;
      if (field.number === 1) return this.#walker.text(field).then((text) => (key = text));
      if (field.number === 2) return this.#walker.text(field).then((text) => (value = text));
      return undefined;
    });
    return [key, value];
  }

  async #operatorSet({ startBytes, endBytes }: ProtoField): Promise<void> {
    await this.#walker.each(startBytes, endBytes, (field) =>
      field.number === 1 && field.wireType === 2
        ? this.#walker.text(field).then((domain) => {
            if (domain !== '' && domain !== 'ai.onnx') this.domains.add(domain);
          })
        : undefined,
    );
  }

  /** ValueInfoProto: name 1, type 2 → tensor type 1 → element type 1, shape 2 → dimension 1 → value 1 or name 2. */
  async #value({ startBytes, endBytes }: ProtoField): Promise<OnnxValue> {
    let name = '';
    let type = 0;
    const shape: (number | string | null)[] = [];
    const within = (field: ProtoField, visit: (inner: ProtoField) => Promise<unknown> | undefined) =>
      this.#walker.each(field.startBytes, field.endBytes, visit);
    const dimension = async (field: ProtoField) => {
      const index = shape.push(null) - 1;
      if (index >= formatLimits.tensorDimensions) throw new ReadFault('failed', 'has a value of impossible shape');
      await within(field, (part) => {
        if (part.number === 1 && part.wireType === 0) shape[index] = part.value;
        if (part.number === 2 && part.wireType === 2)
          return this.#walker.text(part).then((text) => (shape[index] = text));
        return undefined;
      });
    };
    await this.#walker.each(startBytes, endBytes, (field) => {
      if (field.wireType !== 2) return undefined;
      if (field.number === 1) return this.#walker.text(field).then((text) => (name = text));
      if (field.number !== 2) return undefined;
      return within(field, (kind) => {
        if (kind.number !== 1 || kind.wireType !== 2) return undefined;
        return within(kind, (part) => {
          if (part.number === 1 && part.wireType === 0) type = part.value;
          if (part.number !== 2 || part.wireType !== 2) return undefined;
          return within(part, (dim) => (dim.number === 1 && dim.wireType === 2 ? dimension(dim) : undefined));
        });
      });
    });
    return { name, dtype: dataTypes[type] ?? `type ${type}`, shape };
  }
}

function digestOf(scan: OnnxScan): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([scan.producer, scan.graphName, scan.nodeCount, scan.inputs, scan.outputs]));
  for (const [name, { dtype, shape }] of scan.tensors) hash.update(`${JSON.stringify([name, dtype, shape])}\n`);
  for (const place of scan.external) hash.update(`${JSON.stringify(place)}\n`);
  return hash.digest('hex');
}
