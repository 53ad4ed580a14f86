import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  APPLICATION_SCOPES,
  type LosantEmulator,
  type LosantEmulatorOptions,
  losantError,
  plantedToken,
  startLosant,
  type TokenSeed,
} from "../../emulators/losant/server.ts";

const DAY_MS = 24 * 3600 * 1000;
const START = new Date("2026-03-01T12:00:00.000Z");
const UNKNOWN_ID = "0123456789abcdef01234567";
const WAIT = { timeout: 30_000 };

interface Item {
  readonly id: string;
  readonly name: string;
  readonly token?: string;
}

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as an object, empty if the body isn't one. */
  readonly body: Readonly<Record<string, unknown>>;
}

interface Asked {
  readonly bearer?: string | undefined;
  /** Text is sent as it is. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

let clock: Date;
let losant: LosantEmulator;
let application: string;
let admin: string;

async function start(options: LosantEmulatorOptions = {}): Promise<void> {
  losant = await startLosant({ now: () => clock, ...options });
  application = losant.addApplication({ name: "Factory" });
  admin = losant.addToken(application, { name: "admin" }).token;
}

beforeEach(async () => {
  clock = START;
  await start();
});

afterEach(async () => {
  await losant.close();
});

async function restart(options: LosantEmulatorOptions): Promise<void> {
  await losant.close();
  await start(options);
}

async function call(method: string, path: string, asked: Asked = {}): Promise<Reply> {
  const { bearer = admin, body, signal } = asked;
  const response = await fetch(`${losant.url}${path}`, {
    method,
    ...("bearer" in asked && asked.bearer === undefined
      ? {}
      : { headers: { authorization: `Bearer ${bearer}` } }),
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    ...(signal && { signal }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parsed(text) };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  return text.startsWith("{") ? JSON.parse(text) : {};
}

const tokensPath = () => `/applications/${application}/tokens`;
const tokenPath = (id: string) => `${tokensPath()}/${id}`;
const list = (query = "", asked: Asked = {}) => call("GET", `${tokensPath()}?${query}`, asked);
const create = (body: unknown, asked: Asked = {}) => call("POST", tokensPath(), { ...asked, body });
const itemsOf = ({ body }: Reply) => body.items as readonly Item[];
const namesOf = (reply: Reply) => itemsOf(reply).map(({ name }) => name);
const seed = (token: TokenSeed) => losant.addToken(application, token);
const inDays = (days: number) => new Date(START.getTime() + days * DAY_MS);
const names = () => losant.tokens(application).map(({ name }) => name);
const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());

describe("creating a token", () => {
  test("answers the whole token with its string, which is a JSON Web Token", async () => {
    const expirationDate = inDays(90).toISOString();
    const scope = ["devices.get", "device.get"];
    const reply = await create({ name: "Gateway", description: "On the roof", expirationDate, scope });
    const bearer = losant.tokenIdOf(admin);

    expect(reply.status).toBe(201);
    const { id, token, ...rest } = reply.body;
    expect(rest).toEqual({
      apiTokenId: id,
      ownerId: application,
      ownerType: "application",
      creatorId: bearer,
      creatorType: "apiToken",
      creatorName: "admin",
      name: "Gateway",
      description: "On the roof",
      creationDate: START.toISOString(),
      lastUpdated: START.toISOString(),
      expirationDate,
      scope,
      status: "active",
    });
    expect(id).toMatch(/^[A-Fa-f\d]{24}$/);
    expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(claimsOf(String(token))).toMatchObject({
      sub: id,
      scope,
      iat: START.getTime() / 1000,
      exp: inDays(90).getTime() / 1000,
    });
  });

  test.each([
    ["user", "57ec0de00000000000000001"],
    ["none", undefined],
  ] as const)("may name another creator than the access token: %s", async (creatorIds, creatorId) => {
    await restart({ creatorIds });
    expect((await create({ name: "Gateway" })).body.creatorId).toBe(creatorId);
    expect(itemsOf(await list("filterField=name&filter=Gateway"))[0]).toMatchObject({
      creatorType: "apiToken",
      ...(creatorId && { creatorId }),
    });
  });

  test.each([
    [1_000, "2026-03-01T12:34:56.000Z", "2026-05-01T10:20:30.000Z"],
    [60_000, "2026-03-01T12:34:00.000Z", "2026-05-01T10:20:00.000Z"],
  ])("may cut dates to %i ms", async (datePrecisionMs, creationDate, expirationDate) => {
    clock = new Date("2026-03-01T12:34:56.789Z");
    await restart({ datePrecisionMs });
    const made = await create({ name: "Gateway", expirationDate: "2026-05-01T10:20:30.456Z" });
    expect(made.body).toMatchObject({ creationDate, lastUpdated: creationDate, expirationDate });
    const listed = itemsOf(await list("filterField=name&filter=Gateway"))[0];
    expect(listed).toMatchObject({ creationDate, expirationDate });
  });

  test("gives all.Application, active and no expiry to who asks for nothing but a name", async () => {
    const { body } = await create({ name: "Careless" });
    expect(body).toMatchObject({ scope: ["all.Application"], status: "active" });
    expect(body).not.toHaveProperty("expirationDate");
    expect(body).not.toHaveProperty("description");
    expect(claimsOf(String(body.token))).not.toHaveProperty("exp");
  });

  test("keeps an expiration date given in another time zone as the moment it is", async () => {
    const { body } = await create({ name: "East", expirationDate: "2026-06-01T02:00:00+02:00" });
    expect(body.expirationDate).toBe("2026-06-01T00:00:00.000Z");
  });

  test("makes a token that works at once, and no two strings or ids alike", async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => create({ name: "Same name" })));
    expect(new Set(made.map(({ body }) => body.token)).size).toBe(20);
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(20);
    for (const { body } of made) {
      expect(losant.accepts(String(body.token))).toBe(true);
      expect(losant.tokenIdOf(String(body.token))).toBe(body.id);
    }
    const reply = await list("", { bearer: String(made[0]?.body.token) });
    expect(reply.status).toBe(200);
  });

  test("shows the string in that answer and never again", async () => {
    const { body } = await create({ name: "Once" });
    const id = String(body.id);
    const later = [
      await list(),
      await call("GET", tokenPath(id)),
      await call("PATCH", tokenPath(id), { body: { name: "Twice" } }),
      await call("GET", "/_emulator/state"),
      await call("GET", "/_emulator/calls"),
      await call("DELETE", tokenPath(id)),
    ];
    for (const { status, text } of later) {
      expect(status).toBe(200);
      expect(text).not.toContain(body.token);
      expect(text).not.toContain('"token"');
    }
  });

  test("takes every scope of the published list, of which there are 322", async () => {
    expect(APPLICATION_SCOPES).toHaveLength(322);
    const { status, body } = await create({ name: "Everything", scope: APPLICATION_SCOPES });
    expect(status).toBe(201);
    expect(body.scope).toEqual(APPLICATION_SCOPES);
  });

  test("takes names and descriptions of any characters up to their limits", async () => {
    const name = "🔑".repeat(255);
    const description = "ü".repeat(32_767);
    const { status, body } = await create({ name, description });
    expect(status).toBe(201);
    expect(body).toMatchObject({ name, description });
  });

  test.each<[string, unknown, RegExp]>([
    ["no JSON", "{name:", /JSON/],
    ["nothing", "", /JSON/],
    ["an array", ["x"], /object/],
    ["no name", { description: "x" }, /^name is required/],
    ["an empty name", { name: "" }, /^name /],
    ["a name of 256 characters", { name: "x".repeat(256) }, /^name /],
    ["a name that is a number", { name: 7 }, /^name /],
    ["a description of 32,768 characters", { name: "x", description: "y".repeat(32_768) }, /^description /],
    ["a description that is null", { name: "x", description: null }, /^description /],
    ["a date without a time", { name: "x", expirationDate: "2027-01-01" }, /^expirationDate /],
    ["a day that does not exist", { name: "x", expirationDate: "2027-02-30T00:00:00Z" }, /^expirationDate /],
    ["a date that is a number", { name: "x", expirationDate: 1_800_000_000_000 }, /^expirationDate /],
    ["an unknown status", { name: "x", status: "paused" }, /^status /],
    ["a scope that is text", { name: "x", scope: "device.get" }, /^scope /],
    ["a scope that can't be given", { name: "x", scope: ["device.get", "legacy.get"] }, /^scope\.1 /],
    ["a scope of a user", { name: "x", scope: ["all.User"] }, /^scope\.0 /],
    ["a scope twice", { name: "x", scope: ["device.get", "device.get"] }, /^scope /],
    ["an id of one's own", { name: "x", id: UNKNOWN_ID }, /^id is not allowed/],
    ["a token string of one's own", { name: "x", token: "mine" }, /^token is not allowed/],
    ["a listed token sent back", { name: "x", creationDate: START, ownerType: "application" }, /not allowed/],
  ])("refuses %s, says which property it is, and creates nothing", async (_what, body, message) => {
    const reply = await create(body);
    expect(reply.status).toBe(400);
    expect(reply.body).toEqual({ type: "Validation", message: expect.stringMatching(message) });
    expect(names()).toEqual(["admin"]);
  });

  test("does not repeat in an error what it was given", async () => {
    const reply = await create({ name: "x", scope: ["hunter2"] });
    expect(reply.text).not.toContain("hunter2");
  });
});

describe("one token", () => {
  test("can be read by its id, in either case", async () => {
    const { id } = seed({ id: "ABCDEF0123456789ABCDEF01", name: "Shouting", creatorType: "flow" });
    for (const asked of [id, id.toLowerCase()]) {
      const { status, body } = await call("GET", tokenPath(asked));
      expect(status).toBe(200);
      expect(body).toMatchObject({ id, apiTokenId: id, name: "Shouting", creatorType: "flow" });
    }
  });

  test("can be renamed, described, and switched off and on", async () => {
    const { id, token } = seed({ name: "Pump", scope: ["device.get"], expirationDate: inDays(9) });
    clock = inDays(1);
    const { status, body } = await call("PATCH", tokenPath(id), {
      body: { name: "Pump 2", description: "Cellar", status: "inactive" },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id,
      name: "Pump 2",
      description: "Cellar",
      status: "inactive",
      scope: ["device.get"],
      creationDate: START.toISOString(),
      lastUpdated: inDays(1).toISOString(),
      expirationDate: inDays(9).toISOString(),
    });
    expect(losant.accepts(token)).toBe(false);

    await call("PATCH", tokenPath(id), { body: { status: "active" } });
    expect(losant.accepts(token)).toBe(true);
    expect(losant.tokens(application)).toContainEqual(
      expect.objectContaining({ id, name: "Pump 2", description: "Cellar", status: "active" }),
    );
  });

  test.each<[string, unknown, RegExp]>([
    ["its scope", { scope: ["device.get"] }, /^scope is not allowed/],
    ["its expiry", { expirationDate: inDays(9) }, /^expirationDate is not allowed/],
    ["its owner", { ownerId: UNKNOWN_ID }, /^ownerId is not allowed/],
    ["its name to nothing", { name: "" }, /^name /],
    ["its status to something else", { status: "gone" }, /^status /],
    ["it with something that is no JSON", "name=x", /JSON/],
    ["it with an array", [], /object/],
  ])("refuses to change %s", async (_what, body, message) => {
    const { id } = seed({ name: "Pump" });
    const before = losant.tokens(application);
    const reply = await call("PATCH", tokenPath(id), { body });
    expect(reply.status).toBe(400);
    expect(reply.body).toEqual({ type: "Validation", message: expect.stringMatching(message) });
    expect(losant.tokens(application)).toEqual(before);
  });

  test("is gone for good once it is deleted", async () => {
    const { id, token } = seed({ name: "Pump" });
    const reply = await call("DELETE", tokenPath(id));
    expect(reply).toMatchObject({ status: 200, body: { success: true } });
    expect(losant.accepts(token)).toBe(false);
    expect(losant.tokenIdOf(token)).toBe(id);
    expect(names()).toEqual(["admin"]);
    for (const method of ["GET", "PATCH", "DELETE"]) {
      const again = await call(method, tokenPath(id), method === "PATCH" ? { body: {} } : {});
      expect(again).toMatchObject({ status: 404, body: { type: "NotFound" } });
    }
  });

  test("is not found under another application", async () => {
    const other = losant.addApplication();
    const { id } = losant.addToken(other, { name: "Elsewhere" });
    expect(await call("GET", tokenPath(id))).toMatchObject({ status: 404, body: { type: "NotFound" } });
  });

  test.each(["short", "xyz", `${UNKNOWN_ID}0`])("with the malformed id %s is a bad request", async (id) => {
    const reply = await call("GET", tokenPath(id));
    expect(reply).toMatchObject({ status: 400, body: { type: "Validation" } });
    expect(reply.body.message).toContain("apiTokenId");
  });
});

describe("listing", () => {
  const many = 1500;
  /** Names and dates repeat, and ids descend, so only sorting can bring them into order. */
  const fill = () => {
    for (let i = 0; i < many; i += 1) {
      const id = (0xffffff - i).toString(16).padStart(24, "a");
      seed({ id, name: `token ${i % 700}`, expirationDate: inDays((i * 7919) % 400) });
    }
  };

  test("answers 100 tokens by name unless asked otherwise", async () => {
    fill();
    const { body } = await list();
    expect(body).toMatchObject({
      count: 100,
      totalCount: many + 1,
      perPage: 100,
      page: 0,
      sortField: "name",
      sortDirection: "asc",
      applicationId: application,
    });
    expect(body).not.toHaveProperty("filter");
    expect(body).not.toHaveProperty("filterField");
    const found = namesOf({ body } as Reply);
    expect(found).toEqual([...found].sort());
  });

  test.each(["asc", "desc"])(
    "pages through 1,500 tokens, each once, in one order (%s)",
    async (direction) => {
      fill();
      const items: Item[] = [];
      for (let page = 0; ; page += 1) {
        const reply = await list(
          `sortField=expirationDate&sortDirection=${direction}&perPage=400&page=${page}`,
        );
        if (itemsOf(reply).length === 0) {
          expect(page).toBe(4);
          expect(reply.body).toMatchObject({ count: 0, totalCount: many + 1, perPage: 400, page: 4 });
          break;
        }
        items.push(...itemsOf(reply));
      }
      const expected = losant
        .tokens(application)
        .map(({ id, expirationDate }) => ({ id, at: expirationDate?.getTime() ?? 0 }))
        .sort((a, b) => (direction === "asc" ? a.at - b.at : b.at - a.at) || (a.id < b.id ? -1 : 1));
      expect(items.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    },
  );

  test("reduces a perPage that is too large, and says so", async () => {
    fill();
    const cut = await list("perPage=999999");
    expect(cut.body).toMatchObject({ count: 1000, perPage: 1000, totalCount: many + 1 });
    const second = await list("perPage=999999&page=1");
    expect(second.body).toMatchObject({ count: 501, perPage: 1000, page: 1 });
  });

  test("cuts at the limit it was started with, also the default", async () => {
    await restart({ maxPerPage: 7 });
    for (let i = 0; i < 10; i += 1) seed({ name: `token ${i}` });
    expect((await list()).body).toMatchObject({ count: 7, perPage: 7, totalCount: 11 });
    expect((await list("perPage=5")).body).toMatchObject({ count: 5, perPage: 5 });
  });

  test.each([
    ["first", "asc", ["admin", "soon", "late"]],
    ["first", "desc", ["late", "soon", "admin"]],
    ["last", "asc", ["soon", "late", "admin"]],
    ["last", "desc", ["admin", "late", "soon"]],
  ] as const)("sorts a token that never expires %s, seen ascending (%s)", async (undated, way, expected) => {
    await restart({ undated });
    seed({ name: "late", expirationDate: inDays(20) });
    seed({ name: "soon", expirationDate: inDays(3) });
    expect(namesOf(await list(`sortField=expirationDate&sortDirection=${way}`))).toEqual(expected);
  });

  test("goes on listing tokens that have expired or are inactive", async () => {
    seed({ name: "expired", expirationDate: inDays(-1) });
    seed({ name: "inactive", status: "inactive" });
    expect(namesOf(await list())).toEqual(["admin", "expired", "inactive"]);
  });

  test.each([
    ["sortField=status&sortDirection=DESC", ["b", "admin", "c"]],
    ["sortField=id", ["admin", "b", "c"]],
    ["sortField=id&sortDirection=desc", ["c", "b", "admin"]],
    ["sortField=creationDate", ["c", "b", "admin"]],
    ["sortField=lastUpdated", ["c", "admin", "b"]],
    ["sortField=&sortDirection=&page=&perPage=&filterField=&filter=", ["admin", "b", "c"]],
  ])("sorts as asked: %s", async (query, expected) => {
    const { id } = seed({ name: "b", status: "inactive", creationDate: inDays(-1) });
    seed({ name: "c", creationDate: inDays(-2) });
    clock = inDays(1);
    losant.edit(application, id, { description: "touched" });
    expect(namesOf(await list(query))).toEqual(expected);
  });

  test.each([
    ["filterField=name&filter=my*token", ["My other TOKEN", "my token"]],
    ["filterField=name&filter=MY%20token", ["my token"]],
    ["filterField=name&filter=my", []],
    ["filterField=name&filter=%3Fy*", ["My other TOKEN", "my token"]],
    ["filterField=name&filter=a.b", ["a.b"]],
    ["filterField=name&filter=[a]%2B(b)", ["[a]+(b)"]],
    ["filterField=status&filter=inact*", ["a+b"]],
    ["filterField=status&filter=active", ["My other TOKEN", "[a]+(b)", "a.b", "admin", "my token"]],
    ["filterField=name&filter=", ["My other TOKEN", "[a]+(b)", "a+b", "a.b", "admin", "my token"]],
    ["filter=my*token", ["My other TOKEN", "[a]+(b)", "a+b", "a.b", "admin", "my token"]],
  ])("filters by globs: %s", async (query, expected) => {
    for (const name of ["my token", "My other TOKEN", "a.b", "[a]+(b)"]) seed({ name });
    seed({ name: "a+b", status: "inactive" });
    const reply = await list(query);
    expect(namesOf(reply)).toEqual(expected);
    expect(reply.body).toMatchObject({ count: expected.length, totalCount: expected.length });
  });

  test("says which filter it applied", async () => {
    expect((await list("filterField=name&filter=ad*")).body).toMatchObject({
      filterField: "name",
      filter: "ad*",
    });
  });

  test.each([
    ["sortField=scope", "sortField"],
    ["sortDirection=up", "sortDirection"],
    ["filterField=id&filter=x", "filterField"],
    ["page=-1", "page"],
    ["page=1.5", "page"],
    ["perPage=0", "perPage"],
    ["perPage=all", "perPage"],
  ])("refuses %s", async (query, parameter) => {
    const reply = await list(query);
    expect(reply).toMatchObject({ status: 400, body: { type: "Validation" } });
    expect(reply.body.message).toContain(parameter);
  });

  test("shows the tokens of one application only", async () => {
    const other = losant.addApplication();
    losant.addToken(other, { name: "Elsewhere" });
    expect(namesOf(await list())).toEqual(["admin"]);
  });

  test("holds tens of thousands of tokens", async () => {
    for (let i = 0; i < 20_000; i += 1) seed({ name: `token ${i}` });
    const { body } = await list("sortField=expirationDate&perPage=1000&page=20");
    expect(body).toMatchObject({ totalCount: 20_001, count: 1 });
  });
});

describe("access", () => {
  const endpoints = {
    application: ["GET", ""],
    list: ["GET", "/tokens"],
    create: ["POST", "/tokens"],
    get: ["GET", "/tokens/:id"],
    patch: ["PATCH", "/tokens/:id"],
    delete: ["DELETE", "/tokens/:id"],
  } as const;
  type Endpoint = keyof typeof endpoints;
  const all = Object.keys(endpoints) as readonly Endpoint[];

  async function attempt(endpoint: Endpoint, bearer: string | undefined, owner = application) {
    const [method, path] = endpoints[endpoint];
    const { id } = losant.addToken(owner, { name: "Victim" });
    const bodies: Partial<Record<Endpoint, object>> = { create: { name: "New" }, patch: { name: "Changed" } };
    const full = `/applications/${owner}${path.replace(":id", id)}`;
    return call(method, full, { bearer, body: bodies[endpoint] });
  }

  test.each<[string, readonly Endpoint[]]>([
    ["all.Application", all],
    ["all.Application.read", ["application", "list", "get"]],
    ["all.Application.bounded", ["application", "list"]],
    ["all.Application.cli", ["application"]],
    ["application.*", ["application"]],
    ["application.get", ["application"]],
    ["application.patch", []],
    ["applicationApiTokens.*", ["list", "create"]],
    ["applicationApiTokens.get", ["list"]],
    ["applicationApiTokens.post", ["create"]],
    ["applicationApiToken.*", ["get", "patch", "delete"]],
    ["applicationApiToken.get", ["get"]],
    ["applicationApiToken.patch", ["patch"]],
    ["applicationApiToken.delete", ["delete"]],
    ["devices.get", []],
  ])("with the scope %s opens %j and nothing else", async (scope, open) => {
    const { token } = seed({ name: "Narrow", scope: [scope] });
    for (const endpoint of all) {
      const before = losant.tokens(application).length;
      const reply = await attempt(endpoint, token);
      if (open.includes(endpoint)) expect(reply.status).toBeLessThan(300);
      else expect(reply).toMatchObject({ status: 403, body: { type: "Forbidden" } });
      if (!open.includes(endpoint)) expect(losant.tokens(application)).toHaveLength(before + 1);
    }
  });

  test.each([
    ["devices", "devices"],
    ["edge/deployments", "edgeDeployments"],
    ["experience/slugs", "experienceSlugs"],
    ["certificate-authorities", "applicationCertificateAuthorities"],
  ])(
    "opens the list %s, which is empty, to the scopes of its resource and to those for all",
    async (path, of) => {
      const answerTo = async (scope: string) => {
        const { token } = seed({ name: "Reader", scope: [scope] });
        return call("GET", `/applications/${application}/${path}?perPage=1`, { bearer: token });
      };
      for (const scope of [`${of}.get`, `${of}.*`, "all.Application.read"])
        expect(await answerTo(scope)).toMatchObject({ status: 200, body: { items: [] } });
      for (const scope of ["data.export", "applicationApiTokens.get", `${of}.post`])
        expect(await answerTo(scope)).toMatchObject({ status: 403, body: { type: "Forbidden" } });
      expect((await call("GET", `/applications/${application}/${path}`, { bearer: "a.b.c" })).status).toBe(
        401,
      );
    },
  );

  test("adds up several scopes", async () => {
    const { token } = seed({
      name: "Worker",
      scope: ["applicationApiTokens.get", "applicationApiToken.delete"],
    });
    expect((await attempt("list", token)).status).toBe(200);
    expect((await attempt("delete", token)).status).toBe(200);
    expect((await attempt("create", token)).status).toBe(403);
  });

  test("can be taken from one token alone, for one thing", async () => {
    const scope = ["applicationApiTokens.get", "applicationApiTokens.post"];
    const { id, token } = seed({ name: "Worker", scope });
    losant.edit(application, id, { scope: ["applicationApiTokens.post"] });
    expect((await attempt("list", token)).status).toBe(403);
    expect((await attempt("create", token)).status).toBe(201);
    expect((await attempt("list", admin)).status).toBe(200);
  });

  test.each(all)("is refused without a token that Losant knows (%s)", async (endpoint) => {
    const gone = seed({ name: "Deleted" });
    losant.remove(application, gone.id);
    const dead = [
      undefined,
      "made.up.string",
      gone.token,
      seed({ name: "Inactive", status: "inactive" }).token,
      seed({ name: "Expired", expirationDate: clock }).token,
    ];
    for (const bearer of dead) {
      const { status, body } = await attempt(endpoint, bearer);
      expect(status).toBe(401);
      expect(body).toEqual({ type: "InvalidToken", message: expect.any(String) });
    }
  });

  test("wants a bearer, not another kind of credential", async () => {
    const response = await fetch(`${losant.url}${tokensPath()}`, {
      headers: { authorization: `Basic ${admin}` },
    });
    expect(response.status).toBe(401);
  });

  test("ends in the millisecond in which a token expires", async () => {
    const { token } = seed({ name: "Short", expirationDate: inDays(1) });
    clock = new Date(inDays(1).getTime() - 1);
    expect(losant.accepts(token)).toBe(true);
    expect((await list("", { bearer: token })).status).toBe(200);
    clock = inDays(1);
    expect(losant.accepts(token)).toBe(false);
    expect((await list("", { bearer: token })).status).toBe(401);
  });

  test.each(all)("does not reach into another application (%s)", async (endpoint) => {
    const other = losant.addApplication();
    expect(await attempt(endpoint, admin, other)).toMatchObject({ status: 403, body: { type: "Forbidden" } });
  });

  test("finds no application that does not exist, and refuses malformed ids", async () => {
    const unknown = await call("GET", `/applications/${UNKNOWN_ID}/tokens`);
    expect(unknown).toMatchObject({ status: 404, body: { type: "NotFound" } });
    const malformed = await call("GET", "/applications/factory/tokens");
    expect(malformed).toMatchObject({ status: 400, body: { type: "Validation" } });
  });

  test.each([
    ["GET", "/"],
    ["PUT", "/applications/:id/tokens"],
    ["POST", "/applications/:id/devices"],
    ["GET", "/applications/:id/gadgets"],
    ["GET", "/applications/:id/tokens/:id/more"],
    ["GET", "/_emulator/nothing"],
  ])("knows no %s %s", async (method, path) => {
    const reply = await call(method, path.replace(":id", application));
    expect(reply).toMatchObject({ status: 404, body: { type: "NotFound" } });
    expect(losant.calls).toEqual(["unknown"]);
  });

  test("answers who may see it what application this is", async () => {
    const { status, body } = await call("GET", `/applications/${application}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: application, applicationId: application, name: "Factory" });
  });
});

describe("a person in the console", () => {
  test("may give a token what the API can't", async () => {
    const { id, token } = seed({ name: "Old", scope: ["legacy.get"], expirationDate: inDays(1) });
    losant.edit(application, id, { expirationDate: undefined, creatorType: undefined, scope: ["a.b"] });
    const { body } = await call("GET", tokenPath(id));
    expect(body.scope).toEqual(["a.b"]);
    expect(body).not.toHaveProperty("expirationDate");
    expect(body).not.toHaveProperty("creatorType");
    clock = inDays(1000);
    expect(losant.accepts(token)).toBe(true);
  });

  test("hears of ids that don't exist or exist already", () => {
    expect(() => losant.addApplication({ id: application })).toThrow(application);
    expect(() => losant.addApplication({ id: "short" })).toThrow("short");
    expect(() => losant.tokens(UNKNOWN_ID)).toThrow(UNKNOWN_ID);
    expect(() => losant.edit(application, UNKNOWN_ID, {})).toThrow(UNKNOWN_ID);
    expect(() => losant.remove(application, UNKNOWN_ID)).toThrow(UNKNOWN_ID);
    const { id } = seed({ name: "One" });
    expect(() => seed({ id, name: "Two" })).toThrow(id);
  });

  test("may seed with curl, which is no call of the API", async () => {
    const id = "575ec8687ae143cd83dc4a97";
    const first = await call("POST", "/_emulator/applications", { body: { id, name: "Curl" } });
    expect(first).toMatchObject({ status: 201, body: { id } });
    const expirationDate = inDays(5).toISOString();
    const seeded = { applicationId: id, name: "By hand", scope: ["legacy.get"], expirationDate };
    const { status, body } = await call("POST", "/_emulator/tokens", { body: seeded });
    expect(status).toBe(201);
    expect(losant.tokenIdOf(String(body.token))).toBe(body.id);
    expect(losant.tokens(id)).toMatchObject([{ name: "By hand", expirationDate: inDays(5) }]);
    expect(losant.calls).toEqual([]);

    for (const bad of [{ name: "x" }, { ...seeded, applicationId: UNKNOWN_ID }, { ...seeded, colour: 1 }])
      expect((await call("POST", "/_emulator/tokens", { body: bad })).status).toBe(400);
  });

  test("may look at everything but the strings", async () => {
    const { id, token } = seed({ name: "Seen" });
    const { text, body } = await call("GET", "/_emulator/state");
    expect(body).toMatchObject({ applications: [{ id: application, tokens: [{ name: "admin" }, { id }] }] });
    expect(text).not.toContain(token);
  });

  test("may choose the ids", async () => {
    let next = 0;
    const ids = () => (++next).toString().padStart(24, "0");
    await restart({ ids });
    expect(application).toBe("000000000000000000000001");
    expect((await create({ name: "Third" })).body.id).toBe("000000000000000000000003");
  });
});

describe("faults of a creation", () => {
  test("keep another scope, date or status than asked", async () => {
    const stored = { scope: ["device.get"], expirationDate: inDays(1).toISOString(), status: "inactive" };
    losant.faults.add({ operation: "create", times: 1, tweak: { stored } });
    const { status, body } = await create({ name: "Bent", expirationDate: inDays(90).toISOString() });
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: "Bent", ...stored });
    expect((await call("GET", tokenPath(String(body.id)))).body).toMatchObject(stored);
    expect(losant.accepts(String(body.token))).toBe(false);
    expect((await create({ name: "Straight" })).body).toMatchObject({ scope: ["all.Application"] });
  });

  test("forget the expiration date", async () => {
    losant.faults.add({ operation: "create", tweak: { stored: { expirationDate: null } } });
    const { body } = await create({ name: "Eternal", expirationDate: inDays(90).toISOString() });
    expect(body).not.toHaveProperty("expirationDate");
    expect(losant.tokens(application)).toContainEqual(
      expect.objectContaining({ name: "Eternal", expirationDate: undefined }),
    );
  });

  test("answer otherwise than what is stored, or leave something out", async () => {
    const answered = { id: null, token: null, scope: ["all.User"] };
    losant.faults.add({ operation: "create", tweak: { answered } });
    const { status, body } = await create({ name: "Mumbled" });
    expect(status).toBe(201);
    expect(body).not.toHaveProperty("id");
    expect(body).not.toHaveProperty("token");
    expect(body).toMatchObject({ name: "Mumbled", scope: ["all.User"] });
    expect(losant.tokens(application)[1]).toMatchObject({ id: body.apiTokenId, scope: ["all.Application"] });
  });

  test("show the new string where nobody expects it", async () => {
    losant.faults.add({ operation: "create", tweak: { echoed: ["name", "creatorName"] } });
    const { body } = await create({ name: "Mirror" });
    expect(body).toMatchObject({ name: body.token, creatorName: body.token });
    expect(names()).toEqual(["admin", "Mirror"]);
  });

  test("are reported when they are misspelt, and then change nothing", async () => {
    losant.faults.add({ operation: "create", tweak: { scoop: ["device.get"] } });
    expect(await create({ name: "x" })).toMatchObject({ status: 500, body: { type: "InvalidTweak" } });
    expect(names()).toEqual(["admin"]);
  });
});

describe("faults of a listing", () => {
  test("hide tokens that exist, as a stale one does", async () => {
    const { id } = seed({ id: "ABCDEF0123456789ABCDEF01", name: "Fresh" });
    losant.faults.add({ operation: "list", times: 1, tweak: { hide: [id.toLowerCase()] } });
    expect((await list()).body).toMatchObject({ totalCount: 1, items: [{ name: "admin" }] });
    expect((await call("GET", tokenPath(id))).status).toBe(200);
    expect(namesOf(await list())).toEqual(["Fresh", "admin"]);
  });

  test("show strings that nothing accepts", async () => {
    losant.faults.add({ operation: "list", tweak: { withToken: true } });
    const [item] = itemsOf(await list());
    expect(item?.token).toBe(plantedToken(item?.id ?? ""));
    expect(losant.accepts(item?.token ?? "")).toBe(false);
  });

  test("show a row otherwise than it is, in the listing and by itself", async () => {
    const { id } = seed({ name: "Odd" });
    const rows = { [id]: { name: null, status: "expired", expirationDate: "" } };
    losant.faults.add({ tweak: { rows } });
    const row = itemsOf(await list()).find((item) => item.id === id);
    expect(row).toMatchObject({ status: "expired", expirationDate: "" });
    expect(row).not.toHaveProperty("name");
    expect((await call("GET", tokenPath(id))).body).toMatchObject({ status: "expired" });
    expect(itemsOf(await list())).toContainEqual(expect.objectContaining({ name: "admin" }));
  });

  test("list tied tokens in another order on each page, so that some are missing; sorted without ties, none is", async () => {
    for (let count = 0; count < 40; count += 1) seed({ name: "Tied", expirationDate: inDays(9) });
    losant.faults.add({ operation: "list", tweak: { shuffleTies: true } });
    const listed = async (sortField: string) => {
      const ids = new Set<string>();
      for (let page = 0; page < 5; page += 1)
        for (const { id } of itemsOf(await list(`sortField=${sortField}&perPage=10&page=${page}`)))
          ids.add(id);
      return ids.size;
    };
    expect(await listed("expirationDate")).toBeLessThan(41);
    expect(await listed("id")).toBe(41);
  });

  test("change the envelope", async () => {
    losant.faults.add({ operation: "list", tweak: { answered: { totalCount: null, perPage: 3 } } });
    const { body } = await list();
    expect(body).not.toHaveProperty("totalCount");
    expect(body.perPage).toBe(3);
  });
});

/** Status line, headers and body exactly as they arrived. No HTTP client would show them. */
async function wire(path: string): Promise<string> {
  const { port } = new URL(losant.url);
  const socket = connect(Number(port), "127.0.0.1");
  socket.end(
    `GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${admin}\r\nconnection: close\r\n\r\n`,
  );
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString("latin1");
}

describe("answers that no server should give", () => {
  test.each([
    [0, "000"],
    [99, "099"],
    [600, "600"],
    [999, "999"],
  ])("have the status %i", async (status, written) => {
    losant.faults.add({ operation: "list", instead: { status } });
    expect(await wire(tokensPath())).toMatch(new RegExp(`^HTTP/1\\.1 ${written} .*"totalCount":1`, "s"));
  });

  test("are given after what was asked for is done", async () => {
    losant.faults.add({ operation: "create", times: 1, instead: { status: 502, body: "<html>" } });
    expect(await create({ name: "Made" })).toMatchObject({ status: 502, text: "<html>" });
    expect(names()).toEqual(["admin", "Made"]);
  });

  test.each(["gzip", "deflate", "br"] as const)(
    "are in an encoding that nobody asked for: %s",
    async (encoding) => {
      losant.faults.add({ operation: "list", instead: { encoding } });
      const { headers, body } = await list();
      expect(headers.get("content-encoding")).toBe(encoding);
      expect(body).toMatchObject({ totalCount: 1 });
    },
  );

  test("are as long as is wanted", async () => {
    losant.faults.add({ operation: "list", instead: { paddingBytes: 3_000_000 } });
    const { text } = await list();
    expect(text.trim().length + 3_000_000).toBe(text.length);
    expect(JSON.parse(text)).toMatchObject({ totalCount: 1 });
  });

  test("drip", async () => {
    losant.faults.add({ operation: "list", instead: { body: "123456789", dripBytes: 4 } });
    const startedAt = performance.now();
    expect((await list()).text).toBe("123456789");
    expect(performance.now() - startedAt).toBeGreaterThan(150);
  });
});

describe("faults of the connection", () => {
  test("close it before anything happened", async () => {
    losant.faults.add({ operation: "create", drop: "before", times: 1 });
    await expect(create({ name: "Lost" })).rejects.toThrow();
    expect(names()).toEqual(["admin"]);
    expect((await create({ name: "Found" })).status).toBe(201);
  });

  test("close it after the token was made", async () => {
    losant.faults.add({ operation: "create", drop: "after", times: 1 });
    await expect(create({ name: "Orphan" })).rejects.toThrow();
    expect(names()).toEqual(["admin", "Orphan"]);
  });

  test("let a slow request be overtaken, and take effect all the same", async () => {
    losant.faults.add({ operation: "create", match: "Slow", latencyMs: 1_000 });
    const slow = create({ name: "Slow" });
    await vi.waitFor(() => expect(losant.calls).toContain("create"), WAIT);
    await create({ name: "Quick" });
    await slow;
    expect(names()).toEqual(["admin", "Quick", "Slow"]);
  });

  test("make a token for a client that has given up", async () => {
    losant.faults.add({ operation: "create", latencyMs: 500 });
    const client = new AbortController();
    const impatient = create({ name: "Unawaited" }, { signal: client.signal });
    const refused = expect(impatient).rejects.toThrow();
    await vi.waitFor(() => expect(losant.calls).toContain("create"), WAIT);
    client.abort();
    await refused;
    await vi.waitFor(() => expect(names()).toEqual(["admin", "Unawaited"]), WAIT);
  });

  test.each([
    ["429 with Retry-After", losantError(429, "RateLimit", "Slow down", { "retry-after": "2" })],
    ["429 without one", { status: 429 }],
    ["500", losantError(500)],
    ["HTML", { status: 502, headers: { "content-type": "text/html" }, body: "<h1>Bad Gateway</h1>" }],
    ["nothing at all", { status: 201 }],
  ])("answer %s instead of creating", async (_what, answer) => {
    losant.faults.add({ operation: "create", answer });
    const { status, headers, text } = await create({ name: "Never" });
    expect(status).toBe(answer.status);
    for (const [name, value] of Object.entries(("headers" in answer && answer.headers) || {}))
      expect(headers.get(name)).toBe(value);
    const body = "body" in answer ? answer.body : "";
    expect(text).toBe(typeof body === "string" ? body : JSON.stringify(body));
    expect(names()).toEqual(["admin"]);
  });

  test("start after a number of requests, happen a number of times, and only where the text matches", async () => {
    losant.faults.add({ operation: "list", match: "page=7", after: 1, times: 2, answer: { status: 503 } });
    const statuses: number[] = [];
    for (const query of ["page=7", "page=1", "page=7", "page=7", "page=7"])
      statuses.push((await list(query)).status);
    expect(statuses).toEqual([200, 200, 503, 503, 200]);
    expect((await create({ name: "page=7" })).status).toBe(201);
  });

  test("can be set and cleared with curl", async () => {
    const fault = { answer: { status: 503 } };
    expect((await call("POST", "/_emulator/faults", { body: [fault] })).status).toBe(204);
    expect((await list()).status).toBe(503);
    expect((await call("GET", `/applications/${application}`)).status).toBe(503);
    expect((await call("DELETE", "/_emulator/faults")).status).toBe(204);
    expect((await list()).status).toBe(200);
    expect(losant.calls).toEqual(["list", "application", "list"]);
  });
});

describe("a rate window", () => {
  test("lets so many requests through until the next one begins, and refuses all others before anything happens", async () => {
    await restart({ rateWindow: { requests: 2 } });
    const statuses = async (count: number) => {
      const seen: number[] = [];
      for (let asked = 0; asked < count; asked += 1) seen.push((await create({ name: `n${asked}` })).status);
      return seen;
    };
    expect(await statuses(4)).toEqual([201, 201, 429, 429]);
    expect(names()).toEqual(["admin", "n0", "n1"]);
    clock = new Date(clock.getTime() + 15_000);
    expect(await statuses(3)).toEqual([201, 201, 429]);
  });

  test("says when the next one begins, if it is told to", async () => {
    await restart({ rateWindow: { requests: 0, windowMs: 10_000 } });
    expect((await list()).headers.has("retry-after")).toBe(false);
    await restart({ rateWindow: { requests: 0, windowMs: 10_000, saysWhen: true } });
    clock = new Date(Math.floor(START.getTime() / 10_000) * 10_000 + 2_500);
    const { status, body, headers } = await list();
    expect({ status, body }).toMatchObject({ status: 429, body: { type: "RateLimit" } });
    expect(headers.get("retry-after")).toBe("8");
  });
});

describe("the Date header", () => {
  test("is by the emulator's own clock, in answers of every kind", async () => {
    losant.faults.add({ operation: "get", answer: losantError(500, "Internal", "broken") });
    clock = new Date("2026-03-02T03:04:05.678Z");
    const replies = [
      await list(),
      await list("", { bearer: "unknown" }),
      await call("GET", tokenPath(UNKNOWN_ID)),
    ];
    expect(replies.map(({ status }) => status)).toEqual([200, 401, 500]);
    for (const { headers } of replies) expect(headers.get("date")).toBe("Mon, 02 Mar 2026 03:04:05 GMT");
  });

  test("may be by another clock, or absent", async () => {
    let servedAt: Date | undefined = inDays(2);
    await restart({ servedAt: () => servedAt });
    expect((await list()).headers.get("date")).toBe(inDays(2).toUTCString());
    servedAt = undefined;
    expect((await list()).headers.has("date")).toBe(false);
  });
});

test("an emulator listens on the loopback interface only, where it is told to", async () => {
  expect(losant.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const { port } = new URL(losant.url);
  await restart({ port: Number(port) });
  expect(losant.url).toBe(`http://127.0.0.1:${port}`);
});
