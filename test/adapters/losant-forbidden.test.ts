import { describe, expect, test } from "vitest";
import { RotationError } from "../../lambda/model/errors.ts";
import type { Reply, SeenRequest } from "../support/http.ts";
import { bench, FakeCredentials, failure, ISSUED_TOKEN, ORDER, TOKEN, tokenBody } from "./losant-bench.ts";

type Right = "all" | "no listing" | "none";

/** Losant, which gives each access token these rights. */
const letting =
  (rights: Readonly<Record<string, Right>>) =>
  ({ headers, method, path }: SeenRequest): Reply => {
    const right = rights[String(headers.authorization).replace("Bearer ", "")] ?? "none";
    if (right === "none") return { status: 401, body: { type: "Unauthorized", message: "bad token" } };
    if (method === "POST") return { status: 201, body: tokenBody(TOKEN, { token: ISSUED_TOKEN }) };
    if (path.endsWith(TOKEN)) return { status: 200, body: tokenBody() };
    if (right === "no listing") return { status: 403, body: { type: "Forbidden", message: "no such right" } };
    return { status: 200, body: { items: [tokenBody()], totalCount: 1, perPage: 1_000 } };
  };

const sentWith = (requests: readonly SeenRequest[]) => requests.map(({ headers }) => headers.authorization);

describe("an access token that may not list", () => {
  test("gives way to the previous one, which is then used for everything", async () => {
    const credentials = new FakeCredentials(["current"], "previous");
    const { api, server } = await bench(letting({ current: "no listing", previous: "all" }), { credentials });
    expect((await api.list()).tokens).toHaveLength(1);
    expect(await api.loggedInWith()).toMatchObject({ stage: "AWSPREVIOUS" });
    await api.get(TOKEN);
    expect(sentWith(server.requests)).toEqual(["Bearer current", "Bearer previous", "Bearer previous"]);
  });

  test("gives way for all who list at the same time", async () => {
    const credentials = new FakeCredentials(["current"], "previous");
    const { api } = await bench(letting({ current: "no listing", previous: "all" }), { credentials });
    const lists = await Promise.all(Array.from({ length: 8 }, () => api.list()));
    expect(lists.every(({ tokens }) => tokens.length === 1)).toBe(true);
    expect(credentials.reads).toEqual(["AWSCURRENT", "AWSCURRENT", "AWSPREVIOUS"]);
  });

  test("is one that replaced a rejected one, and then nothing is left", async () => {
    const credentials = new FakeCredentials(["current"], "previous");
    const { api } = await bench(letting({ current: "none", previous: "no listing" }), { credentials });
    expect(await failure(api.list())).toMatchObject({ code: "access-token-forbidden" });
    expect((await api.get(TOKEN))?.id).toBe(TOKEN);
    expect(await api.loggedInWith()).toMatchObject({ stage: "AWSPREVIOUS" });
  });

  test("gives way to what is current by now, where somebody has just replaced it", async () => {
    const credentials = new FakeCredentials(["current", "fresh"], "current");
    const { api } = await bench(letting({ current: "no listing", fresh: "all" }), { credentials });
    expect((await api.list()).tokens).toHaveLength(1);
    expect(await api.loggedInWith()).toMatchObject({ stage: "AWSCURRENT" });
  });

  test.each<[string, string | undefined, Readonly<Record<string, Right>>]>([
    ["may not list either", "previous", { previous: "no listing" }],
    ["is rejected", "previous", { previous: "none" }],
    ["is the same", "current", {}],
    ["is not there", undefined, {}],
  ])(
    "stays in use where the previous one %s, and the error is that of the 403",
    async (_, previous, rights) => {
      const credentials = new FakeCredentials(["current"], previous);
      const { api, server } = await bench(letting({ ...rights, current: "no listing" }), { credentials });
      for (let time = 0; time < 2; time += 1) {
        const error = await failure(api.list());
        expect(error).toMatchObject({ code: "access-token-forbidden", effect: "none" });
        expect(error.message).toContain("applicationApiTokens.get");
        expect(await api.loggedInWith()).toMatchObject({ stage: "AWSCURRENT" });
      }
      expect((await api.create(ORDER)).token.id).toBe(TOKEN);
      expect(sentWith(server.requests).at(-1)).toBe("Bearer current");
    },
  );

  test("stays in use where the previous one can't be read now, and gives way to it later", async () => {
    const outage = new RotationError("store-unreachable", "no network");
    const credentials = new FakeCredentials(["current", outage, "current"], "previous");
    const { api } = await bench(letting({ current: "no listing", previous: "all" }), { credentials });
    expect(await failure(api.list())).toMatchObject({ code: "access-token-forbidden" });
    expect((await api.list()).tokens).toHaveLength(1);
    expect(await api.loggedInWith()).toMatchObject({ stage: "AWSPREVIOUS" });
  });

  test("stays in use where Losant is down for the previous one, and gives way to it later", async () => {
    let isDown = true;
    const credentials = new FakeCredentials(["current"], "previous");
    const { api } = await bench(
      (request) =>
        isDown && request.headers.authorization === "Bearer previous"
          ? { status: 500 }
          : letting({ current: "no listing", previous: "all" })(request),
      { credentials },
    );
    expect(await failure(api.list())).toMatchObject({ code: "access-token-forbidden" });
    isDown = false;
    expect((await api.list()).tokens).toHaveLength(1);
    expect(await api.loggedInWith()).toMatchObject({ stage: "AWSPREVIOUS" });
  });

  test("that is rejected besides gives way to the previous one, as any", async () => {
    let isRevoked = false;
    const credentials = new FakeCredentials(["current"], "previous");
    const answer = (request: SeenRequest) =>
      letting({ current: isRevoked ? "none" : "no listing", previous: "no listing" })(request);
    const { api, server } = await bench(answer, { credentials });
    await failure(api.list());
    isRevoked = true;
    await api.get(TOKEN);
    expect(sentWith(server.requests).slice(-2)).toEqual(["Bearer current", "Bearer previous"]);
  });

  test("gives way to nothing where a page says 403: that is not Losant's word", async () => {
    const credentials = new FakeCredentials(["current"], "previous");
    const page = { status: 403, headers: { "content-type": "text/html" }, body: "<html>blocked</html>" };
    const { api, server } = await bench(() => page, { credentials });
    expect(await failure(api.list())).toMatchObject({ code: "losant-intercepted" });
    expect(new Set(sentWith(server.requests))).toEqual(new Set(["Bearer current"]));
  });

  test("gives way to nothing where something else is forbidden", async () => {
    const credentials = new FakeCredentials(["current"], "previous");
    const forbidden = { status: 403, body: { type: "Forbidden", message: "no such right" } };
    const { api, server } = await bench(() => forbidden, { credentials });
    for (const call of [() => api.get(TOKEN), () => api.create(ORDER), () => api.delete(TOKEN)])
      expect(await failure(call())).toMatchObject({ code: "access-token-forbidden" });
    expect(sentWith(server.requests)).toEqual(Array(3).fill("Bearer current"));
  });
});
