import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { describeSuccessor } from "../../lambda/model/marker.ts";
import { closedPort, inTurn, type Reply } from "../support/http.ts";
import {
  ACCESS_TOKEN,
  APPLICATION,
  apiAt,
  bench,
  FakeCredentials,
  failure,
  INTENT,
  ISSUED_TOKEN,
  idOf,
  keyOf,
  ORDER,
  TOKEN,
  tokenBody,
} from "./losant-bench.ts";

const issued = (rest: object = {}) => ({
  status: 201,
  body: tokenBody(TOKEN, { token: ISSUED_TOKEN, ...rest }),
});

describe("creating a token", () => {
  test("sends what was ordered and nothing else, and answers the token with its string", async () => {
    const { api, server } = await bench(() => issued());
    const { token, string } = await api.create(ORDER);
    expect(token).toMatchObject({ id: TOKEN, scope: ["data.get"], expiresAt: ORDER.expiresAt });
    expect(string.reveal()).toBe(ISSUED_TOKEN);
    expect(JSON.stringify(token)).not.toContain(ISSUED_TOKEN);
    const [request] = server.requests;
    expect(`${request?.method} ${request?.path}`).toBe(`POST /applications/${APPLICATION}/tokens`);
    expect(JSON.parse(request?.body ?? "")).toEqual({
      name: "My API Token",
      description: describeSuccessor("for the backend", INTENT, APPLICATION, keyOf(ACCESS_TOKEN)),
      scope: ["data.get"],
      status: "active",
      expirationDate: "2030-01-01T00:00:00.000Z",
    });
  });

  test("sends no expirationDate for a token that never expires", async () => {
    const { api, server } = await bench(() => issued({ expirationDate: undefined }));
    expect((await api.create({ ...ORDER, expiresAt: undefined })).token.expiresAt).toBeUndefined();
    expect(JSON.parse(server.requests[0]?.body ?? "")).not.toHaveProperty("expirationDate");
  });

  test("never asks for every right there is", async () => {
    const { api, server } = await bench(() => issued());
    expect(await failure(api.create({ ...ORDER, scope: [] }))).toMatchObject({
      code: "internal",
      effect: "none",
    });
    expect(server.requests).toHaveLength(0);
  });

  test.each<[string, Reply]>([
    ["no answer in time", "hang"],
    ["a dropped connection", "drop"],
    ["an answer that is cut off", "cut"],
    ["HTTP 500", { status: 500, body: { type: "Error", message: "oops" } }],
    ["HTTP 502", { status: 502, body: "<html>bad gateway</html>" }],
    ["HTTP 503 with Retry-After", { status: 503, headers: { "retry-after": "0" } }],
    ["HTTP 408", { status: 408 }],
    ["a redirect", { status: 307, headers: { location: "/elsewhere" } }],
    ["a page of HTML", { status: 200, body: "<html>login</html>" }],
    ["an empty body", { status: 200 }],
    ["an answer without an id", { status: 201, body: tokenBody("nonsense", { token: ISSUED_TOKEN }) }],
  ])("is sent once and leaves open whether a token exists: %s", async (_, reply) => {
    const { api, server } = await bench(() => reply);
    expect(await failure(api.create(ORDER))).toMatchObject({
      code: "issue-uncertain",
      effect: "unknown",
      createdId: undefined,
    });
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, object]>([
    ["no string", { token: undefined }],
    ["an empty string", { token: "" }],
    ["a string that is none", { token: 5 }],
    ["a string that fits no header", { token: "a\nb" }],
    ["no date of creation", { creationDate: undefined }],
    ["a garbled expiry", { expirationDate: "soon" }],
    ["a garbled scope", { scope: "all" }],
  ])("names the token that was created with %s", async (_, damage) => {
    const { api, server } = await bench(() => issued(damage));
    const error = await failure(api.create(ORDER));
    expect(error).toMatchObject({ code: "losant-answer-invalid", effect: "unknown", createdId: TOKEN });
    expect(error.message).toContain(TOKEN);
    expect(server.requests).toHaveLength(1);
  });

  test("is sent again after a 429, which proves that nothing happened", async () => {
    const { api, server } = await bench(
      inTurn({ status: 429, headers: { "retry-after": "0" } }, { status: 429 }, issued()),
    );
    expect((await api.create(ORDER)).token.id).toBe(TOKEN);
    expect(server.requests).toHaveLength(3);
    expect(new Set(server.requests.map(({ body }) => body)).size).toBe(1);
  });

  test.each<[string, Reply, number]>([
    ["each time", { status: 429 }, 3],
    ["for longer than is worth waiting", { status: 429, headers: { "retry-after": "60" } }, 1],
  ])("certainly created nothing where Losant throttles %s", async (_, reply, requests) => {
    const { api, server } = await bench(() => reply);
    expect(await failure(api.create(ORDER))).toMatchObject({ code: "losant-throttled", effect: "none" });
    expect(server.requests).toHaveLength(requests);
  });

  test("is sent once where the run waits, and the refusal says how long", async () => {
    const throttled = { status: 429, headers: { "retry-after": "7" } };
    const { api, server } = await bench(() => throttled, { limits: { retriesThrottled: false } });
    const expected = { code: "losant-throttled", effect: "none", retryAfterMs: 7_000 };
    expect(await failure(api.create(ORDER))).toMatchObject(expected);
    expect(await failure(api.list())).toMatchObject(expected);
    expect(server.requests).toHaveLength(2);
  });

  test.each(["Fri, 31 Dec 2100 23:59:59", "2100-12-31", "-5", "soon"])(
    "reads no moment from a Retry-After that is none in every zone: %s",
    async (said) => {
      const throttled = { status: 429, headers: { "retry-after": said } };
      const { api } = await bench(() => throttled, { limits: { retriesThrottled: false } });
      expect(await failure(api.list())).toMatchObject({ code: "losant-throttled", retryAfterMs: undefined });
    },
  );

  test("certainly created nothing where its time ran out between two 429s", async () => {
    const { api, server } = await bench(() => ({ status: 429 }), {
      limits: { createTotalMs: 1_000, firstPauseMs: 60_000, longestPauseMs: 60_000 },
    });
    expect(await failure(api.create(ORDER))).toMatchObject({ code: "losant-throttled", effect: "none" });
    expect(server.requests).toHaveLength(1);
  });

  test("is uncertain where the repetition after a 429 was not answered", async () => {
    const { api, server } = await bench(inTurn({ status: 429 }, "drop"));
    expect(await failure(api.create(ORDER))).toMatchObject({ code: "issue-uncertain", effect: "unknown" });
    expect(server.requests).toHaveLength(2);
  });

  test("certainly created nothing where no connection came about", async () => {
    const api = apiAt(await closedPort(), new FakeCredentials([ACCESS_TOKEN]));
    expect(await failure(api.create(ORDER))).toMatchObject({ code: "losant-unreachable", effect: "none" });
  });

  test.each<[number, object | undefined, string]>([
    [400, { type: "Validation", message: "scope.0 is not one of the allowed values" }, "scope-rejected"],
    [422, { type: "InvalidScope", message: "nope" }, "scope-rejected"],
    [400, { type: "Validation", message: "body/scope/3: not allowed" }, "scope-rejected"],
    [422, { type: "InvalidRequest", message: "nope" }, "losant-refused"],
    [
      400,
      { type: "Validation", message: "expirationDate must be an ISO 8601 date and time." },
      "losant-refused",
    ],
    [400, { type: "Validation", message: "the name telescope is not valid" }, "losant-refused"],
    [409, { type: "Conflict", message: "this scope is taken" }, "losant-refused"],
    [400, { type: "Error", message: "the scope is unknown" }, "scope-rejected"],
    [400, { type: "Error", message: "too many tokens" }, "losant-refused"],
    [400, undefined, "losant-refused"],
    [402, { type: "Validation", message: "pay first" }, "losant-refused"],
    [403, { type: "Forbidden", message: "no" }, "access-token-forbidden"],
    [404, { type: "NotFound", message: "no" }, "application-not-found"],
    [409, undefined, "losant-refused"],
  ])("certainly created nothing where Losant answers %i %j: %s", async (status, body, code) => {
    const { api, server } = await bench(() => ({ status, body }));
    const error = await failure(api.create(ORDER));
    expect(error).toMatchObject({ code, effect: "none", createdId: undefined });
    expect(error.message).toContain(APPLICATION);
    for (const said of Object.values(body ?? {})) expect(error.message).toContain(said);
    expect(server.requests).toHaveLength(1);
  });

  test("says which right the access token lacks", async () => {
    const { api } = await bench(() => ({ status: 403 }));
    expect((await failure(api.create(ORDER))).message).toContain("applicationApiTokens.post");
  });
});

describe.each([
  { does: "deactivate", method: "PATCH", right: "applicationApiToken.patch", body: '{"status":"inactive"}' },
  { does: "delete", method: "DELETE", right: "applicationApiToken.delete", body: "" },
] as const)("to $does a token", ({ does, method, right, body }) => {
  const good = does === "delete" ? { success: true } : tokenBody(TOKEN, { status: "inactive" });

  test("is one request", async () => {
    const { api, server } = await bench(() => ({ status: 200, body: good }));
    await api[does](TOKEN);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      method,
      path: `/applications/${APPLICATION}/tokens/${TOKEN}`,
      body,
    });
  });

  test.each<[string, Reply]>([
    ["has no body", { status: 204 }],
    ["says that there is no such token", { status: 404, body: { type: "NotFound", message: "no" } }],
    ["is a bare 404", { status: 404 }],
  ])("is done where the answer %s", async (_, reply) => {
    const { api } = await bench(() => reply);
    await expect(api[does](TOKEN)).resolves.toBeUndefined();
  });

  test.each<[string, object]>([
    ["nothing", {}],
    ["a message alone", { body: { message: "no Route matched with those values" } }],
  ])(
    "is not done where a 404 that says %s may be a gateway's, and Losant still has the token",
    async (_, said) => {
      const { api, server } = await bench(({ method: asked }) =>
        asked === "GET" ? { status: 200, body: tokenBody(TOKEN) } : { status: 404, ...said },
      );
      expect(await failure(api[does](TOKEN))).toMatchObject({
        code: "losant-answer-invalid",
        effect: "unknown",
        message: expect.stringContaining("is HTTP 404, but the token exists"),
      });
      expect(server.requests.map((request) => request.method)).toEqual([method, "GET"]);
    },
  );

  test("asks nothing more where Losant says what a 404 means", async () => {
    const { api, server } = await bench(() => ({ status: 404, body: { type: "NotFound", message: "no" } }));
    await api[does](TOKEN);
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, Reply, string, string]>([
    ["no answer in time", "hang", "losant-unreachable", "unknown"],
    ["a dropped connection", "drop", "losant-unreachable", "unknown"],
    ["HTTP 500", { status: 500 }, "losant-unavailable", "unknown"],
    [
      "HTTP 503 with Retry-After",
      { status: 503, headers: { "retry-after": "0" } },
      "losant-unavailable",
      "unknown",
    ],
    ["a page of HTML", { status: 200, body: "<html>login</html>" }, "losant-answer-invalid", "unknown"],
    ["a proxy's 404", { status: 404, body: "<html>nginx</html>" }, "losant-intercepted", "unknown"],
    ["an answer that is cut off", "cut", "losant-answer-invalid", "unknown"],
    ["a redirect", { status: 302, headers: { location: "/" } }, "losant-answer-invalid", "unknown"],
    ["HTTP 400", { status: 400 }, "losant-refused", "none"],
    ["HTTP 403", { status: 403 }, "access-token-forbidden", "none"],
  ])("is sent once, not again after %s", async (_, reply, code, effect) => {
    const { api, server } = await bench(() => reply);
    expect(await failure(api[does](TOKEN))).toMatchObject({ code, effect });
    expect(server.requests).toHaveLength(1);
  });

  test("is sent again after a 429", async () => {
    const { api, server } = await bench(inTurn({ status: 429 }, { status: 200, body: good }));
    await api[does](TOKEN);
    expect(server.requests).toHaveLength(2);
  });

  test("says which right the access token lacks", async () => {
    const { api } = await bench(() => ({ status: 403 }));
    expect((await failure(api[does](TOKEN))).message).toContain(right);
  });

  test("certainly did nothing where no connection came about", async () => {
    const api = apiAt(await closedPort(), new FakeCredentials([ACCESS_TOKEN]));
    expect(await failure(api[does](TOKEN))).toMatchObject({ code: "losant-unreachable", effect: "none" });
  });
});

test("a token that is still active after it was deactivated is noticed", async () => {
  const { api } = await bench(() => ({ status: 200, body: tokenBody(idOf(1)) }));
  expect(await failure(api.deactivate(TOKEN))).toMatchObject({
    code: "losant-answer-invalid",
    effect: "unknown",
  });
});

test("a string is forgotten with the last one who holds it, while the application is still being worked on", async () => {
  const { api } = await bench(() => issued());
  const string = new WeakRef((await api.create(ORDER)).string);
  await api.delete(TOKEN).catch(() => {});
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc");
  for (let tries = 0; tries < 20 && string.deref() !== undefined; tries += 1) {
    await new Promise(setImmediate);
    collectGarbage();
  }
  expect(string.deref()).toBeUndefined();
  expect(await failure(api.deactivate(TOKEN))).toBeDefined();
});
