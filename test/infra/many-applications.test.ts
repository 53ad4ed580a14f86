import { Stack } from "aws-cdk-lib";
import { Annotations, Match, type Template } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import type { ConfigDocument } from "../../infra/config-document.ts";
import { overlap } from "../../infra/secret-patterns.ts";
import { TokenRotation } from "../../infra/token-rotation.ts";
import { permits } from "./iam.ts";
import { policiesOf, SECRETS, statementsOf } from "./policies.ts";
import { idOf, manyApplications, newApp, synthesized } from "./synth.ts";

const LOOKS = ["DescribeSecret", "ListSecretVersionIds"];
const WRITES = ["CreateSecret", "PutSecretValue", "UpdateSecretVersionStage"];
const MANAGE = [...LOOKS, ...WRITES].toSorted();
const READ = ["GetSecretValue", ...LOOKS].toSorted();
const ALL = [...new Set([...MANAGE, ...READ])].toSorted();
const NOTHING: readonly string[] = [];
const FOREIGN = idOf(0xffffff);

const templateOf = (config: ConfigDocument) => synthesized({ config }).template;

/** What the role may do to the secret of this name. */
function rightsTo(template: Template): (name: string) => readonly string[] {
  const statements = statementsOf(template);
  return (name) =>
    ALL.filter((action) => permits(statements, `secretsmanager:${action}`, `${SECRETS}${name}-AbCdEf`));
}

/** As IAM counts: without white space, with the longest names of partition, region and account that there are. */
function sizesOf(
  template: Template,
  type: "AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy",
): readonly number[] {
  return policiesOf(template, type).map(
    ({ PolicyDocument }) =>
      JSON.stringify(PolicyDocument)
        .replaceAll("<AWS::Partition>", "aws-us-gov")
        .replaceAll("<AWS::Region>", "ap-southeast-1")
        .replaceAll("<AWS::AccountId>", "111122223333").length,
  );
}

describe.each([1, 26, 200, 5_000])("with %i applications", (count) => {
  const ids = [...new Set([0, Math.floor(count / 2), count - 1])].map(idOf);
  const template = templateOf({ ...manyApplications(count), formerPrefixes: ["old"] });
  const rights = rightsTo(template);
  const isEachNamed = count <= 200;

  test("the role manages the secrets of each, and can't read them", () => {
    for (const id of ids) expect(rights(`losant/${id}/backend`)).toEqual(MANAGE);
  });

  test("it reads the access token of each, and can't write it", () => {
    for (const id of ids) expect(rights(`losant-access/${id}`)).toEqual(READ);
  });

  test("it looks at what each had under a former prefix", () => {
    for (const id of ids) expect(rights(`old/${id}/backend`)).toEqual(LOOKS.toSorted());
  });

  test("it can't read what it writes: no secret of any other name either", () => {
    for (const name of [
      "losant/x",
      `losant/x/${FOREIGN}`,
      "x",
      "losant-access",
      "losant-accessory/x",
      "prod/x",
    ])
      expect(rights(name)).toEqual(NOTHING);
  });

  test(`applications that are not configured are ${isEachNamed ? "out of its reach" : "in its reach by the prefixes alone"}`, () => {
    expect(rights(`losant/${FOREIGN}/backend`)).toEqual(isEachNamed ? NOTHING : MANAGE);
    expect(rights(`losant-access/${FOREIGN}`)).toEqual(isEachNamed ? NOTHING : READ);
    expect(rights(`old/${FOREIGN}/backend`)).toEqual(count <= 26 ? NOTHING : LOOKS.toSorted());
  });

  test("its policies fit: one inline, and ten managed ones at most", () => {
    const managed = sizesOf(template, "AWS::IAM::ManagedPolicy");
    expect(managed.length).toBeLessThanOrEqual(10);
    for (const size of managed) expect(size).toBeLessThanOrEqual(6_144);
    const inline = sizesOf(template, "AWS::IAM::Policy");
    expect(inline.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(10_240);
  });
});

test("the policies fit for every number of applications in between", () => {
  for (const count of [20, 30, 32, 34, 36, 60, 120, 250, 262, 264, 500, 530, 600]) {
    const template = templateOf(manyApplications(count));
    const managed = sizesOf(template, "AWS::IAM::ManagedPolicy");
    expect(managed.length).toBeLessThanOrEqual(10);
    expect(Math.max(0, ...managed)).toBeLessThanOrEqual(6_144);
    const inline = sizesOf(template, "AWS::IAM::Policy");
    expect(inline.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(10_240);
  }
});

describe("five thousand applications", () => {
  const MANY = 5_000;

  test("that all renew their access tokens let the worker write these, and no others", () => {
    const rights = rightsTo(
      templateOf(
        manyApplications(MANY, (id) => ({ accessToken: { secret: `losant-access/${id}`, renew: true } })),
      ),
    );
    expect(rights(`losant-access/${idOf(7)}`)).toEqual(ALL);
    expect(rights(`losant/${idOf(7)}/backend`)).toEqual(MANAGE);
  });

  test("of which one renews its access token let the worker write that one", () => {
    const rights = rightsTo(
      templateOf(
        manyApplications(MANY, (id, index) => ({
          accessToken: { secret: `losant-access/${id}`, renew: index === 7 },
        })),
      ),
    );
    expect(rights(`losant-access/${idOf(7)}`)).toEqual(ALL);
    expect(rights(`losant-access/${idOf(8)}`)).toEqual(READ);
  });

  test("have it said at synth which folder the worker may read", () => {
    const toldOf = (config: ConfigDocument) => {
      const stack = new Stack(newApp(), "Test");
      new TokenRotation(stack, "TokenRotation", { config });
      return Annotations.fromStack(stack).findInfo(
        "*",
        Match.stringLikeRegexp("secret under losant-access/"),
      );
    };
    expect(toldOf(manyApplications(MANY))).toHaveLength(1);
    expect(toldOf(manyApplications(200))).toEqual([]);
  });

  test("that share one access token need no folder for it", () => {
    const rights = rightsTo(templateOf(manyApplications(MANY, () => ({ accessToken: "shared" }))));
    expect(rights("shared")).toEqual(READ);
    expect(rights("shared2")).toEqual(NOTHING);
  });

  test("may have their access tokens by ARN, in one folder", () => {
    const folder = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:keys/";
    const template = templateOf(manyApplications(MANY, (id) => ({ accessToken: `${folder}${id}-AbCdEf` })));
    const may = (secret: string) => permits(statementsOf(template), "secretsmanager:GetSecretValue", secret);
    expect(may(`${folder}${idOf(7)}-AbCdEf`)).toBe(true);
    expect(may(`${SECRETS}keys/${idOf(7)}-AbCdEf`)).toBe(false);
  });

  test.each([
    ["lie in no folder", (id: string) => ({ accessToken: `key-${id}` })],
    ["lie in a folder each", (id: string) => ({ accessToken: `prod/${id}/losant` })],
    ["are partly in another folder", (id: string, at: number) => ({ accessToken: `${at % 2}/${id}` })],
    [
      "are fine, but too many mapped secrets aren't",
      (id: string) => ({ secrets: { x: `prod/${id}/losant` } }),
    ],
  ])("are refused, with the way out, where their access tokens %s", (_, of) => {
    expect(() => templateOf(manyApplications(MANY, of))).toThrow(
      /don't fit into the policies of one role.*losant-access\/<application id>/,
    );
  });

  test.each([
    [
      "their folder is among what the worker writes",
      (id: string) => ({ accessToken: `losant/${"a".repeat(24)}/${id}` }),
    ],
    [
      "a mapped secret lies in their folder",
      (id: string, at: number) => ({
        accessToken: `losant-access/${id}`,
        ...(at === 7 && { secrets: { x: "losant-access/backend" } }),
      }),
    ],
  ])("are refused where %s", (_, of) => {
    expect(() => templateOf(manyApplications(MANY, of))).toThrow(
      "the role could read a secret that it writes",
    );
  });
});

test.each([
  ["a", "a", true],
  ["a", "b", false],
  ["a*", "ab", true],
  ["a*", "*b", true],
  ["a*c", "ab*", true],
  ["a*c", "b*c", false],
  ["a?", "ab", true],
  ["a?", "a", false],
  ["a*", "a", true],
  ["*", "", true],
  ["losant/????/*", "losant/a/b/*", true],
  ["losant/????/*", "losant/abcde/*", false],
  ["x-??????", "x-??????", true],
  ["x-??????", "x-y-??????", false],
])("a text may fit both %s and %s: %s", (one, other, may) => {
  expect(overlap(one, other)).toBe(may);
  expect(overlap(other, one)).toBe(may);
});
