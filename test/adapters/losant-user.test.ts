import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Cap } from "../../emulators/losant/roles.ts";
import {
  type LosantEmulator,
  type LosantEmulatorOptions,
  startLosant,
} from "../../emulators/losant/server.ts";
import { losantConnections } from "../../lambda/adapters/losant/connections.ts";
import { readMarkers } from "../../lambda/model/marker.ts";
import { capKey } from "../../lambda/model/permission-cap.ts";
import { Redacted } from "../../lambda/model/redacted.ts";
import { SecretName } from "../../lambda/model/secret.ts";
import { ApplicationId, TokenId } from "../../lambda/model/token.ts";
import { FakeCredentials, failure, ORDER, QUICK } from "./losant-bench.ts";

const ENTRY = { accessToken: v.parse(SecretName, "losant-access/fleet") };
const ORGANIZATION = "675ed6e87ae143cd83dc4aa1";
const CAP: Cap = {
  defaultRole: "none",
  orgRoles: [
    {
      orgId: ORGANIZATION,
      role: "collaborate",
      applicationRoles: [{ resourceId: "575ec8687ae143cd83dc4a97", role: "view" }],
      dashboardRoles: [{ resourceId: "575ec8687ae143cd83dc4a98", role: "none" }],
    },
    { orgId: "sandbox", role: "none" },
  ],
};
const OF_USER = ["applications.get", "userApiTokens.*", "userApiToken.*"];

let losant: LosantEmulator;
let user: string;
let access: { readonly id: string; readonly token: string };

async function start(scope: readonly string[] = OF_USER, options: LosantEmulatorOptions = {}): Promise<void> {
  losant = await startLosant(options);
  user = losant.addUser();
  access = losant.addUserToken(user, { name: "fleet worker", scope, ...CAP });
}

beforeEach(() => start());
afterEach(() => losant.close());

async function restart(scope: readonly string[], options: LosantEmulatorOptions = {}): Promise<void> {
  await losant.close();
  await start(scope, options);
}

function connected(credentials = new FakeCredentials([access.token])) {
  const options = { baseUrl: losant.url, credentials, secretPrefix: "losant", limits: QUICK };
  const { connect, directoryOf } = losantConnections(options);
  const owner = { id: v.parse(ApplicationId, user), ownerType: "user" as const };
  return { api: connect({ ...owner, ...ENTRY, foundBy: ENTRY }), directory: directoryOf(ENTRY), credentials };
}

const order = (cap: Cap = CAP) => ({ ...ORDER, scope: OF_USER, cap });
const stored = (id: string) => losant.userTokens(user).find((token) => token.id === id);

describe("the tokens of a user", () => {
  it("are listed with their permission caps, and each is found by its id", async () => {
    const other = losant.addUserToken(user, { name: "other" });
    const { api } = connected();
    const { tokens } = await api.list();
    expect(tokens.map(({ id, cap }) => [id, cap]).toSorted()).toEqual([
      [access.id, CAP],
      [other.id, {}],
    ]);
    expect((await api.get(v.parse(TokenId, access.id)))?.cap).toEqual(CAP);
    expect(await api.get(v.parse(TokenId, "0".repeat(24)))).toBeUndefined();
  });

  it("get a new one with the ordered scope and cap, and a signed marker", async () => {
    const { api } = connected();
    const issued = await api.create(order());
    expect(stored(issued.token.id)).toMatchObject({ scope: OF_USER, cap: CAP, status: "active" });
    expect(capKey(issued.token.cap)).toBe(capKey(CAP));
    expect(readMarkers(issued.token.description)).toHaveLength(1);
    expect(losant.accepts(issued.string.reveal())).toBe(true);
    expect(await api.probe(issued.string, OF_USER)).toBe("accepted");
    expect(await api.probe(new Redacted("eyJhbGciOiJIUzI1NiJ9.e30.AAAA"), OF_USER)).toBe("rejected");
    expect(await api.probe(issued.string, ["applications.get"])).toBeUndefined();
  });

  it("keep their caps when they are deactivated, and can be deleted", async () => {
    const { api } = connected();
    const { token } = await api.create(order());
    await api.deactivateForDiscard(token, new Date());
    expect(stored(token.id)).toMatchObject({ status: "inactive", cap: CAP });
    expect(stored(token.id)?.description).toContain("discarded=");
    await api.delete(token.id);
    await api.delete(token.id);
    expect(losant.userTokens(user).map(({ id }) => id)).toEqual([access.id]);
  });

  it("are unreadable with a cap that isn't understood completely", async () => {
    const odd = losant.addUserToken(user, { name: "odd" });
    const role = { orgId: ORGANIZATION, role: "view", deviceRoles: [] };
    losant.editUserToken(user, odd.id, { cap: { orgRoles: [role] } as unknown as Cap });
    const { tokens, unreadable } = await connected().api.list();
    expect(tokens.map(({ id }) => id)).toEqual([access.id]);
    expect(unreadable.map(({ id, problem }) => [id, problem])).toEqual([
      [odd.id, expect.stringContaining("orgRoles")],
    ]);
  });

  it.each([
    ["list", "userApiTokens.get", (api: Api) => api.list()],
    ["read", "userApiToken.get", (api: Api) => api.get(v.parse(TokenId, access.id))],
    ["create", "userApiTokens.post", (api: Api) => api.create(order())],
    ["deactivate", "userApiToken.patch", (api: Api) => api.deactivate(v.parse(TokenId, access.id))],
    ["delete", "userApiToken.delete", (api: Api) => api.delete(v.parse(TokenId, access.id))],
  ] as const)("say which scope is missing to %s them: %s", async (_, missing, call) => {
    const five = ["Tokens.get", "Tokens.post", "Token.get", "Token.patch", "Token.delete"];
    const all = five.map((right) => `userApi${right}`);
    await restart(all.filter((scope) => scope !== missing));
    const error = await failure(call(connected().api));
    expect(error).toMatchObject({ code: "access-token-forbidden", effect: "none" });
    expect(error.message).toContain(`of user ${user}`);
    expect(error.message).toContain(missing);
  });

  it("that can't be listed don't make the applications use the previous access token", async () => {
    await restart(["applications.get"]);
    const previous = losant.addUserToken(user, { name: "previous" });
    const { api, directory, credentials } = connected(new FakeCredentials([access.token], previous.token));
    await failure(api.list());
    await directory.list();
    expect(credentials.reads).toEqual(["AWSCURRENT"]);
  });
});

type Api = ReturnType<typeof connected>["api"];

describe("the user of an access token", () => {
  it("is found in the list of that user's tokens, in one call", async () => {
    expect(await connected().directory.user()).toBe(user);
    expect(losant.calls).toEqual(["list-mine"]);
  });

  it("is unknown without the scope, and for the access token of an application", async () => {
    await restart(["applications.get"]);
    const error = await failure(connected().directory.user());
    expect(error).toMatchObject({ code: "access-token-forbidden" });
    expect(error.message).toContain("userApiTokens.get");
    const app = losant.addApplication();
    const { token } = losant.addToken(app, { name: "of an application" });
    const ofApplication = connected(new FakeCredentials([token]));
    expect(await failure(ofApplication.directory.user())).toMatchObject({ code: "access-token-forbidden" });
  });

  it("is unknown if Losant doesn't say whose the tokens are", async () => {
    const answered = { items: [{ id: access.id }] };
    losant.faults.add({ operation: "list-mine", tweak: { answered } });
    expect(await failure(connected().directory.user())).toMatchObject({ code: "losant-answer-invalid" });
  });
});
