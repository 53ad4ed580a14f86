import { describe, expect, it, onTestFinished, vi } from "vitest";
import { AccessToken } from "../../lambda/adapters/losant/access-token.ts";
import { type LosantCall, LosantClient } from "../../lambda/adapters/losant/client.ts";
import { Redacted } from "../../lambda/model/redacted.ts";
import type { Reply, ScriptedServer, SeenRequest } from "../support/http.ts";
import {
  ACCESS_SECRET,
  ACCESS_TOKEN,
  APPLICATION,
  bench,
  FakeCredentials,
  failure,
  ISSUED_TOKEN,
  QUICK,
} from "./losant-bench.ts";

const POST: LosantCall = {
  doing: "create a token",
  scope: "applicationApiTokens.post",
  kind: "create",
  method: "post",
  owner: { id: APPLICATION },
  path: "/tokens",
  body: { name: "a" },
};

const { body: _, ...GET }: LosantCall = { ...POST, kind: "read", method: "get" };

async function client(
  answer: (request: SeenRequest) => Reply,
  credential: AccessToken | Redacted,
): Promise<{ readonly client: LosantClient; readonly server: ScriptedServer }> {
  const { server } = await bench(answer);
  const baseUrl = `${server.url}/`;
  return { client: new LosantClient({ baseUrl, credential, limits: QUICK }), server };
}

const previous = () =>
  new AccessToken(new FakeCredentials(["rejected-token"], ACCESS_TOKEN), {
    id: APPLICATION,
    accessToken: ACCESS_SECRET,
  });

const onlyThe = (accepted: string) => (request: SeenRequest) => ({
  status: request.headers.authorization === `Bearer ${accepted}` ? 200 : 401,
});

describe("a client of Losant", () => {
  it("sends what was rejected again with what replaces the access token", async () => {
    const { client: losant, server } = await client(onlyThe(ACCESS_TOKEN), previous());
    expect(await losant.answer(POST)).toMatchObject({ kind: "ok", text: "" });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer rejected-token",
      `Bearer ${ACCESS_TOKEN}`,
    ]);
    expect(new Set(server.requests.map(({ path }) => path))).toEqual(
      new Set([`/applications/${APPLICATION}/tokens`]),
    );
  });

  it("replaces nothing where it is logged in with one string: then a 401 is the answer", async () => {
    const { client: losant, server } = await client(onlyThe("another"), new Redacted(ISSUED_TOKEN));
    expect(await losant.answer(POST)).toMatchObject({ kind: "refused", status: 401 });
    expect(server.requests).toHaveLength(1);
  });

  it("logs in with another string where it is told to, and with its own afterwards", async () => {
    const { client: losant } = await client(onlyThe(ACCESS_TOKEN), previous());
    expect(await losant.as(new Redacted(ISSUED_TOKEN), {}).answer(POST)).toMatchObject({ status: 401 });
    expect(await losant.text(POST)).toBe("");
  });

  it("names the scope that the call needs where Losant forbids it", async () => {
    const { client: losant } = await client(() => ({ status: 403 }), new Redacted(ACCESS_TOKEN));
    const error = await failure(losant.text(POST));
    expect(error).toMatchObject({ code: "access-token-forbidden", effect: "none" });
    expect(error.message).toContain("can't create a token of application");
    expect(error.message).toContain("needs the scope applicationApiTokens.post");
  });

  it.each([
    [403, "Losant forbids this"],
    [404, "Losant has no such application"],
  ])(
    "is certain of HTTP %i only where the answer has a type, as Losant's have: a gateway may answer so too",
    async (status, says) => {
      const told = await bench(() => ({ status, body: { type: "Any", message: "no" } }));
      expect((await failure(told.api.list())).message).toContain(`: ${says}`);
      for (const body of [undefined, { message: "no Route matched with those values" }]) {
        const guessed = await bench(() => ({ status, body }));
        expect((await failure(guessed.api.list())).message).toContain(
          `: HTTP ${status}, probably because ${says}`,
        );
      }
    },
  );

  it("pauses twice as long before each further attempt, up to the longest pause, and less by chance", async () => {
    const limits = { ...QUICK, readRetries: 4, firstPauseMs: 100, longestPauseMs: 700 };
    const { server } = await bench(() => ({ status: 503 }));
    const losant = new LosantClient({
      baseUrl: `${server.url}/`,
      credential: new Redacted(ACCESS_TOKEN),
      limits,
    });
    for (const [chance, pauses] of [
      [1, [100, 200, 400, 700]],
      [0, [50, 100, 200, 400]],
    ] as const) {
      const slept = pausesUpTo(700, chance);
      expect(await losant.answer(GET)).toMatchObject({ status: 503 });
      expect(slept).toEqual(pauses);
    }
    expect(server.requests).toHaveLength(10);
  });
});

/** The pauses from now on, which take no time. `chance` takes the place of random numbers. */
function pausesUpTo(longestMs: number, chance: number): readonly number[] {
  const slept: number[] = [];
  const start = setTimeout;
  vi.spyOn(Math, "random").mockReturnValue(chance);
  vi.stubGlobal("setTimeout", (end: () => void, ms = 0) => {
    if (ms > longestMs || ms < 50) return start(end, ms);
    slept.push(ms);
    return start(end, 0);
  });
  onTestFinished(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });
  return slept;
}
