export interface CloneCodec {
  /** Throws "An object could not be cloned." for what Electron's IPC refuses. */
  encode(value: unknown): string;
  decode(text: string): unknown;
}

/**
 * Values as structured clone knows them, as JSON text and back: plain JSON for strings, numbers, booleans and null, else `[tag, …]`.
 * Also runs in the page, where its source is put: it uses nothing from outside itself.
 */
export function cloneCodec(): CloneCodec {
  const refusal = 'An object could not be cloned.';
  const toBase64 = (bytes: Uint8Array): string => {
    let text = '';
    for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    return btoa(text);
  };
  const fromBase64 = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

  const encode = (value: unknown, seen: Map<unknown, number>): unknown => {
    if (value === undefined) return ['undefined'];
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
    if (typeof value === 'number') {
      if (Object.is(value, -0)) return ['number', '-0'];
      return Number.isFinite(value) ? value : ['number', String(value)];
    }
    if (typeof value === 'bigint') return ['bigint', String(value)];
    if (seen.has(value)) return ['seen', seen.get(value)];
    seen.set(value, seen.size);
    if (value instanceof Date) return ['date', value.getTime()];
    if (value instanceof Error) return ['error', value.message];
    if (value instanceof Map) return ['map', [...value].map(([key, item]) => [encode(key, seen), encode(item, seen)])];
    if (value instanceof Set) return ['set', [...value].map((item) => encode(item, seen))];
    if (value instanceof Uint8Array) return ['bytes', toBase64(value)];
    if (Array.isArray(value)) return ['array', value.map((item) => encode(item, seen))];
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) throw new Error(refusal);
    return ['object', Object.entries(value).map(([key, item]) => [key, encode(item, seen)])];
  };

  const decode = (json: unknown, seen: unknown[]): unknown => {
    if (!Array.isArray(json)) return json;
    const [tag, body] = json as [string, never];
    if (tag === 'undefined') return undefined;
    if (tag === 'number') return Number(body);
    if (tag === 'bigint') return BigInt(body);
    if (tag === 'seen') return seen[body];
    const at = seen.push(undefined) - 1;
    const keep = <Value>(value: Value): Value => {
      seen[at] = value;
      return value;
    };
    if (tag === 'date') return keep(new Date(body));
    if (tag === 'error') return keep(new Error(body));
    if (tag === 'bytes') return keep(fromBase64(body));
    if (tag === 'map') {
      const map = keep(new Map<unknown, unknown>());
      for (const [key, item] of body as [unknown, unknown][]) map.set(decode(key, seen), decode(item, seen));
      return map;
    }
    if (tag === 'set') {
      const set = keep(new Set<unknown>());
      for (const item of body as unknown[]) set.add(decode(item, seen));
      return set;
    }
    if (tag === 'array') {
      const array = keep<unknown[]>([]);
      for (const item of body as unknown[]) array.push(decode(item, seen));
      return array;
    }
    const object = keep<Record<string, unknown>>({});
    for (const [key, item] of body as [string, unknown][]) object[key] = decode(item, seen);
    return object;
  };

  return {
    // structuredClone goes first: it refuses functions, symbols, promises and DOM nodes as Electron does.
    encode: (value) => JSON.stringify(encode(structuredClone(value), new Map())),
    decode: (text) => decode(JSON.parse(text), []),
  };
}
