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

const string = new Redacted(ISSUED_TOKEN);
const tokens = `/applications/${APPLICATION}/tokens`;
const application = `/applications/${APPLICATION}`;

describe("probing a new token", () => {
  test.each([
    [["all.Application"], tokens],
    [["all.Application.read"], tokens],
    [["all.Application.bounded"], tokens],
    [["data.get", "applicationApiTokens.*"], tokens],
    [["application.get", "applicationApiTokens.get"], tokens],
    [["application.*"], application],
    [["application.get"], application],
    [["all.Application.cli"], application],
  ])("with the scope %j reads %s", async (scope, path) => {
    const { api, server, credentials } = await bench(() => ({ status: 200, body: {} }));
    expect(await api.probe(string, scope)).toBe("accepted");
    expect(server.requests.map((request) => `${request.method} ${request.path}`)).toEqual([`GET ${path}`]);
    expect(server.requests[0]?.query.get("perPage")).toBe(path === tokens ? "1" : null);
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${ISSUED_TOKEN}`);
    expect(credentials.reads).toEqual([]);
  });

  test.each([[["data.get"]], [["applicationApiTokens.post"]], [[]]])(
    "with the scope %j reads nothing and says so",
    async (scope) => {
      const { api, server } = await bench(() => ({ status: 200, body: {} }));
      expect(await api.probe(string, scope)).toBeUndefined();
      expect(server.requests).toEqual([]);
    },
  );

  test.each<[string, Reply, string]>([
    ["HTTP 401", { status: 401, body: { type: "Unauthorized" } }, "rejected"],
    ["HTTP 403", { status: 403 }, "unclear"],
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
  });
});
