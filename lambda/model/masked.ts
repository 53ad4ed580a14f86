import { CODE, decoded, type Layer, layerOf, layerWith, type Replacement } from "./character-codes.ts";
import { type Piece, piecesOf, type Word, wordsIn } from "./words.ts";

/** Replaces text that looks like a token. */
const MASK = "…";
/** Fewer letters and digits are as likely a serial number as a part of a token. */
const LEAST = 18;
/**
 * How much more random than words a text must be, see `piecesOf`. Of 32 random characters, one text in ten thousand has
 * less.
 */
const TOKEN_LIKE = 3;
/** The beginning of every JSON Web Token, `{"` in base64url. No word begins like this. */
const WEB_TOKEN = /^eyJ[A-Za-z\d]{4}/;
/** `{"alg":"` and `{"typ":"` in base64url, in lower case, because capitals and separators may have been lost. */
const HEADERS = ["eyjhbgcioij", "eyj0exaioij"];
/** This many words of one length in a row are not a sentence. */
const EVEN_WORDS = 6;
/** Two parts that look like tokens, with at most this many characters between them, are parts of one token. */
const GAP = 40;
const LAYERS = 3;
/** Losant accepts no name of this length. The rest of a longer text is not checked and not shown. */
const LONGEST = 10_000;

/**
 * Masks everything in a name or another foreign text that looks like a token: whole, cut, split into parts of any length, or
 * written in codes or hexadecimal digits. Words, ids, UUIDs, hashes, ARNs, serial numbers and names in any language stay as they
 * are. Masking twice changes nothing.
 */
export function masked(text: string): string {
  if (text.length > LONGEST) return `${masked(text.slice(0, LONGEST).replace(/\S*$/, ""))}${MASK}`;
  if (isPlainly(text)) return text;
  let shown = "";
  let at = 0;
  for (const { start, end } of joined(spansOf(text))) {
    shown += `${text.slice(at, start)}${MASK}`;
    at = end;
  }
  return shown + text.slice(at);
}

/** True for nearly all names: the text can't contain a token in any form. */
function isPlainly(text: string): boolean {
  if (text.length < LEAST) return !/e\p{Cf}*y\p{Cf}*J/u.test(text);
  const isInOneCase = !/[A-Z]/.test(text) || !/[a-z]/.test(text);
  return isInOneCase && !hasCodes(text) && !hasHeader(text);
}

function hasCodes(text: string): boolean {
  return text.search(CODE) !== -1 || text.search(BYTES) !== -1;
}

function hasHeader(text: string): boolean {
  const letters = text.replace(/[^A-Za-z\d]+/g, "").toLowerCase();
  return HEADERS.some((header) => letters.includes(header));
}

/** In order. The same span may occur several times. */
function spansOf(text: string): readonly Span[] {
  const spans = [...suspiciousSpans(text)];
  for (const layer of layersOf(text)) {
    for (const { start, end } of suspiciousSpans(layer.characters))
      spans.push({ start: layer.from[start] ?? 0, end: layer.to[end - 1] ?? text.length });
  }
  return spans.toSorted((one, other) => one.start - other.start);
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** With codes and hexadecimal digits decoded, repeatedly. */
function* layersOf(text: string): Iterable<Layer> {
  if (!hasCodes(text)) return;
  let layer: Layer | undefined = layerOf(text);
  for (let count = 0; layer !== undefined && count < LAYERS; count += 1) {
    const hex = layerWith(layer, bytesIn(layer.characters));
    if (hex !== undefined) yield hex;
    layer = decoded(layer);
    if (layer !== undefined) yield layer;
  }
}

/** Twelve bytes or more, each of them printable: 65794a or 65:79:4a. Those of ids and hashes are not all printable. */
const BYTES = /(?<![A-Za-z\d])(?:(?:[2-6][\da-f]|7[\da-e])[^A-Za-z\d]{0,2}){12,}(?![A-Za-z\d])/gi;
const BYTE = /[\da-f]{2}/gi;

/** Bytes of text, one after the other. */
function* bytesIn(text: string): Iterable<Replacement> {
  for (const { index, 0: whole } of text.matchAll(BYTES)) {
    const characters = [...whole.matchAll(BYTE)].map((byte) => ({
      character: String.fromCharCode(Number.parseInt(byte[0], 16)),
      at: index + byte.index,
      length: 2,
    }));
    yield { index, length: whole.length, characters };
  }
}

/** Each span goes from the first suspicious word to the last, and on both sides to the next plain word. */
function suspiciousSpans(text: string): readonly Span[] {
  const words = wordsIn(text);
  const seen = suspicious(words, text);
  const isSuspicious = seen.includes(true) || !hasHeader(text) ? seen : words.map(() => true);
  const spans: Span[] = [];
  for (let index = isSuspicious.indexOf(true); index !== -1; index = isSuspicious.indexOf(true, index)) {
    let first = index;
    while (mayBelong(words[first - 1])) first -= 1;
    while (index < words.length && (isSuspicious[index] || mayBelong(words[index]))) index += 1;
    let end = index;
    while (first < end && isBeside(words[first], words[first + 1])) first += 1;
    while (first < end && isBeside(words[end - 1], words[end - 2])) end -= 1;
    if (first === end) continue;
    spans.push({ start: words[first]?.start ?? 0, end: words[end - 1]?.end ?? text.length });
  }
  return joined(spans);
}

/** Text beside a token that is not a word may be the rest of the token. Three letters are too few to matter. */
function mayBelong(word: Word | undefined): boolean {
  return word !== undefined && !word.isPlain && word.letters.length > 3;
}

/** A plain word, or a short one beside a long one, is not part of the token. */
function isBeside(word: Word | undefined, neighbour: Word | undefined): boolean {
  if (word === undefined || word.isPlain) return word !== undefined;
  return (
    word.letters.length <= 3 && neighbour !== undefined && !neighbour.isPlain && neighbour.letters.length > 8
  );
}

/** For each word, whether it is part of something that looks like a token. */
function suspicious(words: readonly Word[], text: string): readonly boolean[] {
  const begun = new Int32Array(words.length + 1);
  for (const [first, last] of [...ranges(words), ...evenRanges(words, text)]) {
    begun[first] = (begun[first] ?? 0) + 1;
    begun[last + 1] = (begun[last + 1] ?? 0) - 1;
  }
  let open = 0;
  return words.map(({ letters }, index) => {
    open += begun[index] ?? 0;
    return open > 0 || WEB_TOKEN.test(letters);
  });
}

/** The first and the last word of each part with LEAST letters or more that is TOKEN_LIKE. */
function* ranges(words: readonly Word[]): Iterable<readonly [number, number]> {
  const pieces: (Piece & { readonly word: number })[] = [];
  for (const [word, { letters }] of words.entries())
    for (const piece of piecesOf(letters)) pieces.push({ ...piece, word });
  // Sums up to each piece. The sum of a part is the difference of two of them.
  let [sum, length] = [0, 0];
  const before = pieces.map((piece) => {
    const sums = { sum, length };
    sum += piece.chance;
    length += piece.length;
    return sums;
  });
  let [next, best, least] = [0, 0, Number.POSITIVE_INFINITY];
  for (const [index, { word, chance, length: own }] of pieces.entries()) {
    const end = before[index];
    if (end === undefined) continue;
    for (let start = before[next]; start && end.length + own - start.length >= LEAST; start = before[next]) {
      if (start.sum <= least) [best, least] = [next, start.sum];
      next += 1;
    }
    if (end.sum + chance - least >= TOKEN_LIKE) yield [pieces[best]?.word ?? word, word];
  }
}

/** The words from `first` to `last`, and how many characters they take. */
interface Part {
  readonly first: number;
  readonly last: number;
  readonly length: number;
  readonly letters: string;
}

/** Parts of one length with capitals inside: a token that is split by line breaks, blanks or into bytes. */
function* evenRanges(words: readonly Word[], text: string): Iterable<readonly [number, number]> {
  for (const parts of [singleWords(words), wholeParts(words, text)])
    for (let first = 0, end = 0; first < parts.length; first = end) {
      for (end = first + 1; isEven(parts[first], parts[end]); ) end += 1;
      const run = parts.slice(first, end);
      if (run.length >= EVEN_WORDS && isMixed(run)) yield [run[0]?.first ?? 0, run.at(-1)?.last ?? 0];
    }
}

function singleWords(words: readonly Word[]): readonly Part[] {
  return words.map(({ letters }, index) => ({ first: index, last: index, length: letters.length, letters }));
}

const PART = /[\p{L}\p{M}\p{N}\p{Cf}._-]+/gu;

/** If a token is split into parts of one length, some parts contain a hyphen, an underscore or a point. */
function wholeParts(words: readonly Word[], text: string): readonly Part[] {
  let next = 0;
  return [...text.matchAll(PART)].flatMap(({ index, 0: { length } }) => {
    const first = next;
    while ((words[next]?.end ?? Number.POSITIVE_INFINITY) <= index + length) next += 1;
    if (next === first) return [];
    const inside = words.slice(first, next);
    return [{ first, last: next - 1, length, letters: inside.map(({ letters }) => letters).join("") }];
  });
}

/** Parts of two characters may be one letter and a hyphen. */
function isEven(one: Part | undefined, other: Part | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.length === other.length || (one.length <= 2 && other.length <= 2);
}

/** Words have no capital after a small letter. Parts that are too short to show that have letters of both cases. */
function isMixed(parts: readonly Part[]): boolean {
  const letters = parts.map((part) => part.letters);
  const all = letters.join("");
  if (all.length < LEAST) return false;
  if (letters.some((each) => /[a-z].*[A-Z]/.test(each))) return true;
  return (parts[0]?.length ?? 0) <= 2 && /[a-z]/.test(all) && /[A-Z]/.test(all);
}

/** The spans, in order. Spans with little between them are joined. */
function joined(spans: readonly Span[]): readonly Span[] {
  const whole: Span[] = [];
  for (const span of spans) {
    const last = whole.at(-1);
    if (last === undefined || span.start - last.end > GAP) whole.push(span);
    else whole[whole.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
  }
  return whole;
}
