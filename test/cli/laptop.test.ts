import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rotateCommand } from "../../cli/rotate/rotate.ts";
import { statusCommand } from "../../cli/status/status.ts";
import { awsError } from "../../emulators/aws/server.ts";
import { type Ended, runScript } from "../support/child.ts";
import { run } from "../support/command.ts";
import { freshFactory, variablesOf } from "../support/factory.ts";

const TIMEOUT_MS = 60_000;
const factory = freshFactory();
let folder = "";
let closedPort = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rotation-laptop-"));
  writeFileSync(
    join(folder, "config"),
    [
      "[profile old]",
      "sso_session = company",
      "sso_account_id = 111122223333",
      "sso_role_name = Admin",
      "[sso-session company]",
      "sso_region = eu-central-1",
      "sso_start_url = https://company.example/start",
      "[profile nothing]",
      "region = eu-central-1",
      "[profile keys]",
      "aws_access_key_id = demo",
      "aws_secret_access_key = demo",
      "[profile code]",
      "region = eu-central-1",
      "role_arn = arn:aws:iam::111122223333:role/Admin",
      "source_profile = keys",
      "mfa_serial = arn:aws:iam::111122223333:mfa/me",
    ].join("\n"),
  );
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  closedPort = typeof address === "object" && address !== null ? address.port : 0;
  await new Promise((resolve) => server.close(resolve));
});
afterAll(() => rmSync(folder, { recursive: true }));

const flat = (text: string) => text.replace(/\s+/g, " ");

/** In a process of its own: only there are the SDK's own settings those of this machine. */
function here(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  const all = ["status", "--config", factory.configFile, ...args];
  const AWS_CONFIG_FILE = join(folder, "config");
  return runScript("cli/losant-token-rotation.ts", all, { AWS_CONFIG_FILE, ...env });
}

describe("what is wrong with this machine is told as such:", { timeout: TIMEOUT_MS }, () => {
  const region = { AWS_REGION: "eu-central-1" };
  const keys = { AWS_ACCESS_KEY_ID: "demo", AWS_SECRET_ACCESS_KEY: "demo" };

  test.each([
    ["no region", [], keys, "no AWS region is set", "Add --region"],
    ["no credentials", [], region, "this machine has no AWS credentials", "aws sso login"],
    [
      "a profile that doesn't exist",
      ["--profile", "nobody"],
      region,
      "the AWS profile nobody doesn't exist, or has no credentials",
      "aws configure list-profiles",
    ],
    [
      "a profile that doesn't exist, where the region is to come from it",
      ["--profile", "nobody"],
      {},
      "the AWS profile nobody doesn't exist, or has no credentials",
      "aws configure list-profiles",
    ],
    ["a profile without a region", ["--profile", "keys"], {}, "no AWS region is set", "Add --region"],
    [
      "a region that can't be one",
      ["--region", "eu west"],
      keys,
      "this is not the name of an AWS region",
      "Correct --region",
    ],
    [
      "a profile that asks for a code",
      ["--profile", "code"],
      {},
      "this AWS profile asks for a code (MFA)",
      "aws sts get-session-token",
    ],
    [
      "the profile of AWS_PROFILE",
      [],
      { ...region, AWS_PROFILE: "nothing" },
      "the AWS profile nothing doesn't exist, or has no credentials",
      "aws configure list-profiles",
    ],
    [
      "another profile than AWS_PROFILE names",
      ["--profile", "nobody"],
      { ...region, AWS_PROFILE: "nothing" },
      "the AWS profile nobody doesn't exist, or has no credentials",
      "aws configure list-profiles",
    ],
    [
      "an SSO session that has expired",
      ["--profile", "old"],
      region,
      "you have no AWS SSO session, or it has expired",
      "Log in: aws sso login --profile old",
    ],
  ])("%s", async (_, args, env, what, remedy) => {
    const { code, stdout, stderr } = await here(args, env);
    expect(flat(stderr)).toContain(what);
    expect(flat(stderr)).toContain(remedy);
    expect(stderr).not.toContain("role");
    expect(stderr).not.toMatch(/^ +at /m);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  test.each([
    ["localhost:4566", "Correct AWS_ENDPOINT_URL: it must begin with https:// or http://"],
    ["http://127.0.0.1:CLOSED", "Nothing answers at that address. Check AWS_ENDPOINT_URL"],
    ["http://no-such-host.invalid", "That host doesn't exist. Check the region, AWS_ENDPOINT_URL"],
  ])("the endpoint %s", async (address, remedy) => {
    const AWS_ENDPOINT_URL = address.replace("CLOSED", String(closedPort));
    const { code, stdout, stderr } = await here([], { ...region, ...keys, AWS_ENDPOINT_URL });
    expect(flat(stdout + stderr)).toContain(remedy);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(code).toBe(1);
  });

  test.each([
    ["AccessDeniedException", "Your AWS credentials don't allow this"],
    ["ExpiredTokenException", "Your AWS session has expired"],
    ["UnrecognizedClientException", "AWS doesn't accept the access key of this terminal"],
  ])("%s", async (name, remedy) => {
    factory.emulators.aws.faults.add({
      operation: "GetSecretValue",
      answer: awsError(name, 400, "no"),
      times: 100,
    });
    const args = ["--config", factory.configFile];
    const { code, stdout } = await run(statusCommand, args, variablesOf(factory));
    expect(flat(stdout)).toContain(`What to do: ${remedy}`);
    expect(stdout).not.toContain("worker's role");
    expect(flat(stdout)).not.toMatch(/(store-denied|unreadable): .* the worker/);
    expect(code).toBe(1);
  });

  test("a secret that isn't there, which access-token creates", async () => {
    const config = JSON.parse(JSON.stringify(factory.scenario.config)) as {
      applications: { accessToken: unknown }[];
    };
    for (const application of config.applications) application.accessToken = "nobody/made-this";
    writeFileSync(
      factory.configFile,
      JSON.stringify({ ...config, applications: config.applications.slice(0, 1) }),
    );
    const args = ["--config", factory.configFile, "--dry-run"];
    const { code, stdout } = await run(rotateCommand, args, variablesOf(factory));
    expect(stdout).toContain("AWS account  unknown");
    expect(flat(stdout)).toMatch(
      /access-token-missing.*store a Losant API token in that secret.*npm run access-token/,
    );
    expect(code).toBe(1);
  });

  test.each(["api.losant.com", "https://me:secret@losant.example", "https://losant.example/?a=b"])(
    "losantApiUrl as %s",
    async (losantApiUrl) => {
      const ROTATION_CONFIG = JSON.stringify({ ...factory.scenario.config, losantApiUrl });
      const { code, stderr } = await run(rotateCommand, ["--dry-run"], { ROTATION_CONFIG });
      expect(flat(stderr)).toContain(
        "config-invalid: ROTATION_CONFIG: losantApiUrl: must be an address such as",
      );
      expect(stderr).not.toContain("secret");
      expect(code).toBe(2);
    },
  );

  test("a configuration that is no JSON, with the place in it and its own name", async () => {
    writeFileSync(factory.configFile, '{\n  "applications": [\n    { "id": 1, }\n  ]\n}\n');
    const args = ["--config", factory.configFile, "--dry-run"];
    const { code, stderr } = await run(rotateCommand, args, variablesOf(factory));
    expect(flat(stderr)).toContain("my.config.json: is not valid JSON at line 3, column 16.");
    expect(stderr).not.toContain("rotation.config.json");
    expect(code).toBe(2);
  });
});
