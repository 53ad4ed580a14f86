import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Stack } from "aws-cdk-lib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AwsEmulator, startAws } from "../../emulators/aws/server.ts";
import { type LosantEmulator, startLosant } from "../../emulators/losant/server.ts";
import type { ConfigDocument } from "../../infra/config-document.ts";
import type { TokenRotationProps } from "../../infra/props.ts";
import { TokenRotation } from "../../infra/token-rotation.ts";
import { LocalLambda } from "./lambda.ts";
import { APPLICATION, newApp } from "./synth.ts";

const DAY_MS = 86_400_000;
const REGION = "eu-west-1";
const accessToken = `losant-access/${APPLICATION}`;

let losant: LosantEmulator;
let aws: AwsEmulator;
let config: ConfigDocument;
let assembly: string;
let asset: string;

/** Everything that synthesis writes, by file. */
function synthesize(...all: readonly (ConfigDocument | TokenRotationProps)[]): string {
  const app = newApp({ bundle: true });
  for (const [index, one] of all.entries()) {
    const props = "config" in one ? one : { config: one };
    new TokenRotation(new Stack(app, `Test${index}`), "TokenRotation", { console: false, ...props });
  }
  return app.synth().directory;
}

function assetsOf(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => name.startsWith("asset."))
    .map((name) => join(directory, name));
}

function templateOf(directory: string): string {
  return readFileSync(join(directory, "Test0.template.json"), "utf8");
}

beforeAll(async () => {
  losant = await startLosant();
  aws = await startAws({ region: REGION });
  losant.addApplication({ id: APPLICATION });
  config = {
    $schema: "./rotation.config.schema.json",
    losantApiUrl: losant.url,
    applications: [{ id: APPLICATION, accessToken }],
  };
  aws.putSecret(accessToken, losant.addToken(APPLICATION, { name: "worker" }).token);
  assembly = synthesize(config);
  asset = mkdtempSync(join(tmpdir(), "asset-"));
  for (const staged of assetsOf(assembly)) cpSync(staged, asset, { recursive: true });
});

afterAll(async () => {
  rmSync(asset, { recursive: true });
  await losant.close();
  await aws.close();
});

describe("the asset", () => {
  test("is one file of code and the configuration, without what only editors need", () => {
    expect(assetsOf(assembly)).toHaveLength(1);
    expect(readdirSync(asset).sort()).toEqual(["index.js", "rotation.config.json"]);
    expect(JSON.parse(readFileSync(join(asset, "rotation.config.json"), "utf8"))).toEqual({
      losantApiUrl: losant.url,
      applications: [{ id: APPLICATION, accessToken }],
      eventBusName: "default",
    });
  });

  test("is minified, and says nothing of the machine that it was made on", () => {
    const code = readFileSync(join(asset, "index.js"), "utf8");
    expect(code).not.toContain("sourceMappingURL");
    expect(code).not.toContain(process.cwd());
    expect(code.length).toBeLessThan(1_000_000);
  });

  test("is the same when it is made again, and so is the template: nothing to deploy", () => {
    const again = synthesize(config);
    expect(templateOf(again)).toBe(templateOf(assembly));
    expect(assetsOf(again).map((path) => path.split("/").at(-1))).toEqual(
      assetsOf(assembly).map((path) => path.split("/").at(-1)),
    );
  });

  test("is another one for another configuration in the same app, and names the bus that is used", () => {
    const other = { config: { ...config, schedule: "1h" }, ownEventBus: {} };
    const found = assetsOf(synthesize(config, other)).map((path) => {
      const { schedule, eventBusName } = JSON.parse(
        readFileSync(join(path, "rotation.config.json"), "utf8"),
      ) as ConfigDocument;
      return `${schedule} ${eventBusName}`;
    });
    expect(found.sort()).toEqual(["1h losant-token-rotation", "undefined default"]);
  });
});

describe("the asset in Lambda", () => {
  let lambda: LocalLambda;

  beforeAll(async () => {
    lambda = await LocalLambda.start(asset, {
      AWS_ENDPOINT_URL: aws.url,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: "emulated",
      AWS_SECRET_ACCESS_KEY: "emulated",
    });
  });

  afterAll(() => lambda.stop());

  test("says in a dry run what it would do, rotates, and is at rest", async () => {
    const old = losant.addToken(APPLICATION, {
      name: "backend",
      scope: ["devices.get"],
      creationDate: new Date(Date.now() - 80 * DAY_MS),
      expirationDate: new Date(Date.now() + 10 * DAY_MS),
    });
    const secret = `losant/${APPLICATION}/backend`;

    const planned = await lambda.invoke({ dryRun: true });
    expect(planned).toMatchObject({ kind: "response", body: { dryRun: true, summary: { planned: 1 } } });
    expect(aws.secret(secret)).toBeUndefined();

    const rotated = await lambda.invoke({ trigger: "schedule" });
    expect(rotated).toMatchObject({ kind: "response", body: { summary: { rotated: 1, failed: 0 } } });
    const { token } = JSON.parse(aws.value(secret) ?? "{}") as { readonly token: string };
    expect(losant.accepts(token)).toBe(true);

    const rested = await lambda.invoke({ trigger: "schedule" });
    expect(rested).toMatchObject({ body: { summary: { rotated: 0, failed: 0 } } });

    const metrics = lambda.output.split("\n").filter((line) => line.startsWith('{"_aws"'));
    expect(metrics.map((line) => JSON.parse(line))).toMatchObject([
      { RunSucceeded: 1, Rotated: 1, Listed: 2, Failed: 0, FunctionName: "worker" },
      { RunSucceeded: 1, Rotated: 0, Listed: 3 },
    ]);

    const told = JSON.stringify([planned, rotated, rested]) + lambda.output + templateOf(assembly);
    for (const string of [token, old.token, aws.value(accessToken) ?? ""]) expect(told).not.toContain(string);
  });

  test("fails the invocation where something failed, so that Lambda tries again", async () => {
    const failed = await lambda.invoke({ tokens: ["nobody has this name"] });
    expect(failed).toMatchObject({
      kind: "error",
      body: { errorMessage: expect.stringContaining("token-not-found") },
    });
  });
});

describe("the asset of the widget", () => {
  let folder: string;
  let lambda: LocalLambda;

  beforeAll(async () => {
    const directory = synthesize({ config, console: true });
    const [found] = assetsOf(directory).filter(
      (path) => !readFileSync(join(path, "index.js")).equals(readFileSync(join(asset, "index.js"))),
    );
    folder = mkdtempSync(join(tmpdir(), "widget-"));
    cpSync(found ?? "", folder, { recursive: true });
    lambda = await LocalLambda.start(folder, {
      AWS_ENDPOINT_URL: aws.url,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: "emulated",
      AWS_SECRET_ACCESS_KEY: "emulated",
      WORKER_ARN: `arn:aws:lambda:${REGION}:123456789012:function:worker`,
      _HANDLER: "index.widget",
    });
  });

  afterAll(async () => {
    await lambda.stop();
    rmSync(folder, { recursive: true });
  });

  test("is one file of code and the configuration, and smaller than the worker's", () => {
    expect(readdirSync(folder).sort()).toEqual(["index.js", "rotation.config.json"]);
    const code = readFileSync(join(folder, "index.js"), "utf8");
    expect(code).not.toContain("sourceMappingURL");
    expect(code).not.toContain(process.cwd());
    expect(code.length).toBeLessThan(1_000_000);
  });

  test("shows the tokens in Lambda, without their strings", async () => {
    const token = losant.addToken(APPLICATION, {
      name: "on the dashboard",
      creationDate: new Date(Date.now() - 80 * DAY_MS),
      expirationDate: new Date(Date.now() + 10 * DAY_MS),
    });
    const { kind, body } = await lambda.invoke({ widgetContext: { theme: "dark", width: 900 } });
    expect(kind).toBe("response");
    expect(String(body)).toContain("on the dashboard");
    expect(String(body)).not.toContain(token.token);
    expect(String(body)).toContain("Rotate now");
  });
});
