export function after(moment: Date, ms: number): Date {
  return new Date(moment.getTime() + ms);
}

export function earliest(...moments: readonly Date[]): Date {
  return new Date(Math.min(...moments.map((moment) => moment.getTime())));
}
