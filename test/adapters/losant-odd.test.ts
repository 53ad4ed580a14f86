import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { Redacted } from "../../lambda/model/redacted.ts";
import type { TokenApi } from "../../lambda/ports.ts";
import {
  ACCESS_TOKEN,
  apiAt,
  FakeCredentials,
  failure,
  ISSUED_TOKEN,
  ORDER,
  raw,
  TOKEN,
  tokenBody,
  whenDone,
} from "./losant-bench.ts";

/* Answers that no server should give, written byte by byte. */

const answer = (status: string, body: string | Buffer, headers: readonly string[] = []) =>
  Buffer.concat([
    Buffer.from(
      [
        `HTTP/1.1 ${status}`,
        `content-length: ${Buffer.byteLength(body)}`,
        "connection: close",
        ...headers,
        "",
        "",
      ].join("\r\n"),
    ),
    Buffer.from(body),
  ]);

const created = JSON.stringify(tokenBody(TOKEN, { token: ISSUED_TOKEN }));
const page = JSON.stringify({ items: [tokenBody()], totalCount: 1, perPage: 1_000 });

const CALLS = {
  list: (api: TokenApi) => api.list(),
  get: (api: TokenApi) => api.get(TOKEN),
  create: (api: TokenApi) => api.create(ORDER),
  deactivate: (api: TokenApi) => api.deactivate(TOKEN),
  delete: (api: TokenApi) => api.delete(TOKEN),
} as const;
const NAMES = Object.keys(CALLS) as readonly (keyof typeof CALLS)[];
const WRITES = new Set<string>(["create", "deactivate", "delete"]);

describe.each([
  "000 Nothing",
  "099 Odd",
  "600 Odd",
  "999 Request denied",
  "199 Odd",
  "101 Switching Protocols",
])("a status that nothing knows, HTTP %s", (status) => {
  test.each(NAMES)("fails the call as any odd answer does, to %s", async (does) => {
    const { api } = await raw((socket) => socket.end(answer(status, created, ["upgrade: odd"])));
    const error = await failure(CALLS[does](api));
    expect(["losant-answer-invalid", "losant-unreachable", "issue-uncertain"]).toContain(error.code);
    expect(error.effect).toBe(WRITES.has(does) ? "unknown" : "none");
  });

  test("leaves a probe unclear", async () => {
    const { api } = await raw((socket) => socket.end(answer(status, page)));
    expect(await api.probe(new Redacted(ISSUED_TOKEN), ["all.Application"])).toBe("unclear");
  });
});

test.each(["099", "600", "999"])("names the status %s", async (status) => {
  const { api } = await raw((socket) => socket.end(answer(`${status} Odd`, "")));
  expect((await failure(api.list())).message).toContain(`HTTP ${Number(status)}`);
});

describe.each<[string, (text: string) => Buffer]>([
  ["gzip", gzipSync],
  ["x-gzip", gzipSync],
  ["GZip", gzipSync],
  ["deflate", deflateSync],
  ["deflate", deflateRawSync],
  ["br", brotliCompressSync],
  ["identity", (text) => Buffer.from(text)],
  ["gzip, br", (text) => brotliCompressSync(gzipSync(text))],
  ["gzip, identity, br", (text) => brotliCompressSync(gzipSync(text))],
])("an answer in %s that nobody asked for", (encoding, encode) => {
  const encoded = (status: string, text: string) =>
    answer(status, encode(text), [`content-encoding: ${encoding}`]);

  test("is read like any other", async () => {
    const { api } = await raw((socket, request) =>
      socket.end(request === 0 ? encoded("201 Created", created) : encoded("200 OK", page)),
    );
    expect((await api.create(ORDER)).string.reveal()).toBe(ISSUED_TOKEN);
    expect((await api.list()).tokens).toHaveLength(1);
  });

  test("is Losant's word where it is a refusal", async () => {
    const body = JSON.stringify({ type: "Bad", message: "no such thing" });
    const { api } = await raw((socket) => socket.end(encoded("400 Bad Request", body)));
    expect((await failure(api.list())).message).toContain("Bad: no such thing");
  });
});

test.each<[string, Buffer | string]>([
  ["zstd", "(\xb5/\xfd"],
  ["x-token", created],
  ["gzip, gzip, gzip, gzip", created],
  ["gzip", created],
  ["gzip", gzipSync(created).subarray(0, 40)],
  ["br", created],
  ["deflate", created],
  ["__proto__", created],
])("an answer in %s that can't be decoded is no answer of Losant's", async (encoding, body) => {
  const { api, requests } = await raw((socket) =>
    socket.end(answer("201 Created", body, [`content-encoding: ${encoding}`])),
  );
  const error = await failure(api.create(ORDER));
  expect(error).toMatchObject({ code: "issue-uncertain", effect: "unknown" });
  expect(error.message).not.toContain(ISSUED_TOKEN);
  expect(requests()).toBe(1);
});

test("asks for no encoding", async () => {
  let asked = "";
  const server = createServer((socket) => {
    socket.once("data", (chunk) => {
      asked = String(chunk);
      socket.end(answer("200 OK", page));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  whenDone(() => server.close());
  const { port } = server.address() as AddressInfo;
  await apiAt(`http://127.0.0.1:${port}`, new FakeCredentials([ACCESS_TOKEN])).list();
  expect(asked).toMatch(/^accept-encoding: identity\r$/im);
});

describe("an answer without end", () => {
  const limits = { maxAnswerBytes: 64 * 1024, readRetries: 0 };
  const QUICKLY_OVER = { ...limits, readTimeoutMs: 200, writeTimeoutMs: 200, createTimeoutMs: 200 };

  test("is read no further than the bound says", async () => {
    let taken = 0;
    const spaces = Buffer.alloc(64 * 1024, " ");
    const { api } = await raw((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n");
      const pour = () => {
        while (!socket.destroyed && taken < 1024 * 1024 * 1024) {
          taken += spaces.byteLength;
          if (!socket.write(spaces)) return void socket.once("drain", pour);
        }
      };
      pour();
    }, limits);
    const error = await failure(api.get(TOKEN));
    expect(error).toMatchObject({ code: "losant-answer-invalid", effect: "none" });
    expect(error.message).toContain("is longer than 65536 bytes");
    expect(taken).toBeLessThan(16 * 1024 * 1024);
  });

  test.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
    ["deflate", deflateSync],
  ] as const)("is decoded no further than that either, in %s", async (encoding, encode) => {
    const bomb = encode(Buffer.alloc(32 * 1024 * 1024, " "));
    expect(bomb.byteLength).toBeLessThan(limits.maxAnswerBytes);
    const { api } = await raw(
      (socket) => socket.end(answer("201 Created", bomb, [`content-encoding: ${encoding}`])),
      limits,
    );
    const error = await failure(api.create(ORDER));
    expect(error).toMatchObject({ code: "issue-uncertain", effect: "unknown" });
    expect(error.message).toContain("is longer than");
  });

  test.each<[string, (socket: Socket) => void]>([
    [
      "headers",
      (socket) => void socket.write(`HTTP/1.1 200 OK\r\n${`x: ${"y".repeat(8_000)}\r\n`.repeat(100)}`),
    ],
    ["a status line", (socket) => void socket.write(`HTTP/1.1 200 ${"y".repeat(1024 * 1024)}`)],
    ["interim answers", (socket) => void socket.write("HTTP/1.1 100 Continue\r\n\r\n".repeat(10_000))],
  ])("is given up where it is of %s", async (_, write) => {
    const { api } = await raw(write, QUICKLY_OVER);
    expect(await failure(api.get(TOKEN))).toMatchObject({ code: "losant-unreachable", effect: "none" });
    expect(await failure(api.create(ORDER))).toMatchObject({ code: "issue-uncertain", effect: "unknown" });
  });

  test("is given up in time where it drips", async () => {
    const { api } = await raw((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
      const timer = setInterval(() => socket.write(" "), 20);
      socket.on("close", () => clearInterval(timer));
    }, QUICKLY_OVER);
    expect(await failure(api.get(TOKEN))).toMatchObject({ code: "losant-unreachable", effect: "none" });
    expect(await failure(api.delete(TOKEN))).toMatchObject({ code: "losant-unreachable", effect: "unknown" });
  });
});

test.each<[string, string]>([
  ["a byte order mark", `\ufeff${created}`],
  ["a key twice", created.replace("{", `{"name":"another","token":"x",`)],
])("an answer with %s is read all the same", async (_, body) => {
  const { api } = await raw((socket) => socket.end(answer("201 Created", body)));
  expect((await api.create(ORDER)).string.reveal()).toBe(ISSUED_TOKEN);
});

test.each<[string, string]>([
  ["an empty object", "{}"],
  ["an empty array", "[]"],
  ["an array", `[${created}]`],
  ["a text", '"token"'],
  ["a NUL", "\0"],
  ["a JSON that ends in NUL", `${created}\0`],
  ["a nest of arrays", "[".repeat(1_000_000)],
  ["a deep array", `${"[".repeat(500_000)}${"]".repeat(500_000)}`],
  ["a deep object", `${'{"items":'.repeat(200_000)}1${"}".repeat(200_000)}`],
])("%s is no answer to any call", async (_, body) => {
  const { api } = await raw((socket) => socket.end(answer("200 OK", body)));
  expect(await failure(api.list())).toMatchObject({ code: "losant-answer-invalid" });
  expect(await failure(api.get(TOKEN))).toMatchObject({ code: "losant-answer-invalid" });
  expect(await failure(api.create(ORDER))).toMatchObject({ code: "issue-uncertain", effect: "unknown" });
});

test.each(["a\r\nx-injected: 1", "a\nb", "a\0b", "ä€"])(
  "no header is injected by the access token %j",
  async (token) => {
    let requests = 0;
    const server = createServer((socket) => {
      requests += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    whenDone(() => server.close());
    const { port } = server.address() as AddressInfo;
    const api = apiAt(`http://127.0.0.1:${port}`, new FakeCredentials([token]));
    expect(await failure(api.create(ORDER))).toMatchObject({ code: "internal", effect: "none" });
    expect(requests).toBe(0);
  },
);

test("a redirect is followed nowhere, so that the access token goes nowhere else", async () => {
  let followed = 0;
  const elsewhere = createServer((socket) => {
    followed += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  whenDone(() => elsewhere.close());
  const { port } = elsewhere.address() as AddressInfo;
  for (const status of [
    "301 Moved",
    "302 Found",
    "303 See Other",
    "307 Temporary",
    "308 Permanent",
    "300 Many",
  ]) {
    const { api } = await raw((socket) =>
      socket.end(answer(status, "", [`location: http://127.0.0.1:${port}/`, "refresh: 0; url=/"])),
    );
    expect(await failure(api.list())).toMatchObject({ code: "losant-answer-invalid" });
    expect(await failure(api.create(ORDER))).toMatchObject({ code: "issue-uncertain" });
    expect(await failure(api.delete(TOKEN))).toMatchObject({
      code: "losant-answer-invalid",
      effect: "unknown",
    });
  }
  expect(followed).toBe(0);
});
