import { describe, expect, test } from "vitest";
import { RotationError } from "../../lambda/model/errors.ts";
import type { Reply, SeenRequest } from "../support/http.ts";
import {
  ACCESS_ARN,
  ACCESS_SECRET,
  ACCESS_TOKEN,
  APPLICATION,
  bench,
  FakeCredentials,
  failure,
  ISSUED_TOKEN,
  ORDER,
  TOKEN,
  tokenBody,
} from "./losant-bench.ts";

/** Losant, which accepts only one access token. */
const accepting =
  (accepted: string | undefined) =>
  ({ headers, method }: SeenRequest): Reply => {
    if (headers.authorization !== `Bearer ${accepted}`)
      return { status: 401, body: { type: "Unauthorized", message: "bad token" } };
    if (method === "POST") return { status: 201, body: tokenBody(TOKEN, { token: ISSUED_TOKEN }) };
    return { status: 200, body: { items: [tokenBody()], totalCount: 1, perPage: 1_000 } };
  };

describe("the access token", () => {
  test("is read once, when it is first needed", async () => {
    const { api, credentials } = await bench(accepting(ACCESS_TOKEN));
    expect(credentials.reads).toEqual([]);
    await Promise.all([api.list(), api.list(), api.create(ORDER)]);
    await api.list();
    expect(credentials.reads).toEqual(["AWSCURRENT"]);
    expect(await api.loggedInWith()).toEqual({ arn: ACCESS_ARN, stage: "AWSCURRENT" });
  });

  test("is read by asking with what the worker is logged in, where nothing was called yet", async () => {
    const { api, credentials, server } = await bench(accepting(ACCESS_TOKEN));
    expect(await api.loggedInWith()).toEqual({ arn: ACCESS_ARN, stage: "AWSCURRENT" });
    expect(credentials.reads).toEqual(["AWSCURRENT"]);
    expect(server.requests).toEqual([]);
  });

  test.each([
    ["no number", { iat: 1_900_000_000, exp: "soon" }],
    ["a number of no date", { iat: 1_900_000_000, exp: 1e20 }],
  ])("does not say when it ends, nor that it never does, by %s", async (_, payload) => {
    const jwt = `e30.${Buffer.from(JSON.stringify(payload)).toString("base64url")}.c2ln`;
    const { api } = await bench(accepting(jwt), { credentials: new FakeCredentials([jwt]) });
    expect(await api.loggedInWith()).toMatchObject({
      issuedAt: new Date("2030-03-17T17:46:40Z"),
      expiresAt: undefined,
      neverExpires: false,
    });
  });

  test("is read again after a 401, since somebody may just have rotated it", async () => {
    const credentials = new FakeCredentials(["stale", "fresh"]);
    const { api } = await bench(accepting("fresh"), { credentials });
    expect((await api.list()).tokens).toHaveLength(1);
    expect(credentials.reads).toEqual(["AWSCURRENT", "AWSCURRENT"]);
    expect((await api.loggedInWith()).stage).toBe("AWSCURRENT");
  });

  test("gives way to its previous version where Losant rejects the current one", async () => {
    const credentials = new FakeCredentials(["broken"], "previous");
    const { api, server } = await bench(accepting("previous"), { credentials });
    expect((await api.list()).tokens).toHaveLength(1);
    expect(credentials.reads).toEqual(["AWSCURRENT", "AWSCURRENT", "AWSPREVIOUS"]);
    expect(await api.loggedInWith()).toEqual({ arn: ACCESS_ARN, stage: "AWSPREVIOUS" });
    expect(server.requests).toHaveLength(2);
    await api.list();
    expect(server.requests).toHaveLength(3);
  });

  test("tries each stage in turn: stale, fresh and rejected too, previous", async () => {
    const credentials = new FakeCredentials(["stale", "fresh"], "previous");
    const { api, server } = await bench(accepting("previous"), { credentials });
    expect((await api.list()).tokens).toHaveLength(1);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer stale",
      "Bearer fresh",
      "Bearer previous",
    ]);
  });

  test("is reported as rejected where neither version is accepted, and not tried again", async () => {
    const credentials = new FakeCredentials(["broken"], "previous");
    const { api, server } = await bench(accepting(undefined), { credentials });
    const error = await failure(api.list());
    expect(error).toMatchObject({ code: "access-token-rejected", effect: "none" });
    expect(error.message).toContain(ACCESS_SECRET);
    expect(error.message).toContain(APPLICATION);
    expect(await failure(api.list())).toMatchObject({ code: "access-token-rejected" });
    expect(await failure(api.loggedInWith())).toMatchObject({ code: "access-token-rejected" });
    expect(server.requests).toHaveLength(2);
    expect(credentials.reads).toEqual(["AWSCURRENT", "AWSCURRENT", "AWSPREVIOUS"]);
  });

  test("is not sent a second time where the previous version is the same, or there is none", async () => {
    for (const previous of ["broken", undefined]) {
      const credentials = new FakeCredentials(["broken"], previous);
      const { api, server } = await bench(accepting(undefined), { credentials });
      expect(await failure(api.list())).toMatchObject({ code: "access-token-rejected" });
      expect(server.requests).toHaveLength(1);
    }
  });

  test("is recovered once for all calls that were rejected at the same time", async () => {
    const credentials = new FakeCredentials(["stale"], "previous");
    const { api, server } = await bench(accepting("previous"), { credentials });
    const lists = await Promise.all(Array.from({ length: 8 }, () => api.list()));
    expect(lists.every(({ tokens }) => tokens.length === 1)).toBe(true);
    expect(credentials.reads).toEqual(["AWSCURRENT", "AWSCURRENT", "AWSPREVIOUS"]);
    expect(server.requests).toHaveLength(16);
  });

  test("lets a POST be repeated, since a 401 proves that nothing was created", async () => {
    const credentials = new FakeCredentials(["stale", "fresh"]);
    const { api, server } = await bench(accepting("fresh"), { credentials });
    expect((await api.create(ORDER)).token.id).toBe(TOKEN);
    expect(server.requests).toHaveLength(2);
  });

  test("that has no value yet is reported as such", async () => {
    const { api, server } = await bench(accepting(ACCESS_TOKEN), {
      credentials: new FakeCredentials([undefined]),
    });
    const error = await failure(api.list());
    expect(error.code).toBe("access-token-unreadable");
    expect(error.message).toContain("holds no value");
    expect(error.message).toContain(ACCESS_SECRET);
    expect(server.requests).toEqual([]);
  });

  test("is asked for again where reading it failed", async () => {
    const outage = new RotationError("store-unreachable", "no network");
    const credentials = new FakeCredentials([outage, ACCESS_TOKEN]);
    const { api } = await bench(accepting(ACCESS_TOKEN), { credentials });
    expect(await failure(api.list())).toBe(outage);
    expect((await api.list()).tokens).toHaveLength(1);
  });

  test("is not given up because reading it again failed", async () => {
    const outage = new RotationError("store-unreachable", "no network");
    const credentials = new FakeCredentials(["stale", outage, "fresh"]);
    const { api } = await bench(accepting("fresh"), { credentials });
    expect(await failure(api.list())).toBe(outage);
    expect((await api.list()).tokens).toHaveLength(1);
  });
});
