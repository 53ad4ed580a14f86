import { Chance } from "./chance.ts";
import type { DirectoryEntry, DirectoryFlawEntry } from "./discovery-script.ts";
import { DIRECTORY_FLAWS } from "./discovery-script.ts";
import type {
  ApplicationSetting,
  Entry,
  FaultEntry,
  OutageEntry,
  RunEntry,
  Script,
  Setting,
} from "./script.ts";
import { FAULT_KINDS } from "./script.ts";
import { DAY, HOUR, MINUTE } from "./services.ts";

export const SLOT = 15 * MINUTE;
const INTERVAL = 6 * HOUR;
const APPLICATIONS = 48;
const ORGANIZATIONS = ["Acme Wheels", "Acme Doors", "Other"] as const;

/** 48 applications in 24 shards. Every twelfth has a token that can have no successor, so that there is something to warn of. */
export function fleetSetting(seed: number, chance = new Chance(seed, 5)): Setting {
  return {
    seed,
    intervalMs: INTERVAL,
    policy: {
      renewBefore: "4d",
      orphanAfter: "1h",
      retire: { unread: "ignore", deactivateAfter: "12h", deleteAfter: "18h" },
      secretFormat: "json",
    },
    applications: Array.from({ length: APPLICATIONS }, (_, index) => applicationOf(index, chance)),
    deployments: ["home"],
    listingLagMs: 0,
    describeLagMs: 0,
    firstVersionKeepsLabel: true,
    labelMovesTouchLastChanged: true,
    discovery: {
      entries: [{ organizations: ["Acme *"] }, { organizations: ["*"] }],
      organizations: ORGANIZATIONS,
      perPage: 20,
      isFleet: true,
    },
  };
}

function applicationOf(index: number, chance: Chance): ApplicationSetting {
  const token = {
    name: "backend",
    lifetimeMs: 12 * DAY,
    ageMs: chance.between(0, 9 * 24) * HOUR,
    isMapped: chance.hits(0.1),
    ...(index % 12 === 5 && { isUngrantable: true }),
  };
  const isLater = index % 12 === 7;
  return {
    tokens: [token],
    access: "lasting",
    found: { name: `Application ${index}`, owner: index % ORGANIZATIONS.length, ...(isLater && { isLater }) },
  };
}

/** The run of a slot. It starts `lateMs` after the time for which it was scheduled. */
export function slotRun(slot: number, lateMs: number, more: Partial<RunEntry> = {}): RunEntry {
  return {
    kind: "run",
    id: `r${slot * 10}`,
    atMs: slot * SLOT + lateMs,
    deployment: 0,
    event: { trigger: "schedule", slotMs: slot * SLOT },
    skewMs: 0,
    isEndless: false,
    ...more,
  };
}

/**
 * Days of a fleet: slots that are lost, doubled, up to 70 minutes late, or killed and repeated for the same slot, and applications
 * that come, go, move and come back.
 */
export function fleetScriptOf(seed: number, days = 14): Script {
  const chance = new Chance(seed, 4);
  const setting = fleetSetting(seed);
  const entries: Entry[] = [];
  for (let slot = 0; slot < (days * DAY) / SLOT; slot += 1) entries.push(...slotOf(slot, chance));
  entries.push(...deedsOf(setting, days, chance), ...flawsOf(days, chance), ...outagesOf(days, chance));
  return { setting, entries };
}

function* slotOf(slot: number, chance: Chance): Iterable<RunEntry | FaultEntry> {
  const isOf = chance.next();
  const skewMs = chance.between(-50, 50) * 1_000;
  const run = slotRun(slot, chance.between(0, 60) * 1_000, { skewMs });
  if (isOf < 0.03) return;
  if (isOf < 0.09) {
    yield { ...run, atMs: run.atMs + chance.between(1, 69) * MINUTE };
    return;
  }
  yield run;
  if (isOf < 0.13) yield { ...run, id: `r${slot * 10 + 1}`, atMs: run.atMs + chance.between(0, 40_000) };
  if (isOf < 0.21) {
    // Lambda tries again twice: a minute, and then two minutes after the end.
    const requestId = run.id;
    yield faultOf(run.id, chance);
    yield { ...run, id: `r${slot * 10 + 2}`, atMs: run.atMs + 16 * MINUTE, requestId };
    if (chance.hits(0.3)) yield faultOf(`r${slot * 10 + 2}`, chance);
    yield { ...run, id: `r${slot * 10 + 3}`, atMs: run.atMs + 33 * MINUTE, requestId };
  } else if (isOf < 0.25) {
    const fault = chance.pick(FAULT_KINDS);
    yield {
      kind: "fault",
      run: run.id,
      call: chance.between(0, 25),
      fault,
      ms: chance.between(1, 200) * 1_000,
    };
  }
}

function faultOf(run: string, chance: Chance): FaultEntry {
  const fault = chance.pick(["crash-before", "crash-after"]);
  return { kind: "fault", run, call: chance.between(0, 25), fault };
}

/** All runs of some hours. */
function* outagesOf(days: number, chance: Chance): Iterable<OutageEntry> {
  if (!chance.hits(0.5)) return;
  const fromMs = chance.between(0, days * 24) * HOUR;
  const of = chance.pick(["losant", "store", "bus", "throttle", "index"]);
  yield { kind: "outage", of, fromMs, toMs: fromMs + chance.between(1, 9) * HOUR };
}

function* deedsOf(setting: Setting, days: number, chance: Chance): Iterable<DirectoryEntry> {
  const when = (fromDay: number, toDay: number) => ({
    atMs: chance.between(fromDay * 24, toDay * 24) * HOUR + 7,
  });
  for (let day = 1; day < days; day += 2) {
    const organization = chance.between(0, ORGANIZATIONS.length - 1);
    const gone = when(day, day + 1);
    yield { kind: "directory", when: gone, deed: { do: "disable", organization } };
    const back = { atMs: gone.atMs + chance.between(1, 30) * HOUR };
    yield { kind: "directory", when: back, deed: { do: "enable", organization } };
    const application = chance.between(0, APPLICATIONS - 1);
    const owner = chance.between(0, ORGANIZATIONS.length - 1);
    yield {
      kind: "directory",
      when: when(day, day + 1),
      deed: { do: "move-application", application, owner },
    };
  }
  for (const [application, { found }] of setting.applications.entries())
    if (found?.isLater)
      yield { kind: "directory", when: when(0, days), deed: { do: "create-application", application } };
  for (let left = 2; left > 0; left -= 1) {
    const application = chance.between(0, APPLICATIONS - 1);
    yield { kind: "directory", when: when(1, days), deed: { do: "delete-application", application } };
  }
}

function* flawsOf(days: number, chance: Chance): Iterable<DirectoryFlawEntry> {
  for (let left = 3; left > 0; left -= 1) {
    const fromMs = chance.between(0, days * 24) * HOUR;
    const toMs = fromMs + chance.between(1, 36) * HOUR;
    const application = chance.between(0, APPLICATIONS - 1);
    yield { kind: "directory-flaw", how: chance.pick(DIRECTORY_FLAWS), application, fromMs, toMs };
  }
}
