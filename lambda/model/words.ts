/** Letters and digits, with invisible characters among them. */
const WORD = /(?:[\p{L}\p{M}\p{N}]\p{Cf}*)+/gu;
const PART = /[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+/g;

/** Two letters that often follow each other in words of European languages. */
const PAIR =
  /^(?:[bcdfghklmnprstvwy][aeiou]|[aeiou][bcdfghklmnprstvxyw]|[cpst]h|s[tpcs]|n[dtgcnks]|r[tsdmnkr]|l[ltdy]|t[try]|[cn]k|[pbcdf]r|[pbcf]l|g[rl]|qu|[cp]t|m[pm]|pp|ff|[eo][eo]|ea|oa|a[iu]|ou|ie|ei|io|ia|dg|ry)$/;
const LETTERS = "abcdefghijklmnopqrstuvwxyz";
/** Indexed by the positions of both letters in the alphabet. */
const IS_PAIR = Array.from(LETTERS, (one) => Array.from(LETTERS, (other) => PAIR.test(one + other)));

export interface Word {
  /** Without invisible characters. */
  readonly letters: string;
  readonly start: number;
  readonly end: number;
  /** Certainly a word, in any language. */
  readonly isPlain: boolean;
}

export function wordsIn(text: string): readonly Word[] {
  return [...text.matchAll(WORD)].map(({ index, 0: whole }) => {
    const letters = isAscii(whole) ? whole : whole.replace(/\p{Cf}+/gu, "");
    return { letters, start: index, end: index + whole.length, isPlain: isPlain(letters) };
  });
}

function isPlain(letters: string): boolean {
  if (!isAscii(letters)) return true;
  return /^[A-Z]?[a-z]{2,}$/.test(letters) && oddPairs(letters) <= (letters.length - 2) / 2.5;
}

function isAscii(letters: string): boolean {
  return /^[A-Za-z\d]*$/.test(letters);
}

/** Part of a word: letters of one case, a capital with the letters after it, or digits. */
export interface Piece {
  readonly length: number;
  /** How much more this looks like random letters and digits than like a word. Below zero for a word. */
  readonly chance: number;
}

/** A word in one case, a number, or a code of capitals and digits is not a token: a token mixes all three. */
export function piecesOf(letters: string): readonly Piece[] {
  const { length } = letters;
  if (!isAscii(letters)) return [{ length: 0, chance: -length }];
  const isOrderly = !/[a-z]/.test(letters) || !/[A-Z]/.test(letters) || /^[A-Z][a-z]+$/.test(letters);
  // This counts for little, so that a short odd word beside it is not taken for a token.
  if (isOrderly)
    return [
      { length: length > 6 ? 0 : 1, chance: length <= 2 ? 0 : -COMMON * (length - 1 - oddPairs(letters)) },
    ];
  const parts = letters.match(PART) ?? [];
  // WiFi, LoRaWAN, GmbH.
  const change = length <= 8 && !/\d/.test(letters) ? CHANGE_IN_SHORT : CHANGE;
  return parts.map((part, index) => ({
    length: part.length,
    chance: (index === 0 ? 0 : change) + chanceOf(part),
  }));
}

const CHANGE = 1.3;
const CHANGE_IN_SHORT = 0.8;
const COMMON = 1.2;
const UNCOMMON = 1.2;

function chanceOf(part: string): number {
  const { length } = part;
  if (/^\d/.test(part)) return -0.6 * (length - 1);
  // An acronym.
  if (!/[a-z]/.test(part)) return length >= 3 && length < 6 ? -0.6 * (length - 2) : 0;
  const odd = oddPairs(part);
  return UNCOMMON * odd - COMMON * (length - 1 - odd);
}

function oddPairs(letters: string): number {
  let odd = 0;
  for (let at = 1; at < letters.length; at += 1)
    if (IS_PAIR[placeOf(letters, at - 1)]?.[placeOf(letters, at)] !== true) odd += 1;
  return odd;
}

/** The position in the alphabet, in either case. */
function placeOf(letters: string, at: number): number {
  return (letters.charCodeAt(at) | 32) - 97;
}
