import { dirname, isAbsolute, relative, sep } from 'node:path';
import type { CastWeight, TurnedWeight, WeightTensor } from '../weights/weight-source.ts';
import {
  type AttributeProto,
  attributeTypes,
  type ElementType,
  elementTypes,
  encodeModel,
  externalLocation,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './model-proto.ts';

/** The name of a value inside one graph. */
export type Value = string;
export type Attributes = Readonly<Record<string, number | string | readonly number[] | { readonly float: number }>>;

/** A name among `dims` is a size that is only known when the graph runs. */
export interface GraphInput {
  readonly name: string;
  readonly dims: readonly (number | string)[];
}

/** A finished graph: bytes of a ModelProto, and where its weights lie. */
export interface OnnxGraph {
  readonly bytes: Uint8Array;
  readonly inputs: readonly GraphInput[];
  /** The folder that locations are relative to, with every weight file in it or below; null when the graph has no external weights. */
  readonly weightFolder: string | null;
  /** Inputs that are weights: whoever opens a session feeds them. They are not among `inputs`. */
  readonly turned: readonly TurnedWeight[];
  /** The nodes that only cast a weight to float32. */
  readonly casts: readonly CastWeight[];
}

const opset = 20;
const fromDtype: Readonly<Record<string, ElementType>> = {
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  F64: 'float64',
};
const contribDomain = 'com.microsoft';

/**
 * Writes one ONNX graph. Weights are never read: an initializer names its byte range in the user's own file (ONNX external data).
 * Weights of another precision than float32 are followed by a Cast, which the runtime folds when it loads.
 */
export class GraphBuilder {
  readonly #name: string;
  readonly #nodes: NodeProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #weights: { readonly name: string; readonly elementType: ElementType; readonly tensor: WeightTensor }[] = [];
  readonly #inputs: (GraphInput & { readonly elementType: ElementType })[] = [];
  readonly #outputs: ValueInfoProto[] = [];
  readonly #turned: TurnedWeight[] = [];
  readonly #casts: CastWeight[] = [];
  readonly #known = new Map<string, Value>();
  #count = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** What the weights used so far take in the form in which they are used: as float32, turned where they are. */
  get weightBytes(): number {
    return [...this.#weights.map(({ tensor }) => tensor.shape), ...this.#turned.map(({ dims }) => dims)].reduce(
      (sum, dims) => sum + 4 * dims.reduce((size, one) => size * one, 1),
      0,
    );
  }

  /**
   * A named dimension is free: the runtime takes any size, or one that the session fixes by that name. Asked for twice, it is the same
   * input.
   */
  input(name: string, dims: readonly (number | string)[], elementType: ElementType = 'float32'): Value {
    if (!this.#inputs.some((input) => input.name === name)) this.#inputs.push({ name, dims, elementType });
    return name;
  }

  /** Makes a value an output of that name. */
  output(name: string, value: Value, dims: readonly (number | string)[]): void {
    this.#nodes.push({ name, opType: 'Identity', domain: '', input: [value], output: [name], attribute: [] });
    this.#outputs.push(valueInfo(name, dims, 'float32'));
  }

  /** One operator with one output. An empty name in `inputs` leaves an optional input out. */
  node(opType: string, inputs: readonly Value[], attributes: Attributes = {}, domain = ''): Value {
    const output = `${opType}_${this.#count++}`;
    const attribute = Object.entries(attributes).map(([name, value]) => attributeProto(name, value));
    this.#nodes.push({ name: output, opType, domain, input: inputs, output: [output], attribute });
    return output;
  }

  /** One of ONNX Runtime's own operators. */
  contribNode(opType: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    return this.node(opType, inputs, attributes, contribDomain);
  }

  integers(values: readonly number[]): Value {
    const raw = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    return this.#inline(`int64 ${values}`, 'int64', [values.length], raw);
  }

  floats(values: readonly number[], dims: readonly number[] = [values.length]): Value {
    return this.#inline(
      `float32 [${dims}] ${values}`,
      'float32',
      dims,
      new Uint8Array(Float32Array.from(values).buffer),
    );
  }

  /**
   * A weight as float32, `rows` (first to past the last of its first dimension) when only a part is wanted.
   * `dims` reads the same numbers under another shape of the same size.
   */
  weight(tensor: WeightTensor, options: { rows?: readonly [number, number]; dims?: readonly number[] } = {}): Value {
    const part = options.rows === undefined ? tensor : rowsOf(tensor, options.rows);
    const dims = options.dims ?? part.shape;
    const key = `${part.path} ${part.offsetBytes} ${part.lengthBytes} [${dims}]`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const shaped = { ...part, shape: dims };
    const { name, elementType } = this.#place(shaped);
    const value = elementType === 'float32' ? name : this.node('Cast', [name], { to: elementTypes.float32 });
    if (value !== name) this.#casts.push({ value, tensor: shaped });
    this.#known.set(key, value);
    return value;
  }

  /** A weight in another form: see {@link TurnedWeight}. */
  turned(tensor: WeightTensor, form: Pick<TurnedWeight, 'matrix' | 'columns' | 'dims'>): Value {
    const name = `turned_${this.#turned.length}`;
    this.#turned.push({ name, tensor, ...form });
    return name;
  }

  /** Rows of a table of weights by their numbers: cast after the choice, so that a table of half precision stays one. */
  rows(table: WeightTensor, numbers: Value): Value {
    const { name, elementType } = this.#place(table);
    const chosen = this.node('Gather', [name, numbers], { axis: 0 });
    return elementType === 'float32' ? chosen : this.node('Cast', [chosen], { to: elementTypes.float32 });
  }

  finish(): OnnxGraph {
    const weightFolder = commonFolder(this.#weights.map(({ tensor }) => dirname(tensor.path)));
    const external = this.#weights.map(({ name, elementType, tensor }): TensorProto => {
      const location = relative(weightFolder ?? '', tensor.path)
        .split(sep)
        .join('/');
      return {
        name,
        dims: tensor.shape,
        dataType: elementTypes[elementType],
        dataLocation: externalLocation,
        externalData: [
          { key: 'location', value: location },
          { key: 'offset', value: String(tensor.offsetBytes) },
          { key: 'length', value: String(tensor.lengthBytes) },
        ],
      };
    });
    const bytes = encodeModel({
      irVersion: 9,
      producerName: 'vitrine',
      opsetImport: [
        { domain: '', version: opset },
        { domain: contribDomain, version: 1 },
      ],
      graph: {
        name: this.#name,
        node: this.#nodes,
        initializer: [...this.#initializers, ...external],
        input: [
          ...this.#inputs.map((input) => valueInfo(input.name, input.dims, input.elementType)),
          ...this.#turned.map(({ name, dims }) => valueInfo(name, dims, 'float32')),
        ],
        output: this.#outputs,
      },
    });
    return { bytes, inputs: this.#inputs, weightFolder, turned: this.#turned, casts: this.#casts };
  }

  #place(tensor: WeightTensor): { readonly name: string; readonly elementType: ElementType } {
    const elementType = fromDtype[tensor.dtype];
    if (elementType === undefined) throw new TypeError(`no element type for ${tensor.dtype}`);
    if (tensor.bytes !== undefined) {
      const name = `constant_${this.#initializers.length}`;
      const rawData = tensor.bytes.subarray(tensor.offsetBytes, tensor.offsetBytes + tensor.lengthBytes);
      this.#initializers.push({ name, dims: tensor.shape, dataType: elementTypes[elementType], rawData });
      return { name, elementType };
    }
    const name = `weight_${this.#weights.length}`;
    this.#weights.push({ name, elementType, tensor });
    return { name, elementType };
  }

  #inline(key: string, elementType: ElementType, dims: readonly number[], rawData: Uint8Array): Value {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = `constant_${this.#initializers.length}`;
    this.#initializers.push({ name, dims, dataType: elementTypes[elementType], rawData });
    this.#known.set(key, name);
    return name;
  }
}

function valueInfo(name: string, dims: readonly (number | string)[], elementType: ElementType): ValueInfoProto {
  const dim = dims.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: elementTypes[elementType], shape: { dim } } } };
}

/** A bare number is an int attribute; `{ float }` a float one: ONNX tells them apart, JavaScript does not. */
function attributeProto(name: string, value: Attributes[string]): AttributeProto {
  if (typeof value === 'number') return { name, type: attributeTypes.int, i: value };
  if (typeof value === 'string') return { name, type: attributeTypes.string, s: new TextEncoder().encode(value) };
  if ('float' in value) return { name, type: attributeTypes.float, f: value.float };
  return { name, type: attributeTypes.ints, ints: value };
}

function rowsOf(tensor: WeightTensor, [first, end]: readonly [number, number]): WeightTensor {
  const [rowCount = 1, ...rest] = tensor.shape;
  const rowBytes = tensor.lengthBytes / rowCount;
  return {
    ...tensor,
    shape: [end - first, ...rest],
    offsetBytes: tensor.offsetBytes + first * rowBytes,
    lengthBytes: (end - first) * rowBytes,
  };
}

/**
 * The innermost folder that holds them all. Shards and cache blobs lie side by side; where links lead apart it is further up, the root at
 * worst: the runtime only refuses what lies outside. Null for no paths, or for those of two Windows drives.
 */
function commonFolder(folders: readonly string[]): string | null {
  const [first, ...others] = new Set(folders);
  if (first === undefined) return null;
  let common = first;
  for (const folder of others) {
    while (!isWithin(common, folder)) {
      if (dirname(common) === common) return null;
      common = dirname(common);
    }
  }
  return common;
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
