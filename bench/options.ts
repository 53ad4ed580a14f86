import type { CommandFlags, FlagValues } from "../cli/command/flags.ts";
import type { SharedSize } from "./fleet/section.ts";
import type { FleetSize } from "./fleet/shard.ts";
import type { IdleSize } from "./idle/section.ts";

/** What is measured, and with which counts. */
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
  readonly fleet: FleetPlan;
}

export interface FleetPlan {
  readonly size: FleetSize;
  readonly storms: readonly FleetSize[];
  readonly shared: readonly SharedSize[];
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
  fleet: fleetOf(1),
};

/** Checks in seconds that everything works. The figures mean nothing and are not written. */
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
  fleet: fleetOf(1 / 100),
};

/** The fleet of a hundred thousand applications, or a part of it. */
function fleetOf(part: number): FleetPlan {
  const size = { applications: 100_000 * part, tokensEach: 10, managedEach: 4 };
  const shared = [1, 2, 3, 4].map((runs) => ({ runs, foreign: 0 }));
  return {
    size,
    storms: [size, { ...size, managedEach: 10 }],
    shared: [...shared, { runs: 1, foreign: 25 }].map((one) => ({
      ...one,
      applicationsEach: Math.max(2, Math.round(60 * part)),
    })),
  };
}

export const COMMAND = "npm run bench";

export interface BenchOptions {
  readonly plan: Plan;
  readonly isQuick: boolean;
  readonly isVirtual: boolean;
  readonly isFleet: boolean;
}

export const BENCH_FLAGS = {
  quick: { type: "boolean", about: "only check that everything works, with small counts; write nothing" },
  virtual: {
    type: "boolean",
    about: "only write the chapters that use virtual time, whose figures are the same on every machine",
  },
  fleet: {
    type: "boolean",
    about: "only write the chapter about a fleet of 100,000 applications, which takes some minutes",
  },
} as const satisfies CommandFlags;

export function benchOptions({
  quick = false,
  virtual = false,
  fleet = false,
}: FlagValues<typeof BENCH_FLAGS>): BenchOptions {
  return { plan: quick ? QUICK : FULL, isQuick: quick, isVirtual: virtual, isFleet: fleet };
}
