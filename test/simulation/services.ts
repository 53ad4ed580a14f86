import * as v from "valibot";
import { secretsConsole as secretsByHand } from "../../emulators/aws/console.ts";
import { EventBuses } from "../../emulators/aws/events.ts";
import { Secrets } from "../../emulators/aws/secrets.ts";
import { AWS_DEFAULTS } from "../../emulators/aws/server.ts";
import { losantConsole as losantByHand } from "../../emulators/losant/console.ts";
import { Applications, countedIds } from "../../emulators/losant/store.ts";
import { secretNameFor } from "../../lambda/lineage/secret-names.ts";
import { ApplicationId } from "../../lambda/model/token.ts";
import { type ApplicationConfig, parseConfig, type RotationConfig } from "../../lambda/policy/config.ts";
import type { Policy } from "../../lambda/policy/policy.ts";
import { READ_BY_ANOTHER_ACCOUNT } from "../support/resource-policy.ts";
import { Chance } from "./chance.ts";
import { createApplication, seedDirectory } from "./directory-seed.ts";
import { type Flaw, isOdd } from "./listings.ts";
import {
  accessName,
  accessSecret,
  applicationId,
  mappedName,
  nextPrefixOf,
  prefixOf,
  userId,
  userSecret,
} from "./places.ts";
import { Reach } from "./reach.ts";
import type { DeploymentKind, Role, Setting } from "./script.ts";
import { type Time, Timeline } from "./timeline.ts";

export const START = new Date("2026-01-01T00:00:00.000Z");
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The maximum difference between two clocks. The checks use our clock, and a worker measures time by its own. */
export const SKEW_MS = 6 * MINUTE;

/** One deployment of the worker. */
export interface Deployment {
  readonly index: number;
  readonly kind: DeploymentKind;
  readonly secrets: Secrets;
  readonly aws: ReturnType<typeof secretsByHand>;
  readonly buses: EventBuses;
  /** The currently deployed configuration. */
  config: RotationConfig;
  layout: Layout;
}

/** The operator's changes to the configuration that a deployment began with. */
export interface Layout {
  readonly prefix: "first" | "next" | "next-after-first";
  /** By application and token of the setting: the key in `secrets`, and its secret; undefined if there is none. */
  readonly mapped: ReadonlyMap<string, { readonly key: string; readonly secretName: string } | undefined>;
  /** The setting for the access token; undefined: as in the simulated setting. */
  readonly renew: boolean | undefined;
}

const AS_SET: Layout = { prefix: "first", mapped: new Map(), renew: undefined };

/** One Losant, the stores of all deployments, and the time they share. */
export class Services {
  readonly setting: Setting;
  readonly timeline: Time;
  readonly applications: Applications;
  readonly losant: ReturnType<typeof losantByHand>;
  readonly deployments: readonly Deployment[];
  /** Applications whose tokens can't be deleted. */
  readonly undeletable = new Set<string>();
  /** When a person last allowed it again. */
  deletableFromMs = Number.NEGATIVE_INFINITY;
  /** Losant sends no Date header until everything is mended. */
  isUndated: boolean;
  /** All listing faults so far. */
  readonly flaws: Flaw[] = [];
  /** By application and token of the setting: the first token that a person made. */
  readonly roots = new Map<string, string>();
  readonly reach: Reach;
  readonly #resolved = new Map<RotationConfig, readonly ApplicationConfig[]>();

  constructor(setting: Setting, timeline: Time = new Timeline(START)) {
    this.setting = setting;
    this.isUndated = setting.isUndated ?? false;
    this.timeline = timeline;
    const now = () => this.timeline.now();
    const { datePrecisionMs = 1, creatorIds = "accessToken", discovery } = setting;
    const creatorTypeOfUserTokens = discovery?.creatorType ?? "apiToken";
    this.applications = new Applications(now, countedIds(), {
      datePrecisionMs,
      creatorIds,
      creatorTypeOfUserTokens,
    });
    this.losant = losantByHand(this.applications);
    this.deployments = deploymentsOf(setting, now);
    seedDirectory(this);
    this.reach = new Reach(setting, this.applications, (entry) => this.userStringOf(entry));
    for (const [index, { tokens, access, found }] of setting.applications.entries()) {
      if (found !== undefined) {
        if (!found.isLater) createApplication(index, this);
        continue;
      }
      const id = applicationId(index);
      this.losant.addApplication({ id });
      this.addRoots(index);
      for (const { kind, aws } of this.deployments) {
        const first = tokens[0];
        const creationDate = new Date(START.getTime() - (access === "managed" ? (first?.ageMs ?? 0) : 0));
        const dates =
          access === "managed" && first !== undefined
            ? { expirationDate: new Date(creationDate.getTime() + first.lifetimeMs) }
            : {};
        const made = this.losant.addToken(id, { name: accessName(kind), creationDate, ...dates });
        this.roots.set(`${index}/access/${kind}`, made.id);
        aws.putSecret(accessSecret(kind, index), made.token);
      }
    }
    this.reach.note();
  }

  /** The first tokens of an application. */
  addRoots(application: number): void {
    const id = applicationId(application);
    for (const [token, setting] of (this.setting.applications[application]?.tokens ?? []).entries()) {
      const { name, lifetimeMs, ageMs, isMapped, isUngrantable, isEndless = false } = setting;
      const creationDate = new Date(this.timeline.ms - ageMs);
      const dates = isEndless ? {} : { expirationDate: new Date(creationDate.getTime() + lifetimeMs) };
      const scope = isUngrantable ? ["devices.withdrawn"] : scopeOf(token);
      const made = this.losant.addToken(id, { name, creationDate, scope, ...dates });
      this.roots.set(`${application}/${token}`, made.id);
      for (const { aws, kind } of this.deployments)
        if (isMapped) aws.putSecret(mappedName(kind, application, name), made.token);
    }
  }

  /** What a deployment does with each application of the setting, by its configuration, if it finds the application. */
  applicationsOf(deployment: number): readonly ApplicationConfig[] {
    const { config } = this.deploymentAt(deployment);
    if (this.setting.discovery === undefined) return config.applications;
    const known = this.#resolved.get(config);
    if (known !== undefined) return known;
    const resolved = this.setting.applications.map((_, index) => resolvedBy(config, index, this.reach));
    this.#resolved.set(config, resolved);
    return resolved;
  }

  /** Since then, another entry of `discover` has begun to decide about an application. */
  wasRedecided(id: string, sinceMs: number): boolean {
    const index = this.applicationsOf(0).findIndex((application) => application.id === id);
    return this.setting.applications[index]?.found !== undefined && this.reach.wasRedecided(index, sinceMs);
  }

  /** At some moment in this time, an application couldn't be found, or another entry of `discover` began to decide about it. */
  wasOut(id: string, fromMs: number, toMs: number): boolean {
    const index = this.applicationsOf(0).findIndex((application) => application.id === id);
    const entry = this.entryOfUser(id);
    if (entry !== undefined) return this.reach.wasUnlisted(entry, fromMs, toMs);
    return this.setting.applications[index]?.found !== undefined && this.reach.wasOut(index, fromMs, toMs);
  }

  /** The entry of `discover` that has an access token of this user. */
  entryOfUser(id: string): number | undefined {
    const entry = this.reach.entries.findIndex((_, index) => userId(index) === id);
    return entry < 0 ? undefined : entry;
  }

  /** Losant lets the tokens of an application be deleted again, or those of all. */
  allowDeletes(applicationId?: string): void {
    const allowed = applicationId === undefined ? [...this.undeletable] : [applicationId];
    for (const id of allowed) if (this.undeletable.delete(id)) this.deletableFromMs = this.timeline.ms;
  }

  /** Whether Losant has this application now. */
  exists(application: number): boolean {
    return this.applications.find(applicationId(application)) !== undefined;
  }

  /** Somebody changed which applications there are, or who sees them. */
  noteReach(): void {
    this.reach.note();
    this.#resolved.clear();
  }

  /** The access token with which an entry of `discover` logs in at home: the current one, or else the one before it. */
  userStringOf(entry: number): string | undefined {
    const { secrets, kind } = this.deploymentAt(0);
    const { labels, versions = [] } = secrets.find(userSecret(kind, this.reach.holderOf(entry))) ?? {};
    const [current, previous] = ["AWSCURRENT", "AWSPREVIOUS"].map((label) => {
      const value = versions.find(({ id }) => id === labels?.get(label))?.value.data;
      return value?.startsWith("{") ? JSON.parse(value).token : value;
    });
    const isUsed = !this.losant.accepts(current ?? "") && this.losant.accepts(previous ?? "");
    return isUsed ? previous : current;
  }

  /** The listing faults that are active now. */
  get flawsNow(): readonly Flaw[] {
    if (this.flaws.length === 0) return this.flaws;
    const { ms } = this.timeline;
    return this.flaws.filter(({ fromMs, toMs }) => fromMs <= ms && ms < toMs);
  }

  /** The time that Losant reports: whole seconds, or none. */
  servedAt(): Date | undefined {
    const { ms } = this.timeline;
    return this.isUndated ? undefined : new Date(ms - (ms % 1_000));
  }

  /** The parts of a token that can't be read, whichever call requests it. */
  problemOf(tokenId: string): string | undefined {
    return this.flawsNow.find((flaw) => flaw.tokenId === tokenId && isOdd(flaw))?.how;
  }

  /** The secret of a role. Its name follows from the configuration and the naming rules. */
  secretOf({ application, token, deployment }: Role): string {
    const { kind } = this.deploymentAt(deployment);
    if (token === "access") return this.accessSecretOf(kind, application);
    const { layout, config } = this.deploymentAt(deployment);
    const { name } = this.tokenAt({ application, token });
    return (
      mappingOf(this.setting, kind, layout, application, token)?.secretName ??
      secretNameFor(config.secretPrefix, this.applicationAt(deployment, application).id, name)
    );
  }

  accessSecretOf(kind: DeploymentKind, application: number): string {
    const isFound = this.setting.applications[application]?.found !== undefined;
    return isFound ? userSecret(kind, this.reach.finderOf(application)) : accessSecret(kind, application);
  }

  /** The secrets with access tokens that reach an application, or a user: one, or that of each entry of `discover`. */
  accessSecretsOf(ownerId: string, { index, kind }: Pick<Deployment, "index" | "kind">): readonly string[] {
    const entry = this.entryOfUser(ownerId);
    if (entry !== undefined) return [userSecret(kind, entry)];
    const application = this.applicationsOf(index).findIndex(({ id }) => id === ownerId);
    const isFound = this.setting.applications[application]?.found !== undefined;
    if (!isFound) return [accessSecret(kind, application)];
    return this.reach.entries.map((_, entry) => userSecret(kind, entry));
  }

  /** Of an application, or of a user whose access token the deployment renews. */
  policyOf(deployment: number, applicationId: string): Policy | undefined {
    const entry = this.entryOfUser(applicationId);
    if (entry === undefined)
      return this.applicationsOf(deployment).find(({ id }) => id === applicationId)?.policy;
    return this.deploymentAt(deployment).config.discover.find(
      ({ renewsAccessToken }, index) => renewsAccessToken && this.reach.holderOf(index) === entry,
    )?.policy;
  }

  tokenAt({ application, token }: { readonly application: number; readonly token: number }) {
    const found = this.setting.applications[application]?.tokens[token];
    if (found === undefined) throw new Error(`application ${application} has no token ${token}`);
    return found;
  }

  /** Deploys another configuration. Runs in progress keep the previous one. */
  deploy(deployment: number, change: Partial<Layout>): void {
    const deployed = this.deploymentAt(deployment);
    deployed.layout = { ...deployed.layout, ...change };
    deployed.config = parseConfig(documentOf(this.setting, deployed.kind, deployed.layout));
  }

  /** Whether the configuration of a deployment gives the worker this secret. */
  isConfigured(deployment: number, name: string): boolean {
    const { config, kind } = this.deploymentAt(deployment);
    const isRenewed = config.discover.some(
      ({ renewsAccessToken }, index) =>
        renewsAccessToken && name === userSecret(kind, this.reach.holderOf(index)),
    );
    if (isRenewed) return true;
    return this.applicationsOf(deployment).some(({ id, secrets, renewsAccessToken }, index) => {
      const isOwn = name === accessSecret(kind, index);
      if (isOwn) return renewsAccessToken || [...secrets.values()].some((one) => one === name);
      return (
        name.startsWith(`${config.secretPrefix}/${id}/`) || [...secrets.values()].some((one) => one === name)
      );
    });
  }

  /** An access token that a person stores. If the worker renews it, it lives as long as a token of the application. */
  accessByHand({ application, deployment }: Role, name: string) {
    const creationDate = new Date(this.timeline.ms - HOUR);
    const secretName = this.secretOf({ application, token: "access", deployment });
    if (!this.isConfigured(deployment, secretName)) return { name, creationDate };
    const { lifetimeMs } = this.tokenAt({ application, token: 0 });
    return { name, creationDate, expirationDate: new Date(creationDate.getTime() + lifetimeMs) };
  }

  isAccessSecret(deployment: number, name: string): boolean {
    const { kind } = this.deploymentAt(deployment);
    return (
      this.setting.applications.some((_, index) => name === accessSecret(kind, index)) ||
      this.reach.entries.some((_, entry) => name === userSecret(kind, entry))
    );
  }

  /** Includes secrets that don't exist yet. */
  secretNamesOf(deployment: number): readonly string[] {
    return this.setting.applications.flatMap(({ tokens }, application) =>
      (["access", ...tokens.keys()] as const).map((token) =>
        this.secretOf({ application, token, deployment }),
      ),
    );
  }

  /** The secrets of tokens that can have no successor. */
  ungrantableAt(deployment: number): readonly string[] {
    return this.setting.applications.flatMap(({ tokens }, application) =>
      tokens.flatMap(({ isUngrantable }, token) =>
        isUngrantable ? [this.secretOf({ application, token, deployment })] : [],
      ),
    );
  }

  rootOf({ application, token, deployment }: Role): string | undefined {
    const { kind } = this.deploymentAt(deployment);
    return this.roots.get(token === "access" ? `${application}/access/${kind}` : `${application}/${token}`);
  }

  /** The first role of a token, as a deployment sees it. */
  roleOf(tokenId: string, deployment: number): Role | undefined {
    const roles = this.setting.applications.flatMap(({ tokens }, application) =>
      (["access", ...tokens.keys()] as const).map((token) => ({ application, token, deployment })),
    );
    return roles.find((role) => this.rootOf(role) === tokenId);
  }

  /** The deployment that a secret belongs to by its name. Two deployments may share one store. */
  ownerOf({ store, name }: { readonly store: Secrets; readonly name: string }): Deployment | undefined {
    return this.deployments.find(
      ({ secrets, kind }) =>
        secrets === store &&
        [`${prefixOf(kind)}/`, `${nextPrefixOf(kind)}/`, `${prefixOf(kind)}-access/`, `${kind}/`].some(
          (start) => name.startsWith(start),
        ),
    );
  }

  deploymentAt(index: number): Deployment {
    const found = this.deployments[index];
    if (found === undefined) throw new Error(`there is no deployment ${index}`);
    return found;
  }

  applicationAt(deployment: number, index: number): ApplicationConfig {
    const found = this.applicationsOf(deployment)[index];
    if (found === undefined) throw new Error(`there is no application ${index}`);
    return found;
  }
}

function resolvedBy(config: RotationConfig, index: number, reach: Reach): ApplicationConfig {
  const id = v.parse(ApplicationId, applicationId(index));
  const own = config.applications.find((application) => application.id === id);
  if (own !== undefined) return own;
  const entry = config.discover[reach.deciderOf(index)];
  if (entry === undefined) throw new Error(`nothing is said about application ${index}`);
  const { policy, newSecrets, secrets } = entry.overrides.get(id) ?? { ...entry, secrets: new Map() };
  return { id, accessToken: entry.accessToken, renewsAccessToken: false, policy, newSecrets, secrets };
}

function deploymentsOf(setting: Setting, now: () => Date): readonly Deployment[] {
  const { firstVersionKeepsLabel, labelMovesTouchLastChanged, indexLagMs } = setting;
  const common = {
    ...AWS_DEFAULTS,
    now,
    firstVersionKeepsLabel,
    labelMovesTouchLastChanged,
    replicaLagMs: () => setting.replicas?.lagMs ?? 0,
    ...(indexLagMs && { indexLagMs: (name: string) => lagOf(name, now(), setting) }),
  };
  const home = { ...common };
  const made: Deployment[] = [];
  for (const [index, kind] of setting.deployments.entries()) {
    const place = {
      ...home,
      ...(kind === "other-account" && { account: "444455556666" }),
      ...(kind === "other-region" && { region: "eu-west-1" }),
    };
    const neighbour = kind === "other-namespace" ? made[0] : undefined;
    const secrets = neighbour?.secrets ?? new Secrets(place);
    const buses = neighbour?.buses ?? new EventBuses(place);
    const { one } = setting.replicas ?? {};
    if (one !== undefined) secrets.replication.disable(REPLICAS.replicaRegions[0], one);
    if (setting.refusesBareSecrets) secrets.demand({ tags: Object.keys(NEW_SECRETS.tags), ownKey: true });
    made.push({
      index,
      kind,
      secrets,
      aws: secretsByHand(secrets),
      buses,
      config: parseConfig(documentOf(setting, kind)),
      layout: AS_SET,
    });
  }
  return made;
}

/** The age of one secret's entry in the list. It differs from call to call and from secret to secret. */
function lagOf(name: string, now: Date, { seed, indexLagMs = 0 }: Setting): number {
  const letters = [...name].map((letter) => letter.charCodeAt(0));
  return new Chance(seed, Math.floor(now.getTime() / MINUTE), ...letters).between(0, indexLagMs);
}

/** What the organization demands. */
const NEW_SECRETS = {
  kmsKeyArn: "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-4000-8000-000000000000",
  tags: { "cost-center": "4711" },
};

const RESTRICTED = { resourcePolicy: READ_BY_ANOTHER_ACCOUNT };

const REPLICAS = { replicaRegions: ["eu-north-1", "eu-south-1"] } as const;

/** The rotation.config.json of a deployment. */
export function documentOf(setting: Setting, kind: DeploymentKind, layout = AS_SET): object {
  const { intervalMs, policy, applications, discovery } = setting;
  const { prefix, renew } = layout;
  const listed = applications.flatMap(({ tokens, access, found }, index) => {
    const mapped = [...tokens.keys()].flatMap((token) => {
      const { key, secretName } = mappingOf(setting, kind, layout, index, token) ?? {};
      return key === undefined ? [] : [[key, secretName]];
    });
    const id = applicationId(index);
    if (found !== undefined)
      return found.isOverridden || mapped.length > 0 ? [{ id, secrets: Object.fromEntries(mapped) }] : [];
    const secret = accessSecret(kind, index);
    const isByName = access === "managed" && renew === undefined;
    return [
      {
        id,
        accessToken: renew === true ? { secret, renew } : secret,
        secrets: Object.fromEntries([...mapped, ...(isByName ? [[accessName(kind), secret]] : [])]),
      },
    ];
  });
  return {
    schedule: `${intervalMs / MINUTE}m`,
    secretPrefix: prefix === "first" ? prefixOf(kind) : nextPrefixOf(kind),
    ...(prefix === "next-after-first" && { formerPrefixes: [prefixOf(kind)] }),
    policy,
    newSecrets: {
      ...(setting.refusesBareSecrets && NEW_SECRETS),
      ...(setting.replicas && REPLICAS),
      ...(setting.restrictsNewSecrets && RESTRICTED),
    },
    ...(listed.length > 0 && { applications: listed }),
    ...(discovery?.isFleet && { fleet: true }),
    ...(discovery && {
      discover: discovery.entries.map(({ renews, isShared = false, ...entry }, index) => {
        const secret = userSecret(kind, isShared ? 0 : index);
        return {
          ...entry,
          accessToken: renews !== undefined && kind === "home" ? { secret, renew: true } : secret,
        };
      }),
    }),
  };
}

function mappingOf(
  { applications }: Setting,
  kind: DeploymentKind,
  { mapped }: Layout,
  application: number,
  token: number,
): { readonly key: string; readonly secretName: string } | undefined {
  const place = `${application}/${token}`;
  if (mapped.has(place)) return mapped.get(place);
  const { name: key, isMapped } = applications[application]?.tokens[token] ?? { name: "nobody" };
  return isMapped ? { key, secretName: mappedName(kind, application, key) } : undefined;
}

/** Each token has a different set of rights, so that a mix-up is visible. The second set doesn't allow the probe. */
function scopeOf(token: number): readonly string[] {
  const scopes = [["application.get"], ["devices.get", "data.lastValueQuery"], ["all.Application.read"]];
  return scopes[token % scopes.length] ?? [];
}
