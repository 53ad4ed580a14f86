import * as v from "valibot";
import type { Secrets } from "../../emulators/aws/secrets.ts";
import type { Secret } from "../../emulators/aws/versions.ts";
import type { StoredToken } from "../../emulators/losant/store.ts";
import type { UserToken } from "../../emulators/losant/users.ts";
import { TokenId } from "../../lambda/model/token.ts";
import type { Call } from "../support/ports.ts";
import { onCurrent, onIssued } from "./promises/beginnings.ts";
import { checkFound } from "./promises/directories.ts";
import { onEnded, onSuperseded } from "./promises/ends.ts";
import { onSecretChanged } from "./promises/secrets.ts";
import { checkUserToken } from "./promises/users.ts";
import { onEvent } from "./promises/words.ts";
import {
  type Actor,
  currentReign,
  Deeds,
  dayOf,
  type Evidence,
  isAlive,
  type SecretRecord,
  type TokenRecord,
} from "./records.ts";
import type { Services } from "./services.ts";
import type { Told } from "./told.ts";
import type { Worker } from "./worker.ts";

export interface Violation {
  readonly promise: string;
  readonly what: string;
  readonly atMs: number;
}

/** Records what really happens to tokens and secrets and who does it, and checks each change against the promises. */
export class Chronicle implements Evidence {
  readonly services: Services;
  readonly tokens = new Map<string, TokenRecord>();
  readonly secrets = new Map<string, SecretRecord>();
  readonly violations: Violation[] = [];
  readonly troubles: { readonly fromMs: number; readonly toMs: number }[] = [];
  readonly cleanRuns: Worker[] = [];
  readonly warnings: Told[] = [];
  readonly told = new Map<string, readonly number[]>();
  readonly news = new Map<string, readonly number[]>();
  movedByPeopleMs = Number.NEGATIVE_INFINITY;
  readonly tampering = new Map<string, Deeds>();
  readonly #stores: readonly Secrets[];
  readonly #states = new Map<string, StoredToken | UserToken>();
  readonly #eventCounts: number[];
  readonly #prefixes: { readonly deployment: number; readonly prefix: string; readonly untilMs: number }[] =
    [];

  constructor(services: Services) {
    this.services = services;
    this.#stores = [...new Set(services.deployments.map(({ secrets }) => secrets))];
    this.#eventCounts = services.deployments.map(() => 0);
    this.note("person");
  }

  get nowMs(): number {
    return this.services.timeline.ms;
  }

  broken(promise: string, what: string): void {
    this.violations.push({ promise, what, atMs: this.nowMs });
  }

  trouble(recoveryMs = 0): void {
    this.troubles.push({ fromMs: this.nowMs, toMs: this.nowMs + recoveryMs });
  }

  token(id: string | undefined): TokenRecord | undefined {
    return id === undefined ? undefined : this.tokens.get(id);
  }

  secretRecord(store: Secrets, name: string): SecretRecord | undefined {
    return this.secrets.get(`${this.#stores.indexOf(store)}/${name}`);
  }

  tamperedBy(store: Secrets, name: string): Deeds {
    const key = `${this.#stores.indexOf(store)}/${name}`;
    const known = this.tampering.get(key) ?? new Deeds(() => this.nowMs);
    this.tampering.set(key, known);
    return known;
  }

  /**
   * All secrets that a deployment has or would have. Includes secrets named by an id, or by a name that people chose.
   */
  secretNamesOf(deployment: number): readonly string[] {
    const { secrets } = this.services.deploymentAt(deployment);
    const kept = [...this.secrets.values()].filter(({ store }) => store === secrets);
    return [...this.services.secretNamesOf(deployment), ...kept.map(({ name }) => name)];
  }

  /**
   * Names decide where the successor of a root is stored, and which tokens are its rivals. A token stored in one of the
   * worker's versions stays where it is.
   */
  tamperedRoots(deployment: number, how: string): void {
    const { secrets } = this.services.deploymentAt(deployment);
    for (const name of this.secretNamesOf(deployment)) {
      const record = this.secretRecord(secrets, name);
      const reign = record && currentReign(record);
      if (reign === undefined || reign.by === "person") this.tamperedBy(secrets, name).add(how);
    }
  }

  /** Call this right after any action. */
  note(by: Actor, call?: Call): void {
    this.#noteSecrets(by);
    for (const { replication } of this.#stores)
      for (const name of replication.hanging) {
        if (by !== "person" && by.isClean)
          this.broken("replicas", `${name} was changed while a replica lacked the last change`);
        // Two runs at once can't see each other's next change. A person asks AWS to mend it.
        else replication.hang(name, false);
      }
    this.#noteTokens(by, call);
    if (by !== "person" && call?.operation === "publish") this.#noteEvents(by);
    if (by !== "person" && this.services.setting.discovery !== undefined) this.services.reach.noteAccess();
  }

  /** A consumer read a version. */
  noteRead({ name }: Secret, versionId: string, store: Secrets): void {
    const reads = this.secretRecord(store, name)?.reads ?? [];
    const last = reads.findLast((read) => read.versionId === versionId);
    if (last !== undefined && dayOf(last.atMs) === dayOf(this.nowMs)) return;
    reads.push({ versionId, atMs: this.nowMs });
  }

  /** Something edited the tags of a secret. */
  noteTagged({ name }: Secret, store: Secrets): void {
    const record = this.secretRecord(store, name);
    if (record !== undefined) record.taggedMs = this.nowMs;
    this.note("person");
  }

  #noteTokens(by: Actor, call: Call | undefined): void {
    for (const { tokens } of this.#holders()) {
      for (const token of tokens.values()) {
        const before = this.#states.get(token.id);
        if (before === token) continue;
        this.#states.set(token.id, token);
        if (by !== "person" && call?.operation === "create" && before === undefined)
          by.issued.set(call, v.parse(TokenId, token.id));
        const record = this.tokens.get(token.id) ?? this.#born(token, by);
        this.#touched(record, by);
        record.name = token.name;
        if ("cap" in token) record.caps.push({ sinceMs: this.nowMs, text: JSON.stringify(token.cap) });
        // A person may have deactivated it before.
        if (by !== "person" && call?.operation === "deactivate" && call.subject === token.id)
          record.deactivatedMs ??= this.nowMs;
        if (token.status === "inactive" && !record.isInactive) {
          record.isInactive = true;
          if (by !== "person") record.deactivatedMs = this.nowMs;
          this.#end(record, by, "deactivated", call);
        }
      }
    }
    for (const record of this.tokens.values()) {
      const isListed = this.#holderOf(record)?.tokens.has(record.id);
      if (isListed || !this.#states.has(record.id)) continue;
      this.#states.delete(record.id);
      record.isDeleted = true;
      record.deletedMs = this.nowMs;
      this.#touched(record, by);
      this.#end(record, by, "deleted", call);
    }
  }

  #holderOf({ applicationId }: TokenRecord) {
    const { applications } = this.services;
    return applications.find(applicationId) ?? applications.users.user(applicationId);
  }

  #touched(token: TokenRecord, by: Actor): void {
    if (by === "person" || this.services.setting.discovery === undefined) return;
    checkUserToken(this, token, by);
    const { id: tokenId, applicationId } = token;
    const application = this.services
      .applicationsOf(by.deployment.index)
      .findIndex(({ id }) => id === applicationId);
    checkFound(this, application, by, `token ${tokenId}`);
  }

  #touchedSecret(name: string, by: Worker): void {
    const { setting } = this.services;
    if (setting.discovery === undefined) return;
    const applications = this.services.applicationsOf(by.deployment.index);
    for (const [application, { id, secrets }] of applications.entries())
      if (name.includes(`/${id}/`) || [...secrets.values()].some((one) => one === name))
        checkFound(this, application, by, `secret ${name}`);
  }

  /** Everything that has tokens. */
  #holders(): readonly { readonly tokens: ReadonlyMap<string, StoredToken | UserToken> }[] {
    const { applications, setting } = this.services;
    return setting.discovery === undefined
      ? applications.all()
      : [...applications.all(), ...applications.users.users()];
  }

  #born(token: StoredToken | UserToken, by: Actor): TokenRecord {
    const [, replacedId, secretArn] =
      /replaces=([a-f\d]{24}) secret=(\S+) /.exec(token.description ?? "") ?? [];
    const record: TokenRecord = {
      id: token.id,
      applicationId: ownerOf(token),
      bornMs: token.creationDate.getTime(),
      expiresMs: token.expirationDate?.getTime() ?? Number.POSITIVE_INFINITY,
      scope: new Set(token.scope),
      maker: by,
      replacedId: by === "person" ? undefined : replacedId,
      secretArn: by === "person" ? undefined : secretArn,
      firstName: token.name,
      name: token.name,
      isInactive: false,
      isDeleted: false,
      deletedMs: undefined,
      ending: undefined,
      reigns: [],
      isStored: false,
      isUnmarked: false,
      isRenamed: false,
      cloned: undefined,
      signers: by === "person" ? [] : this.#signersOf(token, by),
      secretPrefix: by === "person" ? undefined : this.#prefixOf(by),
      deactivatedMs: undefined,
      chances: 0,
      caps: [],
    };
    this.tokens.set(token.id, record);
    if (token.description?.includes("eyJ")) this.broken("secrecy", `a token string in what ${token.id} says`);
    if (by !== "person") onIssued(this, record, by);
    return record;
  }

  /** If Losant reports which access token made the token, only that one. */
  #signersOf(token: StoredToken | UserToken, by: Worker): readonly TokenRecord[] {
    const creator = this.token(token.creatorId);
    return creator === undefined ? this.#accessTokensOf(by, ownerOf(token)) : [creator];
  }

  /**
   * The access tokens that the worker may be logged in with: those that were current when it began, or became current
   * later.
   */
  #accessTokensOf({ deployment, startedMs }: Worker, ownerId: string): readonly TokenRecord[] {
    const names = this.services.accessSecretsOf(ownerId, deployment);
    const reigns = names.flatMap((name) => this.secretRecord(deployment.secrets, name)?.reigns ?? []);
    const held = reigns.flatMap((reign) =>
      reign.token === undefined ? [] : [{ ...reign, token: reign.token }],
    );
    // A token that somebody ended at the very moment of the request may have been used for it.
    const since = held.filter(({ toMs }) => (toMs ?? startedMs) >= startedMs);
    const accepted = held.filter(({ token }) => isAlive(token, this.nowMs));
    return (since.length > 0 ? since : accepted.slice(-1)).map(({ token }) => token);
  }

  /** Somebody deployed another configuration, or moved or destroyed a secret. */
  noteMove(): void {
    this.movedByPeopleMs = this.nowMs;
  }

  /** The deployment used this prefix for its names until now. */
  notePrefix(deployment: number, prefix: string): void {
    this.#prefixes.push({ deployment, prefix, untilMs: this.nowMs });
  }

  #prefixOf({ deployment: { index, config }, startedMs }: Worker): string {
    const before = this.#prefixes.find(
      ({ deployment, untilMs }) => deployment === index && startedMs <= untilMs,
    );
    return before?.prefix ?? config.secretPrefix;
  }

  #end(record: TokenRecord, by: Actor, how: "deactivated" | "deleted", call: Call | undefined): void {
    if (by !== "person" && call !== undefined) onEnded(this, record, by, how);
    record.ending ??= { atMs: this.nowMs, by };
  }

  #noteSecrets(by: Actor): void {
    for (const [index, store] of this.#stores.entries()) {
      this.#noteGone(store);
      for (const secret of store.all()) {
        const key = `${index}/${secret.name}`;
        let record = this.secrets.get(key);
        if (record?.last === secret) continue;
        if (record === undefined || record.arn !== secret.arn) {
          record = newSecret(store, secret, by, this.tamperedBy(store, secret.name));
          this.secrets.set(key, record);
          // Its run began before the configuration was changed.
          if (by !== "person" && !this.services.isConfigured(by.deployment.index, secret.name))
            this.tamperedBy(store, secret.name).add("moved");
        }
        if (by !== "person") {
          onSecretChanged(this, record, secret, by);
          this.#touchedSecret(secret.name, by);
        }
        record.last = secret;
        record.past.push({ sinceMs: this.nowMs, secret });
        this.#noteVersions(record, secret);
        this.#noteCurrent(record, secret, by);
      }
    }
  }

  #noteGone(store: Secrets): void {
    for (const record of this.secrets.values()) {
      if (record.store !== store || record.isGone || store.find(record.name)?.arn === record.arn) continue;
      record.isGone = true;
      record.past.push({ sinceMs: this.nowMs, secret: undefined });
      const reign = currentReign(record);
      if (reign !== undefined) reign.toMs = this.nowMs;
    }
  }

  #noteVersions(record: SecretRecord, { versions }: Secret): void {
    for (const { id, value } of versions) {
      if (record.versions.has(id)) continue;
      record.versions.add(id);
      const token = this.tokens.get(this.#tokenIn(value.data) ?? "");
      if (token !== undefined) token.isStored = true;
    }
  }

  #tokenIn(data: string): string | undefined {
    return this.services.applications.tokenIdOf(data.startsWith("{") ? JSON.parse(data).token : data);
  }

  #noteCurrent(record: SecretRecord, { labels, versions }: Secret, by: Actor): void {
    const versionId = labels.get("AWSCURRENT");
    const before = currentReign(record);
    if (versionId === undefined || versionId === before?.versionId) return;
    const value = versions.find(({ id }) => id === versionId)?.value.data ?? "";
    const token = this.#tokenOf(value);
    if (before !== undefined) {
      before.toMs = this.nowMs;
      before.wasOwed = before.token !== undefined && labels.has(`rotating-${before.token.id}`);
    }
    const reign = {
      secret: record,
      versionId,
      token,
      fromMs: this.nowMs,
      by,
      toMs: undefined,
      wasOwed: false,
    };
    record.reigns.push(reign);
    token?.reigns.push(reign);
    if (before !== undefined) onSuperseded(this, before);
    if (by !== "person") onCurrent(this, reign, before, by);
  }

  /** A string can be stored at the moment it is issued, so its token may have to be noted first. */
  #tokenOf(value: string): TokenRecord | undefined {
    const id = this.#tokenIn(value);
    if (id !== undefined && !this.tokens.has(id)) this.#noteTokens("person", undefined);
    const token = this.token(id);
    if (token !== undefined) token.isStored = true;
    return token;
  }

  #noteEvents(worker: Worker): void {
    const { buses, index } = worker.deployment;
    for (const event of buses.accepted.slice(this.#eventCounts[index])) onEvent(this, event, worker);
    for (const { buses: others, index: other } of this.services.deployments)
      this.#eventCounts[other] = others.accepted.length;
  }
}

const ownerOf = (token: StoredToken | UserToken) =>
  "applicationId" in token ? token.applicationId : token.userId;

function newSecret(store: Secrets, { name, arn }: Secret, maker: Actor, tamperedBy: Deeds): SecretRecord {
  return {
    store,
    name,
    arn,
    maker,
    last: undefined,
    versions: new Set(),
    reigns: [],
    announced: new Set(),
    reads: [],
    taggedMs: undefined,
    tamperedBy,
    movedTo: undefined,
    isGone: false,
    past: [],
  };
}
