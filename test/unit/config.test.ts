import { Ajv } from "ajv";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { RotationError } from "../../lambda/model/errors.ts";
import { ApplicationId } from "../../lambda/model/token.ts";
import { parseConfig, parseConfigText } from "../../lambda/policy/config.ts";
import { textOf } from "../support/markdown.ts";

const APP = "575ec8687ae143cd83dc4a97";
const PLANTED = "PLANTED VALUE";
const application = { id: APP, accessToken: `losant-access/${APP}` };
const DAY = 86_400_000;

function refusal(document: unknown): string {
  try {
    parseConfig(document);
  } catch (error) {
    expect(error).toBeInstanceOf(RotationError);
    expect(error).toMatchObject({ code: "config-invalid" });
    return (error as Error).message;
  }
  throw new Error("it was accepted");
}

const withPolicy = (policy: object) => ({ applications: [{ ...application, policy }] });

const OTHER = "575ec8687ae143cd83dc4a98";
const TOKEN = "65F0C0DE000000000000000B";
const arn = (end: string) => `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${end}`;
/** Two applications, each with an access token of its own unless it says otherwise. */
const two = (first: object, second: object = {}, common: object = {}) => ({
  ...common,
  applications: [
    { ...application, ...first },
    { id: OTHER, accessToken: `losant-access/${OTHER}`, ...second },
  ],
});

describe("the configuration", () => {
  it("needs no more than one application", () => {
    expect(parseConfig({ applications: [application] })).toMatchObject({
      losantApiUrl: "https://api.losant.com",
      secretPrefix: "losant",
      eventBusName: "default",
      intervalMs: DAY / 4,
      applications: [
        {
          policy: {
            renewBeforeMs: 30 * DAY,
            lifetimeMs: "same",
            include: ["*"],
            exclude: [],
            neverExpiringMs: "report",
            orphanAfterMs: 3_600_000,
            maxRotationsPerRun: 500,
            secretFormat: "json",
          },
        },
      ],
    });
  });

  it.each(["http://localhost:8080", "http://127.0.0.1", "http://[::1]:8080", "https://losant.example"])(
    "may name Losant at %s",
    (losantApiUrl) => {
      expect(parseConfig({ applications: [application], losantApiUrl }).losantApiUrl).toBe(losantApiUrl);
    },
  );

  it.each([
    "http://127-0-0-1",
    "http://127.0.0.2",
    "http://localhost.example",
    "http://example-localhost",
    "http://[::2]",
    "http://0.0.0.0",
    "ftp://localhost",
    "localhost:8080",
  ])("may not name Losant at %s: over the network it is https alone", (losantApiUrl) => {
    expect(refusal({ applications: [application], losantApiUrl })).toContain("losantApiUrl: ");
  });

  it.each([
    ["without a scheme", "api.losant.com"],
    ["with a host and a port alone", "losant.example:443"],
    ["of nothing", "https://"],
    ["with a port that is none", "https://losant.example:99999"],
    ["with a user name", "https://me@losant.example"],
    ["with a password", `https://me:${PLANTED.replace(" ", "")}@losant.example`],
    ["with a query", "https://losant.example/?a=b"],
    ["with a fragment", "https://losant.example/#a"],
  ])("does not take an address %s, and says what one is", (_, losantApiUrl) => {
    const said = refusal({ applications: [application], losantApiUrl });
    expect(said).toBe(
      "configuration: losantApiUrl: must be an address such as https://api.losant.com, without user name, query or fragment",
    );
  });

  it.each([
    ["itself", [], "the document: must be an object"],
    ["as a policy", { applications: [application], policy: [] }, "policy: must be an object"],
    ["as new secrets", { applications: [application], newSecrets: [] }, "newSecrets: must be an object"],
    [
      "of tags",
      { applications: [{ ...application, newSecrets: { tags: [] } }] },
      "applications.0.newSecrets.tags: must be an object",
    ],
    ["as an application", { applications: [[]] }, "applications.0: must be an object"],
    ["as an application's policy", withPolicy([]), "applications.0.policy: must be an object"],
    [
      "of secrets",
      { applications: [{ ...application, secrets: [] }] },
      "applications.0.secrets: must be an object",
    ],
  ])("is no list %s", (_, document, says) => {
    expect(refusal(document)).toBe(`configuration: ${says}`);
  });

  it.each([
    ["", "line 1, column 1"],
    ["{", "line 1, column 2"],
    ['{\n  "applications": [,]\n}', "line 2, column 20"],
    ['{\n  "a": 1\n  "b": 2\n}', "line 3, column 3"],
    ['{ "a": 1, }', "line 1, column 11"],
    ["{ 'a': 1 }", "line 1, column 3"],
    ['{ "a": 01 }', "line 1, column 9"],
    ['{ "a": [1, 2} }', "line 1, column 13"],
    ['{ "a": "PLANTED\nVALUE" }', "line 1, column 8"],
    ["{} {}", "line 1, column 4"],
    ["// a comment\n{}", "line 1, column 1"],
  ])("that is no JSON (%j) says where it stops being that: %s", (text, where) => {
    expect(() => parseConfigText(text, "my.config.json")).toThrow(
      `my.config.json: is not valid JSON at ${where}`,
    );
  });

  it("may begin with a byte order mark", () => {
    const text = `\ufeff${JSON.stringify({ applications: [application] })}\r\n`;
    expect(parseConfigText(text, "rotation.config.json").applications).toHaveLength(1);
  });

  it("overrides the common policy key by key", () => {
    const { applications } = parseConfig({
      policy: { renewBefore: "20d", secretFormat: "plain" },
      applications: [{ ...application, policy: { renewBefore: "14d" } }],
    });
    expect(applications[0]?.policy).toMatchObject({ renewBeforeMs: 14 * DAY, secretFormat: "plain" });
  });

  it.each([
    ["shedule", { applications: [application], shedule: PLANTED }, "shedule: unknown key"],
    ["a policy's key", withPolicy({ renewBefor: PLANTED }), "applications.0.policy.renewBefor: unknown key"],
    [
      "a key of retire",
      withPolicy({ retire: { soon: PLANTED } }),
      "applications.0.policy.retire.soon: unknown key",
    ],
    [
      "a duration",
      withPolicy({ renewBefore: PLANTED }),
      "applications.0.policy.renewBefore: must be a number with the unit",
    ],
    [
      "an id",
      { applications: [{ ...application, id: PLANTED }] },
      "applications.0.id: must be 24 hexadecimal digits",
    ],
    ["a missing id", { applications: [{ accessToken: "x" }] }, "applications.0.id: is missing"],
    [
      "a schedule that is too short",
      { applications: [application], schedule: "14m" },
      "schedule: must be 15m to 3d",
    ],
    [
      "a schedule that is too long",
      { applications: [application], schedule: "4d" },
      "schedule: must be 15m to 3d",
    ],
    [
      "orphans that are too young",
      withPolicy({ orphanAfter: "29m" }),
      "applications.0.policy.orphanAfter: must be 30m or more",
    ],
    [
      "a lifetime of three intervals",
      withPolicy({ lifetime: "18h" }),
      "policy.lifetime: must be longer than three schedule intervals",
    ],
    [
      "a deletion before the deactivation",
      withPolicy({ retire: { deactivateAfter: "7d", deleteAfter: "167h" } }),
      "policy.retire.deleteAfter: must not be shorter",
    ],
    [
      "the end of roots whoever reads them",
      withPolicy({ retire: { deactivateAfter: "7d", unread: "ignore", roots: true } }),
      'policy.retire.roots: needs unread to be "hold"',
    ],
    [
      "the deletion of roots that were not deactivated",
      withPolicy({ retire: { deleteAfter: "7d", roots: true } }),
      "policy.retire.roots: needs deactivateAfter",
    ],
    ["roots that are no switch", withPolicy({ retire: { roots: "yes" } }), "policy.retire.roots: must be"],
    [
      "a key of a whole application for single tokens",
      withPolicy({ tokens: [{ match: "ci-*", exclude: [PLANTED] }] }),
      "policy.tokens.0.exclude: is only for a whole application, not for single tokens",
    ],
    [
      "an unknown key for single tokens",
      withPolicy({ tokens: [{ match: "ci-*", schedule: PLANTED }] }),
      "policy.tokens.0.schedule: unknown key",
    ],
    ["single tokens without match", withPolicy({ tokens: [{}] }), "policy.tokens.0.match: is missing"],
    [
      "retire by name",
      withPolicy({ tokens: [{ match: "ci-*", retire: "never" }] }),
      "policy.tokens.0.retire: needs the id of a token in match",
    ],
    [
      "orphanAfter by name",
      withPolicy({ tokens: [{ match: "ci-*", orphanAfter: "2h" }] }),
      "policy.tokens.0.orphanAfter: needs the id of a token in match",
    ],
    [
      "secretFormat by name",
      withPolicy({ tokens: [{ match: "ci-*", secretFormat: "json" }] }),
      "policy.tokens.0.secretFormat: needs the id of a token in match",
    ],
    [
      "an id after a name",
      withPolicy({ tokens: [{ match: "ci-*" }, { match: "a".repeat(24) }] }),
      "policy.tokens.1.match: entries with ids must come before those with names",
    ],
    [
      "the same id twice",
      withPolicy({ tokens: [{ match: "a".repeat(24) }, { match: "A".repeat(24) }] }),
      "policy.tokens.1.match: is the same as in an earlier entry",
    ],
    [
      "a lifetime that is too short for single tokens",
      withPolicy({ tokens: [{ match: "ci-*", lifetime: "18h" }] }),
      "policy.tokens.0.lifetime: must be longer than three schedule intervals",
    ],
    [
      "plain http",
      { applications: [application], losantApiUrl: "http://losant.example" },
      "losantApiUrl: must begin with https://",
    ],
    [
      "a pasted token",
      { applications: [{ ...application, accessToken: "eyJhbGciOi" }] },
      "looks like a token",
    ],
    ["one application twice", { applications: [application, application] }, "applications.1.id"],
    [
      "one secret twice",
      { applications: [{ ...application, secrets: { a: "x", b: "x" } }] },
      "applications.0.secrets.b",
    ],
    [
      "one secret of two applications",
      {
        applications: [
          { ...application, secrets: { a: "prod/x" } },
          { id: OTHER, accessToken: `losant-access/${OTHER}`, secrets: { b: "prod/x" } },
        ],
      },
      "applications.1.secrets.b",
    ],
  ])("refuses %s, naming the place and never the value", (_, document, message) => {
    expect(refusal(document)).toContain(message);
    expect(refusal(document)).not.toContain(PLANTED);
    expect(refusal(document)).not.toContain("eyJhbGciOi");
  });

  it("may delete as soon as it deactivates, or without that", () => {
    for (const retire of [{ deactivateAfter: "7d", deleteAfter: "168h" }, { deleteAfter: "1d" }])
      expect(() => parseConfig(withPolicy({ retire }))).not.toThrow();
  });

  it("has the access token renewed where it says so, and else leaves that to an entry of secrets", () => {
    const secret = `losant-access/${APP}`;
    const applicationWith = (accessToken: unknown) =>
      parseConfig({ applications: [{ ...application, accessToken }] }).applications[0];
    expect(applicationWith({ secret, renew: true })).toMatchObject({
      accessToken: secret,
      renewsAccessToken: true,
    });
    expect(applicationWith({ secret })).toMatchObject({ accessToken: secret, renewsAccessToken: false });
    expect(applicationWith(secret)).toMatchObject({ accessToken: secret, renewsAccessToken: false });
  });

  it.each([
    [{ secret: "eyJhbGciOi", renew: true }, "accessToken.secret: looks like a token"],
    [`eyJ${"x".repeat(600)}`, "accessToken: looks like a token"],
    [{ secret: PLANTED }, "accessToken.secret: must be the name or the ARN"],
    [{ renew: true }, "accessToken.secret: is missing"],
    [{ secret: "x", renew: PLANTED }, "accessToken.renew: must be true or false"],
    [{ secret: "x", renews: PLANTED }, "accessToken.renews: unknown key"],
    [5, "accessToken: must be the name or the ARN of a secret, or an object with secret and renew"],
  ])("refuses as an access token %j", (accessToken, message) => {
    const said = refusal({ applications: [{ ...application, accessToken }] });
    expect(said).toContain(`applications.0.${message}`);
    expect(said).not.toContain(PLANTED);
    expect(said).not.toContain("eyJ");
  });

  it("takes token ids as keys of secrets, in upper case too, and keeps names as they are", () => {
    const secrets = { [TOKEN]: "x", Backend: "y" };
    const [only] = parseConfig({ applications: [{ ...application, secrets }] }).applications;
    expect([...(only?.secrets ?? [])]).toEqual([
      [TOKEN.toLowerCase(), "x"],
      ["Backend", "y"],
    ]);
  });

  it.each([
    [
      "an id and a name",
      { [TOKEN]: "x", Backend: "x" },
      "secrets.Backend: names a secret that another entry",
    ],
    [
      "one id in two spellings",
      { [TOKEN]: "x", [TOKEN.toLowerCase()]: "y" },
      "is the same id as in another entry",
    ],
  ])("refuses %s for one secret", (_, secrets, message) => {
    expect(refusal({ applications: [{ ...application, secrets }] })).toContain(message);
  });

  it.each([
    ["by its name", "keys/other", "keys/other"],
    ["by its ARN", arn("keys/other-AbCdEf"), "keys/other"],
    ["by its ARN without the random end", arn("keys/other"), "keys/other"],
    ["by an ARN whose name ends like one", arn("keys/other-access"), "keys/other-access"],
  ])(
    "refuses that a token goes into the secret of another's access token, given %s",
    (_, accessToken, name) => {
      const said = refusal(two({ secrets: { Backend: name } }, { accessToken }));
      expect(said).toContain(
        "applications.0.secrets.Backend: names the secret of applications.1.accessToken",
      );
      expect(refusal(two({ accessToken }, { secrets: { Backend: name } }))).toContain(
        "applications.1.secrets.Backend: names the secret of applications.0.accessToken",
      );
    },
  );

  it.each([
    [`losant-access/${APP}`, `losant-access/${APP}`],
    [arn("keys/own-AbCdEf"), "keys/own"],
    [arn("keys/own"), "keys/own"],
  ])("accepts that an application's own access token %s is renewed", (accessToken, name) => {
    const secrets = { "rotation worker": name };
    expect(() => parseConfig(two({ accessToken, secrets }))).not.toThrow();
    expect(() => parseConfig(two({ accessToken: { secret: accessToken, renew: true } }))).not.toThrow();
    // Both say the same.
    expect(() =>
      parseConfig(two({ accessToken: { secret: accessToken, renew: true }, secrets })),
    ).not.toThrow();
  });

  it("accepts one access token for two applications, but not that both renew it", () => {
    const shared = "losant-access/all";
    const renewed = { accessToken: { secret: shared, renew: true } };
    expect(() => parseConfig(two({ accessToken: shared }, { accessToken: shared }))).not.toThrow();
    expect(() => parseConfig(two(renewed, { accessToken: shared }))).not.toThrow();
    expect(refusal(two(renewed, renewed))).toContain(
      "applications.1.accessToken: names a secret that another",
    );
  });

  it.each([
    ["its own", { accessToken: `losant/${APP}/access` }],
    ["its own, by ARN", { accessToken: arn(`losant/${APP}/access-AbCdEf`) }],
    ["its own, which is renewed", { accessToken: { secret: `losant/${APP}/access`, renew: true } }],
    ["another application's", { accessToken: `losant/${OTHER}/access` }],
  ])("refuses an access token among the secrets that the worker names itself: %s", (_, first) => {
    expect(refusal(two(first))).toContain("applications.0.accessToken: is in a folder for the tokens");
  });

  it("accepts an access token under the prefix, beside the applications", () => {
    expect(() => parseConfig(two({ accessToken: "losant/access" }))).not.toThrow();
  });

  it("refuses that a token goes among the secrets of another application", () => {
    const secrets = { Backend: `losant/${OTHER}/Backend` };
    expect(refusal(two({ secrets }))).toContain(
      "applications.0.secrets.Backend: is in the folder of another application",
    );
    expect(() => parseConfig(two({ secrets: { Backend: `losant/${APP}/x` } }))).not.toThrow();
  });

  it("knows up to five former prefixes", () => {
    const formerPrefixes = ["a", "b", "c", "d", "losant/e"];
    expect(parseConfig(two({}, {}, { formerPrefixes }))).toMatchObject({ formerPrefixes });
    expect(parseConfig(two({}))).toMatchObject({ formerPrefixes: [] });
  });

  it.each([
    [["a", "b", "c", "d", "e", "f"], "formerPrefixes: must contain at most five prefixes"],
    [["a/"], "formerPrefixes.0: must not end with a slash"],
    [["losant"], "formerPrefixes.0: is the current secretPrefix"],
    [["a", "a"], "formerPrefixes.1: is in the list twice"],
    [[`losant/${APP}`], "formerPrefixes.0: is in the folder of an application under another prefix"],
    [["x", `x/${OTHER}/y`], "formerPrefixes.1: is in the folder of an application"],
  ])("refuses the former prefixes %j", (formerPrefixes, message) => {
    expect(refusal(two({}, {}, { formerPrefixes }))).toContain(message);
  });

  it("refuses a prefix among the secrets of a former one", () => {
    const prefixes = { secretPrefix: `old/${APP}`, formerPrefixes: ["old"] };
    expect(refusal(two({}, {}, prefixes))).toContain("secretPrefix: is in the folder of");
  });

  it("never quotes a text that is not JSON", () => {
    expect(() => parseConfigText(`{"a": ${PLANTED}`, "rotation.config.json")).toThrow(
      "rotation.config.json: is not valid JSON",
    );
  });
});

const FLEET = { accessToken: "losant-access/fleet", organizations: ["Acme *"] };
const discovering = (entry: object, ...applications: readonly object[]) => ({
  discover: [{ ...FLEET, ...entry }],
  ...(applications.length > 0 && { applications }),
});

describe("a configuration that discovers applications", () => {
  it("needs an access token and organizations, and no application", () => {
    const { discover, applications } = parseConfig(discovering({}));
    expect(applications).toEqual([]);
    expect(discover).toMatchObject([
      { ...FLEET, include: ["*"], exclude: [], atLeast: 1, policy: { renewBeforeMs: 30 * DAY } },
    ]);
    expect(discover[0]?.part).toBeUndefined();
  });

  it("may be about one part of the applications", () => {
    const partOf = (part: string) => parseConfig(discovering({ part })).discover[0]?.part;
    expect(partOf("1/2")).toEqual({ index: 0, of: 2 });
    expect(partOf("99/99")).toEqual({ index: 98, of: 99 });
    for (const part of ["0/2", "3/2", "1/100", "1/2 ", "half", "1/1/2", "01/2", 1])
      expect(refusal(discovering({ part }))).toContain("discover.0.part: must be a part such as 1/2");
  });

  it("overrides the common policy by that of the entry, and both by that of an application", () => {
    const { discover, applications } = parseConfig({
      policy: { renewBefore: "20d", secretFormat: "plain", orphanAfter: "2h" },
      ...discovering(
        { policy: { renewBefore: "15d", secretFormat: "json" } },
        { id: APP, policy: { renewBefore: "10d" }, secrets: { backend: "prod/backend" } },
        { id: OTHER, accessToken: "losant-access/other", policy: { orphanAfter: "3h" } },
      ),
    });
    const [entry] = discover;
    expect(entry?.policy).toMatchObject({ renewBeforeMs: 15 * DAY, secretFormat: "json" });
    const override = entry?.overrides.get(v.parse(ApplicationId, APP));
    expect(override?.policy).toMatchObject({
      renewBeforeMs: 10 * DAY,
      secretFormat: "json",
      orphanAfterMs: 7_200_000,
    });
    expect([...(override?.secrets ?? [])]).toEqual([["backend", "prod/backend"]]);
    // With an access token of its own, an application has nothing of the entry, whether or not it is discovered.
    expect(applications).toMatchObject([
      { id: OTHER, policy: { renewBeforeMs: 20 * DAY, secretFormat: "plain", orphanAfterMs: 10_800_000 } },
    ]);
  });

  it("has the access token of a user renewed where it says so, once for each secret", () => {
    const secret = "losant-access/fleet";
    const arn = `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${secret}-AbCdEf`;
    const renewing = { secret, renew: true };
    const renewsIn = (...accessTokens: readonly unknown[]) =>
      parseConfig({
        discover: accessTokens.map((accessToken) => ({ accessToken, organizations: ["*"] })),
      }).discover.map(({ renewsAccessToken }) => renewsAccessToken);
    expect(renewsIn(secret, { secret }, renewing)).toEqual([false, false, true]);
    expect(renewsIn(renewing, renewing, { secret: arn, renew: true })).toEqual([true, false, false]);
    expect(renewsIn(renewing, { secret: "losant-access/other", renew: true })).toEqual([true, true]);
  });

  it.each([
    ["neither key", {}, "applications: is missing, and so is discover"],
    [
      "an application without an access token",
      { applications: [application, { id: OTHER }] },
      "applications.1.accessToken: is missing",
    ],
    ["no entries", { discover: [] }, "discover: must contain at least one entry"],
    ["no organizations", { discover: [{ accessToken: "x" }] }, "discover.0.organizations: is missing"],
    [
      "an empty list of organizations",
      discovering({ organizations: [] }),
      'discover.0.organizations: must name at least one organization, or "sandbox"',
    ],
    ["an empty pattern", discovering({ include: [""] }), "discover.0.include.0: must not be empty"],
    ["a negative number", discovering({ atLeast: -1 }), "discover.0.atLeast: must be 0 or more"],
    [
      "a pasted token",
      discovering({ accessToken: "eyJhbGciOi" }),
      "discover.0.accessToken: looks like a token",
    ],
    [
      "a pasted token as the secret of one that renews itself",
      discovering({ accessToken: { secret: "eyJhbGciOi", renew: true } }),
      "discover.0.accessToken.secret: looks like a token",
    ],
    [
      "a list as an access token",
      discovering({ accessToken: [] }),
      "discover.0.accessToken: must be an object",
    ],
    ["secrets of an entry", discovering({ secrets: {} }), "discover.0.secrets: unknown key"],
    ["a list as an entry", { discover: [[]] }, "discover.0: must be an object"],
    ["a list as a policy", discovering({ policy: [] }), "discover.0.policy: must be an object"],
    [
      "a policy that can't be",
      discovering({ policy: { lifetime: "18h" } }),
      "discover.0.policy.lifetime: must be longer than three schedule intervals",
    ],
    [
      "a policy that can't be, of an application",
      discovering({}, { id: APP, policy: { lifetime: "18h" } }),
      "applications.0.policy.lifetime: must be longer than three schedule intervals",
    ],
    ["a part as a list", discovering({ part: [1, 2] }), "discover.0.part: must be a part such as 1/2"],
    ["one application twice", discovering({}, { id: APP }, application), "applications.1.id"],
    [
      "one secret of two applications",
      discovering({}, { id: APP, secrets: { a: "x" } }, { id: OTHER, secrets: { b: "x" } }),
      "applications.1.secrets.b: names a secret that another entry also names",
    ],
    [
      "a token in the secret of the user's access token",
      discovering({}, { id: APP, secrets: { a: "losant-access/fleet" } }),
      "applications.0.secrets.a: names the secret of discover.0.accessToken",
    ],
    [
      "a token in the secret of the user's access token, which an application uses too",
      discovering(
        {},
        { ...application, accessToken: "losant-access/fleet", secrets: { a: "losant-access/fleet" } },
      ),
      "applications.0.secrets.a: names the secret of discover.0.accessToken",
    ],
    [
      "that an application renews the user's access token",
      discovering({}, { ...application, accessToken: { secret: "losant-access/fleet", renew: true } }),
      "applications.0.accessToken: names the secret of discover.0.accessToken, which holds the token of a user",
    ],
    [
      "a user's access token in the folder of any application",
      discovering({ accessToken: `losant/${OTHER}/access` }),
      "discover.0.accessToken: is in a folder for the tokens of an application",
    ],
    [
      "an application's access token in the folder of any application",
      discovering({}, { ...application, accessToken: arn(`losant/${OTHER}/access-AbCdEf`) }),
      "applications.0.accessToken: is in a folder for the tokens of an application",
    ],
    [
      "a token in the folder of any other application",
      discovering({}, { id: APP, secrets: { a: `losant/${OTHER}/x` } }),
      "applications.0.secrets.a: is in the folder of another application",
    ],
    [
      "a former prefix in the folder of any application",
      { ...discovering({}), formerPrefixes: [`losant/${OTHER}`] },
      "formerPrefixes.0: is in the folder of an application",
    ],
  ])("is refused with %s", (_, document, message) => {
    expect(refusal(document)).toContain(message);
    expect(refusal(document)).not.toContain("eyJ");
  });

  it("may put tokens into the folder of their application, and share the access token", () => {
    const document = discovering(
      {},
      { id: APP, secrets: { a: `losant/${APP}/x` } },
      { id: OTHER, accessToken: "losant-access/fleet" },
    );
    expect(() => parseConfig(document)).not.toThrow();
    expect(() => parseConfig({ discover: [FLEET, { ...FLEET, organizations: ["Other"] }] })).not.toThrow();
    // A folder of 24 characters that is no id.
    expect(() =>
      parseConfig(discovering({ accessToken: "losant/for-the-worker-and-fleet/x" })),
    ).not.toThrow();
  });

  it("is what its schema says: without discover, each application needs an access token", () => {
    const schema = JSON.parse(textOf("rotation.config.schema.json"));
    const isValid = new Ajv({ strict: false }).compile(schema);
    for (const [document, isGood] of [
      [discovering({}), true],
      [discovering({}, { id: APP }), true],
      [{ applications: [application] }, true],
      [{ applications: [{ id: APP }] }, false],
      [{}, false],
      [discovering({ organizations: [] }), false],
      [discovering({ secrets: {} }), false],
    ] as const)
      expect([document, isValid(document)]).toEqual([document, isGood]);
  });
});

describe("the configuration of a fleet", () => {
  const fleet = (schedule: string | undefined, value: unknown = true) => ({
    ...discovering({}),
    ...(schedule !== undefined && { schedule }),
    fleet: value,
  });

  it.each([
    ["30m", 2],
    ["45m", 3],
    [undefined, 24],
    ["1d", 96],
    ["24h", 96],
  ] as const)("with the schedule %s has %d shards", (schedule, shards) => {
    expect(parseConfig(fleet(schedule)).fleet).toEqual({ shards });
  });

  it.each(["15m", "50m", "25h", "2d"])("is refused with the schedule %s", (schedule) => {
    expect(refusal(fleet(schedule))).toBe(
      "configuration: schedule: with fleet, must be a multiple of 15m, from 30m to 1d",
    );
    expect(parseConfig({ ...discovering({}), schedule }).fleet).toBeUndefined();
  });

  it.each([false, "true", 24, null])("is refused if the key is %j", (value) => {
    expect(refusal(fleet("6h", value))).toContain("fleet: must be true, or absent");
  });
});

describe("what new secrets get", () => {
  const KEY = "arn:aws:kms:eu-west-1:111122223333:key/mrk-1234";
  const newSecretsOf = (newSecrets: object) =>
    parseConfig({ newSecrets, applications: [application] }).applications[0]?.newSecrets;

  it("is neither a key nor tags, replicas or a resource policy by default", () => {
    expect(parseConfig({ applications: [application] }).applications[0]?.newSecrets).toEqual({
      kmsKeyArn: undefined,
      tags: {},
      replicas: [],
      resourcePolicy: undefined,
    });
  });

  it("is overridden key by key: by that of an entry of discover, and by that of an application", () => {
    const user = { accessToken: "losant-access/fleet", organizations: ["*"] };
    const { applications, discover } = parseConfig({
      newSecrets: { kmsKeyArn: KEY, tags: { owner: "all" }, replicaRegions: ["eu-west-3"] },
      discover: [{ ...user, newSecrets: { tags: { owner: "fleet", unit: "3" } } }],
      applications: [
        { id: APP, newSecrets: { kmsKeyArn: `${KEY}5`, replicaRegions: ["us-gov-west-1"] } },
        { id: OTHER, accessToken: "losant-access/other", newSecrets: { tags: {} } },
      ],
    });
    expect(discover[0]?.newSecrets).toMatchObject({
      kmsKeyArn: KEY,
      tags: { owner: "fleet", unit: "3" },
      replicas: [{ region: "eu-west-3" }],
    });
    expect(discover[0]?.overrides.get(v.parse(ApplicationId, APP))?.newSecrets).toMatchObject({
      kmsKeyArn: `${KEY}5`,
      tags: { owner: "fleet", unit: "3" },
      replicas: [{ region: "us-gov-west-1" }],
    });
    expect(applications.map(({ newSecrets }) => newSecrets)).toMatchObject([
      { kmsKeyArn: KEY, tags: {}, replicas: [{ region: "eu-west-3", kmsKeyArn: undefined }] },
    ]);
  });

  it.each([
    [
      { kmsKeyArn: "arn:aws:kms:eu-west-1:111122223333:alias/own" },
      "kmsKeyArn: must be the ARN of a KMS key",
    ],
    [{ kmsKeyArn: "1234abcd" }, "kmsKeyArn: must be the ARN of a KMS key"],
    [{ tags: { "aws:owner": "x" } }, "tags: each name must have 1 to 128"],
    [{ tags: { "": "x" } }, "tags: each name must have 1 to 128"],
    [{ tags: { ["k".repeat(129)]: "x" } }, "tags: each name must have 1 to 128"],
    [{ tags: { owner: "v".repeat(257) } }, "tags.owner: must have at most 256 characters"],
    [{ tags: { owner: "a;b" } }, "tags.owner: must have only letters"],
    [{ tags: { owner: 1 } }, "tags.owner: must be text"],
    [{ tags: "owner" }, "tags: must map the names of tags to their values"],
    [
      { tags: Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, ""])) },
      "tags: must have at most 50 tags",
    ],
    [
      { tags: Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`k${at}`, "v".repeat(256)])) },
      "tags: must have at most 2000 characters together",
    ],
    [{ replicaRegions: "eu-west-1" }, "replicaRegions: must be a list of regions"],
    [{ replicaRegions: ["Ireland"] }, "replicaRegions.0: must be the code of a region"],
    [{ replicaRegions: ["eu-west-1", "eu-west-1"] }, "replicaRegions: must name each region once"],
    [
      { replicaRegions: ["eu-west-3", { region: "eu-west-3" }] },
      "replicaRegions: must name each region once",
    ],
    [{ replicaRegions: [{ region: "Ireland" }] }, "replicaRegions.0"],
    [{ replicaRegions: [{ kmsKeyArn: KEY }] }, "replicaRegions.0"],
    [{ replicaRegions: [{ region: "eu-west-1", key: KEY }] }, "replicaRegions.0"],
    [
      { replicaRegions: [{ region: "eu-west-3", kmsKeyArn: KEY }] },
      "replicaRegions.0: must have the ARN of a KMS key in its own region",
    ],
    [
      { replicaRegions: Array.from({ length: 31 }, (_, at) => `eu-west-${at}`) },
      "replicaRegions: must have at most 30 regions",
    ],
    [{ kmsKey: KEY }, "kmsKey: unknown key"],
  ])("is refused as %j", (newSecrets, says) => {
    expect(refusal({ newSecrets, applications: [application] })).toContain(`newSecrets.${says}`);
  });

  it("is for applications, and not for single tokens", () => {
    const tokens = [{ match: "ci-*", newSecrets: { kmsKeyArn: KEY } }];
    expect(refusal({ policy: { tokens }, applications: [application] })).toContain(
      "policy.tokens.0.newSecrets: unknown key",
    );
    expect(refusal({ policy: { newSecrets: {} }, applications: [application] })).toContain(
      "policy.newSecrets: unknown key",
    );
  });

  it("can be as long as AWS allows", () => {
    const tags = { ["k".repeat(128)]: "v".repeat(256), "Größe / Region:=+-@._": "" };
    expect(newSecretsOf({ kmsKeyArn: KEY, tags })).toMatchObject({ kmsKeyArn: KEY, tags });
  });

  it("can be replicas with a key of their own", () => {
    const replicaRegions = ["eu-west-3", { region: "eu-west-1", kmsKeyArn: KEY }, { region: "us-east-1" }];
    expect(newSecretsOf({ replicaRegions })?.replicas).toEqual([
      { region: "eu-west-3", kmsKeyArn: undefined },
      { region: "eu-west-1", kmsKeyArn: KEY },
      { region: "us-east-1", kmsKeyArn: undefined },
    ]);
  });

  describe("the resource policy", () => {
    const READ = "secretsmanager:GetSecretValue";
    const ALLOW = {
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::111122223333:role/consumer" },
      Action: READ,
      Resource: "*",
    };
    const policyOf = (...Statement: readonly object[]) => ({ Version: "2012-10-17", Statement });

    it.each([
      [policyOf(ALLOW)],
      [
        policyOf(
          { ...ALLOW, Sid: "Consumers", Action: [READ, "secretsmanager:DescribeSecret"] },
          {
            Effect: "Deny",
            Principal: "*",
            Action: READ,
            Resource: "*",
            Condition: { StringNotEquals: { "aws:PrincipalOrgID": ["o-1234567890"] } },
          },
        ),
      ],
      [policyOf({ ...ALLOW, Principal: "*", Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } })],
    ])("can be %j", (resourcePolicy) => {
      expect(JSON.parse(newSecretsOf({ resourcePolicy })?.resourcePolicy ?? "")).toEqual(resourcePolicy);
    });

    it.each([
      [JSON.stringify(policyOf(ALLOW)), "resourcePolicy: "],
      [{ ...policyOf(ALLOW), Version: "2008-10-17" }, 'resourcePolicy.Version: must be "2012-10-17"'],
      [{ Statement: [ALLOW] }, "resourcePolicy.Version: "],
      [{ ...policyOf(ALLOW), Extra: 1 }, "resourcePolicy.Extra: unknown key"],
      [policyOf(), "resourcePolicy.Statement: must contain at least one statement"],
      [
        policyOf({ ...ALLOW, Effect: "allow" }),
        'resourcePolicy.Statement.0.Effect: must be "Allow" or "Deny"',
      ],
      [
        policyOf({ ...ALLOW, Action: "secretsmanager:*" }),
        "resourcePolicy.Statement.0.Action: must be one or more of",
      ],
      [
        policyOf({ ...ALLOW, Action: [READ, "secretsmanager:PutSecretValue"] }),
        "resourcePolicy.Statement.0.Action",
      ],
      [policyOf({ ...ALLOW, Action: [] }), "resourcePolicy.Statement.0.Action"],
      [policyOf({ ...ALLOW, NotAction: READ }), "resourcePolicy.Statement.0.NotAction: unknown key"],
      [policyOf({ ...ALLOW, NotPrincipal: "*" }), "resourcePolicy.Statement.0.NotPrincipal: unknown key"],
      [
        policyOf({ ...ALLOW, Resource: "arn:aws:s3:::x" }),
        'resourcePolicy.Statement.0.Resource: must be "*"',
      ],
      [policyOf({ ...ALLOW, Principal: {} }), "resourcePolicy.Statement.0.Principal"],
      [policyOf({ ...ALLOW, Principal: { AWS: [] } }), "resourcePolicy.Statement.0.Principal"],
      [policyOf({ ...ALLOW, Principal: { CanonicalUser: "x" } }), "resourcePolicy.Statement.0.Principal"],
      [policyOf({ ...ALLOW, Principal: "*" }), "resourcePolicy.Statement.0: must have a Condition"],
      [
        policyOf({ ...ALLOW, Principal: { AWS: ["*"] } }),
        "resourcePolicy.Statement.0: must have a Condition",
      ],
      [
        policyOf({ ...ALLOW, Principal: "*", Condition: {} }),
        "resourcePolicy.Statement.0: must have a Condition",
      ],
      [
        policyOf({ ...ALLOW, Effect: "Deny", Action: "secretsmanager:DescribeSecret" }),
        `resourcePolicy.Statement.0: may deny only ${READ}`,
      ],
      [policyOf({ ...ALLOW, Sid: "a".repeat(20_480) }), "resourcePolicy: must have at most 20480 characters"],
    ])("is refused as %j", (resourcePolicy, says) => {
      expect(refusal({ newSecrets: { resourcePolicy }, applications: [application] })).toContain(
        `newSecrets.${says}`,
      );
    });
  });
});
