import { Console } from "node:console";
import { Writable } from "node:stream";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { eventBridgeBus, eventBridgeClient } from "../../lambda/adapters/aws/event-bridge.ts";
import { secretsManagerClient, secretsManagerStore } from "../../lambda/adapters/aws/secrets-manager.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import { Redacted } from "../../lambda/model/redacted.ts";
import type { Reply } from "../support/http.ts";
import { awsAnswering, awsRefusal } from "./aws-bench.ts";
import {
  ACCESS_TOKEN,
  bench,
  FakeCredentials,
  failure,
  ISSUED_TOKEN,
  ORDER,
  TOKEN,
  tokenBody,
} from "./losant-bench.ts";
import { PATIENCE_MS } from "./patience.ts";
import { ARN, LABEL, NAME, STORE_CALLS, VERSION } from "./store-calls.ts";

/** All the ways in which a program can print an error or a value. */
function shownWays(value: unknown): readonly string[] {
  const error = value instanceof Error ? [value.message, value.stack ?? "", String(value.cause)] : [];
  return [
    ...error,
    String(value),
    JSON.stringify(value) ?? "",
    inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
    JSON.stringify(Object.getOwnPropertyDescriptors(value)),
  ];
}

function expectNoLeak(error: unknown, ...planted: readonly string[]): void {
  expect(error).toBeInstanceOf(RotationError);
  expect((error as RotationError).cause).toBeUndefined();
  for (const shown of shownWays(error)) for (const secret of planted) expect(shown).not.toContain(secret);
}

/** Answers that repeat both strings in every place where a faulty service could put them. */
const echo = `you sent ${ACCESS_TOKEN} and got "${ISSUED_TOKEN}"`;
const echoed = {
  type: ISSUED_TOKEN,
  message: echo,
  token: ISSUED_TOKEN,
  __type: ACCESS_TOKEN,
  Message: echo,
};

const FAILURES: readonly (readonly [string, Reply])[] = [
  ["a dropped connection", "drop"],
  ["no answer in time", "hang"],
  ["an answer that is cut off", "cut"],
  ["HTML", { status: 200, body: `<html>${echo}</html>` }],
  ["JSON of another kind", { status: 200, body: [echo, { token: ISSUED_TOKEN }] }],
  ["a damaged token", { status: 200, body: tokenBody(echo, { ...echoed, name: 5, scope: echo }) }],
  ["a damaged listing", { status: 200, body: { items: [{ ...tokenBody(), ...echoed, id: echo }] } }],
  [
    "a damaged description",
    { status: 200, body: { ARN: echo, Name: echo, VersionId: echo, VersionStages: echo } },
  ],
  ["damaged entries", { status: 200, body: { Entries: [{ ErrorCode: ACCESS_TOKEN, ErrorMessage: echo }] } }],
  ["a redirect", { status: 302, headers: { location: `/?${ACCESS_TOKEN}` } }],
  ...[400, 401, 403, 404, 408, 409, 418, 422, 429, 500, 503].map((status): readonly [string, Reply] => [
    `HTTP ${status} that quotes them`,
    { status, body: echoed },
  ]),
  ["HTTP 500 of HTML", { status: 500, body: `<html>${echo}</html>` }],
  ["HTTP 429 that names its time", { status: 429, headers: { "retry-after": "3600" }, body: echoed }],
];

describe.each(FAILURES)("%s shows neither the access token nor an issued string", (_, reply) => {
  test.each(["list", "get", "create", "deactivate", "delete"] as const)(
    "from Losant, to %s",
    async (does) => {
      const { api } = await bench(() => reply, {
        credentials: new FakeCredentials([ACCESS_TOKEN]),
        limits: { readRetries: 1, maxPages: 2 },
      });
      const calls = {
        list: () => api.list(),
        get: () => api.get(TOKEN),
        create: () => api.create(ORDER),
        deactivate: () => api.deactivate(TOKEN),
        delete: () => api.delete(TOKEN),
      } as const;
      const outcome = await calls[does]().then(
        () => undefined,
        (error: unknown) => error,
      );
      // Some of these answers are valid for some of the calls.
      if (outcome !== undefined) expectNoLeak(outcome, ACCESS_TOKEN, ISSUED_TOKEN);
      else expect(["get", "deactivate", "delete"]).toContain(does);
    },
  );

  test("from Losant, to a probe", async () => {
    const { api } = await bench(() => reply);
    const said = await api
      .probe(new Redacted(ISSUED_TOKEN), ["all.Application"])
      .catch((error: unknown) => error);
    if (typeof said === "string") expect(["accepted", "rejected", "unclear"]).toContain(said);
    else expectNoLeak(said, ACCESS_TOKEN, ISSUED_TOKEN);
  });

  test("from Secrets Manager", async () => {
    await awsAnswering(() => reply);
    const store = secretsManagerStore(secretsManagerClient(), {
      callTimeoutMs: PATIENCE_MS,
      firstPauseMs: 1,
    });
    const calls = [
      ...Object.values(STORE_CALLS).map(({ call }) =>
        call(store, new Redacted(JSON.stringify({ token: ISSUED_TOKEN }))),
      ),
      store.stage(ARN, VERSION, new Redacted(ISSUED_TOKEN), LABEL),
    ];
    for (const call of calls.map(failure)) expectNoLeak(await call, ACCESS_TOKEN, ISSUED_TOKEN);
  });

  test("from EventBridge", async () => {
    await awsAnswering(() => reply);
    const limits = { callTimeoutMs: PATIENCE_MS, firstPauseMs: 1, attempts: 2 };
    const bus = eventBridgeBus(eventBridgeClient(), { busName: "my-bus", limits });
    const event = {
      detailType: "Losant API Token Orphan Discarded",
      resources: [ARN],
      detail: {
        schemaVersion: "1",
        runId: "run",
        trigger: "manual",
        key: "k",
        applicationId: "a",
        tokenId: "t",
        reason: "orphan",
        step: "deleted",
      },
    } as const;
    expectNoLeak(await failure(bus.publish(event)), ACCESS_TOKEN, ISSUED_TOKEN);
  });
});

describe("a string in pieces", () => {
  const pieces = (string: string, width: number) =>
    string.match(new RegExp(`.{1,${width}}`, "g"))?.join("\n") ?? "";

  test.each([5, 10, 30])("is not shown where a refusal wraps it at %i characters", async (width) => {
    const { api } = await bench((_, index) => {
      if (index === 0) return { status: 201, body: tokenBody(TOKEN, { token: ISSUED_TOKEN }) };
      const message = `${pieces(ACCESS_TOKEN, width)} may not do this to ${pieces(ISSUED_TOKEN, width)}`;
      return { status: 400, body: { type: "Refused", message } };
    });
    const { string } = await api.create(ORDER);
    const { message } = await failure(api.delete(TOKEN));
    expect(message).toContain("Refused: …");
    const shown = message.replace(/\W/g, "");
    for (const secret of [ACCESS_TOKEN, string.reveal()].map((one) => one.replace(/\W/g, "")))
      for (let at = 0; at + 12 <= secret.length; at += 1)
        expect(shown).not.toContain(secret.slice(at, at + 12));
  });
});

describe("a token too short to look like one", () => {
  test("is not shown where Secrets Manager quotes the value it was given", async () => {
    await awsAnswering(() => awsRefusal("InvalidParameterException", 400, "bad value: hush-hush, really"));
    const store = secretsManagerStore(secretsManagerClient());
    for (const value of ["hush-hush", '{"token": "hush-hush"}']) {
      const error = await failure(store.stage(ARN, VERSION, new Redacted(value), LABEL));
      expect(error.message).toContain("bad value");
      expectNoLeak(error, "hush-hush");
    }
  });

  test("is not shown where Losant quotes one that it issued before", async () => {
    const { api } = await bench((_, index) =>
      index === 0
        ? { status: 201, body: tokenBody(TOKEN, { token: "hush-hush" }) }
        : { status: 400, body: { message: "what about hush-hush?" } },
    );
    await api.create(ORDER);
    const error = await failure(api.delete(TOKEN));
    expect(error.message).toContain("what about");
    expectNoLeak(error, "hush-hush");
  });

  test("is not shown where the secret with the access token holds something else", async () => {
    for (const SecretString of ['{"Token":"hush-hush"}', "hush-hush hush", '{"token":"hush-hush']) {
      await awsAnswering(() => ({ status: 200, body: { ARN, SecretString } }));
      const store = secretsManagerStore(secretsManagerClient());
      expectNoLeak(await failure(store.read(NAME, "AWSCURRENT")), "hush-hush");
    }
  });

  test("is not shown where no header can hold it", async () => {
    const { api } = await bench(() => "drop", { credentials: new FakeCredentials(["hush-hush\nhush"]) });
    expectNoLeak(await failure(api.list()), "hush-hush");
  });

  test("is not shown where Losant rejects it", async () => {
    const { api } = await bench(() => ({ status: 401, body: { message: "hush-hush is no token" } }), {
      credentials: new FakeCredentials(["hush-hush"]),
    });
    expectNoLeak(await failure(api.list()), "hush-hush");
  });
});

describe("a redacted string", () => {
  const hidden = new Redacted(ISSUED_TOKEN);

  test("is not shown by any way of showing it, alone or inside something else", () => {
    for (const value of [hidden, { hidden }, [hidden], new Map([["hidden", hidden]]), { ...hidden }])
      for (const shown of shownWays(value)) expect(shown).not.toContain(ISSUED_TOKEN);
    expect(`${hidden} ${String(hidden)} ${`${hidden}`.concat()}`).not.toContain(ISSUED_TOKEN);
    expect(Object.entries(hidden)).toEqual([]);
    expect(inspect(structuredClone(hidden))).not.toContain(ISSUED_TOKEN);
  });

  test("is not shown on the console", () => {
    const lines: string[] = [];
    const stdout = new Writable({
      write(chunk, _, done) {
        lines.push(String(chunk));
        done();
      },
    });
    new Console({ stdout }).log(hidden, { hidden }, `${hidden}`, "%s %o %j", hidden, hidden, hidden);
    expect(lines.join("")).toContain("[redacted]");
    expect(lines.join("")).not.toContain(ISSUED_TOKEN);
  });

  test("gives itself only to whoever asks for it, and knows its equal", () => {
    expect(hidden.reveal()).toBe(ISSUED_TOKEN);
    expect(hidden.equals(new Redacted(ISSUED_TOKEN))).toBe(true);
    expect(hidden.equals(new Redacted(ACCESS_TOKEN))).toBe(false);
  });
});
