import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { VersionId } from "../../lambda/model/secret.ts";
import { inTurn, type Reply } from "../support/http.ts";
import { awsRefusal, operationsOf, seconds } from "./aws-bench.ts";
import { failure } from "./losant-bench.ts";
import { AS_READ, EVERY_FACT, LABELS, storeAnswering } from "./store-bench.ts";
import { ARN, NAME, OLDER, VERSION } from "./store-calls.ts";

const PREFIX = "losant/";
const arnOf = (name: string) => ARN.replace(NAME, name);
const entry = (name: string, rest: object = {}) => ({
  ARN: arnOf(name),
  Name: name,
  CreatedDate: seconds("2029-01-01T00:00:00Z"),
  ...rest,
});
const page = (SecretList: readonly unknown[], NextToken?: string): Reply => ({
  status: 200,
  body: { SecretList, ...(NextToken && { NextToken }) },
});

describe("the list of secrets", () => {
  test("has what an entry says of a secret, like a description of it", async () => {
    const { store } = await storeAnswering(() =>
      page([
        entry(NAME, {
          SecretVersionsToStages: LABELS,
          ...EVERY_FACT,
        }),
      ]),
    );
    expect(await store.list(PREFIX)).toEqual([AS_READ]);
  });

  test("is all pages, also past an empty one, with what is to be deleted", async () => {
    const { store, server } = await storeAnswering(
      inTurn(page([entry("losant/a")], "1"), page([], "2"), page([entry("losant/b")])),
    );
    expect((await store.list(PREFIX)).map(({ name }) => name)).toEqual(["losant/a", "losant/b"]);
    const asked = {
      Filters: [{ Key: "name", Values: [PREFIX] }],
      IncludePlannedDeletion: true,
      MaxResults: 100,
    };
    expect(server.requests.map(({ body }) => JSON.parse(body))).toEqual([
      asked,
      { ...asked, NextToken: "1" },
      { ...asked, NextToken: "2" },
    ]);
    expect(new Set(operationsOf(server))).toEqual(new Set(["ListSecrets"]));
  });

  test("can be that of several prefixes", async () => {
    const { store, server } = await storeAnswering(() =>
      page(["losant/a/x", "losant/b/y", "losant/c/z"].map((name) => entry(name))),
    );
    const listed = await store.list("losant/a/", "losant/b/");
    expect(listed.map(({ name }) => name)).toEqual(["losant/a/x", "losant/b/y"]);
    const [request] = server.requests;
    expect(JSON.parse(request?.body ?? "")).toMatchObject({
      Filters: [{ Key: "name", Values: ["losant/a/", "losant/b/"] }],
    });
  });

  test("may be empty", async () => {
    const { store } = await storeAnswering(() => page([]));
    expect(await store.list(PREFIX)).toEqual([]);
  });

  test("lacks other names, also where the service knows no filter", async () => {
    const names = ["prod/losant/a", "losant", "losantx/a", "Losant/a", "losant/a"];
    const { store } = await storeAnswering(() => page(names.map((name) => entry(name))));
    expect((await store.list(PREFIX)).map(({ name }) => name)).toEqual(["losant/a"]);
  });

  test("has a secret once, as it was shown last, where pages shift", async () => {
    const stages = (label: string) => ({ SecretVersionsToStages: { [VERSION]: [label] } });
    const { store } = await storeAnswering(
      inTurn(page([entry(NAME, stages("AWSPREVIOUS"))], "1"), page([entry(NAME, stages("AWSCURRENT"))])),
    );
    expect(await store.list(PREFIX)).toMatchObject([{ versions: [{ id: VERSION, labels: ["AWSCURRENT"] }] }]);
  });

  test.each<[string, unknown]>([
    ["nothing", null],
    ["a number", 5],
    ["a list", []],
    ["no ARN", entry("losant/odd", { ARN: undefined })],
    ["an ARN that is none", entry("losant/odd", { ARN: "here" })],
    ["no name", entry("losant/odd", { Name: undefined })],
    ["a name that none can have", entry("losant/odd one")],
    ["no date", entry("losant/odd", { CreatedDate: undefined })],
    ["a version without an id", entry("losant/odd", { SecretVersionsToStages: { "": ["AWSCURRENT"] } })],
    ["labels that are none", entry("losant/odd", { SecretVersionsToStages: { [VERSION]: [5] } })],
  ])("goes on past an entry that is odd: %s", async (_, odd) => {
    const { store } = await storeAnswering(() => page([entry("losant/a"), odd, entry("losant/b")]));
    expect((await store.list(PREFIX)).map(({ name }) => name)).toEqual(["losant/a", "losant/b"]);
  });

  test.each<[string, Reply]>([
    ["an empty answer", { status: 200, body: {} }],
    ["a list that is none", { status: 200, body: { SecretList: "all" } }],
    ["another operation's", { status: 200, body: { ARN, Name: NAME, Versions: [] } }],
    ["HTML", { status: 200, body: "<html></html>" }],
  ])("is not taken from %s", async (_, reply) => {
    const { store } = await storeAnswering(inTurn(page([entry(NAME)], "1"), reply));
    const error = await failure(store.list(PREFIX));
    expect(error).toMatchObject({ code: "store-answer-invalid", effect: "none" });
    expect(error.message).toContain("ListSecrets of losant/*");
  });

  test.each([
    ["AccessDeniedException", "store-denied"],
    ["InvalidNextTokenException", "store-refused"],
  ])("fails as a whole where a later page is refused: %s", async (type, code) => {
    const { store } = await storeAnswering(inTurn(page([entry(NAME)], "1"), awsRefusal(type)));
    expect(await failure(store.list(PREFIX))).toMatchObject({ code, effect: "none" });
  });

  test("that never ends is given up", async () => {
    const { store, server } = await storeAnswering(() => page([], "again"), { maxSecretPages: 4 });
    expect(await failure(store.list(PREFIX))).toMatchObject({ code: "store-answer-invalid" });
    expect(server.requests).toHaveLength(4);
  });

  test("that never ends is given up when it has as many secrets as there is memory for", async () => {
    const { store, server } = await storeAnswering(
      (_, index) =>
        page(
          [1, 2, 3].map((number) => entry(`losant/${index}-${number}`)),
          "again",
        ),
      { maxSecrets: 8 },
    );
    const error = await failure(store.list(PREFIX));
    expect(error).toMatchObject({ code: "store-answer-invalid" });
    expect(error.message).toContain("doesn't end after 8 secrets");
    expect(server.requests).toHaveLength(3);
  });

  test("whose pages come too slowly is given up", async () => {
    const { store, server } = await storeAnswering(() => page([entry(NAME)], "again"), { listTotalMs: 0 });
    expect(await failure(store.list(PREFIX))).toMatchObject({ code: "store-unreachable", effect: "none" });
    expect(server.requests).toHaveLength(1);
  });
});

const versionId = (text: string) => v.parse(VersionId, text);

describe("the versions of an access token's secret", () => {
  test("are all of them, deprecated ones too, newest first, those without a date last", async () => {
    const at = (day: string) => seconds(`2029-01-0${day}T00:00:00Z`);
    const { store, server } = await storeAnswering(
      inTurn(
        {
          status: 200,
          body: {
            ARN,
            Versions: [
              { VersionId: "undated" },
              { VersionId: OLDER, CreatedDate: at("1") },
              { VersionId: "by-hand", CreatedDate: at("3"), VersionStages: ["AWSCURRENT"] },
            ],
            NextToken: "1",
          },
        },
        { status: 200, body: { ARN, Versions: [{ VersionId: VERSION, CreatedDate: at("2") }] } },
      ),
    );
    expect(await store.versions(ARN)).toEqual(["by-hand", VERSION, OLDER, "undated"].map(versionId));
    expect(JSON.parse(server.requests[0]?.body ?? "")).toMatchObject({
      SecretId: ARN,
      IncludeDeprecated: true,
    });
  });

  test("are not taken from another secret", async () => {
    const body = { ARN: arnOf("losant/other"), Versions: [] };
    const { store } = await storeAnswering(() => ({ status: 200, body }));
    expect(await failure(store.versions(ARN))).toMatchObject({ code: "store-answer-invalid" });
  });
});

describe("a kept version of an access token's secret", () => {
  test.each([
    ["a plain string", " the-token\n"],
    ["JSON with token", '{"token": "the-token", "name": "x"}'],
  ])("is read by its id, where it holds %s", async (_, SecretString) => {
    const body = { ARN, VersionId: VERSION, SecretString };
    const { store, server } = await storeAnswering(() => ({ status: 200, body }));
    expect((await store.readVersion(ARN, VERSION))?.reveal()).toBe("the-token");
    expect(JSON.parse(server.requests[0]?.body ?? "")).toEqual({ SecretId: ARN, VersionId: VERSION });
  });

  test.each<[string, object]>([
    ["bytes", { SecretBinary: "AAAA" }],
    ["nothing", {}],
    ["JSON without token", { SecretString: '{"user":"x"}' }],
    ["text of several lines", { SecretString: "one\ntwo" }],
  ])("that holds %s holds no token", async (_, held) => {
    const { store } = await storeAnswering(() => ({
      status: 200,
      body: { ARN, VersionId: VERSION, ...held },
    }));
    expect(await store.readVersion(ARN, VERSION)).toBeUndefined();
  });

  test("that was removed since it was listed holds none either", async () => {
    const { store } = await storeAnswering(() => awsRefusal("ResourceNotFoundException"));
    expect(await store.readVersion(ARN, VERSION)).toBeUndefined();
  });

  test.each<[string, object]>([
    ["another version", { ARN, VersionId: OLDER }],
    ["another secret", { ARN: arnOf("losant/other"), VersionId: VERSION }],
    ["who knows what", { ARN }],
  ])("is not taken from the answer about %s", async (_, said) => {
    const body = { ...said, SecretString: "the-token" };
    const { store } = await storeAnswering(() => ({ status: 200, body }));
    expect(await failure(store.readVersion(ARN, VERSION))).toMatchObject({ code: "store-answer-invalid" });
  });

  test.each<[string, string]>([
    ["AccessDeniedException", "access-token-unreadable"],
    ["DecryptionFailure", "access-token-unreadable"],
    ["InvalidRequestException", "access-token-unreadable"],
    ["ThrottlingException", "store-throttled"],
  ])("that can't be read now fails: %s", async (type, code) => {
    const { store } = await storeAnswering(() => awsRefusal(type));
    expect(await failure(store.readVersion(ARN, VERSION))).toMatchObject({ code, effect: "none" });
  });
});
