/** How much is measured. */
export interface Plan {
  readonly coldRounds: number;
  readonly storms: readonly number[];
  readonly realStorm: number;
  readonly idle: readonly number[];
  readonly realIdle: number;
  readonly tokens: readonly number[];
  readonly applications: readonly number[];
}

const FULL: Plan = {
  coldRounds: 31,
  storms: [10, 100, 1_000, 10_000],
  realStorm: 1_000,
  idle: [1, 100, 5_000],
  realIdle: 100,
  tokens: [1_000, 10_000, 100_000],
  applications: [50, 500, 5_000],
};

/** Whether everything here still works, in seconds; its figures mean nothing and are written nowhere. */
const QUICK: Plan = {
  coldRounds: 1,
  storms: [10, 50],
  realStorm: 20,
  idle: [1, 20],
  realIdle: 3,
  tokens: [100, 2_000],
  applications: [2, 20],
};

export const COMMAND = "npm run bench";

export function planFor(args: readonly string[]): { readonly plan: Plan; readonly isQuick: boolean } {
  const unknown = args.find((arg) => arg !== "--quick");
  if (unknown !== undefined) throw new Error(`${COMMAND} [-- --quick]; it knows no ${unknown}`);
  const isQuick = args.includes("--quick");
  return { plan: isQuick ? QUICK : FULL, isQuick };
}
