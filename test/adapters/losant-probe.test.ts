import { describe, expect, test } from "vitest";
import { Redacted } from "../../lambda/model/redacted.ts";
import { closedPort, type Reply } from "../support/http.ts";
import {
  ACCESS_TOKEN,
  APPLICATION,
  apiAt,
  bench,
  FakeCredentials,
  failure,
  ISSUED_TOKEN,
} from "./losant-bench.ts";

/** Losant's answer to a string that no token has. */
const UNKNOWN: Reply = { status: 401, body: { type: "Unauthorized", message: "unknown" } };
const FORBIDDEN: Reply = { status: 403, body: { type: "Forbidden", message: "needs a scope" } };

const string = new Redacted(ISSUED_TOKEN);
const tokens = `/applications/${APPLICATION}/tokens`;
const application = `/applications/${APPLICATION}`;

/** Answers the new string, and every other string, which is the one that can't exist. */
function answering(toNew: Reply, toOthers: Reply = UNKNOWN) {
  return bench(({ headers }) => (headers.authorization === `Bearer ${ISSUED_TOKEN}` ? toNew : toOthers));
}

describe("probing a new token", () => {
  test.each([
    [["all.Application"], tokens],
    [["all.Application.read"], tokens],
    [["all.Application.bounded"], tokens],
    [["data.get", "applicationApiTokens.*"], tokens],
    [["application.get", "applicationApiTokens.get"], tokens],
    [["devices.get", "device.get"], `${application}/devices`],
    [["edgeDeployments.*"], `${application}/edge/deployments`],
    [["device.get", "webhooks.get"], `${application}/webhooks`],
    [["experienceSlugs.get", "flows.*"], `${application}/flows`],
  ])("with the scope %j reads one row of %s", async (scope, path) => {
    const { api, server, credentials } = await bench(() => ({ status: 200, body: {} }));
    expect(await api.probe(string, scope)).toBe("accepted");
    expect(server.requests.map((request) => `${request.method} ${request.path}`)).toEqual([`GET ${path}`]);
    expect(server.requests[0]?.query.get("perPage")).toBe("1");
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${ISSUED_TOKEN}`);
    expect(credentials.reads).toEqual([]);
  });

  test.each([
    [["application.*"], application],
    [["application.get"], application],
    [["all.Application.cli"], application],
    [["experienceSlugs.get"], `${application}/experience/slugs`],
  ])("with the scope %j reads %s, which has no pages", async (scope, path) => {
    const { api, server } = await bench(() => ({ status: 200, body: {} }));
    expect(await api.probe(string, scope)).toBe("accepted");
    expect(server.requests.map((request) => `${request.method} ${request.path}`)).toEqual([`GET ${path}`]);
    expect(server.requests[0]?.query.get("perPage")).toBeNull();
  });

  test.each<[string, Reply, string]>([
    ["HTTP 401", UNKNOWN, "rejected"],
    ["HTTP 401 of a gateway", { status: 401, body: "<html></html>" }, "unclear"],
    ["HTTP 404", { status: 404 }, "unclear"],
    ["HTTP 500", { status: 500 }, "unclear"],
    ["a redirect", { status: 302, headers: { location: "/" } }, "unclear"],
    ["a login page", { status: 200, body: "<html></html>" }, "unclear"],
    ["no answer in time", "hang", "unclear"],
    ["a dropped connection", "drop", "unclear"],
    ["an answer that is cut off", "cut", "unclear"],
  ])("asks once, and is decided by %s", async (_, reply, verdict) => {
    const { api, server } = await bench(() => reply);
    expect(await api.probe(string, ["all.Application"])).toBe(verdict);
    expect(server.requests).toHaveLength(1);
  });

  test("asks once where it is throttled, and says when to ask again", async () => {
    const { api, server } = await bench(() => ({ status: 429, headers: { "retry-after": "7" } }));
    const error = await failure(api.probe(string, ["all.Application"]));
    expect(error).toMatchObject({ code: "losant-throttled", effect: "none", retryAfterMs: 7_000 });
    expect(server.requests).toHaveLength(1);
  });

  test("does not throw otherwise, whatever the string and wherever Losant is", async () => {
    const api = apiAt(await closedPort(), new FakeCredentials([ACCESS_TOKEN]));
    expect(await api.probe(string, ["all.Application"])).toBe("unclear");
    expect(await api.probe(new Redacted("a\nb"), ["all.Application"])).toBe("unclear");
    expect(await api.probe(string, ["data.get"])).toBeUndefined();
  });
});

describe("a refusal", () => {
  const NO_READ = ["data.get"];

  test("proves that Losant knows the string, if it answers 401 to one that can't exist", async () => {
    const { api, server } = await answering(FORBIDDEN);
    expect(await api.probe(string, NO_READ)).toBe("known");
    expect(server.requests.map(({ path }) => path)).toEqual([tokens, tokens]);
    const [asked = ""] = server.requests
      .map(({ headers }) => headers.authorization ?? "")
      .filter((authorization) => authorization !== `Bearer ${ISSUED_TOKEN}`);
    expect(asked).toMatch(/^Bearer eyJ[\w-]+\.eyJ[\w-]+\.[\w-]{43}$/);
    // It has nothing of a real string, and is another one each time.
    expect(asked).not.toContain(ISSUED_TOKEN.slice(-20));
  });

  test("also to a read that the scope allows", async () => {
    const { api } = await answering(FORBIDDEN);
    expect(await api.probe(string, ["devices.get"])).toBe("known");
  });

  test("is compared once, for all tokens of a run", async () => {
    const { api, server } = await answering(FORBIDDEN);
    expect(await Promise.all(Array.from({ length: 5 }, () => api.probe(string, NO_READ)))).toEqual(
      Array(5).fill("known"),
    );
    expect(await api.probe(string, NO_READ)).toBe("known");
    expect(server.requests).toHaveLength(7);
  });

  test.each<[string, Reply]>([
    ["403 too", FORBIDDEN],
    ["200", { status: 200, body: {} }],
    ["with a page of a gateway", { status: 401, body: "<html></html>" }],
    ["nothing", "drop"],
  ])("proves nothing, if the answer to a string that can't exist is %s", async (_, toOthers) => {
    const { api } = await answering(FORBIDDEN, toOthers);
    expect(await api.probe(string, NO_READ)).toBeUndefined();
    expect(await api.probe(string, ["devices.get"])).toBe("unclear");
  });

  test.each<[string, Reply]>([
    ["had no answer", "drop"],
    ["met a Losant that was down", { status: 503, body: { type: "Error", message: "later" } }],
  ])("is compared again, if the first comparison %s", async (_, first) => {
    let isDown = true;
    const { api } = await bench(({ headers }) => {
      if (headers.authorization === `Bearer ${ISSUED_TOKEN}`) return FORBIDDEN;
      return isDown ? first : UNKNOWN;
    });
    expect(await api.probe(string, NO_READ)).toBeUndefined();
    isDown = false;
    expect(await api.probe(string, NO_READ)).toBe("known");
  });

  test("waits with the comparison while Losant throttles", async () => {
    const { api } = await answering(FORBIDDEN, { status: 429, headers: { "retry-after": "3" } });
    expect(await failure(api.probe(string, NO_READ))).toMatchObject({
      code: "losant-throttled",
      retryAfterMs: 3_000,
    });
  });

  test.each<[string, Reply]>([
    ["HTTP 401, because the scope allows no read", UNKNOWN],
    ["a page of a gateway", { status: 403, body: "<html></html>" }],
    ["HTTP 404", { status: 404, body: { type: "NotFound", message: "none" } }],
    ["an answer, although the scope allows none", { status: 200, body: {} }],
  ])("of another kind decides nothing: %s", async (_, toNew) => {
    const { api } = await answering(toNew);
    expect(await api.probe(string, NO_READ)).toBeUndefined();
  });
});
