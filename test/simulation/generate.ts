import { Chance } from "./chance.ts";
import { discovering } from "./generate-discovery.ts";
import { endless } from "./generate-endless.ts";
import { demanding } from "./generate-new-secrets.ts";
import { consuming } from "./generate-routines.ts";
import { renewing } from "./generate-users.ts";
import { windowed } from "./generate-windows.ts";
import type {
  Act,
  ActEntry,
  ApplicationSetting,
  DeploymentKind,
  Entry,
  FaultEntry,
  FaultKind,
  ListingEntry,
  OutageEntry,
  RateEntry,
  Role,
  RunEntry,
  RunEvent,
  Script,
  Setting,
} from "./script.ts";
import { FAULT_KINDS, FORGERIES, LIKENESSES, LISTING_FLAWS } from "./script.ts";
import { HOUR, MINUTE } from "./services.ts";

/** How many of the histories in which nobody forges anything discover their applications. */
const DISCOVERING = 1 / 4;
/** In how many of these the access token of a user renews itself. */
const RENEWING = 1 / 3;

/** In how many of all histories consumers read the secrets. In the others, nobody reads them. */
const CONSUMING = 1 / 2;

/** How many of all histories have maintenance windows. */
const WINDOWED = 1 / 6;
/** In how many of all histories the organization demands something of new secrets. */
const DEMANDING = 1 / 10;
/** In how many of all histories most tokens never expire. */
const ENDLESS = 1 / 8;

/** The script of a seed. The same seed always gives the same script. */
export function scriptOf(seed: number): Script {
  const windows = new Chance(seed, 8);
  const plain = unreadScriptOf(seed);
  const script = windows.hits(WINDOWED) ? windowed(plain, windows) : plain;
  const reads = new Chance(seed, 7);
  const read = reads.hits(CONSUMING) ? consuming(script, reads) : script;
  const ages = new Chance(seed, 9);
  const aged = ages.hits(ENDLESS) ? endless(read, ages) : read;
  const demands = new Chance(seed, 10);
  return demands.hits(DEMANDING) ? demanding(aged, demands) : aged;
}

function unreadScriptOf(seed: number): Script {
  const chance = new Chance(seed, 2);
  if (chance.hits(1 / 3)) return hostile(faultyScriptOf(seed), chance);
  const discovers = new Chance(seed, 3);
  if (!discovers.hits(DISCOVERING)) return faultyScriptOf(seed);
  const script = discovering(faultyScriptOf(seed), discovers);
  const renews = new Chance(seed, 6);
  return renews.hits(RENEWING) ? renewing(script, renews) : script;
}

function faultyScriptOf(seed: number): Script {
  const chance = new Chance(seed, 1);
  const setting = settingOf(seed, chance);
  const { runs, endMs } = runsOf(setting, chance);
  const entries: Entry[] = [...runs, ...faultsOf(runs, chance)];
  if (chance.hits(0.5)) entries.push(...actsOf(setting, runs, endMs, chance));
  if (chance.hits(0.2)) entries.push(outageOf(setting, endMs, chance));
  if (chance.hits(0.25)) entries.push(...lastingOf(setting, endMs, chance));
  if (chance.hits(0.1)) entries.push(rateOf(setting, endMs, chance));
  if (!chance.hits(0.25)) return { setting, entries };
  entries.push(...listingsOf(setting, endMs, chance));
  return { setting: { ...setting, count: chance.pick(["true", "true", "low", "high"]) }, entries };
}

function settingOf(seed: number, chance: Chance): Setting {
  const intervalMs = chance.pick([15 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR]);
  const unit = intervalMs / MINUTE;
  const lifetimeMs = intervalMs * chance.pick([20, 30, 45]);
  const deactivate = { unread: "ignore", deactivateAfter: `${2 * unit}m` } as const;
  const remove = { unread: "ignore", deleteAfter: `${chance.between(2, 3) * unit}m` } as const;
  return {
    seed,
    intervalMs,
    policy: {
      renewBefore: `${Math.round(lifetimeMs / MINUTE / chance.pick([3, 4]))}m`,
      orphanAfter: chance.pick(intervalMs < HOUR ? ["30m", "1h"] : ["30m", "1h", "2h", "3h"]),
      retire: chance.pick<Setting["policy"]["retire"]>([
        "never",
        deactivate,
        remove,
        { ...deactivate, ...remove },
      ]),
      secretFormat: chance.pick(["json", "plain"]),
    },
    applications: Array.from({ length: chance.hits(0.2) ? 2 : 1 }, () =>
      applicationOf(lifetimeMs, intervalMs, chance),
    ),
    deployments: [
      "home",
      ...(chance.hits(0.2)
        ? [chance.pick<DeploymentKind>(["other-account", "other-region", "other-namespace"])]
        : []),
    ],
    listingLagMs: chance.pick([0, 0, 0, 2_000, MINUTE, 10 * MINUTE]),
    describeLagMs: chance.pick([0, 0, 1_000, 5_000]),
    firstVersionKeepsLabel: chance.hits(0.5),
    labelMovesTouchLastChanged: chance.hits(0.5),
  };
}

function applicationOf(lifetimeMs: number, intervalMs: number, chance: Chance): ApplicationSetting {
  const tokens = Array.from({ length: chance.pick([1, 1, 2, 3]) }, (_, index) => ({
    name: ["backend", "edge-gateway", "my server #3"][index] ?? "token",
    lifetimeMs,
    // Due soon after the beginning, or a while later.
    ageMs: lifetimeMs - Math.floor(lifetimeMs / 4) + intervalMs * chance.between(-4, 0),
    isMapped: chance.hits(0.3),
  }));
  return { tokens, access: chance.hits(0.2) ? "managed" : "lasting" };
}

function runsOf(
  setting: Setting,
  chance: Chance,
): { readonly runs: readonly RunEntry[]; readonly endMs: number } {
  const { intervalMs, deployments } = setting;
  const runs: RunEntry[] = [];
  const ticks = chance.between(2, 5);
  // Some histories last until tokens are due a second time.
  const leap = chance.hits(0.3) ? chance.between(6, 14) : 0;
  const leapAt = chance.between(1, ticks);
  for (let tick = 0; tick < ticks; tick += 1) {
    const atMs = intervalMs * (tick + (tick >= leapAt ? leap : 0)) + MINUTE;
    for (const deployment of deployments.keys()) {
      const workers = chance.pick([1, 1, 1, 1, 2, 2, 3]);
      for (let nth = 0; nth < workers; nth += 1)
        runs.push(runOf(`r${runs.length + 1}`, atMs, nth, deployment, runs.at(-1), setting, chance));
    }
  }
  return { runs, endMs: intervalMs * (ticks + leap) };
}

function runOf(
  id: string,
  tickMs: number,
  nth: number,
  deployment: number,
  before: RunEntry | undefined,
  setting: Setting,
  chance: Chance,
): RunEntry {
  const isRetry = nth > 0 && before !== undefined && chance.hits(0.3);
  const delayMs =
    nth === 0 ? chance.between(0, 5_000) : chance.pick([200, 2_000, 20_000, 2 * MINUTE, 20 * MINUTE]);
  return {
    kind: "run",
    id,
    atMs: tickMs + (isRetry ? MINUTE : 0) + chance.between(0, delayMs),
    deployment,
    event: isRetry ? before.event : eventOf(setting, chance),
    skewMs: chance.hits(0.3) ? chance.between(-3, 3) * MINUTE : 0,
    isEndless: chance.hits(0.2),
    ...(isRetry && { requestId: before.requestId ?? before.id }),
  };
}

function eventOf({ applications }: Setting, chance: Chance): RunEvent {
  const name = applications[0]?.tokens[0]?.name;
  if (name === undefined || !chance.hits(0.12)) return { trigger: "schedule" };
  const tokens = [name];
  return chance.pick<RunEvent>([
    { trigger: "manual", tokens },
    { trigger: "manual", tokens, force: true },
    { trigger: "manual", tokens, force: true, retireNow: true },
  ]);
}

function* faultsOf(runs: readonly RunEntry[], chance: Chance): Iterable<FaultEntry> {
  const rate = chance.pick([0, 0.02, 0.05, 0.1, 0.3]);
  for (const { id, isEndless } of runs) {
    for (let call = 0; call < 40; call += 1) {
      if (!chance.hits(rate)) continue;
      const drawn = chance.pick<FaultKind>(FAULT_KINDS);
      // Every second refusal is a false one.
      const fault = drawn === "refused" && call % 2 === 0 ? "falsely-refused" : drawn;
      if (fault === "pause-before") {
        // AWS refuses a signed request after five minutes.
        yield { kind: "fault", run: id, call, fault, ms: chance.between(1, 4 * 60) * 1_000 };
      } else if (fault === "pause-after") {
        yield {
          kind: "fault",
          run: id,
          call,
          fault,
          ms: isEndless ? chance.pick([10, 40, 70, 130]) * MINUTE : 30_000,
        };
      } else yield { kind: "fault", run: id, call, fault };
    }
  }
}

const ON_TOKEN = ["deactivate", "delete", "rename", "annotate", "wipe-marker", "damage-marker"] as const;
const ON_LINEAGE = [
  "roll-back",
  "roll-back",
  "set-by-hand",
  "schedule-deletion",
  "restore",
  "make-twin",
  "paste-marker",
  "renew-access",
] as const;

function* actsOf(
  { applications, deployments }: Setting,
  runs: readonly RunEntry[],
  endMs: number,
  chance: Chance,
): Iterable<ActEntry> {
  for (let left = chance.between(1, 4); left > 0; left -= 1) {
    const application = chance.between(0, applications.length - 1);
    const tokens = applications[application]?.tokens.length ?? 1;
    const role: Role = {
      application,
      token: chance.hits(0.15) ? "access" : chance.between(0, tokens - 1),
      deployment: chance.between(0, deployments.length - 1),
    };
    const act: Act = chance.hits(0.5)
      ? {
          do: chance.pick(ON_TOKEN),
          role,
          whose: chance.pick(["current", "current", "previous", "root", "newest"]),
        }
      : { do: chance.pick(ON_LINEAGE), role };
    const run = runs[chance.between(0, runs.length - 1)];
    const when =
      run !== undefined && chance.hits(0.6)
        ? { run: run.id, call: chance.between(1, 14) }
        : { atMs: chance.between(0, endMs) };
    yield { kind: "act", when, act };
  }
}

/**
 * Problems that last from some moment until another one, or until the end. They never affect the access token, because
 * nothing would work without it.
 */
function* lastingOf({ applications }: Setting, endMs: number, chance: Chance): Iterable<ActEntry> {
  const application = chance.between(0, applications.length - 1);
  const tokens = applications[application]?.tokens.length ?? 1;
  const deployment = 0;
  const from = () => ({ atMs: chance.between(0, endMs) });
  for (let left = chance.between(1, 2); left > 0; left -= 1) {
    const role: Role = { application, token: chance.between(0, tokens - 1), deployment };
    const when = from();
    yield { kind: "act", when: chance.hits(0.5) ? { atMs: 0 } : when, act: { do: "deny-writes", role } };
    if (chance.hits(0.3))
      yield {
        kind: "act",
        when: { atMs: chance.between(when.atMs, endMs) },
        act: { do: "allow-writes", role },
      };
  }
  const role: Role = { application, token: 0, deployment };
  if (chance.hits(0.5)) yield { kind: "act", when: from(), act: { do: "forbid-deletes", role } };
  if (chance.hits(0.2)) yield { kind: "act", when: from(), act: { do: "allow-deletes", role } };
}

/**
 * Faults in a list, for one run or for many. They never affect the access token's row, because without a login nothing
 * works.
 */
function* listingsOf(
  { applications, deployments, intervalMs }: Setting,
  endMs: number,
  chance: Chance,
): Iterable<ListingEntry> {
  for (let left = chance.between(1, 3); left > 0; left -= 1) {
    const application = chance.between(0, applications.length - 1);
    const tokens = applications[application]?.tokens.length ?? 1;
    const fromMs = chance.hits(0.3) ? 0 : chance.between(0, endMs);
    yield {
      kind: "listing",
      how: chance.pick(LISTING_FLAWS),
      role: {
        application,
        token: chance.between(0, tokens - 1),
        deployment: chance.between(0, deployments.length - 1),
      },
      whose: chance.pick(["current", "current", "previous", "root", "newest"]),
      fromMs,
      toMs: fromMs + intervalMs * chance.pick([1, 2, 5, 20]),
    };
  }
}

function rateOf({ intervalMs }: Setting, endMs: number, chance: Chance): RateEntry {
  const fromMs = chance.hits(0.5) ? 0 : chance.between(0, endMs);
  const toMs = fromMs + intervalMs * chance.pick([1, 5, 20]);
  return { kind: "rate", most: chance.pick([3, 5, 10]), isSaid: chance.hits(0.5), fromMs, toMs };
}

function outageOf({ intervalMs }: Setting, endMs: number, chance: Chance): OutageEntry {
  const fromMs = chance.between(0, endMs);
  const lengthMs = chance.pick([5 * MINUTE, HOUR, 2 * intervalMs, 10 * intervalMs]);
  return {
    kind: "outage",
    of: chance.pick(["losant", "store", "bus", "throttle", "signatures"]),
    fromMs,
    toMs: fromMs + lengthMs,
  };
}

const TEXT = ["copy-text", "steal-text", "swap-texts", "swap-names"] as const;
const OF_SECRETS = ["copy-secret", "destroy-secret", "remake-secret"] as const;
const OF_CONFIGURATION = [
  "map",
  "map-by-id",
  "map-elsewhere",
  "unmap",
  "change-prefix",
  "move-prefix",
  "change-prefix-back",
  "renew-access-token",
  "keep-access-token",
] as const;

/**
 * For a third of all histories: people who write, forge, copy, move and destroy; clock errors, stale answers and more
 * deployments.
 */
function hostile({ setting, entries }: Script, chance: Chance): Script {
  const runs = entries.filter((entry) => entry.kind === "run");
  const world = hostileWorld(setting, chance);
  const isClear = world.isUndated !== true;
  const skewed = runs.map((run): RunEntry => {
    const skewMs = chance.hits(0.05)
      ? chance.pick([-26, 26]) * HOUR
      : chance.hits(0.4)
        ? chance.between(-150, 150) * MINUTE
        : run.skewMs;
    return isClear ? { ...run, skewMs } : run;
  });
  // The added deployments run in the same minute.
  const added = world.deployments.slice(setting.deployments.length).flatMap((_, index) =>
    runs
      .filter(({ deployment }) => deployment === 0)
      .map((run, nth): RunEntry => {
        const atMs = run.atMs + chance.between(-5_000, 20_000);
        const deployment = setting.deployments.length + index;
        return { ...run, id: `r${100 + 50 * index + nth}`, atMs, deployment, event: { trigger: "schedule" } };
      }),
  );
  const all = [...skewed, ...added];
  const endMs = Math.max(...all.map(({ atMs }) => atMs)) + setting.intervalMs;
  const others = entries.filter((entry) => entry.kind !== "run");
  return { setting: world, entries: [...all, ...others, ...deedsOf(world, all, endMs, chance)] };
}

function hostileWorld(setting: Setting, chance: Chance): Setting {
  const kinds: readonly DeploymentKind[] = ["other-account", "other-region", "other-namespace"];
  const more = kinds.filter((kind) => !setting.deployments.includes(kind) && chance.hits(0.12));
  const indexLagMs = chance.pick([0, 0, 30_000, 299_000]);
  return {
    ...setting,
    deployments: [...setting.deployments, ...more],
    ...(indexLagMs > 0 && { indexLagMs }),
    ...(chance.hits(0.1) && { isUndated: true }),
    ...(chance.hits(0.3) && { datePrecisionMs: chance.pick([1_000, MINUTE]) }),
    ...(chance.hits(0.3) && { creatorIds: chance.pick(["user", "none"]) }),
    ...(chance.hits(0.15) && { hidesCreatorTypes: true }),
  };
}

function* deedsOf(
  setting: Setting,
  runs: readonly RunEntry[],
  endMs: number,
  chance: Chance,
): Iterable<Entry> {
  for (let left = chance.between(1, 4); left > 0; left -= 1) {
    const run = runs[chance.between(0, runs.length - 1)];
    const when =
      run !== undefined && chance.hits(0.6)
        ? { run: run.id, call: chance.between(1, 16) }
        : { atMs: chance.between(0, endMs) };
    yield { kind: "act", when, act: deedOf(setting, chance) };
  }
  if (chance.hits(0.1)) {
    const fromMs = chance.between(0, endMs);
    yield { kind: "outage", of: "index", fromMs, toMs: fromMs + setting.intervalMs * chance.pick([1, 5]) };
  }
}

function deedOf({ applications, deployments }: Setting, chance: Chance): Act {
  const application = chance.between(0, applications.length - 1);
  const tokens = applications[application]?.tokens.length ?? 1;
  const deployment = chance.between(0, deployments.length - 1);
  const roleOf = (of = chance.hits(0.8) ? deployment : chance.between(0, deployments.length - 1)): Role => ({
    application,
    token: chance.hits(0.15) ? "access" : chance.between(0, tokens - 1),
    deployment: of,
  });
  const whoseOf = () => chance.pick(["current", "current", "previous", "root", "newest"]);
  const meant = () => ({ role: roleOf(), whose: whoseOf() });
  const role = roleOf();
  const isOf = chance.next();
  if (isOf < 0.3) return { do: chance.pick(TEXT), role, whose: whoseOf(), onto: meant() };
  if (isOf < 0.4) return { do: "forge-text", role, whose: whoseOf(), how: chance.pick(FORGERIES) };
  if (isOf < 0.48)
    return { do: "rename-to", role, whose: whoseOf(), like: chance.pick(LIKENESSES), onto: meant() };
  if (isOf < 0.6)
    return {
      do: chance.pick(["clone", "clone", "make-through-api", "make-elsewhere"]),
      role,
      whose: whoseOf(),
    };
  if (isOf < 0.68) return { do: "plant-version", role, victim: meant(), isCurrent: chance.hits(0.4) };
  if (isOf < 0.76) return { do: chance.pick(OF_SECRETS), role };
  if (isOf < 0.84) return { do: "replace-access", role, old: chance.pick(["deleted", "left", "purged"]) };
  return { do: chance.pick(OF_CONFIGURATION), role };
}
