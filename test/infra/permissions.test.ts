import { Key } from "aws-cdk-lib/aws-kms";
import { describe, expect, test } from "vitest";
import { workerCalls } from "../support/worker-calls.ts";
import { type Context, permits, type Statement } from "./iam.ts";
import { policiesOf, SECRETS, statementsOf, workerStatements } from "./policies.ts";
import { APPLICATION, CONFIG, readable, resourcesOf, synthesized } from "./synth.ts";

const OTHER = "575ec8687ae143cd83dc4a98";
/** Anybody of one organization may read. */
const POLICY = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: "*",
      Action: "secretsmanager:GetSecretValue",
      Resource: "*",
      Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1234567890" } },
    },
  ],
} as const;
const ACTIONS = [
  "CreateSecret",
  "DescribeSecret",
  "GetSecretValue",
  "ListSecretVersionIds",
  "PutSecretValue",
  "UpdateSecretVersionStage",
];

describe("the worker's role", () => {
  test("may do exactly this", () => {
    const policies = policiesOf(synthesized().template);
    const statements = policies.map(({ Roles, PolicyDocument }) => {
      expect(Roles).toEqual(["<TokenRotationWorkerPermissionsRole>"]);
      return PolicyDocument.Statement;
    });
    expect(statements).toEqual([
      [
        {
          Sid: "ManageSecrets",
          Effect: "Allow",
          Action: [
            "secretsmanager:CreateSecret",
            "secretsmanager:DescribeSecret",
            "secretsmanager:ListSecretVersionIds",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
          ],
          Resource: [`${SECRETS}losant/${APPLICATION}/*`, `${SECRETS}prod/backend/losant-??????`],
        },
        {
          Sid: "ReadAccessTokens",
          Effect: "Allow",
          Action: [
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetSecretValue",
            "secretsmanager:ListSecretVersionIds",
          ],
          Resource: `${SECRETS}losant-access/${APPLICATION}-??????`,
        },
        {
          Sid: "Announce",
          Effect: "Allow",
          Action: "events:PutEvents",
          Resource: "arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:event-bus/default",
          Condition: { StringEquals: { "events:source": "losant.token-rotation" } },
        },
        {
          Sid: "Log",
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: "<TokenRotationWorkerLog.Arn>",
        },
        {
          Sid: "HandInFailedRuns",
          Effect: "Allow",
          Action: "sqs:SendMessage",
          Resource: "<TokenRotationWorkerFailedRunsQueue.Arn>",
        },
      ],
      [{ Sid: "ListSecrets", Effect: "Allow", Action: "secretsmanager:ListSecrets", Resource: "*" }],
    ]);
  });

  test("may make each call of the worker's, and no other of those services", () => {
    const services = new Set(workerCalls().map(({ action }) => action.split(":")[0]));
    const allowed = workerStatements({ config: { ...CONFIG, newSecrets: { resourcePolicy: POLICY } } })
      .filter(({ Effect }) => Effect === "Allow")
      .flatMap(({ Action }) => Action)
      .filter((action) => services.has(action.split(":")[0]));
    expect([...new Set(allowed)].toSorted()).toEqual(
      workerCalls()
        .map(({ action }) => action)
        .toSorted(),
    );
  });

  test("has no other policies, and only Lambda takes it on", () => {
    const { template } = synthesized({ logEvents: true, ownEventBus: {} });
    const roles = resourcesOf(template, "AWS::IAM::Role");
    expect(Object.values(roles).map(({ Properties }) => readable(Properties))).toEqual([
      {
        AssumeRolePolicyDocument: {
          Version: "2012-10-17",
          Statement: [
            { Action: "sts:AssumeRole", Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" } },
          ],
        },
        Description: expect.any(String),
      },
      expect.objectContaining({ Policies: [expect.objectContaining({ PolicyName: "StartRuns" })] }),
    ]);
    expect(resourcesOf(template, "AWS::IAM::ManagedPolicy")).toEqual({});
    expect(resourcesOf(template, "AWS::Lambda::Permission")).toEqual({});
    expect(Object.keys(resourcesOf(template, "AWS::Lambda::Function"))).toHaveLength(1);
  });

  test("can't read what it writes", () => {
    const statements = workerStatements();
    for (const secret of [`losant/${APPLICATION}/backend-AbCdEf`, "prod/backend/losant-AbCdEf"]) {
      expect(permits(statements, "secretsmanager:PutSecretValue", SECRETS + secret)).toBe(true);
      expect(permits(statements, "secretsmanager:GetSecretValue", SECRETS + secret)).toBe(false);
    }
  });

  test("emits events of its own source only", () => {
    const statements = workerStatements();
    const bus = "arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:event-bus/default";
    const may = (context?: Context) => permits(statements, "events:PutEvents", bus, context);
    expect(may({ "events:source": "losant.token-rotation" })).toBe(true);
    expect(may({ "events:source": "aws.ec2" })).toBe(false);
    expect(may()).toBe(false);
  });

  test("looks at the secrets under a former prefix, and neither reads nor writes them", () => {
    const statements = workerStatements({ config: { ...CONFIG, formerPrefixes: ["old", "older/still"] } });
    for (const prefix of ["old", "older/still"])
      for (const action of ACTIONS) {
        const isLook = ["DescribeSecret", "ListSecretVersionIds"].includes(action);
        const may = (end: string) => permits(statements, `secretsmanager:${action}`, SECRETS + end);
        expect(may(`${prefix}/${APPLICATION}/backend-AbCdEf`)).toBe(isLook);
        expect(may(`${prefix}/${OTHER}/backend-AbCdEf`)).toBe(false);
      }
  });

  test("can't touch the secrets of others, nor delete, tag or open up any", () => {
    const statements = workerStatements();
    const others = [
      "prod/backend/losant2-AbCdEf",
      "prod/backend/losant-old-AbCdEf",
      `losant/${OTHER}/x-AbCdEf`,
      "x-AbCdEf",
    ];
    for (const action of ACTIONS)
      for (const secret of others)
        expect(permits(statements, `secretsmanager:${action}`, SECRETS + secret)).toBe(false);
    for (const action of ["DeleteSecret", "TagResource", "PutResourcePolicy", "UpdateSecret", "RotateSecret"])
      expect(
        permits(statements, `secretsmanager:${action}`, `${SECRETS}losant/${APPLICATION}/backend-AbCdEf`),
      ).toBe(false);
  });
});

describe("new secrets with tags and a key", () => {
  const key = (end: number) => `arn:aws:kms:eu-west-1:111122223333:key/${end}`;
  const TAGS = { "cost-center": "4711", owner: "iot" };
  const tagging = (statements: readonly Statement[], secret: string, context: Context) =>
    permits(statements, "secretsmanager:TagResource", SECRETS + secret, context);
  const asConfigured = {
    "aws:RequestTag/cost-center": "4711",
    "aws:RequestTag/owner": "iot",
    "aws:TagKeys": "owner",
  };

  test("allow the worker to tag its secrets with exactly these tags, and no other secrets", () => {
    const statements = workerStatements({ config: { ...CONFIG, newSecrets: { tags: TAGS } } });
    for (const secret of [`losant/${APPLICATION}/backend-AbCdEf`, "prod/backend/losant-AbCdEf"])
      expect(tagging(statements, secret, asConfigured)).toBe(true);
    for (const secret of [
      `losant/${OTHER}/backend-AbCdEf`,
      `losant-access/${APPLICATION}-AbCdEf`,
      "x-AbCdEf",
    ])
      expect(tagging(statements, secret, asConfigured)).toBe(false);
    const mine = `losant/${APPLICATION}/backend-AbCdEf`;
    expect(tagging(statements, mine, { ...asConfigured, "aws:RequestTag/owner": "somebody" })).toBe(false);
    expect(tagging(statements, mine, { "aws:RequestTag/owner": "iot", "aws:TagKeys": "owner" })).toBe(false);
    expect(tagging(statements, mine, { ...asConfigured, "aws:TagKeys": "another" })).toBe(false);
    expect(tagging(statements, mine, {})).toBe(false);
  });

  test("allow the worker to replicate its secrets to the named regions, without overwriting any there", () => {
    const config = { ...CONFIG, newSecrets: { replicaRegions: ["eu-central-1", "us-east-1"] } };
    const statements = workerStatements({ config });
    const replicating = (secret: string, context: Context) =>
      permits(statements, "secretsmanager:ReplicateSecretToRegions", SECRETS + secret, context);
    const to = (region: string) => ({
      "secretsmanager:AddReplicaRegions": region,
      "secretsmanager:ForceOverwriteReplicaSecret": "false",
    });
    const mine = `losant/${APPLICATION}/backend-AbCdEf`;
    for (const region of config.newSecrets.replicaRegions) expect(replicating(mine, to(region))).toBe(true);
    expect(replicating(mine, to("eu-west-3"))).toBe(false);
    const forced = { ...to("us-east-1"), "secretsmanager:ForceOverwriteReplicaSecret": "true" };
    expect(replicating(mine, forced)).toBe(false);
    for (const secret of [`losant/${OTHER}/x-AbCdEf`, `losant-access/${APPLICATION}-AbCdEf`])
      expect(replicating(secret, to("us-east-1"))).toBe(false);
    expect(
      permits(
        workerStatements({}),
        "secretsmanager:ReplicateSecretToRegions",
        SECRETS + mine,
        to("us-east-1"),
      ),
    ).toBe(false);
  });

  test("allow the worker to look at the resource policies of its secrets, and to attach one that isn't public", () => {
    const config = { ...CONFIG, newSecrets: { resourcePolicy: POLICY } };
    const statements = workerStatements({ config });
    const may = (action: string, secret: string, context: Context = {}) =>
      permits(statements, `secretsmanager:${action}`, SECRETS + secret, context);
    const blocked = { "secretsmanager:BlockPublicPolicy": "true" };
    for (const secret of [`losant/${APPLICATION}/backend-AbCdEf`, "prod/backend/losant-AbCdEf"]) {
      expect(may("GetResourcePolicy", secret)).toBe(true);
      expect(may("PutResourcePolicy", secret, blocked)).toBe(true);
      expect(may("PutResourcePolicy", secret, { "secretsmanager:BlockPublicPolicy": "false" })).toBe(false);
      expect(may("PutResourcePolicy", secret)).toBe(false);
      expect(may("DeleteResourcePolicy", secret, blocked)).toBe(false);
    }
    for (const secret of [`losant/${OTHER}/x-AbCdEf`, `losant-access/${APPLICATION}-AbCdEf`]) {
      expect(may("GetResourcePolicy", secret)).toBe(false);
      expect(may("PutResourcePolicy", secret, blocked)).toBe(false);
    }
  });

  test("give only the applications with a resource policy the right to it", () => {
    const applications = [
      ...(CONFIG.applications ?? []),
      { id: OTHER, accessToken: `losant-access/${OTHER}`, newSecrets: { resourcePolicy: POLICY } },
    ];
    const resources = workerStatements({ config: { ...CONFIG, applications } }).filter(({ Sid }) =>
      ["LookAtResourcePolicies", "RestrictNewSecrets"].includes(Sid ?? ""),
    );
    expect(resources.map(({ Resource }) => Resource)).toEqual([
      `${SECRETS}losant/${OTHER}/*`,
      `${SECRETS}losant/${OTHER}/*`,
    ]);
  });

  test("give each application the right to its own tags", () => {
    const applications = [
      ...(CONFIG.applications ?? []),
      { id: OTHER, accessToken: `losant-access/${OTHER}`, newSecrets: { tags: { owner: "other" } } },
    ];
    const statements = workerStatements({ config: { ...CONFIG, applications, newSecrets: { tags: TAGS } } });
    const other = { "aws:RequestTag/owner": "other", "aws:TagKeys": "owner" };
    expect(tagging(statements, `losant/${OTHER}/x-AbCdEf`, other)).toBe(true);
    expect(tagging(statements, `losant/${OTHER}/x-AbCdEf`, asConfigured)).toBe(false);
    expect(tagging(statements, `losant/${APPLICATION}/x-AbCdEf`, other)).toBe(false);
  });

  test("give discovered applications the right to the tags of their entry", () => {
    const user = { accessToken: "losant-access/fleet", organizations: ["*"], newSecrets: { tags: TAGS } };
    const statements = workerStatements({ config: { discover: [user] } });
    expect(tagging(statements, `losant/${OTHER}/x-AbCdEf`, asConfigured)).toBe(true);
    expect(tagging(statements, "losant-access/fleet-AbCdEf", asConfigured)).toBe(false);
  });

  test("allow the worker to use each key through Secrets Manager alone", () => {
    const applications = [
      ...(CONFIG.applications ?? []),
      { id: OTHER, accessToken: `losant-access/${OTHER}`, newSecrets: { kmsKeyArn: key(2) } },
    ];
    const config = { ...CONFIG, applications, newSecrets: { kmsKeyArn: key(1) } };
    const { template } = synthesized((stack) => ({
      config,
      secretsKey: Key.fromKeyArn(stack, "Key", key(3)),
    }));
    expect(statementsOf(template).filter(({ Sid }) => Sid === "UseSecretsKey")).toEqual([
      {
        Sid: "UseSecretsKey",
        Effect: "Allow",
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Resource: [key(1), key(2), key(3)],
        Condition: {
          StringEquals: { "kms:ViaService": "secretsmanager.<AWS::Region>.<AWS::URLSuffix>" },
        },
      },
    ]);
  });

  test("allow the worker to use the keys of replicas, through Secrets Manager in these regions alone", () => {
    const replicaKey = (region: string) => `arn:aws:kms:${region}:111122223333:key/1`;
    const replicaRegions = ["eu-central-1", ...["eu-north-1", "us-east-1"].map(withKey)];
    function withKey(region: string) {
      return { region, kmsKeyArn: replicaKey(region) };
    }
    const statements = workerStatements({ config: { ...CONFIG, newSecrets: { replicaRegions } } });
    expect(statements.filter(({ Sid }) => Sid === "UseReplicaKeys")).toEqual([
      {
        Sid: "UseReplicaKeys",
        Effect: "Allow",
        Action: ["kms:Encrypt", "kms:GenerateDataKey"],
        Resource: [replicaKey("eu-north-1"), replicaKey("us-east-1")],
        Condition: {
          StringEquals: {
            "kms:ViaService": [
              "secretsmanager.<AWS::Region>.<AWS::URLSuffix>",
              "secretsmanager.eu-north-1.<AWS::URLSuffix>",
              "secretsmanager.us-east-1.<AWS::URLSuffix>",
            ],
          },
        },
      },
    ]);
    expect(
      statements.filter(({ Sid }) => Sid === "ReplicateNewSecrets").map(({ Condition }) => Condition),
    ).toMatchObject([
      {
        "ForAllValues:StringEquals": {
          "secretsmanager:AddReplicaRegions": ["eu-central-1", "eu-north-1", "us-east-1"],
        },
      },
    ]);
  });

  test("give the widget no right more", () => {
    const config = {
      ...CONFIG,
      newSecrets: { kmsKeyArn: key(1), tags: TAGS, replicaRegions: ["us-east-1"], resourcePolicy: POLICY },
    };
    const widgets = (props: object) =>
      JSON.stringify(
        policiesOf(synthesized({ console: true, ...props }).template).filter(({ Roles }) =>
          Roles.some((role) => role.includes("Console")),
        ),
      );
    expect(widgets({})).toContain("NothingElse");
    expect(widgets({ config })).toBe(widgets({}));
  });
});

describe("what is opted into", () => {
  test("a key may be used through Secrets Manager alone", () => {
    const keyArn = "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-4000-8000-000000000000";
    const { template } = synthesized((stack) => ({ secretsKey: Key.fromKeyArn(stack, "Key", keyArn) }));
    expect(JSON.stringify(synthesized().template.toJSON())).not.toContain("kms:");
    expect(statementsOf(template)).toContainEqual({
      Sid: "UseSecretsKey",
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: keyArn,
      Condition: {
        StringEquals: { "kms:ViaService": "secretsmanager.<AWS::Region>.<AWS::URLSuffix>" },
      },
    });
  });

  test("several keys may be used in the same way", () => {
    const keys = ["1", "2"].map((end) => `arn:aws:kms:eu-west-1:111122223333:key/${end}`);
    const { template } = synthesized((stack) => ({
      secretsKey: keys.map((arn, index) => Key.fromKeyArn(stack, `Key${index}`, arn)),
    }));
    expect(statementsOf(template).filter(({ Sid }) => Sid === "UseSecretsKey")).toMatchObject([
      { Resource: keys },
    ]);
  });

  test("tracing may write traces, for which X-Ray has no resource", () => {
    expect(workerStatements({ tracing: true })).toContainEqual({
      Sid: "Trace",
      Effect: "Allow",
      Action: ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
      Resource: "*",
    });
  });
});
