import { describe, expect, test, vi } from "vitest";
import { LOSANT_LIMITS } from "../../lambda/adapters/losant/limits.ts";
import { Redacted } from "../../lambda/model/redacted.ts";
import type { ListingRoom } from "../../lambda/ports.ts";
import type { Reply, SeenRequest } from "../support/http.ts";
import { inTurn } from "../support/http.ts";
import {
  ACCESS_TOKEN,
  APPLICATION,
  bench,
  FakeCredentials,
  failure,
  ISSUED_TOKEN,
  idOf,
  ORDER,
  raw,
  TOKEN,
  tokenBody,
  whenDone,
} from "./losant-bench.ts";

/** Losant's listing of `tokens`, which gives at most `most` at a time whatever is asked. */
const listing =
  (tokens: readonly object[], most: number) =>
  ({ query }: SeenRequest): Reply => {
    const perPage = Math.min(most, Number(query.get("perPage")));
    const page = Number(query.get("page"));
    const items = tokens.slice(page * perPage, (page + 1) * perPage);
    return {
      status: 200,
      body: { items, count: items.length, totalCount: tokens.length, perPage, page },
    };
  };

const many = (count: number) => Array.from({ length: count }, (_, index) => tokenBody(idOf(index)));

describe("listing the tokens of an application", () => {
  test("asks for its order, logs in with the access token and reads what Losant says of a token", async () => {
    const { api, server } = await bench(listing([tokenBody()], 1_000));
    expect((await api.list()).tokens).toEqual([
      {
        id: TOKEN,
        name: "My API Token",
        description: "for the backend",
        createdAt: new Date("2029-01-01T00:00:00.000Z"),
        expiresAt: new Date("2030-01-01T00:00:00.000Z"),
        scope: ["data.get"],
        status: "active",
        creatorType: "apiToken",
        creatorId: APPLICATION,
      },
    ]);
    const [request] = server.requests;
    expect(request?.path).toBe(`/applications/${APPLICATION}/tokens`);
    expect(request?.headers.authorization).toBe(`Bearer ${ACCESS_TOKEN}`);
    expect(Object.fromEntries(request?.query ?? [])).toEqual({
      sortField: "expirationDate",
      sortDirection: "asc",
      page: "0",
      perPage: "1000",
    });
  });

  test.each<[unknown, string | undefined]>([
    ["575ED71E7AE143CD83DC4AAA", "575ed71e7ae143cd83dc4aaa"],
    ["somebody", "somebody"],
    [null, undefined],
    [5, undefined],
    [{ id: TOKEN }, undefined],
  ])(
    "takes the creator %j for %s, and no odd one for a reason to leave a token out",
    async (creatorId, taken) => {
      const { api } = await bench(listing([tokenBody(TOKEN, { creatorId })], 1_000));
      expect((await api.list()).tokens).toMatchObject([{ id: TOKEN, creatorId: taken }]);
    },
  );

  test("finds all of 1,500 tokens where Losant gives 1,000 at a time", async () => {
    const { api, server } = await bench(listing(many(1_500), 1_000));
    const ids = (await api.list()).tokens.map(({ id }) => id);
    expect(ids).toEqual(many(1_500).map(({ id }) => id));
    expect(server.requests).toHaveLength(2);
  });

  test("finds all of 1,500 tokens where Losant gives 100 at a time although 1,000 were asked for", async () => {
    const { api, server } = await bench(listing(many(1_500), 100));
    const ids = (await api.list()).tokens.map(({ id }) => id);
    expect(ids).toEqual(many(1_500).map(({ id }) => id));
    // The last one is full: whether there are more tells only the next.
    expect(server.requests).toHaveLength(16);
  });

  test("counts pages by what Losant says it gives, where it skips by what is asked and gives less", async () => {
    const tokens = many(250);
    const { api } = await bench(({ query }) => {
      const skipped = Number(query.get("page")) * Number(query.get("perPage"));
      const items = tokens.slice(skipped, skipped + 100);
      return { status: 200, body: { items, totalCount: tokens.length, perPage: 100 } };
    });
    expect((await api.list()).tokens.map(({ id }) => id)).toEqual(tokens.map(({ id }) => id));
  });

  test("ends at an empty page where Losant tells no total", async () => {
    const { api, server } = await bench(
      inTurn({ status: 200, body: { items: many(2) } }, { status: 200, body: { items: [] } }),
    );
    expect((await api.list()).tokens).toHaveLength(2);
    expect(server.requests).toHaveLength(2);
  });

  test("ends at an empty page where the total promises more, and says how many are missing", async () => {
    const { api, server } = await bench(
      inTurn(
        { status: 200, body: { items: many(2), totalCount: 9 } },
        { status: 200, body: { items: [], totalCount: 9 } },
      ),
    );
    const { tokens, missing } = await api.list();
    expect(tokens).toHaveLength(2);
    expect(missing).toBe(7);
    expect(server.requests.map(({ query }) => query.get("sortField"))).toEqual([
      "expirationDate",
      "expirationDate",
      "id",
    ]);
  });

  test("does not believe a total that is too low", async () => {
    const tokens = many(250);
    const { api } = await bench((request) => {
      const reply = listing(tokens, 100)(request) as { body: object };
      return { status: 200, body: { ...reply.body, totalCount: 100 } };
    });
    const listed = await api.list();
    expect(listed.tokens.map(({ id }) => id)).toEqual(tokens.map(({ id }) => id));
    expect(listed.missing).toBe(0);
  });

  test("finds tokens that are tied in its order, wherever each page puts them", async () => {
    const tokens = many(231);
    const { api, server } = await bench((request) => {
      const { query } = request;
      const isTied = query.get("sortField") !== "id";
      const turn = isTied ? Number(query.get("page")) * 37 : 0;
      return listing([...tokens.slice(turn), ...tokens.slice(0, turn)], 100)(request);
    });
    const listed = await api.list();
    expect(new Set(listed.tokens.map(({ id }) => id))).toEqual(new Set(tokens.map(({ id }) => id)));
    expect(listed.tokens).toHaveLength(231);
    expect(listed.missing).toBe(0);
    expect(server.requests.at(-1)?.query.get("sortField")).toBe("id");
  });

  test("keeps what it found where the second reading fails", async () => {
    const { api } = await bench(({ query }) =>
      query.get("sortField") === "id"
        ? { status: 400, body: { type: "Validation", message: "no such field" } }
        : { status: 200, body: { items: query.get("page") === "0" ? many(2) : [], totalCount: 3 } },
    );
    expect(await api.list()).toMatchObject({ tokens: [{}, {}], missing: 1 });
  });

  test("lists a token once that is there twice, in one case or another", async () => {
    const items = [
      tokenBody("ABCDEF0123456789ABCDEF01"),
      tokenBody("abcdef0123456789abcdef01", { name: "later" }),
    ];
    const { api } = await bench(listing([...items, tokenBody()], 1_000));
    const { tokens } = await api.list();
    expect(tokens.map(({ id, name }) => [id, name])).toEqual([
      ["abcdef0123456789abcdef01", "later"],
      [TOKEN, "My API Token"],
    ]);
  });

  test("asks for smaller pages where one is too long, and reads them from the first on", async () => {
    const tokens = many(130).map((token, index) => ({
      ...token,
      description: index % 12 === 0 ? "\u0000".repeat(32_767) : "",
    }));
    const { api, server } = await bench(listing(tokens, 1_000), { limits: { readTimeoutMs: 5_000 } });
    const listed = await api.list();
    expect(listed.tokens.map(({ id }) => id)).toEqual(tokens.map(({ id }) => id));
    expect(server.requests.map(({ query }) => query.get("perPage")).slice(0, 3)).toEqual([
      "1000",
      "100",
      "100",
    ]);
  });

  test("has room for ten tokens of the greatest length that Losant's schema allows", async () => {
    const greatest = many(20).map((token) => ({
      ...token,
      name: "\u0000".repeat(255),
      description: "\u0000".repeat(32_767),
      scope: Array.from({ length: 300 }, (_, index) => `${index}.${"\u0000".repeat(100)}`),
      creatorName: "\u0000".repeat(1_024),
    }));
    const { api } = await bench(listing(greatest, 1_000), { limits: { readTimeoutMs: 5_000 } });
    expect((await api.list()).tokens).toHaveLength(20);
  });

  test("does not look at more rows than it asked for", async () => {
    const { api } = await bench(() => ({
      status: 200,
      body: { items: Array.from({ length: 1_001 }, () => ({})) },
    }));
    expect((await failure(api.list())).message).toContain("has more items than requested");
  });

  test.each([
    ["a page that is too long at any size", { maxAnswerBytes: 100 }, "is longer than 100 bytes"],
    ["a listing of more tokens than there can be", { maxTokens: 20 }, "lists more than 20 tokens"],
    ["a listing that is too long as a whole", { maxListCharacters: 1_000 }, "has a list that is too long"],
  ])("gives up on %s", async (_, limits, says) => {
    const { api } = await bench(listing(many(30), 10), { limits });
    const error = await failure(api.list());
    expect(error).toMatchObject({ code: "losant-answer-invalid", effect: "none" });
    expect(error.message).toContain(says);
  });

  test("gives up on a listing that never ends", async () => {
    const { api, server } = await bench(() => ({ status: 200, body: { items: many(1) } }), {
      limits: { maxPages: 3 },
    });
    expect(await failure(api.list())).toMatchObject({ code: "losant-answer-invalid" });
    expect(server.requests).toHaveLength(3);
  });

  test("goes on after tokens that never expire, wherever they stand", async () => {
    const tokens = many(30).map((token, index) =>
      index % 3 === 0 ? { ...token, expirationDate: index === 0 ? null : undefined } : token,
    );
    const { api } = await bench(listing(tokens, 10));
    const { tokens: listed } = await api.list();
    expect(listed).toHaveLength(30);
    expect(listed.filter(({ expiresAt }) => expiresAt === undefined)).toHaveLength(10);
  });

  test("drops the token strings that a listing may contain", async () => {
    const { api } = await bench(listing([tokenBody(TOKEN, { token: ISSUED_TOKEN })], 1_000));
    const { tokens: listed } = await api.list();
    expect(listed).toHaveLength(1);
    expect(JSON.stringify(listed)).not.toContain(ISSUED_TOKEN);
  });

  test("takes what may be missing from a token as nothing", async () => {
    const { id, name, creationDate } = tokenBody();
    const { api } = await bench(listing([{ id, name, creationDate, scope: null }], 1_000));
    expect((await api.list()).tokens).toEqual([
      {
        id: TOKEN,
        name,
        description: "",
        createdAt: new Date(creationDate),
        expiresAt: undefined,
        scope: [],
        status: "active",
        creatorType: undefined,
      },
    ]);
  });

  test.each<[string, Record<string, unknown>]>([
    ["name", { name: 5 }],
    ["name", { name: null }],
    ["creationDate", { creationDate: "SENSITIVE" }],
    ["creationDate", { creationDate: "2029-13-45T00:00:00Z" }],
    ["creationDate", { creationDate: null }],
    ["expirationDate", { expirationDate: 1893456000000 }],
    ["expirationDate", { expirationDate: "" }],
    ["expirationDate", { expirationDate: "2030-01-01" }],
    ["expirationDate", { expirationDate: "2030-01-01T00:00:00" }],
    ["expirationDate", { expirationDate: "2030-01-01T00:00:00.000" }],
    ["expirationDate", { expirationDate: "2030-01-01t00:00:00Z" }],
    ["expirationDate", { expirationDate: "2030-01-01T00:00:00z" }],
    ["expirationDate", { expirationDate: "2030-02-30T00:00:00Z" }],
    ["expirationDate", { expirationDate: "+012030-01-01T00:00:00Z" }],
    ["expirationDate", { expirationDate: "Tue, 01 Jan 2030 00:00:00 GMT" }],
    ["scope", { scope: "SENSITIVE" }],
    ["scope.0", { scope: [{}] }],
    ["description", { description: ["SENSITIVE"] }],
    ["status", { status: "SENSITIVE" }],
    ["status", { status: "expired" }],
    ["creatorType", { creatorType: {} }],
  ])(
    "costs one row where a %s can't be read: %j, and names its path, never its value",
    async (key, damage) => {
      const { api } = await bench(listing([tokenBody(), { ...tokenBody(idOf(1)), ...damage }], 1_000));
      const { tokens, unreadable, nameless, missing } = await api.list();
      expect(tokens.map(({ id }) => id)).toEqual([TOKEN]);
      expect(unreadable).toMatchObject([{ id: idOf(1), problem: `has no valid ${key}` }]);
      expect(JSON.stringify(unreadable)).not.toContain("SENSITIVE");
      expect({ nameless: nameless.count, missing }).toEqual({ nameless: 0, missing: 0 });
    },
  );

  test.each<[string, unknown]>([
    ["no id", { ...tokenBody(), id: undefined }],
    ["another id", { ...tokenBody(), id: "SENSITIVE" }],
    ["nothing", null],
    ["a text", "SENSITIVE"],
    ["a list", [tokenBody()]],
  ])("costs one row where that is %s: then it is counted", async (_, row) => {
    const { api } = await bench(listing([tokenBody(idOf(1)), row as object], 1_000));
    const { tokens, unreadable, nameless, missing } = await api.list();
    expect(tokens.map(({ id }) => id)).toEqual([idOf(1)]);
    expect(unreadable).toEqual([]);
    expect(nameless.count).toBe(1);
    expect(nameless.problem).toMatch(/^has no valid id$|^is not an object$/);
    expect(missing).toBe(0);
  });

  test("takes no row for readable that was odd once, wherever it stands", async () => {
    const odd = tokenBody(TOKEN.toUpperCase(), { status: "expired" });
    for (const rows of [
      [odd, tokenBody()],
      [tokenBody(), odd],
    ]) {
      const { api } = await bench(listing(rows, 1));
      expect(await api.list()).toMatchObject({ tokens: [], unreadable: [{ id: TOKEN }] });
    }
  });

  test.each<[string, object]>([
    ["2030-01-01T00:00:00Z", new Date("2030-01-01T00:00:00Z")],
    ["2030-01-01T00:00:00.123456Z", new Date("2030-01-01T00:00:00.123Z")],
    ["2030-01-01T02:00:00+02:00", new Date("2030-01-01T00:00:00Z")],
    ["9999-12-31T23:59:59.999Z", new Date("9999-12-31T23:59:59.999Z")],
  ])("reads the date %s", async (expirationDate, expiresAt) => {
    const { api } = await bench(listing([tokenBody(TOKEN, { expirationDate })], 1_000));
    expect((await api.list()).tokens).toMatchObject([{ expiresAt }]);
  });

  test.each<[string, object]>([
    ["items", { items: {} }],
    ["items", { items: null }],
    ["totalCount", { totalCount: "many" }],
    ["totalCount", { totalCount: -1 }],
    ["perPage", { perPage: 0 }],
  ])("is an odd page as a whole without a valid %s", async (key, damage) => {
    const { api } = await bench(() => ({ status: 200, body: { items: [tokenBody()], ...damage } }));
    const error = await failure(api.list());
    expect(error).toMatchObject({ code: "losant-answer-invalid" });
    expect(error.message).toContain(`has no valid ${key}`);
    expect(error.message).toContain(APPLICATION);
  });
});

describe("an answer that is not Losant's", () => {
  test.each<[string, Reply]>([
    ["a page of HTML", { status: 200, headers: { "content-type": "text/html" }, body: "<html>login</html>" }],
    ["an empty body", { status: 200 }],
    ["JSON of another kind", { status: 200, body: { hello: 1 } }],
    ["a JSON null", { status: 200, body: "null" }],
    ["a JSON text", { status: 200, body: '"items"' }],
    ["a body that is cut off", "cut"],
    ["a redirect", { status: 302, headers: { location: "/login" } }],
  ])("%s is refused as such", async (_, reply) => {
    const { api, server } = await bench(() => reply);
    const error = await failure(api.list());
    expect(error.code).toBe("losant-answer-invalid");
    expect(error.message).toContain(APPLICATION);
    expect(server.requests).toHaveLength(1);
  });
});

const BLOCKED = "<html><title>Access denied</title>Request blocked. Reference #18</html>";
const FOREIGN: readonly (readonly [string, object])[] = [
  ["a page of HTML", { headers: { "content-type": "text/html" }, body: BLOCKED }],
  ["a page that calls itself JSON", { headers: { "content-type": "application/json" }, body: BLOCKED }],
  ["plain text", { body: "blocked" }],
  ["JSON of another kind", { body: { error: "blocked", incident: 18 } }],
  ["a JSON array", { body: [{ type: "Forbidden", message: "no" }] }],
  ["a JSON text", { body: '"Forbidden"' }],
  ["a NUL", { body: "\0" }],
];

describe.each(FOREIGN)("%s in a refusal is not Losant's word", (_, rest) => {
  test.each([400, 401, 402, 403, 404, 407, 409, 410, 418, 422, 451])("with HTTP %i", async (status) => {
    const { api, server, credentials } = await bench(() => ({ status, ...rest }), {
      credentials: new FakeCredentials([ACCESS_TOKEN], "the-previous-one"),
    });
    const error = await failure(api.list());
    expect(error).toMatchObject({ code: "losant-intercepted", effect: "none", retryable: true });
    expect(error.message).toContain(`HTTP ${status}`);
    expect(error.message).not.toMatch(/blocked|denied|html/i);
    expect(await failure(api.get(TOKEN))).toMatchObject({ code: "losant-intercepted", effect: "none" });
    for (const write of [() => api.create(ORDER), () => api.deactivate(TOKEN), () => api.delete(TOKEN)])
      expect(await failure(write())).toMatchObject({ code: "losant-intercepted", effect: "unknown" });
    expect(await api.probe(new Redacted(ISSUED_TOKEN), ["all.Application"])).toBe("unclear");
    expect(credentials.reads).toEqual(["AWSCURRENT"]);
    expect(new Set(server.requests.map(({ headers }) => headers.authorization)).size).toBe(2);
  });

  test("with HTTP 429, 503: it is tried again, as Losant's own would be", async () => {
    for (const status of [429, 503]) {
      const { api } = await bench((request, index) =>
        index < 2 ? { status, ...rest } : listing([tokenBody()], 1_000)(request),
      );
      expect((await api.list()).tokens).toHaveLength(1);
    }
  });
});

describe.each<[string, object]>([
  ["nothing", {}],
  ["white space", { body: "\r\n " }],
  ["an empty object", { body: {} }],
  ["a type alone", { body: { type: "NotFound" } }],
  ["a message alone", { body: { message: "no" } }],
  ["a message as text", { headers: { "content-type": "text/plain" }, body: '{"message":"no"}' }],
])("%s in a refusal is Losant's word", (_, rest) => {
  test("which a missing token, and a missing right, may be said with", async () => {
    const { api } = await bench(({ method }) => ({ status: method === "GET" ? 404 : 403, ...rest }));
    expect(await api.get(TOKEN)).toBeUndefined();
    expect(await failure(api.delete(TOKEN))).toMatchObject({
      code: "access-token-forbidden",
      effect: "none",
    });
  });
});

test("a refusal whose body breaks off, or drips, ends no life", async () => {
  const { api } = await raw((socket) => socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 100\r\n\r\n{"));
  expect(await failure(api.get(TOKEN))).toMatchObject({ code: "losant-intercepted" });
  expect(await failure(api.delete(TOKEN))).toMatchObject({ code: "losant-intercepted", effect: "unknown" });
});

describe("a read that fails", () => {
  const good = listing([tokenBody()], 1_000);

  test.each<[string, Reply]>([
    ["a dropped connection", "drop"],
    ["no answer in time", "hang"],
    ["HTTP 408", { status: 408 }],
    ["HTTP 429", { status: 429 }],
    ["HTTP 500", { status: 500, body: { type: "Error", message: "oops" } }],
    ["HTTP 503 that names its time", { status: 503, headers: { "retry-after": "0" } }],
  ])("is tried again after %s", async (_, reply) => {
    const { api, server } = await bench((request, index) => (index < 2 ? reply : good(request)));
    expect((await api.list()).tokens).toHaveLength(1);
    expect(server.requests).toHaveLength(3);
  });

  test.each<[string, Reply, string]>([
    ["a dropped connection", "drop", "losant-unreachable"],
    ["no answer in time", "hang", "losant-unreachable"],
    ["HTTP 429", { status: 429 }, "losant-throttled"],
    ["HTTP 500", { status: 500 }, "losant-unavailable"],
    ["HTTP 408", { status: 408 }, "losant-unavailable"],
  ])("is given up after a few attempts: %s", async (_, reply, code) => {
    const { api, server } = await bench(() => reply);
    expect(await failure(api.list())).toMatchObject({ code, effect: "none", retryable: true });
    expect(server.requests).toHaveLength(4);
  });

  test("waits as long as Losant asks for, within bounds", async () => {
    const { api, server } = await bench((request, index) =>
      index === 0 ? { status: 429, headers: { "retry-after": "1" } } : good(request),
    );
    expect((await api.list()).tokens).toHaveLength(1);
    expect(server.requests).toHaveLength(2);
  });

  test.each(["11", "86400", new Date(Date.now() + 3_600_000).toUTCString()])(
    "does not wait for a Retry-After of %s",
    async (after) => {
      const { api, server } = await bench(() => ({ status: 429, headers: { "retry-after": after } }));
      expect(await failure(api.list())).toMatchObject({ code: "losant-throttled" });
      expect(server.requests).toHaveLength(1);
    },
  );

  test("does not outlast its total time, and still says what was wrong", async () => {
    const { api, server } = await bench(() => ({ status: 429, headers: { "retry-after": "5" } }), {
      limits: { readTotalMs: 1_000 },
    });
    expect(await failure(api.list())).toMatchObject({ code: "losant-throttled" });
    expect(server.requests).toHaveLength(1);
  });

  test.each<[number, string, string]>([
    [403, "access-token-forbidden", "applicationApiTokens.get"],
    [404, "application-not-found", APPLICATION],
    [400, "losant-refused", "Validation: no such thing"],
    [422, "losant-refused", "Validation: no such thing"],
  ])("is not repeated after HTTP %i", async (status, code, says) => {
    const body = { type: "Validation", message: "no such thing" };
    const { api, server } = await bench(() => ({ status, body }));
    const error = await failure(api.list());
    expect(error).toMatchObject({ code, effect: "none" });
    expect(error.message).toContain(says);
    expect(server.requests).toHaveLength(1);
  });

  test("shows what Losant says on one bounded line, without anything that looks like a token", async () => {
    const message = `a\n\tb ${ACCESS_TOKEN} c ${"x".repeat(40)} d ${TOKEN} ${"long ".repeat(100)}`;
    const { api } = await bench(() => ({ status: 400, body: { type: "Bad", message } }));
    const error = await failure(api.list());
    expect(error.message).toContain(`Bad: a b … c … d ${TOKEN} long`);
    expect(error.message.length).toBeLessThan(400);
    expect(error.message).not.toMatch(/[\r\n\t]/);
  });

  test("shows nothing of a short access token either", async () => {
    const { api } = await bench(() => ({ status: 400, body: { message: "is tiny-secret allowed?" } }), {
      credentials: new FakeCredentials(["tiny-secret"]),
    });
    expect((await failure(api.list())).message).toContain("is … allowed?");
  });
});

test("a listing whose pages come too slowly is given up, and keeps nobody waiting", async () => {
  const { api, server } = await bench(listing(many(30), 10), { limits: { listTotalMs: 0 } });
  expect(await failure(api.list())).toMatchObject({ code: "losant-unreachable" });
  expect(server.requests).toHaveLength(1);
});

describe("the room for a listing", () => {
  test("is asked for after each page, with what is held and what is to come", async () => {
    const asked: (readonly [number, number | undefined])[] = [];
    const room: ListingRoom = {
      hold: async ({ tokens, characters }, count) => {
        asked.push([tokens, count]);
        expect(characters).toBeGreaterThan(100 * tokens);
        return true;
      },
    };
    const { api } = await bench(listing(many(25), 10), { room });
    await api.list();
    expect(asked).toEqual([
      [10, 25],
      [20, 25],
    ]);
  });

  test("is not counted twice for a text that is read twice", async () => {
    const sizes: number[] = [];
    const room: ListingRoom = {
      hold: async ({ characters }) => {
        sizes.push(characters);
        return true;
      },
    };
    const page = { status: 200, body: { items: many(10), totalCount: 11, perPage: 10 } };
    const { api } = await bench(
      ({ query }) => (query.get("page") === "0" ? page : { status: 200, body: { items: [] } }),
      {
        room,
      },
    );
    expect((await api.list()).missing).toBe(1);
    const [first = 0, second = 0] = sizes;
    expect(sizes).toHaveLength(2);
    expect(second).toBeLessThan(1.1 * first);
  });

  test("is waited for before the next page is read", async () => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const first = Promise.withResolvers<void>();
    const room: ListingRoom = {
      hold: () => {
        first.resolve();
        return promise;
      },
    };
    const { api, server } = await bench(listing(many(25), 10), { room });
    const listed = api.list();
    await first.promise;
    expect(server.requests).toHaveLength(1);
    resolve(true);
    expect((await listed).tokens).toHaveLength(25);
  });

  test("ends the listing where there is none", async () => {
    const { api, server } = await bench(listing(many(25), 10), { room: { hold: async () => false } });
    expect(await failure(api.list())).toMatchObject({ code: "losant-answer-invalid", effect: "none" });
    expect(server.requests).toHaveLength(1);
  });

  test("is given up where other lists take the time for it", async () => {
    const room: ListingRoom = {
      hold: async () => {
        const at = performance.now();
        const clock = vi.spyOn(performance, "now").mockReturnValue(at + LOSANT_LIMITS.listTotalMs);
        whenDone(() => clock.mockRestore());
        return true;
      },
    };
    const { api, server } = await bench(listing(many(25), 10), { room });
    expect(await failure(api.list())).toMatchObject({ code: "out-of-time", effect: "none" });
    expect(server.requests).toHaveLength(1);
  });
});

describe("reading one token", () => {
  test("answers it", async () => {
    const { api, server } = await bench(() => ({ status: 200, body: tokenBody() }));
    expect(await api.get(TOKEN)).toMatchObject({ id: TOKEN });
    expect(server.requests[0]?.path).toBe(`/applications/${APPLICATION}/tokens/${TOKEN}`);
  });

  test("answers nothing where Losant has none", async () => {
    const { api } = await bench(() => ({ status: 404, body: { type: "NotFound", message: "no token" } }));
    expect(await api.get(TOKEN)).toBeUndefined();
  });

  test.each<[string, Reply, string]>([
    ["another token", { status: 200, body: tokenBody(idOf(7)) }, "losant-answer-invalid"],
    ["a proxy's 404", { status: 404, body: "<html>nginx</html>" }, "losant-intercepted"],
    ["HTTP 403", { status: 403 }, "access-token-forbidden"],
    ["HTTP 500", { status: 500 }, "losant-unavailable"],
  ])("does not take %s for an answer", async (_, reply, code) => {
    const { api } = await bench(() => reply);
    expect(await failure(api.get(TOKEN))).toMatchObject({ code });
  });
});
