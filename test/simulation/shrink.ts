import type { DiscoverySetting, RetirementSetting } from "./discovery-script.ts";
import { play } from "./play.ts";
import type { Entry, PolicySetting, Script, Setting } from "./script.ts";

/**
 * Breaks the same promise with less. It removes entries and simplifies the setting while the promise stays broken.
 * fast-check can only shrink what it generated itself. This function takes any script, including one from the
 * exhaustive search or an old one.
 */
export async function shrink(script: Script): Promise<Script> {
  const broken = await brokenBy(script);
  if (broken === undefined) return script;
  const isStillBroken = async (smaller: Script) => (await brokenBy(smaller)) === broken;
  let { setting, entries } = script;
  for (let size = entries.length; ; ) {
    entries = await fewer(entries, (left) => isStillBroken({ setting, entries: left }));
    for (const plainer of plainerSettings(setting))
      if (await isStillBroken({ setting: { ...setting, ...plainer }, entries }))
        setting = { ...setting, ...plainer };
    for (const [index, entry] of entries.entries()) {
      for (const plainer of plainerEntries(entry)) {
        const changed = entries.with(index, plainer);
        if (!(await isStillBroken({ setting, entries: changed }))) continue;
        entries = changed;
        break;
      }
    }
    if (entries.length === size) return { setting, entries };
    size = entries.length;
  }
}

async function brokenBy(script: Script): Promise<string | undefined> {
  const { violations } = await play(script);
  return violations[0]?.promise;
}

async function fewer(
  entries: readonly Entry[],
  isEnough: (left: readonly Entry[]) => Promise<boolean>,
): Promise<readonly Entry[]> {
  let left = entries;
  for (let chunk = Math.ceil(left.length / 2); chunk >= 1; chunk = chunk === 1 ? 0 : Math.ceil(chunk / 2)) {
    for (let from = 0; from < left.length; ) {
      const without = left.toSpliced(from, chunk);
      if (await isEnough(without)) left = without;
      else from += chunk;
    }
  }
  return left;
}

function plainerSettings({
  applications,
  policy,
  discovery,
  replicas,
}: Setting): readonly Partial<Setting>[] {
  const [first] = applications;
  return [
    { deployments: ["home"] },
    ...(first === undefined
      ? []
      : [{ applications: [first] }, { applications: [{ ...first, tokens: first.tokens.slice(0, 1) }] }]),
    { applications: applications.map((application) => ({ ...application, access: "lasting" })) },
    {
      applications: applications.map(({ tokens, access }) => ({
        access,
        tokens: tokens.map((token) => ({ ...token, isMapped: false })),
      })),
    },
    {
      applications: applications.map((application) => ({
        ...application,
        tokens: application.tokens.map((token) => ({ ...token, isEndless: false })),
      })),
    },
    { policy: { ...policy, retire: "never" } },
    ...plainerRetirements(policy).map((retire) => ({ policy: { ...policy, retire } })),
    { policy: { ...policy, windows: [] } },
    { readLagMs: 0 },
    { refusesBareSecrets: false },
    { restrictsNewSecrets: false },
    ...(replicas === undefined ? [] : [{ replicas: { lagMs: 0 } }, { replicas: { lagMs: replicas.lagMs } }]),
    { policy: { ...policy, secretFormat: "json" } },
    { policy: { ...policy, orphanAfter: "1h" } },
    { count: "true" },
    { indexLagMs: 0 },
    { isUndated: false },
    { datePrecisionMs: 1 },
    // What Losant says about creators goes together.
    {
      creatorIds: "accessToken",
      ...(discovery && { discovery: { ...discovery, creatorType: "apiToken" as const } }),
    },
    ...(discovery === undefined
      ? []
      : plainerDiscoveries(discovery).map((plainer) => ({ discovery: plainer }))),
    { hidesCreatorTypes: false },
    { listingLagMs: 0 },
    { describeLagMs: 0 },
    { firstVersionKeepsLabel: true },
    { labelMovesTouchLastChanged: true },
  ];
}

function plainerRetirements({ retire }: PolicySetting): readonly RetirementSetting[] {
  if (retire === "never") return [];
  const { roots: _, ...withoutRoots } = retire;
  return [withoutRoots, { ...withoutRoots, unread: "ignore" }];
}

function plainerDiscoveries(discovery: DiscoverySetting): readonly DiscoverySetting[] {
  const { entries } = discovery;
  return [
    ...(entries.length > 1 ? [{ ...discovery, entries: entries.slice(0, 1) }] : []),
    { ...discovery, entries: entries.map((entry) => ({ ...entry, atLeast: 0 })) },
    { ...discovery, entries: entries.map(({ renews: _, ...entry }) => entry) },
    { ...discovery, entries: entries.map(({ isShared: _, ...entry }) => entry) },
    { ...discovery, count: "true" },
    { ...discovery, perPage: 100 },
  ];
}

function plainerEntries(entry: Entry): readonly Entry[] {
  if (entry.kind === "run") {
    const { requestId: _, ...unrelated } = entry;
    return [
      { ...unrelated, skewMs: 0, isEndless: false, event: { trigger: "schedule" } },
      { ...entry, skewMs: 0 },
      { ...entry, event: { trigger: "schedule" } },
      unrelated,
    ];
  }
  if (entry.kind === "routine" && entry.toMs !== undefined) {
    const { toMs: _, ...endless } = entry;
    return [endless];
  }
  if (entry.kind === "fault" && entry.fault !== "crash-after") return [{ ...entry, fault: "crash-after" }];
  return [];
}
