import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type LosantEmulator,
  type LosantEmulatorOptions,
  losantError,
  startLosant,
} from "../../emulators/losant/server.ts";
import { FoundApplications } from "../../lambda/adapters/losant/application-listing.ts";
import { losantConnections } from "../../lambda/adapters/losant/connections.ts";
import type { LosantLimits } from "../../lambda/adapters/losant/limits.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import { SecretName } from "../../lambda/model/secret.ts";
import { ApplicationId } from "../../lambda/model/token.ts";
import { FakeCredentials, failure, idOf, QUICK } from "./losant-bench.ts";

const ENTRY = { accessToken: v.parse(SecretName, "losant-access/fleet") };

let losant: LosantEmulator;
let user: string;
let acme: string;
let access: { readonly id: string; readonly token: string };

async function start(options: LosantEmulatorOptions = {}): Promise<void> {
  losant = await startLosant(options);
  user = losant.addUser();
  acme = losant.addOrganization({ name: "Acme" });
  losant.setMember(acme, user, "admin");
  access = losant.addUserToken(user, { name: "fleet" });
}

beforeEach(() => start());
afterEach(() => losant.close());

async function restart(options: LosantEmulatorOptions): Promise<void> {
  await losant.close();
  await start(options);
}

const add = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    losant.addApplication({ id: idOf(index + 1), name: `Application ${index + 1}`, ownerId: acme }),
  );

function connected(limits: Partial<LosantLimits> = {}, credentials = new FakeCredentials([access.token])) {
  const options = {
    baseUrl: losant.url,
    credentials,
    secretPrefix: "losant",
    limits: { ...QUICK, ...limits },
  };
  const { connect, directoryOf } = losantConnections(options);
  const connectTo = (id: string) => connect({ id: v.parse(ApplicationId, id), ...ENTRY, foundBy: ENTRY });
  return { directory: directoryOf(ENTRY), connectTo, credentials };
}

const idsIn = ({ applications }: { readonly applications: readonly { readonly id: string }[] }) =>
  applications.map(({ id }) => id);
const pagesRead = () => losant.calls.filter((operation) => operation === "applications").length;

describe("the list of applications", () => {
  it("has each with its name, its organization and the number of its tokens", async () => {
    const [first = ""] = add(1);
    losant.addToken(first, { name: "one" });
    losant.addApplication({ id: idOf(2), name: "Own", ownerId: user });
    const listing = await connected().directory.list();
    expect(listing).toEqual({
      applications: [
        { id: first, name: "Application 1", organization: { id: acme, name: "Acme" }, tokenCount: 1 },
        { id: idOf(2), name: "Own", organization: undefined, tokenCount: 0 },
      ],
      unreadable: { count: 0, problem: "" },
      missing: 0,
    });
  });

  it.each([
    [0, 1],
    [1, 1],
    [99, 1],
    [100, 2],
    [101, 2],
    [730, 8],
  ])("of %i applications is read in %i pages, by the size that Losant allows", async (count, pages) => {
    const all = add(count);
    expect(idsIn(await connected().directory.list())).toEqual(all);
    expect(pagesRead()).toBe(pages);
  });

  it("is read in larger pages if Losant allows them", async () => {
    await restart({ maxApplicationsPerPage: 1_000 });
    const all = add(730);
    expect(idsIn(await connected().directory.list())).toEqual(all);
    expect(pagesRead()).toBe(1);
  });

  it("is read five pages at a time after the first", async () => {
    add(1_000);
    losant.faults.add({ operation: "applications", latencyMs: 100 });
    const began = performance.now();
    await connected({ readTimeoutMs: 5_000 }).directory.list();
    // One, then two rounds of five, then the page after the last full one.
    expect(performance.now() - began).toBeLessThan(11 * 100);
  });

  it("finds everything that exists if applications are deleted while it is read", async () => {
    const all = add(450);
    losant.faults.add({ operation: "applications", times: 1, tweak: { removed: all.slice(0, 3) } });
    const listing = await connected().directory.list();
    expect(idsIn(listing)).toEqual(expect.arrayContaining(all.slice(3)));
    expect(listing.missing).toBe(0);
  });

  it("finds more than Losant counts", async () => {
    const all = add(350);
    losant.faults.add({ operation: "applications", tweak: { answered: { totalCount: 1 } } });
    const listing = await connected().directory.list();
    expect(idsIn(listing)).toEqual(all);
    expect(listing.missing).toBe(0);
  });

  it("finds everything without a count and a page size", async () => {
    const all = add(350);
    const answered = { totalCount: null, perPage: null, count: null };
    losant.faults.add({ operation: "applications", tweak: { answered } });
    expect(idsIn(await connected().directory.list())).toEqual(all);
  });

  it.each([351, 1_000_000_000])(
    "is read once more if Losant counts %i, and says what is missing",
    async (totalCount) => {
      const all = add(350);
      losant.faults.add({ operation: "applications", tweak: { answered: { totalCount } } });
      const listing = await connected().directory.list();
      expect(idsIn(listing)).toEqual(all);
      expect(listing.missing).toBe(totalCount - 350);
      expect(pagesRead()).toBeLessThan(55);
    },
  );

  it("is complete if the second reading has what the first one lacked", async () => {
    const all = add(150);
    losant.faults.add({
      operation: "applications",
      times: 2,
      tweak: { hide: [all[7]], answered: { totalCount: 150 } },
    });
    const listing = await connected().directory.list();
    expect(idsIn(listing)).toEqual(all);
    expect(listing.missing).toBe(0);
  });

  it("keeps what it found if the second reading fails", async () => {
    const all = add(50);
    losant.faults.add({ operation: "applications", times: 2, tweak: { answered: { totalCount: 51 } } });
    losant.faults.add({ operation: "applications", after: 2, answer: losantError(503) });
    const listing = await connected({ readRetries: 0 }).directory.list();
    expect(idsIn(listing)).toEqual(all);
    expect(listing.missing).toBe(1);
  });

  it("says that one is missing if a deletion has moved it to a page that was read, and the second reading fails", async () => {
    const all = add(150);
    const page = { operation: "applications", match: "page=0" } as const;
    losant.faults.add({ ...page, times: 1, tweak: { removed: [all[3] ?? ""] } });
    losant.faults.add({ ...page, after: 1, answer: losantError(503) });
    const listing = await connected({ readRetries: 0 }).directory.list();
    expect(idsIn(listing)).toEqual(all.filter((_, index) => index !== 100));
    expect(listing.missing).toBe(1);
  });

  it.each([
    [{ name: null }, "has no valid name"],
    [{ name: "x".repeat(2_000) }, "has no valid name"],
    [{ ownerType: "moon" }, "has no valid ownerType"],
    [{ ownerId: "acme" }, "has no valid ownerId"],
    [{ organizationName: 5 }, "has no valid organizationName"],
    [{ id: "5" }, "has no valid id"],
    [{ id: null }, "has no valid id"],
  ])("loses only the row with %j", async (row, problem) => {
    const [first = "", ...others] = add(3);
    losant.faults.add({ operation: "applications", tweak: { rows: { [first]: row } } });
    const listing = await connected().directory.list();
    expect(idsIn(listing)).toEqual(others);
    expect(listing.unreadable).toEqual({ count: 1, problem });
    expect(listing.missing).toBe(0);
  });

  it("doesn't need a summary, or a name of the organization", async () => {
    const [first = ""] = add(1);
    const row = { summary: "none", organizationName: null };
    losant.faults.add({ operation: "applications", tweak: { rows: { [first]: row } } });
    expect((await connected().directory.list()).applications).toEqual([
      { id: first, name: "Application 1", organization: { id: acme, name: "" }, tokenCount: undefined },
    ]);
  });
});

describe("two readings of a list of applications", () => {
  it("lack an application that deletions moved to pages that had been read, in both of them", () => {
    const ids = add(2).map((id) => v.parse(ApplicationId, id));
    const page = (index: number, totalCount: number) => ({
      rows: ids
        .slice(index, index + 1)
        .map((id) => ({ id, name: id, organization: undefined, tokenCount: undefined })),
      perPage: 1,
      totalCount,
    });
    const found = new FoundApplications();
    found.begin();
    // Three are there, and the second one is deleted: the third one is on the page that was read.
    for (const [index, total] of [
      [0, 3],
      [1, 3],
      [2, 2],
    ] as const)
      found.add(page(index, total));
    expect(found.short).toBe(1);
    found.begin();
    for (const [index, total] of [
      [0, 2],
      [2, 1],
    ] as const)
      found.add(page(index, total));
    expect([found.short, found.shortNow]).toEqual([0, 1]);
  });
});

describe("large answers", () => {
  const globals = (characters: number) => [{ key: "x", json: "x".repeat(characters) }];

  it("are read in smaller pages, and only there", async () => {
    const all = add(250);
    const rows = Object.fromEntries(
      [3, 120].map((index) => [all[index] ?? "", { globals: globals(60_000) }]),
    );
    losant.faults.add({ operation: "applications", tweak: { rows } });
    const listing = await connected({
      maxAnswerBytes: 70_000,
      maxApplicationBytes: 100_000,
    }).directory.list();
    expect(idsIn(listing)).toEqual(all);
    expect(listing).toMatchObject({ missing: 0, unreadable: { count: 0 } });
    expect(pagesRead()).toBeLessThan(60);
  });

  it("of one application are read alone, and one that is too long even then is one unreadable row", async () => {
    const all = add(30);
    const rows = {
      [all[4] ?? ""]: { globals: globals(40_000) },
      [all[20] ?? ""]: { globals: globals(90_000) },
    };
    losant.faults.add({ operation: "applications", tweak: { rows } });
    const listing = await connected({ maxAnswerBytes: 20_000, maxApplicationBytes: 50_000 }).directory.list();
    expect(idsIn(listing)).toEqual(all.filter((_, index) => index !== 20));
    expect(listing.unreadable).toEqual({ count: 1, problem: "is too long" });
    expect(listing.missing).toBe(0);
  });

  it.each([20, 21])(
    "of %d applications are unreadable rows, or an error if there are more than 20",
    async (count) => {
      const all = add(25);
      const rows = Object.fromEntries(all.slice(0, count).map((id) => [id, { globals: globals(90_000) }]));
      losant.faults.add({ operation: "applications", tweak: { rows } });
      const read = connected({ maxAnswerBytes: 20_000, maxApplicationBytes: 50_000 }).directory.list();
      const outcome = await read.then(
        ({ unreadable }) => unreadable.count,
        (error) => error.code,
      );
      expect(outcome).toBe(count === 20 ? 20 : "losant-answer-invalid");
    },
  );

  it("without end are an error", async () => {
    losant.faults.add({ operation: "applications", instead: { paddingBytes: 1e12 } });
    const limits = { maxAnswerBytes: 100_000, maxApplicationBytes: 200_000 };
    expect(await failure(connected(limits).directory.list())).toMatchObject({
      code: "losant-answer-invalid",
      message: "can't list the applications: Losant's answer is too long",
    });
    expect(pagesRead()).toBeLessThan(30);
  });

  it("with more applications than fit into memory are an error", async () => {
    add(300);
    const { directory } = connected({ maxApplications: 150 });
    expect(await failure(directory.list())).toMatchObject({
      code: "losant-answer-invalid",
      message: "can't list the applications: Losant's answer lists more than 150 applications",
    });
  });

  it("that are always the same page end", async () => {
    add(100);
    const body = {
      items: Array.from({ length: 100 }, (_, index) => ({
        id: idOf(index + 1),
        name: "x",
        ownerType: "user",
      })),
      totalCount: 1_000_000,
      perPage: 100,
    };
    losant.faults.add({ operation: "applications", answer: { status: 200, body } });
    const listing = await connected().directory.list();
    expect(listing).toMatchObject({ missing: 999_900 });
    expect(pagesRead()).toBeLessThan(50);
  });
});

describe("a refusal", () => {
  it.each([
    [401, "access-token-rejected"],
    [403, "access-token-forbidden"],
    [404, "losant-refused"],
    [429, "losant-throttled"],
    [500, "losant-unavailable"],
    [503, "losant-unavailable"],
  ])("of the list with HTTP %i is %s", async (status, code) => {
    losant.faults.add({ operation: "applications", answer: losantError(status) });
    const { directory } = connected({ readRetries: 1, retriesThrottled: false });
    const error = await failure(directory.list());
    expect(error).toMatchObject({ code, effect: "none" });
    expect(error.message).not.toContain(access.token);
    expect(error.message).not.toContain("of application");
  });

  it("of a page is repeated, and then fails the list", async () => {
    add(250);
    losant.faults.add({ operation: "applications", match: "page=1", times: 1, answer: losantError(503) });
    expect((await connected().directory.list()).applications).toHaveLength(250);
    losant.faults.add({ operation: "applications", match: "page=1", answer: losantError(503) });
    expect(await failure(connected().directory.list())).toMatchObject({ code: "losant-unavailable" });
  });

  it.each(["", "<html>", '{"items":5}', '{"items":[]', "[]"])(
    "is an error if the body is %j",
    async (body) => {
      losant.faults.add({ operation: "applications", answer: { status: 200, body } });
      expect(await failure(connected().directory.list())).toBeInstanceOf(RotationError);
    },
  );

  it("of the current access token for the list leads to the previous one, if that may do it", async () => {
    add(1);
    const poor = losant.addUserToken(user, { name: "poor", scope: ["me.get"] });
    const { directory } = connected({}, new FakeCredentials([poor.token], access.token));
    expect((await directory.list()).applications).toHaveLength(1);
    expect((await directory.loggedInWith()).stage).toBe("AWSPREVIOUS");
  });
});

describe("one access token for many applications", () => {
  it("is read once for the list and all of them", async () => {
    const all = add(20);
    const { directory, connectTo, credentials } = connected();
    await directory.list();
    await Promise.all(all.map((id) => connectTo(id).list()));
    expect(credentials.reads).toEqual(["AWSCURRENT"]);
  });

  it("is read again once for all of them after a 401", async () => {
    const all = add(20);
    const next = losant.addUserToken(user, { name: "next" });
    const { directory, connectTo, credentials } = connected(
      {},
      new FakeCredentials([access.token, next.token]),
    );
    await directory.list();
    losant.editUserToken(user, access.id, { status: "inactive" });
    await Promise.all(all.map((id) => connectTo(id).list()));
    expect(credentials.reads).toEqual(["AWSCURRENT", "AWSCURRENT"]);
  });

  it("keeps working for the others if Losant forbids one application", async () => {
    const [one = "", two = ""] = add(2);
    losant.faults.add({ operation: "list", match: one, answer: losantError(403) });
    const { directory, connectTo, credentials } = connected(
      {},
      new FakeCredentials([access.token], "eyJold"),
    );
    await directory.list();
    expect(await failure(connectTo(one).list())).toMatchObject({ code: "losant-forbidden" });
    expect((await connectTo(two).list()).tokens).toEqual([]);
    expect(credentials.reads).toEqual(["AWSCURRENT"]);
  });

  it("repeats a page that a 429 refused, and doesn't repeat the others", async () => {
    add(350);
    losant.faults.add({ operation: "applications", match: "page=2", times: 2, answer: losantError(429) });
    const { directory } = connected({ retriesThrottled: false });
    const throttled: unknown[] = [];
    const untilAnswered = async <T>(request: () => Promise<T>): Promise<T> =>
      request().catch((error: unknown) => {
        throttled.push(error);
        return untilAnswered(request);
      });
    expect((await directory.list(untilAnswered)).applications).toHaveLength(350);
    expect(throttled).toMatchObject([{ code: "losant-throttled" }, { code: "losant-throttled" }]);
    expect(pagesRead()).toBe(6);
  });

  it("trusts no older string that the user may not use for an application", async () => {
    const [one = ""] = add(1);
    const credentials = new FakeCredentials([access.token]);
    const stranger = losant.addUserToken(losant.addUser(), { name: "old" }).token;
    credentials.kept = new Map([["v1" as never, stranger]]);
    expect(await connected({}, credentials).connectTo(one).keptKeys()).toMatchObject([{ isTrusted: false }]);
  });

  it("reads older strings once for all applications", async () => {
    const [one = "", two = ""] = add(2);
    const credentials = new FakeCredentials([access.token]);
    const old = losant.addUserToken(user, { name: "old" }).token;
    credentials.kept = new Map([
      ["v2" as never, access.token],
      ["v1" as never, old],
    ]);
    const { connectTo } = connected({}, credentials);
    for (const id of [one, two]) expect(await connectTo(id).keptKeys()).toMatchObject([{ isTrusted: true }]);
    expect(credentials.readVersions).toEqual(["v2", "v1"]);
    expect((await connectTo(one).loggedInWith()).claimedIds).toEqual([access.id, user]);
  });
});
