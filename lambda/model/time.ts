export function after(moment: Date, ms: number): Date {
  return new Date(moment.getTime() + ms);
}

export function earliest(...moments: readonly Date[]): Date {
  return new Date(Math.min(...moments.map((moment) => moment.getTime())));
}

/** As far as a JSON Web Token tells, which counts in seconds. No moment at all is the same as none. */
export function isSameSecond(one: Date | undefined, other: Date | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return Math.floor(one.getTime() / 1_000) === Math.floor(other.getTime() / 1_000);
}
