/**
 * A character written as a code: in percent encoding, JSON, HTML or quoted-printable. A code begins with the first of several
 * backslashes: if each of them could begin one, ten thousand in a row would take a second.
 */
export const CODE =
  /%([\da-f]{2})|(?<!\\)\\+x([\da-f]{2})|0x([\da-f]{2})|=([\da-f]{2})|(?<!\\)\\+u00([\da-f]{2})|&#x([\da-f]{2});?|&#(\d{2,3});?/gi;

/** A text, and for each of its characters its position in the original text. */
export interface Layer {
  readonly characters: string;
  readonly from: readonly number[];
  readonly to: readonly number[];
}

export function layerOf(text: string): Layer {
  const from = Array.from({ length: text.length }, (_, at) => at);
  return { characters: text, from, to: from.map((at) => at + 1) };
}

/** Part of a layer, and the characters that replace it. */
export interface Replacement {
  readonly index: number;
  readonly length: number;
  /** Each with the part of the layer that it was written as. */
  readonly characters: readonly {
    readonly character: string;
    readonly at: number;
    readonly length: number;
  }[];
}

/** The layer with these replacements, which come in order. Undefined if there are none. */
export function layerWith(
  { characters, from, to }: Layer,
  replacements: Iterable<Replacement>,
): Layer | undefined {
  const next = { characters: "", from: [] as number[], to: [] as number[] };
  let at = 0;
  const put = (character: string, first: number, last: number) => {
    next.characters += character;
    next.from.push(from[first] ?? 0);
    next.to.push(to[last] ?? 0);
  };
  const copy = (end: number) => {
    for (; at < end; at += 1) put(characters[at] ?? "", at, at);
  };
  for (const { index, length, characters: read } of replacements) {
    copy(index);
    for (const one of read) put(one.character, one.at, one.at + one.length - 1);
    at = index + length;
  }
  if (at === 0) return undefined;
  copy(characters.length);
  return next;
}

/** The layer with its codes decoded. Undefined if it has none. */
export function decoded(layer: Layer): Layer | undefined {
  return layerWith(layer, codesIn(layer.characters));
}

function* codesIn(text: string): Iterable<Replacement> {
  for (const { index, 0: whole, ...found } of text.matchAll(CODE)) {
    const hex = [1, 2, 3, 4, 5, 6].map((group) => found[group]).find((digits) => digits !== undefined);
    const code = hex === undefined ? Number(found[7]) : Number.parseInt(hex, 16);
    const { length } = whole;
    yield { index, length, characters: [{ character: String.fromCharCode(code), at: index, length }] };
  }
}
