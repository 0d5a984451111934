const asciiCodes = 128;
/** One a single ASCII letter, then one a pair of them; each made when it is first met. */
const asciiTokens = Array.from({ length: asciiCodes + asciiCodes ** 2 }, () => '');
/** For which text a token was last met, by its place among the tokens: no set is made for each of a hundred thousand texts. */
const metIn = new Uint32Array(asciiTokens.length);
let textNumber = 0;

/**
 * Every letter and every pair of letters within the words of a text, each once, as words of a full-text index: what it finds searches of one or
 * two letters by, for which a trigram is too long.
 */
export function pairTokens(text: string): string {
  textNumber += 1;
  const found: string[] = [];
  const others = new Set<string>();
  let before = -1;
  const meet = (place: number) => {
    if (metIn[place] === textNumber) return;
    metIn[place] = textNumber;
    asciiTokens[place] ||= asciiToken(place);
    found.push(asciiTokens[place]);
  };
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    if (isSpace(letter)) {
      before = -1;
      continue;
    }
    if (code < asciiCodes) meet(code);
    else others.add(tokenOf([code]));
    if (before >= 0) {
      if (code < asciiCodes && before < asciiCodes) meet(asciiCodes + before * asciiCodes + code);
      else others.add(tokenOf([before, code]));
    }
    before = code;
  }
  return [...found, ...others].join(' ');
}

/** The token of a search of one or two letters. */
export function pairToken(term: string): string {
  return tokenOf([...term].map((letter) => letter.codePointAt(0) ?? 0));
}

function asciiToken(place: number): string {
  if (place < asciiCodes) return tokenOf([place]);
  const pair = place - asciiCodes;
  return tokenOf([Math.floor(pair / asciiCodes), pair % asciiCodes]);
}

/** Letters and digits only, whatever the letters are: punctuation is no part of a word for a full-text index. */
function tokenOf(codes: readonly number[]): string {
  return codes.map((code) => code.toString(16)).join('x');
}

function isSpace(letter: string): boolean {
  return letter === '\n' || letter === ' ' || /\s/.test(letter);
}
