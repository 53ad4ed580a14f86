import * as v from "valibot";
import { secretsConsole as secretsByHand } from "../../emulators/aws/console.ts";
import { EventBuses } from "../../emulators/aws/events.ts";
import { type SecretSettings, Secrets } from "../../emulators/aws/secrets.ts";
import { AWS_DEFAULTS } from "../../emulators/aws/server.ts";
import { losantConsole as losantByHand, type TokenSeed } from "../../emulators/losant/console.ts";
import { Applications, countedIds, type StoreSettings } from "../../emulators/losant/store.ts";
import type { RotationEvent } from "../../lambda/model/events.ts";
import { RunId } from "../../lambda/model/token.ts";
import { parseConfig } from "../../lambda/policy/config.ts";
import { parseRequest } from "../../lambda/policy/request.ts";
import type { Clock, ListingRoom, LogFields } from "../../lambda/ports.ts";
import { type RunResult, run } from "../../lambda/run/run.ts";
import type { RunWatch } from "../../lambda/run/watch.ts";
import { VirtualClock } from "./clock.ts";
import {
  type Intercept,
  inMemoryBus,
  inMemoryDirectory,
  inMemoryStore,
  inMemoryTokenApi,
  type Surroundings,
  untouched,
} from "./ports.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const START = new Date("2026-01-01T00:00:00.000Z");
export const APP = "575ec8687ae143cd83dc4a97";

export interface WorldOptions {
  readonly settings?: Partial<SecretSettings>;
  readonly losant?: Partial<StoreSettings>;
  /** Keys of rotation.config.json that override or extend the default; see `World.config`. */
  readonly config?: Record<string, unknown>;
  readonly policy?: Record<string, unknown>;
  readonly secrets?: Record<string, string>;
  readonly applications?: readonly string[];
  /** The source of Losant's ids, for a world that gets tokens of another world. */
  readonly ids?: () => string;
}

/**
 * Losant, Secrets Manager and EventBridge in memory and in virtual time: the same models that the HTTP emulators
 * serve, behind the same ports that the adapters implement.
 */
export class World {
  readonly clock = new VirtualClock(START);
  readonly applications: Applications;
  readonly losant: ReturnType<typeof losantByHand>;
  readonly secrets: Secrets;
  readonly aws: ReturnType<typeof secretsByHand>;
  readonly buses: EventBuses;
  readonly log: { readonly level: string; readonly message: string; readonly fields: LogFields }[] = [];
  config: Record<string, unknown>;
  /** By the id of a token: what is wrong with its entry in Losant's list. */
  readonly odd = new Map<string, string>();
  /** The ids of tokens that the list leaves out, although it counts them. */
  readonly skipped = new Set<string>();
  /** What Losant's list of applications shows instead of the real one. */
  listedAs: Surroundings["listedAs"];
  #runs = 0;

  constructor({
    settings,
    losant,
    config,
    policy,
    secrets,
    applications = [APP],
    ids = countedIds(),
  }: WorldOptions = {}) {
    const now = () => this.clock.now();
    const aws = { ...AWS_DEFAULTS, now, ...settings };
    this.applications = new Applications(now, ids, losant);
    this.losant = losantByHand(this.applications);
    this.secrets = new Secrets(aws);
    this.aws = secretsByHand(this.secrets);
    this.buses = new EventBuses(aws);
    this.config = {
      policy: policy ?? {},
      applications: applications.map((id) => ({
        id,
        accessToken: `losant-access/${id}`,
        secrets: secrets ?? {},
      })),
      ...config,
    };
    for (const id of applications) {
      this.losant.addApplication({ id });
      // The tests aren't about this token: it never expires, and is reported as such.
      const { token } = this.losant.addToken(id, { name: "rotation worker", creationDate: START });
      this.aws.putSecret(`losant-access/${id}`, token);
    }
  }

  /** A token that a person created `age` ago, and that lives for `lifetime`. */
  token(
    name: string,
    { age = 0, lifetime, ...seed }: Partial<TokenSeed> & { age?: number; lifetime?: number } = {},
    app = APP,
  ) {
    const creationDate = new Date(this.clock.now().getTime() - age);
    const dates =
      lifetime === undefined ? {} : { expirationDate: new Date(creationDate.getTime() + lifetime) };
    return this.losant.addToken(app, { name, creationDate, scope: ["application.get"], ...dates, ...seed });
  }

  /** One run of the worker, to its end. */
  async run(event: object = { trigger: "schedule" }, options: RunOptions = {}): Promise<RunResult> {
    return this.clock.run(this.start(event, options));
  }

  start(
    event: object,
    {
      intercept = untouched,
      runId = `run-${++this.#runs}`,
      budgetMs = 15 * MINUTE,
      skewMs = 0,
      whileListing,
      watch,
    }: RunOptions = {},
  ) {
    const ports = {
      clock: this.clock,
      intercept,
      problemOf: (id: string) => this.odd.get(id),
      isSkipped: (id: string) => this.skipped.has(id),
      ...(this.listedAs && { listedAs: this.listedAs }),
    };
    const config = parseConfig(this.config);
    const clock: Clock = {
      now: () => new Date(this.clock.now().getTime() + skewMs),
      sleep: (ms) => this.clock.sleep(ms),
    };
    const store = inMemoryStore(this.secrets, ports);
    return run(parseRequest(event), {
      config,
      runId: v.parse(RunId, runId),
      deadline: new Date(clock.now().getTime() + budgetMs),
      clock,
      log: {
        info: (message, fields = {}) => void this.log.push({ level: "info", message, fields }),
        warn: (message, fields = {}) => void this.log.push({ level: "warn", message, fields }),
        error: (message, fields = {}) => void this.log.push({ level: "error", message, fields }),
      },
      store,
      watch,
      bus: inMemoryBus(this.buses, ports),
      losant: ({ credentials, inTurn }) => ({
        directoryOf: (entry) =>
          inMemoryDirectory(this.applications, entry, credentials, { ...ports, inTurn }),
        connect: (application, room) => {
          const { secretPrefix } = config;
          const around = { ...ports, inTurn };
          const api = inMemoryTokenApi(this.applications, application, secretPrefix, credentials, around);
          if (whileListing === undefined) return api;
          return { ...api, list: () => api.list().finally(() => whileListing(application.id, room)) };
        },
      }),
    });
  }

  get events(): readonly (RotationEvent & { readonly detail: Record<string, unknown> })[] {
    return this.buses.accepted.map(({ DetailType, Detail, Resources }) => ({
      detailType: DetailType,
      resources: Resources,
      detail: JSON.parse(Detail),
    })) as never;
  }

  /** The token string that a consumer of this secret reads now. */
  stringIn(secretName: string, stage?: string): string | undefined {
    const value = this.aws.value(secretName, stage);
    return value?.startsWith("{") ? JSON.parse(value).token : value;
  }

  secretOf(name: string, app = APP): string {
    return `losant/${app}/${name}`;
  }
}

export interface RunOptions {
  readonly intercept?: Intercept;
  readonly runId?: string;
  readonly budgetMs?: number;
  /** How far the clock of this run is ahead. */
  readonly skewMs?: number;
  /** Is called with the room for a list before the list is answered. */
  readonly whileListing?: (applicationId: string, room: ListingRoom) => Promise<void>;
  readonly watch?: RunWatch;
}

/** A service that caches what it read, like most services. */
export class Consumer {
  #held: { readonly string: string; readonly until: number } | undefined;
  readonly #world: World;
  readonly #secretName: string;
  readonly #cacheMs: number;

  constructor(world: World, secretName: string, cacheMs: number) {
    this.#world = world;
    this.#secretName = secretName;
    this.#cacheMs = cacheMs;
  }

  /** Whether Losant refuses the string that it uses now. It reads the secret again when its cache has expired. */
  isBroken(): boolean {
    const now = this.#world.clock.now().getTime();
    if (this.#held === undefined || now >= this.#held.until) {
      const string = this.#world.stringIn(this.#secretName);
      this.#held = string === undefined ? undefined : { string, until: now + this.#cacheMs };
    }
    return this.#held !== undefined && !this.#world.losant.accepts(this.#held.string);
  }
}

/** A world whose worker renews its own access token, `access token`, which is due. */
export function withAccessTokenDue() {
  const secret = `losant-access/${APP}`;
  const world = new World({ secrets: { "access token": secret } });
  const access = world.token("access token", {
    age: 350 * DAY,
    lifetime: 365 * DAY,
    scope: ["all.Application"],
  });
  world.aws.putSecret(secret, access.token);
  return { world, access };
}
