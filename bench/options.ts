import type { IdleSize } from "./idle/section.ts";

/** How much is measured. */
export interface Plan {
  readonly coldRounds: number;
  readonly storms: readonly number[];
  readonly realStorm: number;
  readonly poisoned: number;
  readonly windowed: readonly number[];
  readonly idle: readonly IdleSize[];
  readonly realIdle: readonly IdleSize[];
  readonly tokens: readonly number[];
  readonly applications: readonly number[];
}

const FULL: Plan = {
  coldRounds: 31,
  storms: [10, 100, 1_000, 10_000],
  realStorm: 1_000,
  poisoned: 1_000,
  windowed: [100, 1_000],
  idle: [
    { applications: 1, lineagesEach: 5 },
    { applications: 1, lineagesEach: 100 },
    { applications: 100, lineagesEach: 5 },
    { applications: 5_000, lineagesEach: 5 },
  ],
  realIdle: [
    { applications: 100, lineagesEach: 5 },
    { applications: 5_000, lineagesEach: 5 },
  ],
  tokens: [1_000, 10_000, 100_000],
  applications: [50, 500, 5_000],
};

/** Whether everything here still works, in seconds; its figures mean nothing and are written nowhere. */
const QUICK: Plan = {
  coldRounds: 1,
  storms: [10, 50],
  realStorm: 20,
  poisoned: 20,
  windowed: [20, 40],
  idle: [
    { applications: 1, lineagesEach: 5 },
    { applications: 20, lineagesEach: 5 },
  ],
  realIdle: [{ applications: 3, lineagesEach: 5 }],
  tokens: [100, 2_000],
  applications: [2, 20],
};

export const COMMAND = "npm run bench";

const QUICK_OPTION = "--quick";
/** Only the chapters whose figures are of virtual time alone, and so the same on every machine. */
const VIRTUAL_OPTION = "--virtual";

export interface Options {
  readonly plan: Plan;
  readonly isQuick: boolean;
  readonly isVirtual: boolean;
}

export function optionsFrom(args: readonly string[]): Options {
  const unknown = args.find((arg) => arg !== QUICK_OPTION && arg !== VIRTUAL_OPTION);
  if (unknown !== undefined)
    throw new Error(`${COMMAND} [-- ${QUICK_OPTION} ${VIRTUAL_OPTION}]; it knows no ${unknown}`);
  const isQuick = args.includes(QUICK_OPTION);
  return { plan: isQuick ? QUICK : FULL, isQuick, isVirtual: args.includes(VIRTUAL_OPTION) };
}
