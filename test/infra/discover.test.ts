import { Stack } from "aws-cdk-lib";
import type { Template } from "aws-cdk-lib/assertions";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, test } from "vitest";
import type { ConfigDocument } from "../../infra/config-document.ts";
import { TokenRotation } from "../../infra/token-rotation.ts";
import { permits } from "./iam.ts";
import { policiesOf, SECRETS, statementsOf } from "./policies.ts";
import { APPLICATION, CONFIG, idOf, manyApplications, newApp, resourcesOf, synthesized } from "./synth.ts";

const LOOKS = ["DescribeSecret", "ListSecretVersionIds"];
const MANAGE = [...LOOKS, "CreateSecret", "PutSecretValue", "UpdateSecretVersionStage"].toSorted();
const READ = ["GetSecretValue", ...LOOKS].toSorted();
const ALL = [...new Set([...MANAGE, ...READ])].toSorted();
const ANY = idOf(0xabcdef);
const FLEET = { accessToken: "losant-access/fleet", organizations: ["Acme *"] };

const templateOf = (config: ConfigDocument) => synthesized({ config }).template;

function rightsIn(template: Template): (name: string) => readonly string[] {
  const statements = statementsOf(template);
  return (name) =>
    ALL.filter((action) => permits(statements, `secretsmanager:${action}`, `${SECRETS}${name}-AbCdEf`));
}

describe("a stack that discovers applications", () => {
  const template = templateOf({
    formerPrefixes: ["old"],
    discover: [FLEET],
    applications: [{ id: APPLICATION, secrets: { backend: "prod/backend" } }],
  });
  const rights = rightsIn(template);

  test("lets the worker manage the secrets of any application, and not read them", () => {
    for (const id of [APPLICATION, ANY]) expect(rights(`losant/${id}/backend`)).toEqual(MANAGE);
    expect(rights("prod/backend")).toEqual(MANAGE);
  });

  test("lets it read exactly the access tokens that are named, and not write them", () => {
    expect(rights("losant-access/fleet")).toEqual(READ);
    for (const name of ["losant-access/fleet2", "losant-access/flee", "losant-access/x", "losant-access"])
      expect(rights(name)).toEqual([]);
  });

  test("lets it look at what any application had under a former prefix", () => {
    expect(rights(`old/${ANY}/backend`)).toEqual(LOOKS.toSorted());
  });

  test("gives it no rights outside of the folders of applications", () => {
    for (const name of [
      "losant/x",
      "losant/x/y",
      `losant/${ANY}`,
      `losant/${ANY}0/x`,
      `x/${ANY}/y`,
      "prod/other",
    ])
      expect(rights(name)).toEqual([]);
  });

  test("lets it write the access token of a user if that renews itself, and no other one", () => {
    const renewing = { ...FLEET, accessToken: { secret: FLEET.accessToken, renew: true } };
    const other = { ...FLEET, accessToken: { secret: "losant-access/other", renew: false } };
    const itsRights = rightsIn(templateOf({ discover: [renewing, other] }));
    expect(itsRights("losant-access/fleet")).toEqual(ALL);
    expect(itsRights("losant-access/other")).toEqual(READ);
    expect(itsRights("losant-access/fleet2")).toEqual([]);
  });

  test("has one short policy, however many applications are found", () => {
    const [policy] = policiesOf(templateOf({ discover: [FLEET] }), "AWS::IAM::Policy");
    const secrets = policy?.PolicyDocument.Statement.filter(({ Sid = "" }) => /Secrets|Tokens/.test(Sid));
    expect(JSON.stringify(secrets).length).toBeLessThan(800);
    expect(secrets?.map(({ Sid, Resource }) => [Sid, Resource])).toEqual([
      ["ManageSecrets", `${SECRETS}losant/${"?".repeat(24)}/*`],
      ["ReadAccessTokens", `${SECRETS}losant-access/fleet-??????`],
    ]);
    expect(resourcesOf(template, "AWS::IAM::ManagedPolicy")).toEqual({});
  });

  test("differs from another stack only in the policies, and in the configuration that is deployed with the code", () => {
    const without = (config: ConfigDocument) => {
      const all = Object.entries(resourcesOf(templateOf(config)));
      const others = all.filter(([, { Type }]) => Type !== "AWS::IAM::Policy");
      expect(others).toHaveLength(all.length - 2);
      return JSON.parse(JSON.stringify(others).replace(/"S3Key":"[a-f\d]{64}\.zip"/, '"S3Key":""'));
    };
    expect(without({ discover: [FLEET] })).toEqual(without(CONFIG));
    expect(without({ ...CONFIG, discover: [FLEET] })).toEqual(without(CONFIG));
  });

  test("has nothing that cdk-nag finds", () => {
    const stack = new Stack(newApp(), "Test");
    new TokenRotation(stack, "TokenRotation", { config: { discover: [FLEET], formerPrefixes: ["old"] } });
    expect(new AwsSolutionsChecks(stack).validateScope(stack).violations).toEqual([]);
  });

  test("has the alarm thresholds of the policies of discovered applications", () => {
    const policy = { lifetime: "2d", renewBefore: "12h" };
    const thresholds = (config: ConfigDocument) =>
      Object.values(resourcesOf(templateOf(config), "AWS::CloudWatch::Alarm"))
        .filter(({ Properties }) => Properties.MetricName === "SoonestExpiryDays")
        .map(({ Properties }) => Properties.Threshold);
    const [usual] = thresholds({ discover: [FLEET] });
    for (const config of [
      { discover: [{ ...FLEET, policy }] },
      { discover: [FLEET], applications: [{ id: APPLICATION, policy }] },
    ])
      expect(thresholds(config)[0]).toBeLessThan(usual as number);
  });
});

describe("with applications beside discover", () => {
  const renewing = { id: APPLICATION, accessToken: { secret: `losant-access/${APPLICATION}`, renew: true } };

  test("the worker renews only the access tokens that say so", () => {
    const rights = rightsIn(templateOf({ discover: [FLEET], applications: [renewing] }));
    expect(rights(`losant-access/${APPLICATION}`)).toEqual(ALL);
    expect(rights("losant-access/fleet")).toEqual(READ);
  });

  test("a folder of many access tokens doesn't open those of users", () => {
    const { applications } = manyApplications(5_000);
    const rights = rightsIn(
      templateOf({
        discover: [{ ...FLEET, accessToken: "fleet-access/token" }],
        ...(applications && { applications }),
      }),
    );
    expect(rights(`losant-access/${idOf(7)}`)).toEqual(READ);
    expect(rights("fleet-access/token")).toEqual(READ);
    expect(rights("fleet-access/other")).toEqual([]);
  });
});

describe("is refused at synth", () => {
  const HERE = { account: "111122223333", region: "eu-west-1" };

  test.each([
    [{ accessToken: `losant/${ANY}/access` }, "discover.0.accessToken: is in a folder for the tokens"],
    // Not an id, but the pattern for ids matches it.
    [{ accessToken: `losant/${"x".repeat(24)}/access` }, "the role could read a secret that it writes"],
    [{ organizations: [] }, "discover.0.organizations: must name at least one organization"],
    [
      { accessToken: "arn:aws:secretsmanager:eu-west-2:111122223333:secret:x-AbCdEf" },
      "discover.0.accessToken: is in another region",
    ],
    [
      { accessToken: "arn:aws:secretsmanager:eu-west-1:444455556666:secret:x" },
      "discover.0.accessToken: is in another account",
    ],
  ])("with %j", (entry, message) => {
    expect(() => synthesized({ config: { discover: [{ ...FLEET, ...entry }] } }, HERE)).toThrow(message);
  });

  test("naming the application, because some entries have no access token", () => {
    const accessToken = "arn:aws:secretsmanager:eu-west-2:111122223333:secret:x-AbCdEf";
    const config = { discover: [FLEET], applications: [{ id: ANY }, { id: APPLICATION, accessToken }] };
    expect(() => synthesized({ config }, HERE)).toThrow(
      `accessToken of ${APPLICATION}: is in another region`,
    );
  });
});
