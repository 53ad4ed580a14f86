import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addRotationStack } from "../../infra/stack.ts";
import { APPLICATION, CDK_JSON, newApp } from "./synth.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const EXAMPLE = readFileSync(join(ROOT, "rotation.config.example.json"), "utf8");
const OWN = { applications: [{ id: APPLICATION, accessToken: "losant-access/mine" }] };

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "app-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A folder with the example, and with a configuration of one's own if one is given. */
function folderWith(own?: unknown): string {
  const made = mkdtempSync(join(folder, "repo-"));
  writeFileSync(join(made, "rotation.config.example.json"), EXAMPLE);
  if (own !== undefined)
    writeFileSync(join(made, "rotation.config.json"), typeof own === "string" ? own : JSON.stringify(own));
  return made;
}

function templateOf(own?: unknown, context: object = {}): Template {
  return Template.fromStack(addRotationStack(newApp({ ...context }), folderWith(own)));
}

describe("without a configuration of one's own", () => {
  test("the example is synthesized, into a template that CloudFormation refuses to deploy", () => {
    expect(templateOf().toJSON().Rules).toMatchObject({
      ExampleConfiguration: {
        Assertions: [
          {
            Assert: { "Fn::Equals": [{ Ref: "AWS::Region" }, "none"] },
            AssertDescription: expect.stringContaining("rotation.config.json doesn't exist"),
          },
        ],
      },
    });
  });

  test("npm run deploy refuses before it does anything", () => {
    expect(() => templateOf(undefined, { deploying: "true" })).toThrow("rotation.config.json doesn't exist");
  });
});

describe("with a configuration of one's own", () => {
  test("the template has nothing that keeps it from being deployed", () => {
    expect(templateOf(OWN, { deploying: "true" }).toJSON().Rules?.ExampleConfiguration).toBeUndefined();
  });

  test("what is wrong with it is said by key, and never by value", () => {
    const wrong = { ...OWN, polcy: "eyJhbGciOi" };
    expect(() => templateOf(wrong)).toThrow("polcy: unknown key");
    expect(() => templateOf(wrong)).not.toThrow("eyJhbGciOi");
    expect(() => templateOf("{ not JSON eyJhbGciOi")).toThrow("rotation.config.json is not valid JSON");
    expect(() => templateOf("{ not JSON eyJhbGciOi")).not.toThrow("eyJhbGciOi");
  });

  test("the function, the dashboard and the queues can be found", () => {
    expect(Object.keys(templateOf(OWN).toJSON().Outputs)).toEqual([
      "FunctionName",
      "DashboardUrl",
      "FailedRunsQueueUrl",
      "MissedStartsQueueUrl",
      "ConsoleFunctionName",
    ]);
  });
});

describe("the options in the context", () => {
  test("become properties of the construct", () => {
    const alarmTopicArn = "arn:aws:sns:eu-west-1:111122223333:alarms";
    const template = templateOf(OWN, {
      tokenRotation: {
        stackName: "Staging",
        alarmTopicArn,
        timeoutMinutes: 5,
        memoryMiB: 1024,
        architecture: "x86_64",
        reservedConcurrency: 1,
        tracing: true,
        logRetentionDays: 30,
        secretsKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/1",
        ownEventBus: { archiveDays: 7 },
        logEvents: true,
        eventSchemas: true,
        testEvents: "existing-registry",
        soonestExpiryDays: 3,
        toleratedUnread: 2,
        runbookUrl: "https://wiki.example.com/losant",
      },
    });
    template.hasResourceProperties("AWS::Lambda::Function", {
      Timeout: 300,
      MemorySize: 1024,
      Architectures: ["x86_64"],
      ReservedConcurrentExecutions: 1,
    });
    template.hasResourceProperties("AWS::Events::Archive", { RetentionDays: 7 });
    template.hasResourceProperties("AWS::EventSchemas::Schema", { RegistryName: "lambda-testevent-schemas" });
    template.hasOutput("EventSchemaRegistry", {});
    template.hasResourceProperties("AWS::CloudWatch::Alarm", { Threshold: 3, AlarmActions: [alarmTopicArn] });
    template.hasResourceProperties("AWS::CloudWatch::Alarm", {
      MetricName: "UnreadSuccessors",
      Threshold: 2,
    });
  });

  test("name the stack, so that a second one fits beside it", () => {
    const app = newApp({ tokenRotation: { stackName: "Staging" } });
    expect(addRotationStack(app, folderWith(OWN)).stackName).toBe("Staging");
  });

  test("are refused where they are not known or don't fit", () => {
    expect(() => templateOf(OWN, { tokenRotation: { memory: 1 } })).toThrow("memory: unknown key");
    expect(() => templateOf(OWN, { tokenRotation: { timeoutMinutes: 16 } })).toThrow("timeoutMinutes");
    expect(() => templateOf(OWN, { tokenRotation: { testEvents: true } })).toThrow("testEvents");
  });
});

test("cdk.json sets every feature flag that the CDK recommends, so that synth has nothing to say", () => {
  const flags = new URL("../../node_modules/aws-cdk-lib/recommended-feature-flags.json", import.meta.url);
  expect(CDK_JSON.context).toMatchObject(JSON.parse(readFileSync(flags, "utf8")));
});

const FILES_OF_SYNTH = [
  "infra",
  "lambda",
  "console",
  "cli",
  "cdk.json",
  "package.json",
  "with-node.mjs",
  "rotation.config.example.json",
];

/** A folder with a `node` that can't run TypeScript, as Node 20. */
function oldNode(): string {
  const made = mkdtempSync(join(folder, "old-"));
  writeFileSync(
    join(made, "node"),
    `#!/bin/sh\ncase "$1" in *.ts) echo "Unknown file extension" >&2; exit 1;; esac\nexec "${process.execPath}" "$@"\n`,
    { mode: 0o755 },
  );
  return made;
}

test("npx cdk synth in a fresh clone, on Node 20 too, needs no network and no credentials, and prints no warning", async () => {
  const clone = join(folder, "clone");
  mkdirSync(clone);
  for (const name of FILES_OF_SYNTH) cpSync(join(ROOT, name), join(clone, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(clone, "node_modules"));
  const offline = join(folder, "offline.cjs");
  writeFileSync(
    offline,
    `const { Socket } = require("node:net");
     Socket.prototype.connect = function () { process.stderr.write("CONNECTED\\n"); throw new Error("offline"); };`,
  );
  const { stdout, stderr } = await promisify(execFile)("cdk", ["synth"], {
    cwd: clone,
    env: {
      PATH: [oldNode(), join(ROOT, "node_modules/.bin"), process.env.PATH].join(delimiter),
      HOME: folder,
      NODE_OPTIONS: `--require ${offline}`,
    },
  });
  expect(stdout).toContain("AWS::Lambda::Function");
  expect(stderr.trim().split("\n")).toEqual([
    "Bundling asset LosantTokenRotation/TokenRotation/Worker/Function/Code/Stage...",
    "Bundling asset LosantTokenRotation/TokenRotation/Console/Function/Code/Stage...",
    expect.stringContaining("rotation.config.json doesn't exist"),
  ]);
});
