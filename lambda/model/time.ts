export function after(moment: Date, ms: number): Date {
  return new Date(moment.getTime() + ms);
}

export function earliest(...moments: readonly Date[]): Date {
  return new Date(Math.min(...moments.map((moment) => moment.getTime())));
}

/** To the second, which is the precision of a JSON Web Token. Two missing dates are the same. */
export function isSameSecond(one: Date | undefined, other: Date | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return Math.floor(one.getTime() / 1_000) === Math.floor(other.getTime() / 1_000);
}
