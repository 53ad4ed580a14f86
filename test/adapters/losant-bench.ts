import { type AddressInfo, createServer, type Socket } from "node:net";
import * as v from "valibot";
import { onTestFinished } from "vitest";
import type { LosantLimits } from "../../lambda/adapters/losant/limits.ts";
import { markerKeyOf } from "../../lambda/adapters/losant/marker-key.ts";
import { losantTokenApi } from "../../lambda/adapters/losant/token-api.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import type { Intent } from "../../lambda/model/marker.ts";
import { Redacted } from "../../lambda/model/redacted.ts";

import { SecretArn, SecretName, type VersionId } from "../../lambda/model/secret.ts";
import { ApplicationId, RunId, TokenId } from "../../lambda/model/token.ts";
import type { AccessTokenReader, ListingRoom, Login, TokenApi, TokenOrder } from "../../lambda/ports.ts";

import { type Reply, type ScriptedServer, type SeenRequest, scripted } from "../support/http.ts";
import { holdPatience, PATIENCE_MS, runOutOfPatience } from "./patience.ts";

export const APPLICATION = v.parse(ApplicationId, "575ec8687ae143cd83dc4a97");
export const ACCESS_SECRET = v.parse(SecretName, `losant-access/${APPLICATION}`);
export const ACCESS_ARN = v.parse(
  SecretArn,
  `arn:aws:secretsmanager:us-east-1:111122223333:secret:${ACCESS_SECRET}-AbCdEf`,
);
export const SECRET_PREFIX = "losant";
export const ACCESS_TOKEN = "eyJhbGciOiJIUzI1NiJ9.planted-access-token.AAAABBBBCCCCDDDD";
export const ISSUED_TOKEN = "eyJhbGciOiJIUzI1NiJ9.planted-issued-token.EEEEFFFFGGGGHHHH";
export const TOKEN = v.parse(TokenId, "575ed71e7ae143cd83dc4aa9");

/** Like the real limits, but shorter. */
export const QUICK: Partial<LosantLimits> = {
  readTimeoutMs: PATIENCE_MS,
  writeTimeoutMs: PATIENCE_MS,
  createTimeoutMs: PATIENCE_MS,
  probeTimeoutMs: PATIENCE_MS,
  firstPauseMs: 1,
  longestPauseMs: 2,
};

export const INTENT: Intent = {
  replacedId: TOKEN,
  secretArn: v.parse(
    SecretArn,
    `arn:aws:secretsmanager:us-east-1:111122223333:secret:losant/${APPLICATION}/My_API_Token-AbCdEf`,
  ),
  run: v.parse(RunId, "this-run"),
  orderedAt: new Date("2029-01-01T00:00:00.000Z"),
  expiresAt: new Date("2030-01-01T00:00:00.000Z"),
};

export const ORDER: TokenOrder = {
  name: "My API Token",
  description: "for the backend",
  intent: INTENT,
  scope: ["data.get"],
  status: "active",
  expiresAt: new Date("2030-01-01T00:00:00.000Z"),
};

/** The key that verifies markers signed with this access token. */
export const keyOf = (accessToken: string) =>
  markerKeyOf(new Redacted(accessToken), ACCESS_ARN, SECRET_PREFIX);

export const tokenBody = (id: string = TOKEN, rest: object = {}) => ({
  id,
  apiTokenId: id,
  ownerId: APPLICATION,
  ownerType: "application",
  creatorId: APPLICATION,
  creatorType: "apiToken",
  name: "My API Token",
  description: "for the backend",
  creationDate: "2029-01-01T00:00:00.000Z",
  expirationDate: "2030-01-01T00:00:00.000Z",
  scope: ["data.get"],
  status: "active",
  ...rest,
});

export const idOf = (number: number) => number.toString(16).padStart(24, "0");

/** An access token's secret: what each stage holds, or what each read in turn returns; undefined: no such stage. */
export class FakeCredentials implements AccessTokenReader {
  readonly reads: Login["stage"][] = [];
  /** What the secret's versions hold, newest first; undefined: no token. */
  kept: ReadonlyMap<VersionId, string | RotationError | undefined> = new Map();
  readonly readVersions: VersionId[] = [];
  readonly #stages: Readonly<Record<Login["stage"], readonly (string | RotationError | undefined)[]>>;

  constructor(current: readonly (string | RotationError | undefined)[], previous?: string) {
    this.#stages = { AWSCURRENT: current, AWSPREVIOUS: [previous] };
  }

  async read(_: unknown, stage: Login["stage"]) {
    const values = this.#stages[stage];
    const made = this.reads.filter((read) => read === stage).length;
    this.reads.push(stage);
    const value = values[Math.min(made, values.length - 1)];
    if (value instanceof RotationError) throw value;
    return value === undefined ? undefined : { arn: ACCESS_ARN, token: new Redacted(value) };
  }

  async versions() {
    return [...this.kept.keys()];
  }

  async readVersion(_: unknown, version: VersionId) {
    this.readVersions.push(version);
    const value = this.kept.get(version);
    if (value instanceof RotationError) throw value;
    return value === undefined ? undefined : new Redacted(value);
  }
}

export interface Bench {
  readonly api: TokenApi;
  readonly server: ScriptedServer;
  readonly credentials: FakeCredentials;
}

/** The adapter with a server that gives the answers of the test. Both are closed after the test. */
export async function bench(
  answer: (request: SeenRequest, index: number) => Reply,
  {
    credentials = new FakeCredentials([ACCESS_TOKEN]),
    limits = {},
    room,
  }: {
    readonly credentials?: FakeCredentials;
    readonly limits?: Partial<LosantLimits>;
    readonly room?: ListingRoom;
  } = {},
): Promise<Bench> {
  holdPatience();
  const server = await scripted(answer, runOutOfPatience);
  onTestFinished(() => server.close());
  return { server, credentials, api: apiAt(server.url, credentials, limits, room) };
}

export function apiAt(
  baseUrl: string,
  credentials: AccessTokenReader,
  limits: Partial<LosantLimits> = {},
  room?: ListingRoom,
): TokenApi {
  const application = { id: APPLICATION, accessToken: ACCESS_SECRET };
  const options = {
    baseUrl,
    application,
    credentials,
    secretPrefix: SECRET_PREFIX,
    limits: { ...QUICK, ...limits },
  };
  return losantTokenApi(room === undefined ? options : { ...options, room });
}

/** Runs after the test, also if it fails. */
export const whenDone = (close: () => void) => onTestFinished(close);

/** A server that writes the answer of the test when a whole request has arrived. `requests` counts them. */
export async function raw(
  respond: (socket: Socket, request: number) => void,
  limits: Partial<LosantLimits> = {},
): Promise<{ readonly api: TokenApi; readonly requests: () => number }> {
  let requests = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    let read = "";
    socket.on("data", (chunk) => {
      read += chunk;
      const [head = "", body = ""] = read.split("\r\n\r\n", 2);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (!read.includes("\r\n\r\n") || Buffer.byteLength(body) < length) return;
      read = "";
      respond(socket, requests++);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  whenDone(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { api: apiAt(url, new FakeCredentials([ACCESS_TOKEN]), limits), requests: () => requests };
}

/** The error of a call. A call that succeeds fails the test. */
export async function failure(call: Promise<unknown>): Promise<RotationError> {
  const error = await call.then(
    () => new Error("it succeeded"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof RotationError) return error;
  throw error;
}
