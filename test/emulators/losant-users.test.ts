import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type LosantEmulator,
  type LosantEmulatorOptions,
  startLosant,
  USER_SCOPES,
} from "../../emulators/losant/server.ts";

const START = new Date("2026-03-01T12:00:00.000Z");

let losant: LosantEmulator;
let user: string;
let acme: string;
let fleet: string;

async function start(options: LosantEmulatorOptions = {}): Promise<void> {
  losant = await startLosant({ now: () => START, ...options });
  user = losant.addUser({ name: "Robot" });
  acme = losant.addOrganization({ name: "Acme" });
  losant.setMember(acme, user, "admin");
  fleet = losant.addUserToken(user, { name: "fleet worker" }).token;
}

beforeEach(() => start());
afterEach(() => losant.close());

async function restart(options: LosantEmulatorOptions): Promise<void> {
  await losant.close();
  await start(options);
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly [key: string]: unknown;
}

async function call(method: string, path: string, bearer = fleet, body?: object) {
  const response = await fetch(`${losant.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}` },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answered = (text === "" ? {} : JSON.parse(text)) as Readonly<Record<string, unknown>>;
  return { status: response.status, body: answered, items: (answered.items ?? []) as readonly Row[] };
}

const applications = (query = "", bearer?: string) => call("GET", `/applications?${query}`, bearer);
const statusOf = async (path: string, bearer?: string) => (await call("GET", path, bearer)).status;
const tokensOf = (id: string) => `/applications/${id}/tokens`;

describe("the list of applications", () => {
  test("has those of the user and of the user's organizations, and no others", async () => {
    const own = losant.addApplication({ name: "Own", ownerId: user });
    const ours = losant.addApplication({ name: "Ours", ownerId: acme });
    losant.addApplication({ name: "Foreign" });
    const { body, items } = await applications("sortField=id");
    expect(items).toMatchObject([
      { id: own, ownerId: user, ownerType: "user" },
      { id: ours, ownerId: acme, ownerType: "organization", organizationName: "Acme" },
    ]);
    expect(items[0]).not.toHaveProperty("organizationName");
    expect(body).toMatchObject({ count: 2, totalCount: 2, page: 0, perPage: 100, sortField: "id" });
    expect((await applications("orgId=")).items).toMatchObject([{ id: own }]);
    expect((await applications(`orgId=${acme}`)).items).toMatchObject([{ id: ours }]);
  });

  test("counts the tokens if that is requested", async () => {
    const id = losant.addApplication({ ownerId: acme });
    losant.addToken(id, { name: "one" });
    expect((await applications("summaryInclude=apiTokenCount")).items).toMatchObject([
      { summary: { apiTokenCount: 1 } },
    ]);
    expect((await applications()).items[0]).not.toHaveProperty("summary");
  });

  test.each([
    [{}, 100],
    [{ maxApplicationsPerPage: 7 }, 7],
  ])("has pages that are reduced, as the answer says: %j", async (options, perPage) => {
    await restart(options);
    for (let index = 0; index < 120; index += 1) losant.addApplication({ ownerId: acme });
    const { body, items } = await applications("perPage=1000");
    expect(items).toHaveLength(perPage);
    expect(body).toMatchObject({ perPage, count: perPage, totalCount: 120 });
  });

  test("shifts if an application is deleted between two pages", async () => {
    const ids = [1, 2, 3, 4].map(() => losant.addApplication({ ownerId: acme }));
    losant.faults.add({ operation: "applications", times: 1, tweak: { removed: [ids[0]] } });
    const first = await applications("sortField=id&perPage=2&page=0");
    const second = await applications("sortField=id&perPage=2&page=1");
    expect(first.items.map(({ id }) => id)).toEqual([ids[0], ids[1]]);
    expect(second.items.map(({ id }) => id)).toEqual([ids[3]]);
  });

  test("may lack an organization for a while, and may count wrongly", async () => {
    losant.addApplication({ ownerId: acme });
    losant.faults.add({ operation: "applications", times: 1, tweak: { hide: [acme] } });
    expect((await applications()).items).toEqual([]);
    losant.faults.add({ operation: "applications", times: 1, tweak: { answered: { totalCount: 9 } } });
    expect((await applications()).body).toMatchObject({ count: 1, totalCount: 9 });
  });

  test("needs a scope, and the token of a user", async () => {
    const id = losant.addApplication({ ownerId: acme });
    const without = losant.addUserToken(user, { name: "x", scope: ["applicationApiTokens.get"] });
    const listing = losant.addUserToken(user, { name: "y", scope: ["applications.get"] });
    const ofApplication = losant.addToken(id, { name: "z" });
    expect((await applications("", without.token)).status).toBe(403);
    expect((await applications("", listing.token)).status).toBe(200);
    expect((await applications("", ofApplication.token)).status).toBe(403);
    expect((await applications("", "nonsense")).status).toBe(401);
  });

  test("follows applications and members", async () => {
    const other = losant.addOrganization({ name: "Other" });
    const id = losant.addApplication({ ownerId: acme });
    losant.editApplication(id, { ownerId: other });
    expect((await applications()).items).toEqual([]);
    losant.setMember(other, user, "view");
    expect((await applications()).items).toMatchObject([{ id, organizationName: "Other" }]);
    losant.editOrganization(other, { isDisabled: true });
    expect((await applications()).items).toEqual([]);
    losant.editOrganization(other, { isDisabled: false });
    losant.removeApplication(id);
    expect((await applications()).items).toEqual([]);
  });
});

describe("a user's token", () => {
  test("works with the tokens of an application if the user and the cap allow it", async () => {
    const id = losant.addApplication({ ownerId: acme });
    expect(await statusOf(tokensOf(id))).toBe(200);
    losant.setMember(acme, user, "view");
    expect(await statusOf(tokensOf(id))).toBe(403);
    expect(await statusOf(`/applications/${id}`)).toBe(200);
    losant.setMember(acme, user, undefined);
    expect(await statusOf(tokensOf(id))).toBe(404);
  });

  test.each([
    [{ defaultRole: "none" as const }, 404],
    [{ defaultRole: "view" as const }, 403],
    [{ defaultRole: "none" as const, orgRoles: [{ orgId: "<acme>", role: "collaborate" as const }] }, 200],
    [
      {
        orgRoles: [
          { orgId: "<acme>", applicationRoles: [{ resourceId: "<application>", role: "view" as const }] },
        ],
      },
      403,
    ],
  ])("has no more rights than its cap %j", async (cap, status) => {
    const id = losant.addApplication({ ownerId: acme });
    const text = JSON.stringify(cap).replace("<acme>", acme).replace("<application>", id);
    const { token } = losant.addUserToken(user, { name: "capped", ...JSON.parse(text) });
    expect(await statusOf(tokensOf(id), token)).toBe(status);
  });

  test("may be refused for what it doesn't see instead of not finding it", async () => {
    await restart({ hiddenAs: 403 });
    expect(await statusOf(tokensOf(losant.addApplication()))).toBe(403);
  });

  test.each([
    [{}, "apiToken", "accessToken"],
    [{ creatorTypeOfUserTokens: "user", creatorIds: "user" } as const, "user", "user"],
  ])("creates tokens as Losant may show it: %j", async (options, creatorType, creator) => {
    await restart(options);
    const id = losant.addApplication({ ownerId: acme });
    const { body } = await call("POST", tokensOf(id), fleet, { name: "new", scope: ["devices.get"] });
    const creatorId = creator === "user" ? user : losant.tokenIdOf(fleet);
    expect(body).toMatchObject({ name: "new", ownerId: id, creatorType, creatorId });
  });

  test("says whose it is in its payload", () => {
    const claims = JSON.parse(Buffer.from(fleet.split(".")[1] ?? "", "base64url").toString());
    expect(claims).toMatchObject({ sub: losant.tokenIdOf(fleet), userId: user, scope: ["all.User"] });
    expect(losant.accepts(fleet)).toBe(true);
  });

  test("can be created, read, changed and deleted by the user, with its cap", async () => {
    const orgRoles = [{ orgId: acme, role: "collaborate" }];
    const scope = ["applications.get", "applicationApiTokens.get"];
    const { status, body } = await call("POST", "/me/tokens", fleet, { name: "next", scope, orgRoles });
    expect(status).toBe(201);
    expect(body).toMatchObject({ ownerId: user, ownerType: "user", name: "next", scope, orgRoles });
    const path = `/me/tokens/${body.id}`;
    expect((await call("GET", path)).body).toMatchObject({ id: body.id, orgRoles });
    const { items } = await call("GET", "/me/tokens?sortField=id");
    expect(items.map(({ name }) => name)).toEqual(["fleet worker", "next"]);
    expect(items[1]).not.toHaveProperty("token");
    const next = String(body.token);
    expect((await applications("", next)).status).toBe(200);
    expect(
      (await call("PATCH", path, fleet, { status: "inactive", defaultRole: "none" })).body,
    ).toMatchObject({ status: "inactive", defaultRole: "none", orgRoles });
    expect((await applications("", next)).status).toBe(401);
    expect((await call("DELETE", path)).body).toEqual({ success: true });
    expect(await statusOf(path)).toBe(404);
  });

  test("can be created with each scope of users and organizations, but with no other", async () => {
    const post = (scope: readonly string[]) => call("POST", "/me/tokens", fleet, { name: "x", scope });
    expect(USER_SCOPES).toHaveLength(94);
    expect((await post(USER_SCOPES)).status).toBe(201);
    expect((await post(["all.Instance"])).status).toBe(400);
    const expiry = { name: "x", expirationDate: "2027-01-01T00:00:00.000Z" };
    const { body } = await call("POST", "/me/tokens", fleet, expiry);
    expect((await call("PATCH", `/me/tokens/${body.id}`, fleet, expiry)).status).toBe(400);
  });
});

test("users, organizations, members and their tokens can be added with curl", async () => {
  const add = async (what: string, body: object) => (await call("POST", `/_emulator/${what}`, "", body)).body;
  const { id: userId } = await add("users", { name: "Ann" });
  const { id: organizationId } = await add("organizations", { name: "Wheels" });
  await add("members", { organizationId, userId });
  const { id } = await add("applications", { name: "Line", ownerId: organizationId });
  const { token } = await add("user-tokens", { userId, name: "t", scope: ["applications.get"] });
  expect((await applications("", String(token))).items).toMatchObject([{ id, organizationName: "Wheels" }]);
  const { body } = await call("GET", "/_emulator/state", "");
  expect(body).toMatchObject({
    organizations: [{ name: "Acme" }, { name: "Wheels", members: { [String(userId)]: "admin" } }],
  });
  expect(JSON.stringify(body)).not.toContain(token);
});
