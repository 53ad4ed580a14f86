import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { Stack, Validations } from "aws-cdk-lib";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { CfnInclude } from "aws-cdk-lib/cloudformation-include";
import { beforeAll, describe, expect, test } from "vitest";
import type { ConfigDocument } from "../../infra/config-document.ts";
import type { StackOptions } from "../../infra/options.ts";
import {
  type CfnTemplate,
  isProperties,
  type Properties,
  type Value,
  when,
} from "../../infra/release/cfn.ts";
import { makeRelease } from "../../infra/release/release.ts";
import { stackTemplate } from "../../infra/release/stack-template.ts";
import { releaseTemplate } from "../../infra/release/template.ts";
import { yaml } from "../../infra/release/yaml.ts";
import { parseConfig, parseConfigText } from "../../lambda/policy/config.ts";
import { textOf } from "../support/markdown.ts";
import { resolved } from "./resolved.ts";
import { APPLICATION, idOf, newApp } from "./synth.ts";

/** The placeholders for missing applications: rights on nothing. */
const NOTHING = /[/]none(?:[/][*]|-[?]{6})$/;

/** Both templates in a comparable form: without the place of the code, and with each right once. */
function comparable(resources: Properties): Properties {
  return Object.fromEntries(
    Object.entries(resources).map(([id, resource]) => {
      const { Properties: properties = {}, ...rest } = resource as Properties & {
        readonly Properties?: Properties;
      };
      const { Code: _, Environment, PolicyDocument, ...others } = properties;
      const variables = isProperties(Environment) ? Environment.Variables : undefined;
      return [
        id,
        {
          ...rest,
          ...others,
          ...(variables !== undefined && JSON.stringify(variables) !== "{}" && { variables }),
          ...(isProperties(PolicyDocument) && { rights: rightsIn(PolicyDocument) }),
        },
      ];
    }),
  );
}

function rightsIn({ Statement }: Properties): Value {
  return (Statement as readonly Properties[])
    .flatMap(({ Sid: _, Resource = [], Action = [], ...rest }) =>
      [Resource].flat().map((one) => JSON.stringify({ actions: [Action].flat(), on: one, ...rest })),
    )
    .filter((right) => !NOTHING.test(JSON.parse(right).on))
    .sort();
}

const [one, other] = [APPLICATION, idOf(7)];

interface Case {
  readonly config: ConfigDocument;
  readonly options: StackOptions;
  readonly parameters: Readonly<Record<string, string | number>>;
}

const CASES: Readonly<Record<string, Case>> = {
  "as most people deploy it": {
    config: { applications: [{ id: one, accessToken: { secret: `losant-access/${one}`, renew: true } }] },
    // The address of a clone's repository is not that of a release.
    options: { runbookUrl: "RUNBOOK.md" },
    parameters: { ApplicationIds: one },
  },
  "with everything": {
    config: {
      schedule: "3h",
      secretPrefix: "iot/losant",
      formerPrefixes: ["losant"],
      eventBusName: "iot",
      applications: [
        { id: one, accessToken: `access/${one}`, secrets: { Backend: "prod/backend" } },
        { id: other, accessToken: `access/${other}` },
      ],
    },
    options: {
      alarmTopicArn: "arn:aws:sns:eu-west-1:111122223333:on-call",
      runbookUrl: "https://wiki.example.com/RUNBOOK.md",
      soonestExpiryDays: 5,
      accessTokenDays: 9,
      memoryMiB: 1024,
      architecture: "x86_64",
      logRetentionDays: 365,
      secretsKeyArn: ["arn:aws:kms:eu-west-1:111122223333:key/1", "arn:aws:kms:eu-west-1:111122223333:key/2"],
    },
    parameters: {
      ApplicationIds: `${one},${other}`,
      ScheduleInterval: "3h",
      SecretPrefix: "iot/losant",
      FormerPrefix: "losant",
      EventBusName: "iot",
      AccessTokenFolder: "access",
      RenewAccessTokens: "false",
      MappedSecretArns: `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:prod/backend-??????`,
      AlarmTopicArn: "arn:aws:sns:eu-west-1:111122223333:on-call",
      RunbookUrl: "https://wiki.example.com/RUNBOOK.md",
      SoonestExpiryDays: 5,
      AccessTokenDays: 9,
      MemoryMiB: 1024,
      Architecture: "x86_64",
      LogRetentionDays: 365,
      SecretsKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/1,arn:aws:kms:eu-west-1:111122223333:key/2",
    },
  },
  "discovering applications": {
    config: {
      formerPrefixes: ["old"],
      discover: [{ accessToken: "losant-access/fleet", organizations: ["Acme *"] }],
    },
    options: {},
    parameters: { DiscoverAccessToken: "losant-access/fleet", FormerPrefix: "old" },
  },
  "discovering applications beside a listed one": {
    config: {
      discover: [{ accessToken: { secret: "fleet", renew: true }, organizations: ["Acme *"] }],
      applications: [{ id: one, accessToken: { secret: `losant-access/${one}`, renew: true } }],
    },
    options: {},
    parameters: { ApplicationIds: one, DiscoverAccessToken: "fleet", RenewDiscoverAccessToken: "true" },
  },
};

/** The parameters with which the template writes the configuration, and that configuration. */
const WRITTEN = {
  parameters: {
    DiscoverAccessToken: "losant-access/fleet",
    DiscoverOrganizations: `Acme * GmbH & Co,575ed6e87ae143cd83dc4aa8,日本 {x} \${y}`,
    DiscoverInclude: "*,*'s",
    DiscoverExclude: "* staging,575ec8687ae143cd83dc4a97",
    DiscoverAtLeast: 12,
    RenewDiscoverAccessToken: "true",
    SecretPrefix: "iot",
    FormerPrefix: "losant",
    EventBusName: "iot",
    ScheduleInterval: "1h",
  },
  config: {
    secretPrefix: "iot",
    formerPrefixes: ["losant"],
    eventBusName: "iot",
    schedule: "1h",
    discover: [
      {
        accessToken: { secret: "losant-access/fleet", renew: true },
        organizations: ["Acme * GmbH & Co", "575ed6e87ae143cd83dc4aa8", `日本 {x} \${y}`],
        include: ["*", "*'s"],
        exclude: ["* staging", "575ec8687ae143cd83dc4a97"],
        atLeast: 12,
      },
    ],
  },
};

/** Findings of the CDK's validation. */
const MEANT_TO_BE = [
  { id: "CloudFormation-Validate::W1030", reason: "AlarmTopicArn is used only where it is not empty." },
  {
    id: "CloudFormation-Validate::W2509",
    reason: "A prefix of names and the ARN of a key are no passwords.",
  },
];

/** The rules that these parameters break. */
function brokenRules(
  template: CfnTemplate,
  given: Readonly<Record<string, string | number>>,
): readonly string[] {
  const conditionOf = (name: string) => `Rule${name}`;
  const rules = Object.entries(template.Rules ?? {}) as [string, Properties][];
  const Conditions = Object.fromEntries(
    rules.map(([name, { RuleCondition, Assertions }]) => {
      const [{ Assert = "" } = {}] = Assertions as readonly Properties[];
      const applies = RuleCondition === undefined ? [] : [{ "Fn::Not": [RuleCondition] }];
      return [conditionOf(name), { "Fn::Or": [...applies, Assert] }];
    }),
  );
  const Resources = Object.fromEntries(
    rules.map(([name]) => [
      name,
      { Type: "Rule", Properties: { Holds: when(conditionOf(name), true, false) } },
    ]),
  );
  const found = resolved({ ...template, Conditions, Resources }, given);
  return rules
    .map(([name]) => name)
    .filter((name) => ((found[name] as Properties).Properties as Properties).Holds !== true);
}

describe("the CloudFormation template", () => {
  let template: CfnTemplate;
  beforeAll(() => {
    template = releaseTemplate("1.2.3");
  });

  test.each(Object.entries(CASES))(
    "creates what the CDK's stack has: %s",
    (_, { config, options, parameters }) => {
      const bucket = { CodeBucket: "any", CodeKey: "any" };
      const stack = comparable(resolved(stackTemplate(config, { console: false, ...options })));
      expect(comparable(resolved(template, { ...bucket, ...parameters }))).toEqual(stack);
    },
  );

  test("takes the code from a bucket, and the configuration from a parameter if it isn't with the code", () => {
    const given = { CodeBucket: "code", CodeKey: "v1.zip", ApplicationIds: one };
    const functionOf = (resources: Properties) =>
      (resources.WorkerFunction as Properties).Properties as Properties;
    const { Code, Environment } = functionOf(
      resolved(template, { ...given, Configuration: '{"applications":[]}' }),
    );
    expect(Code).toEqual({ S3Bucket: "code", S3Key: "v1.zip" });
    expect(Environment).toEqual({ Variables: { ROTATION_CONFIG: '{"applications":[]}' } });
    expect(functionOf(resolved(template, given)).Environment).toEqual({ Variables: {} });
  });

  test("writes the configuration of applications that are discovered, whatever their organizations are called", () => {
    const { Environment } = (
      resolved(template, { CodeBucket: "code", ...WRITTEN.parameters }).WorkerFunction as Properties
    ).Properties as Properties;
    const { ROTATION_CONFIG } = (Environment as Properties).Variables as Properties;
    expect(JSON.parse(String(ROTATION_CONFIG))).toEqual(WRITTEN.config);
    expect(() => parseConfigText(String(ROTATION_CONFIG), "ROTATION_CONFIG")).not.toThrow();
  });

  test("writes a valid one from the least", () => {
    const least = { CodeBucket: "code", DiscoverAccessToken: "a", DiscoverOrganizations: "sandbox" };
    const { Environment } = (resolved(template, least).WorkerFunction as Properties).Properties as Properties;
    const { ROTATION_CONFIG } = (Environment as Properties).Variables as Properties;
    expect(parseConfigText(String(ROTATION_CONFIG), "ROTATION_CONFIG")).toEqual(
      parseConfig({ discover: [{ accessToken: "a", organizations: ["sandbox"] }] }),
    );
  });

  test.each([
    [{}, ["SomeApplications"]],
    [{ ApplicationIds: one }, []],
    [{ DiscoverAccessToken: "a" }, []],
    [{ ApplicationIds: one, DiscoverAccessToken: "a", Configuration: "{}" }, []],
    [WRITTEN.parameters, []],
    [{ ...WRITTEN.parameters, Configuration: "{}" }, ["OneConfiguration"]],
    [{ ...WRITTEN.parameters, ApplicationIds: one }, ["OneConfiguration"]],
    [{ ApplicationIds: one, DiscoverOrganizations: "Acme" }, ["OneConfiguration"]],
    [{ DiscoverAccessToken: "a", DiscoverExclude: "x" }, ["NothingIgnored"]],
    [{ DiscoverAccessToken: "a", DiscoverInclude: "x" }, ["NothingIgnored"]],
    [{ DiscoverAccessToken: "a", DiscoverAtLeast: 2 }, ["NothingIgnored"]],
    [{ ApplicationIds: one, SecretPrefix: "x", AccessTokenFolder: "x" }, ["SecretsApart"]],
  ] as readonly [Case["parameters"], readonly string[]][])("with %j breaks the rules %j", (given, rules) => {
    expect(brokenRules(template, { CodeBucket: "code", ...given })).toEqual(rules);
  });

  test.each([
    ["DiscoverAccessToken", "", ""],
    ["DiscoverAccessToken", `losant-access/${one}`, ""],
    ["DiscoverAccessToken", `losant/${one}/access`, "AllowedPattern"],
    ["DiscoverAccessToken", `losant/${"x".repeat(12)}/${"x".repeat(11)}/access`, "AllowedPattern"],
    ["DiscoverAccessToken", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x", "AllowedPattern"],
    ["DiscoverOrganizations", "Acme *,Bcme?", ""],
    ["DiscoverOrganizations", "Acme, Bcme", "AllowedPattern"],
    ["DiscoverOrganizations", 'x"],"include":["y', "AllowedPattern"],
    ["DiscoverOrganizations", "x\\", "AllowedPattern"],
    ["DiscoverOrganizations", "x\ny", "AllowedPattern"],
    ["DiscoverOrganizations", "x,", "AllowedPattern"],
    ["DiscoverInclude", "", "AllowedPattern"],
    ["DiscoverExclude", "", ""],
    ["DiscoverAtLeast", -1, "MinValue"],
    ["FormerPrefix", "", ""],
    ["FormerPrefix", "*", "AllowedPattern"],
    ["EventBusName", "*", "AllowedPattern"],
    ["AccessTokenFolder", `losant/${one}`, "AllowedPattern"],
    ["Configuration", '{"discover":[],"fleet":false}', ""],
    ["Configuration", '{"fleet" :\n true}', "AllowedPattern"],
    ["Configuration", '{"newSecrets":{"tags":{}}}', "AllowedPattern"],
    ["Configuration", '{"applications":[{"secrets":{"a":"newSecrets"}}]}', ""],
    ["ApplicationIds", "", ""],
    ["ApplicationIds", `${one},${other}`, ""],
    ["ApplicationIds", Array.from({ length: 10 }, (_, index) => idOf(index)).join(","), ""],
    ["ApplicationIds", Array.from({ length: 11 }, (_, index) => idOf(index)).join(","), "AllowedPattern"],
    ["ApplicationIds", `${one},`, "AllowedPattern"],
    ["ApplicationIds", "*", "AllowedPattern"],
    ["SecretPrefix", "iot/losant", ""],
    ["SecretPrefix", "", "AllowedPattern"],
    ["SecretPrefix", "*", "AllowedPattern"],
    ["AccessTokenFolder", "losant-*", "AllowedPattern"],
    ["RenewAccessTokens", "yes", "AllowedValues"],
    ["ScheduleInterval", "3h", ""],
    ["ScheduleInterval", "1m", "AllowedValues"],
    ["Architecture", "x86", "AllowedValues"],
    ["LogRetentionDays", 91, "AllowedValues"],
    ["SoonestExpiryDays", 0, "MinValue"],
    ["AccessTokenDays", 0, "MinValue"],
    ["MemoryMiB", 127, "MinValue"],
    ["MemoryMiB", 10_241, "MaxValue"],
    ["Configuration", "x".repeat(3_501), "MaxLength"],
  ])("takes for %s the value %j, unless its rule says no: %j", (name, value, rule) => {
    const parameter = template.Parameters?.[name] as Properties;
    const {
      AllowedPattern = "",
      AllowedValues = [value],
      MinValue = -1,
      MaxValue = 1e9,
      MaxLength = 1e9,
    } = parameter;
    const broken = {
      AllowedPattern: !new RegExp(String(AllowedPattern)).test(String(value)),
      AllowedValues: !(AllowedValues as readonly Value[]).includes(value),
      MinValue: Number(value) < Number(MinValue),
      MaxValue: Number(value) > Number(MaxValue),
      MaxLength: String(value).length > Number(MaxLength),
    };
    expect(
      Object.entries(broken)
        .flatMap(([key, is]) => (is ? [key] : []))
        .join(),
    ).toBe(rule);
  });

  test("keeps logs for any period up to two years that CloudWatch Logs has, and for longer ones", () => {
    const { AllowedValues } = { ...(template.Parameters?.LogRetentionDays as Properties) };
    const known = Object.values(RetentionDays).filter((value) => typeof value === "number");
    expect(AllowedValues).toEqual(expect.arrayContaining(known.filter((days) => days <= 731)));
    expect(known).toEqual(expect.arrayContaining(AllowedValues as readonly Value[] as number[]));
  });

  test("refuses access tokens in the folder of the secrets that the worker writes", () => {
    expect(template.Rules?.SecretsApart).toMatchObject({
      Assertions: [
        {
          Assert: { "Fn::Not": [{ "Fn::Equals": [{ Ref: "SecretPrefix" }, { Ref: "AccessTokenFolder" }] }] },
        },
      ],
    });
  });

  test("loads with CfnInclude, passes the CDK's validation, and is the same in YAML as in JSON", () => {
    const app = newApp();
    const stack = new Stack(app, "Included");
    const file = join(mkdtempSync(join(tmpdir(), "template-")), "template.yaml");
    writeFileSync(file, yaml({ ...template } as unknown as Properties));
    new CfnInclude(stack, "Template", { templateFile: file });
    for (const { id, reason } of MEANT_TO_BE) Validations.of(stack).acknowledge({ id, reason });
    const { template: included, messages } = app.synth().getStackByName("Included");
    expect(messages.filter(({ level }) => level !== "info")).toEqual([]);
    const { Resources, Mappings, Conditions } = included as CfnTemplate;
    const written = JSON.parse(JSON.stringify(template)) as CfnTemplate;
    expect(Object.keys(Resources)).toEqual(Object.keys(written.Resources));
    expect(Conditions).toEqual(written.Conditions);
    expect(Mappings).toEqual(written.Mappings);
    const given = { ...CASES["with everything"]?.parameters, CodeBucket: "code" };
    expect(resolved({ ...written, Resources }, given)).toEqual(resolved(written, given));
  });

  test("is explained: docs/deploy.md has a row for each parameter", () => {
    const page = textOf("docs/deploy.md");
    expect(
      Object.keys(template.Parameters ?? {}).filter((name) => !page.includes(`| \`${name}\` |`)),
    ).toEqual([]);
  });
});

describe("a release", () => {
  const folder = mkdtempSync(join(tmpdir(), "release-"));
  const read = (name: string) => readFileSync(join(folder, name));
  beforeAll(() => makeRelease(folder));

  test("has the sum of each of its files", () => {
    const lines = read("SHA256SUMS").toString().trim().split("\n");
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
      /[.]|LICENSE/.test(name),
    );
    expect(lines.map((line) => line.slice(66)).sort()).toEqual(files.sort());
    for (const line of lines) {
      const [sum, name = ""] = line.split("  ");
      expect([name, createHash("sha256").update(read(name)).digest("hex")]).toEqual([name, sum]);
    }
  });

  test("is the same when it is made again", async () => {
    const again = mkdtempSync(join(tmpdir(), "release-"));
    await makeRelease(again);
    expect(readFileSync(join(again, "SHA256SUMS"), "utf8")).toBe(read("SHA256SUMS").toString());
  });

  test("has the function in its zip, which Lambda may read", () => {
    const archive = read("function.zip");
    const entry = archive.readUInt32LE(archive.length - 6);
    expect(archive.readUInt32LE(entry)).toBe(0x02014b50);
    expect(archive.readUInt32LE(entry + 38) >>> 16).toBe(0o100644);
    const nameLength = archive.readUInt16LE(26);
    expect(archive.subarray(30, 30 + nameLength).toString()).toBe("index.js");
    const code = inflateRawSync(
      archive.subarray(30 + nameLength, 30 + nameLength + archive.readUInt32LE(18)),
    );
    expect(code.toString()).toContain("handler");
    expect(code.length).toBe(archive.readUInt32LE(22));
  });

  test("has a Terraform module that takes its numbers from the stack: each that it names is there", () => {
    const settings = JSON.parse(read("terraform/settings.json").toString()) as Properties;
    const modules = readdirSync(join(folder, "terraform")).filter((name) => name.endsWith(".tf"));
    const code = modules.map((name) => read(`terraform/${name}`).toString()).join("\n");
    const paths = [...code.matchAll(/local\.settings\.([\w.]+)/g)].map(([, path = ""]) => path.split("."));
    expect(paths.length).toBeGreaterThan(15);
    const at = (path: readonly string[]) =>
      path.reduce<Value | undefined>(
        (value, key) => (isProperties(value) ? value[key] : undefined),
        settings,
      );
    expect(paths.filter((path) => at(path) === undefined)).toEqual([]);
    for (const sid of Object.keys(settings.actions as Properties))
      expect(code).toMatch(new RegExp(`^ +${sid} += `, "m"));
  });

  test("has a dashboard for Terraform whose variables the module gives", () => {
    const text = read("terraform/dashboard.json.tftpl").toString();
    const variables = new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name = ""]) => name));
    const code = read("terraform/alarms.tf").toString();
    expect([...variables].filter((name) => !new RegExp(`^ +${name} += `, "m").test(code))).toEqual([]);
    expect(() => JSON.parse(text.replace(/\$\{LatestRuns\}/g, "1"))).not.toThrow();
  });
});
