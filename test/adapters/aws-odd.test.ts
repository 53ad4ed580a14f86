import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { eventBridgeBus, eventBridgeClient } from "../../lambda/adapters/aws/event-bridge.ts";
import { secretsManagerClient, secretsManagerStore } from "../../lambda/adapters/aws/secrets-manager.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import type { RotationEvent } from "../../lambda/model/events.ts";
import { NO_DEMANDS } from "../../lambda/model/new-secrets.ts";
import { Redacted } from "../../lambda/model/redacted.ts";
import { anEvent, pointAws, seconds } from "./aws-bench.ts";
import { failure } from "./losant-bench.ts";
import { ARN, LABEL, NAME, VERSION } from "./store-calls.ts";

/* Answers that no AWS service gives, written to the socket byte by byte. */

const QUICK = { callTimeoutMs: 300, totalMs: 500, firstPauseMs: 1 };
const value = new Redacted('{"token":"the string"}');
const store = (limits: object = {}) => secretsManagerStore(secretsManagerClient(), { ...QUICK, ...limits });
const CALLS = {
  DescribeSecret: (limits: object = {}) => store(limits).describe(NAME),
  GetSecretValue: (limits: object = {}) => store(limits).read(NAME, "AWSCURRENT"),
  ListSecrets: (limits: object = {}) => store(limits).list("losant/"),
  ListSecretVersionIds: (limits: object = {}) => store(limits).history(ARN),
  CreateSecret: (limits: object = {}) => store(limits).create(NAME, "", NO_DEMANDS),
  PutSecretValue: (limits: object = {}) => store(limits).stage(ARN, VERSION, value, LABEL),
  UpdateSecretVersionStage: (limits: object = {}) => store(limits).promote(ARN, VERSION, undefined),
  PutEvents: (limits: object = {}) =>
    eventBridgeBus(eventBridgeClient(), {
      busName: "my-bus",
      limits: { ...QUICK, attempts: 4, ...limits },
    }).publish(anEvent("k")),
} as const;
const calls = Object.entries(CALLS);
const READS = ["DescribeSecret", "GetSecretValue", "ListSecrets", "ListSecretVersionIds"];
const WRITES = ["CreateSecret", "PutSecretValue", "UpdateSecretVersionStage"];

const good = JSON.stringify({
  ARN,
  Name: NAME,
  VersionId: VERSION,
  VersionStages: [LABEL],
  SecretString: "the-token",
  CreatedDate: seconds("2029-01-01T00:00:00Z"),
  SecretList: [],
  FailedEntryCount: 0,
  Entries: [{ EventId: "1" }],
});

const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** When a request has arrived, `speak` writes the rest. Returns how many have arrived. */
async function speaking(speak: (socket: Socket) => void): Promise<() => number> {
  let requests = 0;
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.on("data", () => {
      requests += 1;
      speak(socket);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  pointAws(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return () => requests;
}

function answer(status: string, body: string | Buffer, headers: readonly string[] = []) {
  return (socket: Socket) => {
    const length = Buffer.byteLength(body);
    socket.write([`HTTP/1.1 ${status} X`, `content-length: ${length}`, ...headers, "", ""].join("\r\n"));
    socket.end(body);
  };
}

const gzipped = ["content-encoding: gzip"];
const ODD: readonly (readonly [string, (socket: Socket) => void])[] = [
  ...["099", "101", "202", "204", "206", "299", "304", "399", "600", "700", "999"].map(
    (status) => [`HTTP ${status}`, answer(status, good)] as const,
  ),
  ["HTTP 1000", answer("1000", good)],
  ["HTTP -1", answer("-1", good)],
  ["an upgrade", answer("101", "", ["connection: upgrade", "upgrade: websocket"])],
  ["nothing but HTTP 100", (socket) => void socket.end("HTTP/1.1 100 Continue\r\n\r\n")],
  ["HTTP 103 without end", (socket) => void socket.write("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(1_000))],
  ["gzip that is none", answer("200", good, gzipped)],
  ["an encoding that nobody knows", answer("200", good, ["content-encoding: zstd"])],
  ["gzip that grows to a hundred megabytes", answer("200", gzipSync(" ".repeat(100_000_000)), gzipped)],
  ["gzip without a word", answer("200", gzipSync(good))],
  ["gzip with HTTP 400", answer("400", gzipSync("{}"), gzipped)],
  ["HTML", answer("200", "<html></html>")],
  ["HTML with HTTP 403", answer("403", "<html>blocked</html>", ["content-type: text/html"])],
  ["nothing", answer("200", "")],
  ["a number", answer("200", "5")],
  ["null", answer("200", "null")],
  ["an array", answer("200", "[1]")],
  ["a text", answer("200", '"x"')],
  ["null with HTTP 400", answer("400", "null")],
  ["an array with HTTP 400", answer("400", "[1]")],
  ["UTF-16", answer("200", Buffer.from(good, "utf16le"))],
  ["bytes that are no UTF-8", answer("200", Buffer.alloc(1_000, 0xff))],
  ["brackets without end", answer("400", "[".repeat(50_000) + "]".repeat(50_000))],
  ["headers without end", (socket) => void socket.write(`HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(100_000)}`)],
  ["chunks that are none", answer("200", "zzz", ["transfer-encoding: chunked"])],
  ["a length that is none", (socket) => void socket.end("HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n{}")],
];

describe.each(calls)("%s", (operation, call) => {
  test.each(ODD)(
    "answered with %s, fails as an error of the project's, and as nobody's success",
    async (_, speak) => {
      await speaking(speak);
      const error = await failure(call());
      expect(error).toBeInstanceOf(RotationError);
      expect(error.code).toMatch(/^(store|bus)-(answer-invalid|unreachable|unavailable)$/);
      expect(error.message).toContain(operation);
      if (WRITES.includes(operation)) expect(error.effect).toBe("unknown");
      if (READS.includes(operation)) expect(error.effect).toBe("none");
    },
  );

  test.each<[string, (text: string) => Buffer]>([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
  ])("answered with %s, which nobody asked for, is done", async (encoding, encode) => {
    await speaking(answer("200", encode(good), [`content-encoding: ${encoding}`]));
    expect(await Promise.resolve(call()).then(() => "done")).toBe("done");
  });

  test("answered with a page, says the status of the answer", async () => {
    await speaking(answer("403", "<html>blocked</html>", ["content-type: text/html"]));
    expect((await failure(call())).message).toContain("HTTP 403");
  });

  test("refused with gzip, is refused as AWS says", async () => {
    const refusal = gzipSync('{"__type":"AccessDeniedException","Message":"no"}');
    await speaking(answer("400", refusal, gzipped));
    expect((await failure(call())).code).toMatch(/^(store-denied|bus-denied|access-token-unreadable)$/);
  });

  test("answered with more than a mebibyte, reads no more than that", async () => {
    let sent = 0;
    const piece = Buffer.alloc(64 * 1024, " ");
    const send = (socket: Socket): void => {
      while (!socket.destroyed && sent < 64 * 1024 * 1024) {
        sent += piece.byteLength;
        if (!socket.write(piece)) return void socket.once("drain", () => send(socket));
      }
    };
    await speaking((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\n\r\n");
      send(socket);
    });
    const error = await failure(call({ callTimeoutMs: 5_000, totalMs: 5_000 }));
    expect(error.code).toMatch(/^(store-answer-invalid|bus-unreachable)$/);
    expect(error.message).toContain("AnswerTooLong");
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  test("answered drop by drop without end, is over when its time is", async () => {
    const requests = await speaking((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\n\r\n");
      const timer = setInterval(() => socket.write(" "), 20);
      socket.once("close", () => clearInterval(timer));
    });
    const startedAt = performance.now();
    const error = await failure(call());
    expect(error.code).toMatch(/-unreachable$/);
    expect(performance.now() - startedAt).toBeLessThan(QUICK.totalMs + 300);
    expect(requests()).toBe(WRITES.includes(operation) ? 1 : 2);
  });

  test("answered with headers drop by drop, is over when its time is", async () => {
    await speaking((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      const timer = setInterval(() => socket.write("a: b\r\n"), 20);
      socket.once("close", () => clearInterval(timer));
    });
    const startedAt = performance.now();
    expect((await failure(call())).code).toMatch(/-unreachable$/);
    expect(performance.now() - startedAt).toBeLessThan(QUICK.totalMs + 300);
  });
});

test("a secret whose date is none has no state", async () => {
  await speaking(answer("200", good.replace(/"CreatedDate":\d+/, '"CreatedDate":"soon"')));
  expect(await failure(CALLS.DescribeSecret())).toMatchObject({ code: "store-answer-invalid" });
});

test("a call is over when its time is, though the SDK is still looking for credentials", async () => {
  pointAws("http://127.0.0.1:1");
  const client = secretsManagerClient();
  client.config.credentials = () => new Promise(() => {});
  const startedAt = performance.now();
  expect(await failure(secretsManagerStore(client, QUICK).describe(NAME))).toMatchObject({
    code: "store-unreachable",
  });
  expect(performance.now() - startedAt).toBeLessThan(QUICK.totalMs + 300);
});

test("an event that can't be written is an error of the project's, and the next one is sent", async () => {
  await speaking(answer("200", good));
  const bus = eventBridgeBus(eventBridgeClient(), { busName: "my-bus", limits: { ...QUICK, attempts: 1 } });
  const odd = { ...anEvent("k"), detail: { odd: 1n } } as unknown as RotationEvent;
  expect(await failure(bus.publish(odd))).toBeInstanceOf(RotationError);
  await bus.publish(anEvent("k"));
});
