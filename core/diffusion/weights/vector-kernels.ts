/**
 * Two loops over many numbers, four at a time, as WebAssembly: JavaScript has no vector instructions, and takes four to eight times as long.
 * They work on one small memory that stays in a processor's cache.
 *
 * Source of the encoding: https://webassembly.github.io/spec/core/binary
 */
export interface VectorKernels {
  /** Where bytes as they are stored lie. */
  readonly stored: Uint8Array<ArrayBuffer>;
  /** The first floats. */
  readonly floats: Float32Array<ArrayBuffer>;
  /** As many planes of `blockNumbers` floats as a matrix has columns. */
  readonly planes: Float32Array<ArrayBuffer>;
  readonly matrix: Float32Array<ArrayBuffer>;
  readonly turned: Float32Array<ArrayBuffer>;
  /** Makes floats of the first stored halves. */
  castHalves(count: number): void;
  /** Fills `turned` with the sum of the planes, each multiplied with its number of that row of the matrix. */
  turn(row: number, columns: number): void;
}

/** Floats in memory at once, of eight stored bytes at most each. */
export const pieceNumbers = 2 ** 16;
/** Floats of a plane. */
export const blockNumbers = 1024;
export const mostColumns = 16;
const mostMatrixNumbers = 2 ** 10;

const storedAt = 0;
const floatsAt = storedAt + 8 * pieceNumbers;
const planesAt = floatsAt + 4 * pieceNumbers;
const matrixAt = planesAt + 4 * mostColumns * blockNumbers;
const turnedAt = matrixAt + 4 * mostMatrixNumbers;
const end = turnedAt + 4 * blockNumbers;
const pageBytes = 2 ** 16;
const planeBytes = 4 * blockNumbers;

type Code = readonly number[];

/** LEB128, of a number that is not negative. */
function unsigned(value: number): Code {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [low | 0x80, ...unsigned(value >>> 7)];
}

/** LEB128, of any 32 bits. */
function signed(value: number): Code {
  const low = value & 0x7f;
  const rest = value >> 7;
  const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}

const sized = (content: Code): Code => [...unsigned(content.length), ...content];
const list = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const section = (id: number, content: Code): Code => [id, ...sized(content)];

const get = (local: number): Code => [0x20, ...unsigned(local)];
const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
const number = (value: number): Code => [0x41, ...signed(value)];
const plus = (left: Code, right: Code): Code => [...left, ...right, 0x6a];
/** Runs `body` while the local is below the end. */
const loopUntil = (local: number, limit: Code, body: Code): Code => [
  ...[0x03, 0x40],
  ...body,
  ...get(local),
  ...limit,
  // i32.lt_u, br_if 0, end
  ...[0x49, 0x0d, 0, 0x0b],
];

const vector = (opcode: number, ...operands: readonly Code[]): Code => [...operands.flat(), 0xfd, ...unsigned(opcode)];
const load = (from: Code, offset = 0): Code => [...vector(0x00, from), 0, ...unsigned(offset)];
/** Four 16-bit numbers as four of 32 bits. */
const loadHalves = (from: Code): Code => [...vector(0x04, from), 0, 0];
const loadSplat = (from: Code): Code => [...vector(0x09, from), 0, 0];
const store = (to: Code, value: Code, offset = 0): Code => [...vector(0x0b, to, value), 0, ...unsigned(offset)];
const splat = (bits: number): Code => vector(0x11, number(bits));
const and = (left: Code, right: Code): Code => vector(0x4e, left, right);
const or = (left: Code, right: Code): Code => vector(0x50, left, right);
const choose = (yes: Code, no: Code, mask: Code): Code => vector(0x52, yes, no, mask);
const isLess = (left: Code, right: Code): Code => vector(0x39, left, right);
const shiftLeft = (value: Code, bits: number): Code => vector(0xab, value, number(bits));
const plusWhole = (left: Code, right: Code): Code => vector(0xae, left, right);
const plusFloats = (left: Code, right: Code): Code => vector(0xe4, left, right);
const minusFloats = (left: Code, right: Code): Code => vector(0xe5, left, right);
const timesFloats = (left: Code, right: Code): Code => vector(0xe6, left, right);

const [i32, v128] = [0x7f, 0x7b];

/**
 * castHalves(end of the halves). A float's exponent is a half's and 112, one more than that where it is all set. A half whose exponent is
 * zero is a whole number of parts of 2 ** -14: with that as its first bit, and less that, it is a float.
 */
function castHalves(): Code {
  const [last, from, to, half, magnitude, moved] = [0, 1, 2, 3, 4, 5];
  const lifted = (by: number) => plusWhole(get(magnitude), splat(by));
  const body = [
    ...set(half, loadHalves(get(from))),
    ...set(magnitude, shiftLeft(and(get(half), splat(0x7fff)), 13)),
    ...set(moved, lifted(112 << 23)),
    ...set(moved, choose(get(moved), or(get(moved), splat(0x7f800000)), isLess(get(magnitude), splat(31 << 23)))),
    ...set(
      moved,
      choose(minusFloats(lifted(113 << 23), splat(113 << 23)), get(moved), isLess(get(magnitude), splat(1 << 23))),
    ),
    ...store(get(to), or(get(moved), shiftLeft(and(get(half), splat(0x8000)), 16))),
    ...set(from, plus(get(from), number(8))),
    ...set(to, plus(get(to), number(16))),
  ];
  const code = [...set(from, number(storedAt)), ...set(to, number(floatsAt)), ...loopUntil(from, get(last), body)];
  return func([2, i32], [3, v128], code);
}

/** turn(where the row lies, columns times bytes of a plane): sixteen numbers at a time. */
function turn(): Code {
  const [row, width, at, plane, factor, weight] = [0, 1, 2, 3, 4, 5];
  const sums = [6, 7, 8, 9];
  const addColumn = [
    ...set(weight, loadSplat(get(factor))),
    ...sums.flatMap((sum, index) =>
      set(sum, plusFloats(get(sum), timesFloats(get(weight), load(plus(get(at), get(plane)), planesAt + 16 * index)))),
    ),
    ...set(factor, plus(get(factor), number(4))),
    ...set(plane, plus(get(plane), number(planeBytes))),
  ];
  const body = [
    ...set(plane, number(0)),
    ...set(factor, get(row)),
    ...sums.flatMap((sum) => set(sum, splat(0))),
    ...loopUntil(plane, get(width), addColumn),
    ...sums.flatMap((sum, index) => store(get(at), get(sum), turnedAt + 16 * index)),
    ...set(at, plus(get(at), number(64))),
  ];
  return func([3, i32], [5, v128], loopUntil(at, number(planeBytes), body));
}

const func = (...parts: readonly [...locals: Code[], body: Code]): Code => {
  const body = parts.at(-1) ?? [];
  return sized([...list(parts.slice(0, -1)), ...body, 0x0b]);
};

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const text = (name: string): Code => list([...new TextEncoder().encode(name)].map((byte) => [byte]));
  const [functionKind, memoryKind] = [0, 2];
  return Uint8Array.from([
    ...[0, ...new TextEncoder().encode('asm'), 1, 0, 0, 0],
    ...section(1, list([1, 2].map((count) => [0x60, ...list(Array.from({ length: count }, () => [i32])), 0]))),
    ...section(3, list([[0], [1]])),
    ...section(5, list([[0, ...unsigned(Math.ceil(end / pageBytes))]])),
    ...section(
      7,
      list([
        [...text('castHalves'), functionKind, 0],
        [...text('turn'), functionKind, 1],
        [...text('memory'), memoryKind, 0],
      ]),
    ),
    ...section(10, list([castHalves(), turn()])),
  ]);
}

/** The part of it that is used; the types of Node leave it to those of a browser. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

export function createVectorKernels(): VectorKernels {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()));
  const {
    memory,
    castHalves: cast,
    turn: turnRow,
  } = exports as {
    readonly memory: { readonly buffer: ArrayBuffer };
    castHalves(end: number): void;
    turn(row: number, width: number): void;
  };
  const { buffer } = memory;
  return {
    stored: new Uint8Array(buffer, storedAt, 8 * pieceNumbers),
    floats: new Float32Array(buffer, floatsAt, pieceNumbers),
    planes: new Float32Array(buffer, planesAt, mostColumns * blockNumbers),
    matrix: new Float32Array(buffer, matrixAt, mostMatrixNumbers),
    turned: new Float32Array(buffer, turnedAt, blockNumbers),
    castHalves: (count) => cast(storedAt + 2 * count),
    turn: (row, columns) => turnRow(matrixAt + 4 * row * columns, columns * planeBytes),
  };
}
