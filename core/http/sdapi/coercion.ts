/** The kinds of field that a request of stable-diffusion-webui has; every one takes null. */
export interface KindValues {
  readonly str: string;
  readonly int: number;
  readonly float: number;
  readonly bool: boolean;
  readonly list: readonly unknown[];
  readonly dict: Readonly<Record<string, unknown>>;
}
export type Kind = keyof KindValues;

interface Refusal {
  readonly msg: string;
  readonly type: string;
}

/** In the words of pydantic 1, which clients have seen. */
export const refusals: Readonly<Record<Kind, Refusal>> = {
  str: { msg: 'str type expected', type: 'type_error.str' },
  int: { msg: 'value is not a valid integer', type: 'type_error.integer' },
  float: { msg: 'value is not a valid float', type: 'type_error.float' },
  bool: { msg: 'value could not be parsed to a boolean', type: 'type_error.bool' },
  list: { msg: 'value is not a valid list', type: 'type_error.list' },
  dict: { msg: 'value is not a valid dict', type: 'type_error.dict' },
};

const truths = new Map<unknown, boolean>(
  Object.entries({
    1: true,
    on: true,
    t: true,
    true: true,
    y: true,
    yes: true,
    0: false,
    off: false,
    f: false,
    false: false,
    n: false,
    no: false,
  }),
);

/** pydantic 1's coercions: "7" and 7.9 are the integer 7, "on" is true, 5 is the text "5". Undefined where a value is refused. */
const coercions: { readonly [K in Kind]: (value: unknown) => KindValues[K] | undefined } = {
  str: (value) => {
    if (typeof value === 'string') return value;
    if (typeof value === 'boolean') return value ? 'True' : 'False';
    return typeof value === 'number' ? String(value) : undefined;
  },
  int: (value) => {
    if (typeof value === 'boolean') return Number(value);
    if (typeof value === 'number') return Math.trunc(value);
    return typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : undefined;
  },
  float: (value) => {
    if (typeof value === 'boolean') return Number(value);
    if (typeof value === 'number') return value;
    if (typeof value !== 'string' || value.trim() === '') return undefined;
    const number = Number(value);
    return Number.isNaN(number) ? undefined : number;
  },
  bool: (value) => {
    if (typeof value === 'boolean') return value;
    return typeof value === 'string' || typeof value === 'number' ? truths.get(String(value).toLowerCase()) : undefined;
  },
  list: (value) => (Array.isArray(value) ? value : undefined),
  dict: (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined,
};

export function coerce<K extends Kind>(kind: K, value: unknown): KindValues[K] | undefined {
  return coercions[kind](value);
}
