import { describe, expect, test } from "vitest";
import { eventBridgeBus, eventBridgeClient } from "../../lambda/adapters/aws/event-bridge.ts";
import { batchLength, entryOf, MAX_BYTES, sizeOf } from "../../lambda/adapters/aws/event-bridge-entries.ts";
import { closedPort, type Reply, type SeenRequest } from "../support/http.ts";
import { awsAnswering, awsRefusal, anEvent as event, pointAws } from "./aws-bench.ts";
import { failure } from "./losant-bench.ts";
import { PATIENCE_MS } from "./patience.ts";
import { ARN } from "./store-calls.ts";

const QUICK = { callTimeoutMs: PATIENCE_MS, firstPauseMs: 1, attempts: 3, totalMs: 60_000 };

interface SentEntry {
  readonly Detail: string;
}
const entriesOf = ({ body }: SeenRequest) =>
  (JSON.parse(body) as { readonly Entries: readonly SentEntry[] }).Entries;
const keysOf = (request: SeenRequest) =>
  entriesOf(request).map(({ Detail }) => JSON.parse(Detail).key as string);

/** A bus whose answer for an entry may be an error code; `attempt` counts from 1 for each key. */
const accepting = (errorOf: (key: string, attempt: number) => string | undefined = () => undefined) => {
  const attempts = new Map<string, number>();
  return (request: SeenRequest): Reply => {
    const Entries = keysOf(request).map((key, index) => {
      const attempt = (attempts.get(key) ?? 0) + 1;
      attempts.set(key, attempt);
      const ErrorCode = errorOf(key, attempt);
      return ErrorCode === undefined ? { EventId: `id-${index}` } : { ErrorCode, ErrorMessage: "because" };
    });
    const FailedEntryCount = Entries.filter((entry) => "ErrorCode" in entry).length;
    return { status: 200, body: { FailedEntryCount, Entries } };
  };
};

async function busAnswering(answer: (request: SeenRequest, index: number) => Reply, options: object = {}) {
  const server = await awsAnswering(answer);
  return {
    server,
    bus: eventBridgeBus(eventBridgeClient(), { busName: "my-bus", limits: QUICK, ...options }),
  };
}

describe("publishing an event", () => {
  test("puts it on the bus as its rules match it", async () => {
    const { bus, server } = await busAnswering(accepting(), { now: () => new Date("2029-01-01T00:00:00Z") });
    await bus.publish(event("k"));
    expect(server.requests).toHaveLength(1);
    expect(JSON.parse(server.requests[0]?.body ?? "")).toEqual({
      Entries: [
        {
          Source: "losant.token-rotation",
          DetailType: "Losant API Token Orphan Discarded",
          Detail: JSON.stringify(event("k").detail),
          Resources: [ARN],
          EventBusName: "my-bus",
          Time: 1861920000,
        },
      ],
    });
  });

  test("shares calls of at most ten with whatever else is published meanwhile", async () => {
    const { bus, server } = await busAnswering(accepting());
    const keys = Array.from({ length: 23 }, (_, index) => `key-${index}`);
    await Promise.all(keys.map((key) => bus.publish(event(key))));
    expect(server.requests.map((request) => keysOf(request).length)).toEqual([10, 10, 3]);
    expect(server.requests.flatMap(keysOf)).toEqual(keys);
    await bus.publish(event("later"));
    expect(server.requests).toHaveLength(4);
  });

  test("sends no call of more than 256 KB", async () => {
    const { bus, server } = await busAnswering(accepting());
    const long = (letter: string) => event(letter.repeat(100_000));
    await Promise.all(["a", "b", "c", "d", "e"].map((letter) => bus.publish(long(letter))));
    expect(server.requests.map((request) => keysOf(request).length)).toEqual([2, 2, 1]);
  });

  test("refuses an event that is too large for any call, and sends the others", async () => {
    const { bus, server } = await busAnswering(accepting());
    const tooLarge = failure(bus.publish(event("x".repeat(MAX_BYTES))));
    await bus.publish(event("k"));
    expect(await tooLarge).toMatchObject({ code: "bus-refused" });
    expect(server.requests.flatMap(keysOf)).toEqual(["k"]);
  });

  test("sends an event that just fits, and none that is a byte longer", async () => {
    const { bus, server } = await busAnswering(accepting());
    const room = MAX_BYTES - sizeOf(entryOf(event(""), "my-bus", undefined));
    await bus.publish(event("x".repeat(room)));
    expect(await failure(bus.publish(event("x".repeat(room + 1))))).toMatchObject({ code: "bus-refused" });
    expect(server.requests).toHaveLength(1);
  });

  test("sends only those again that AWS says may pass, and tells each publisher its own outcome", async () => {
    const { bus, server } = await busAnswering(
      accepting((key, attempt) => {
        if (key === "internal" && attempt === 1) return "InternalFailure";
        if (key === "throttled" && attempt <= 2) return "ThrottlingException";
        if (key === "malformed") return "MalformedDetail";
        if (key === "denied") return "NotAuthorizedForSourceException";
        return undefined;
      }),
    );
    const outcomes = await Promise.all(
      ["good", "internal", "throttled", "malformed", "denied"].map((key) =>
        bus.publish(event(key)).then(
          () => "accepted",
          (error) => error.code,
        ),
      ),
    );
    expect(outcomes).toEqual(["accepted", "accepted", "accepted", "bus-refused", "bus-denied"]);
    expect(server.requests.map(keysOf)).toEqual([
      ["good", "internal", "throttled", "malformed", "denied"],
      ["internal", "throttled"],
      ["throttled"],
    ]);
  });

  test("gives up an entry that fails again and again", async () => {
    const { bus, server } = await busAnswering(accepting(() => "InternalFailure"));
    const error = await failure(bus.publish(event("k")));
    expect(error).toMatchObject({ code: "bus-unavailable", retryable: true });
    expect(error.message).toContain("my-bus");
    expect(server.requests).toHaveLength(3);
  });

  test.each<[string, Reply, string, number]>([
    ["throttling", awsRefusal("ThrottlingException"), "bus-unavailable", 3],
    ["HTTP 500", awsRefusal("InternalException", 500), "bus-unavailable", 3],
    ["a dropped connection", "drop", "bus-unreachable", 3],
    ["no answer in time", "hang", "bus-unreachable", 3],
    ["HTML", { status: 200, body: "<html></html>" }, "bus-unreachable", 1],
    ["an answer about nothing", { status: 200, body: {} }, "bus-unreachable", 1],
    ["an answer about too little", { status: 200, body: { Entries: [] } }, "bus-unreachable", 1],
    [
      "an answer about too much",
      { status: 200, body: { Entries: [{ EventId: "1" }, { EventId: "2" }] } },
      "bus-unreachable",
      1,
    ],
    ["an entry without an id", { status: 200, body: { Entries: [{}] } }, "bus-unavailable", 1],
    ["a missing permission", awsRefusal("AccessDeniedException"), "bus-denied", 1],
    ["expired keys", awsRefusal("ExpiredTokenException"), "bus-denied", 1],
    ["a missing bus", awsRefusal("ResourceNotFoundException"), "bus-refused", 1],
  ])("translates %s", async (_, reply, code, calls) => {
    const { bus, server } = await busAnswering(() => reply);
    const error = await failure(bus.publish(event("k")));
    expect(error.code).toBe(code);
    expect(error.message).toContain("my-bus");
    expect(server.requests).toHaveLength(calls);
  });

  test("sends nothing to a bus in another region, and to one in another account by its ARN", async () => {
    const inRegion = (region: string) => `arn:aws:events:${region}:444455556666:event-bus/central`;
    const far = await busAnswering(accepting(), { busName: inRegion("eu-west-1") });
    const error = await failure(far.bus.publish(event("k")));
    expect(error).toMatchObject({ code: "bus-refused", effect: "none" });
    expect(error.message).toContain("is in eu-west-1, but the worker is in us-east-1");
    expect(far.server.requests).toHaveLength(0);
    const near = await busAnswering(accepting(), { busName: inRegion("us-east-1") });
    await near.bus.publish(event("k"));
    expect(near.server.requests).toHaveLength(1);
  });

  test("recovers from a call that failed", async () => {
    const good = accepting();
    const { bus, server } = await busAnswering((request, index) => (index === 0 ? "drop" : good(request)));
    await bus.publish(event("k"));
    expect(server.requests).toHaveLength(2);
  });

  test("does not go on longer than its total time", async () => {
    const { bus, server } = await busAnswering(() => "drop", {
      limits: { ...QUICK, attempts: 100, firstPauseMs: 60_000, totalMs: 30_000 },
    });
    expect(await failure(bus.publish(event("k")))).toMatchObject({ code: "bus-unreachable" });
    expect(server.requests).toHaveLength(1);
  });

  test("goes on with later events after a batch was given up", async () => {
    pointAws(await closedPort());
    const bus = eventBridgeBus(eventBridgeClient(), { busName: "my-bus", limits: QUICK });
    for (const key of ["a", "b"])
      expect(await failure(bus.publish(event(key)))).toMatchObject({
        code: "bus-unreachable",
        effect: "none",
      });
  });
});

describe("the size of an entry", () => {
  test("is what the guide says: 14 for a time, and the UTF-8 of its texts", () => {
    expect(sizeOf({ Source: "ab", DetailType: "c", Detail: "ü", Resources: ["€", "x"] })).toBe(9);
    expect(sizeOf({ Time: new Date(0) })).toBe(14);
  });

  test("decides how many go together, at least one and at most ten", () => {
    expect(batchLength(Array.from({ length: 30 }, () => 1))).toBe(10);
    expect(batchLength([MAX_BYTES, 1])).toBe(1);
    expect(batchLength([MAX_BYTES - 1, 1])).toBe(2);
    expect(batchLength([MAX_BYTES - 1, 2])).toBe(1);
    expect(batchLength([])).toBe(0);
  });
});
