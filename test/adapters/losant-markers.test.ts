import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { RotationError } from "../../lambda/model/errors.ts";
import {
  describeDiscarded,
  describeSuccessor,
  type KeptKey,
  type MarkerKey,
} from "../../lambda/model/marker.ts";
import { type VersionId, VersionId as VersionIdSchema, versionIdOf } from "../../lambda/model/secret.ts";
import { type ApiToken, TokenId } from "../../lambda/model/token.ts";
import { inTurn, type Reply, type SeenRequest } from "../support/http.ts";
import {
  ACCESS_TOKEN,
  APPLICATION,
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

const bearerOf = ({ headers }: SeenRequest) => String(headers.authorization).replace("Bearer ", "");
const rejection = { status: 401, body: { type: "Unauthorized", message: "bad token" } };
const fingerprint = (key: MarkerKey) => key.mac("what it signs");
const fingerprints = (keys: readonly MarkerKey[]) => keys.map(fingerprint);
const bodyOf = ({ body }: SeenRequest) => JSON.parse(body);

/** Losant, which accepts these access tokens. */
const accepting =
  (...accepted: readonly string[]) =>
  (request: SeenRequest): Reply => {
    if (!accepted.includes(bearerOf(request))) return rejection;
    if (request.method === "POST") return { status: 201, body: tokenBody(TOKEN, { token: ISSUED_TOKEN }) };
    if (request.method === "PATCH") return { status: 200, body: tokenBody(TOKEN, { status: "inactive" }) };
    return { status: 200, body: { items: [tokenBody()], totalCount: 1, perPage: 1_000 } };
  };

describe("a marker", () => {
  const markedBy = (accessToken: string) =>
    describeSuccessor(ORDER.description, INTENT, APPLICATION, keyOf(accessToken));

  test("is signed with the access token that the order is sent with", async () => {
    const { api, server } = await bench(accepting(ACCESS_TOKEN));
    await api.create(ORDER);
    expect(server.requests.map((request) => bodyOf(request).description)).toEqual([markedBy(ACCESS_TOKEN)]);
    expect(fingerprint(await api.signingKey())).toBe(fingerprint(keyOf(ACCESS_TOKEN)));
  });

  test("is signed anew where the order is sent again with another access token", async () => {
    const credentials = new FakeCredentials(["broken"], "previous");
    const { api, server } = await bench(accepting("previous"), { credentials });
    await api.create(ORDER);
    expect(server.requests.map((request) => [bearerOf(request), bodyOf(request).description])).toEqual([
      ["broken", markedBy("broken")],
      ["previous", markedBy("previous")],
    ]);
    expect(fingerprint(await api.signingKey())).toBe(fingerprint(keyOf("previous")));
  });

  test("takes the place of one that the predecessor has", async () => {
    const { api, server } = await bench(accepting(ACCESS_TOKEN));
    await api.create({ ...ORDER, description: markedBy("another") });
    expect(server.requests.map((request) => bodyOf(request).description)).toEqual([markedBy(ACCESS_TOKEN)]);
  });

  test("can be verified before anything was called: the access token is read for it", async () => {
    const { api, credentials, server } = await bench(accepting(ACCESS_TOKEN));
    expect(fingerprint(await api.signingKey())).toBe(fingerprint(keyOf(ACCESS_TOKEN)));
    expect([credentials.reads, server.requests]).toEqual([["AWSCURRENT"], []]);
  });
});

describe("a token that is about to be deleted", () => {
  const at = new Date("2029-02-03T04:05:06.789Z");
  const token: ApiToken = {
    id: TOKEN,
    name: "My API Token",
    description: describeSuccessor("for the backend", INTENT, APPLICATION, keyOf("older")),
    createdAt: new Date("2029-01-01T00:00:00.000Z"),
    expiresAt: undefined,
    scope: ["data.get"],
    status: "active",
    creatorType: "apiToken",
    creatorId: undefined,
  };
  const discardedBy = (accessToken: string) => describeDiscarded(token, at, APPLICATION, keyOf(accessToken));

  test("is deactivated, and says since when, in one call", async () => {
    const { api, server } = await bench(accepting(ACCESS_TOKEN));
    await api.deactivateForDiscard(token, at);
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `PATCH /applications/${APPLICATION}/tokens/${TOKEN}`,
    ]);
    expect(server.requests.map(bodyOf)).toEqual([
      { status: "inactive", description: discardedBy(ACCESS_TOKEN) },
    ]);
  });

  test("says so with the signature of the access token that the call is sent with", async () => {
    const credentials = new FakeCredentials(["stale", "fresh"]);
    const { api, server } = await bench(accepting("fresh"), { credentials });
    await api.deactivateForDiscard(token, at);
    expect(server.requests.map((request) => bodyOf(request).description)).toEqual([
      discardedBy("stale"),
      discardedBy("fresh"),
    ]);
  });

  test("and is gone, counts as deactivated", async () => {
    const { api } = await bench(() => ({
      status: 404,
      body: { type: "NotFound", message: "no such token" },
    }));
    await expect(api.deactivateForDiscard(token, at)).resolves.toBeUndefined();
  });

  test("may or may not be deactivated where there is no answer", async () => {
    const { api } = await bench(() => "drop");
    expect(await failure(api.deactivateForDiscard(token, at))).toMatchObject({
      code: "losant-unreachable",
      effect: "unknown",
    });
  });
});

const version = (text: string): VersionId => v.parse(VersionIdSchema, text);
const tokenId = (number: number) => v.parse(TokenId, idOf(number));
/** A string in the form of Losant's, as far as that is known: the payload contains the token's id. */
const jwt = (number: number) =>
  `head.${Buffer.from(JSON.stringify({ sub: idOf(number) })).toString("base64url")}.signature-${number}`;

const trusted = (keys: readonly KeptKey[]) => fingerprints(keys.filter(({ isTrusted }) => isTrusted));

describe("the keys of an access token's secret", () => {
  async function keysOf(
    kept: readonly (readonly [VersionId, string | RotationError | undefined])[],
    { accepted = [ACCESS_TOKEN], answer = accepting(...accepted) }: Partial<Losant> = {},
  ) {
    const credentials = new FakeCredentials([ACCESS_TOKEN]);
    credentials.kept = new Map(kept);
    return { ...(await bench(answer, { credentials })), credentials };
  }
  interface Losant {
    readonly accepted: readonly string[];
    readonly answer: (request: SeenRequest) => Reply;
  }
  const byHand = (number: number) => version(`by-hand-${number}`);

  test("are those of the newest six versions, without the one in use", async () => {
    const strings = Array.from({ length: 9 }, (_, number) => `former-${number}`);
    const { api, credentials } = await keysOf(
      [[byHand(99), ACCESS_TOKEN], ...strings.map((string, number) => [byHand(number), string] as const)],
      { accepted: [ACCESS_TOKEN, ...strings] },
    );
    expect(trusted(await api.keptKeys())).toEqual(
      fingerprints(strings.slice(0, 5).map((string) => keyOf(string))),
    );
    expect(credentials.readVersions).toEqual([99, 0, 1, 2, 3, 4].map(byHand));
  });

  test("are not trusted where a person replaced them and Losant refuses them", async () => {
    const { api } = await keysOf(
      [
        [byHand(1), "accepted"],
        [byHand(2), "refused"],
      ],
      { accepted: [ACCESS_TOKEN, "accepted"] },
    );
    expect(trusted(await api.keptKeys())).toEqual([fingerprint(keyOf("accepted"))]);
  });

  test("are trusted where the worker replaced them, whether Losant still accepts them or not", async () => {
    const root = { id: byHand(1), string: jwt(1) };
    const second = { id: versionIdOf({ tokenId: tokenId(2), replacedId: tokenId(1) }), string: "no-jwt" };
    const third = { id: versionIdOf({ tokenId: tokenId(3), replacedId: tokenId(2) }), string: ACCESS_TOKEN };
    const { api, server } = await keysOf([third, second, root].map(({ id, string }) => [id, string]));
    expect(trusted(await api.keptKeys())).toEqual(fingerprints([keyOf(second.string), keyOf(root.string)]));
    expect(server.requests).toEqual([]);
  });

  test("are asked of Losant with the string itself, of which no error shows anything", async () => {
    const answer = (request: SeenRequest): Reply => ({
      status: 500,
      body: { type: "Oops", message: `what about ${bearerOf(request)}?` },
    });
    const { api, server } = await keysOf([[byHand(1), ISSUED_TOKEN]], { answer });
    const error = await failure(api.keptKeys());
    expect(error).toMatchObject({ code: "losant-unavailable", effect: "none" });
    expect(error.message).not.toContain(ISSUED_TOKEN);
    expect(new Set(server.requests.map(bearerOf))).toEqual(new Set([ISSUED_TOKEN]));
  });

  test("are not trusted where they may not list: the worker can never have used them", async () => {
    const forbidden = { status: 403, body: { type: "Forbidden", message: "no such right" } };
    const { api } = await keysOf([[byHand(1), "narrow"]], { answer: () => forbidden });
    expect(trusted(await api.keptKeys())).toEqual([]);
  });

  test.each<[string, Reply]>([
    ["throttles", { status: 429 }],
    ["does not answer", "drop"],
    [
      "is behind a page that says 401",
      { status: 401, headers: { "content-type": "text/html" }, body: "<p>" },
    ],
    [
      "is behind a page that says 403",
      { status: 403, headers: { "content-type": "text/html" }, body: "<p>" },
    ],
    [
      "is behind a page that says 200",
      { status: 200, headers: { "content-type": "text/html" }, body: "<p>" },
    ],
  ])("are unknown where Losant %s", async (_, reply) => {
    const { api } = await keysOf([[byHand(1), "former"]], { answer: () => reply });
    expect(await failure(api.keptKeys())).toBeInstanceOf(RotationError);
  });

  test("lack versions that hold no token, or vanished meanwhile", async () => {
    const { api } = await keysOf(
      [
        [byHand(1), undefined],
        [byHand(2), "former"],
      ],
      { accepted: ["former"] },
    );
    expect(trusted(await api.keptKeys())).toEqual([fingerprint(keyOf("former"))]);
  });

  test("are unknown where a version can't be read", async () => {
    const denied = new RotationError("access-token-unreadable", "no permission");
    const { api } = await keysOf([
      [byHand(1), "former"],
      [byHand(2), denied],
    ]);
    expect(await failure(api.keptKeys())).toBe(denied);
  });

  test("are none where only the one in use is kept", async () => {
    const { api } = await keysOf([[byHand(1), ACCESS_TOKEN]]);
    expect(await api.keptKeys()).toEqual([]);
  });
});

describe("Losant's clock", () => {
  const date = (text: string) => ({ date: text });
  const page = (
    items: readonly object[],
    headers: Readonly<Record<string, string>>,
    totalCount = 2,
  ): Reply => ({
    status: 200,
    headers,
    body: { items, totalCount, perPage: 1 },
  });
  const [early, late] = ["Mon, 01 Jan 2029 00:00:00 GMT", "Mon, 01 Jan 2029 00:07:08 GMT"] as const;
  const [one, other] = [tokenBody(idOf(1)), tokenBody(idOf(2))];
  const listed = async (...replies: readonly Reply[]) => {
    const { api } = await bench(inTurn(...replies));
    return (await api.list()).servedAt;
  };

  test("is what the last page of a listing says", async () => {
    const servedAt = await listed(page([one], date(early)), page([other], date(late)), page([], date(late)));
    expect(servedAt).toEqual(new Date("2029-01-01T00:07:08.000Z"));
  });

  test.each([
    ["empty", ""],
    ["a number", "1"],
    ["no date", "soon"],
    ["what JavaScript calls no date", "Invalid Date"],
    ["ISO 8601", "2029-01-01T00:00:00Z"],
    ["of a day that is none", "Mon, 32 Jan 2029 00:00:00 GMT"],
    ["of another weekday", "Tue, 01 Jan 2029 00:00:00 GMT"],
    ["in another zone", "Mon, 01 Jan 2029 00:00:00 +0100"],
    ["two dates", `${early}, ${late}`],
  ])("is unknown where the header is %s", async (_, header) => {
    expect(await listed(page([one], date(header), 1))).toBeUndefined();
  });

  test("is unknown where the last page does not say it, whatever earlier ones said", async () => {
    expect(await listed(page([one], date(early)), page([other], date("soon")))).toBeUndefined();
  });
});
