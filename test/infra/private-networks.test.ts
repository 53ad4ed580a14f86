import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TokenRotation } from "../../infra/token-rotation.ts";
import { selfSigned } from "../support/certificate.ts";
import { LocalLambda } from "./lambda.ts";
import { CONFIG, newApp, synthesized } from "./synth.ts";

let folder: string;
let server: ReturnType<typeof createServer>;
let requests = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "private-"));
  const own = selfSigned();
  writeFileSync(join(folder, "ca.pem"), own.cert);
  writeFileSync(join(folder, "key.pem"), own.cert + own.key);
  writeFileSync(join(folder, "empty.pem"), "");
  server = createServer(own, (_, response) => {
    requests += 1;
    response.writeHead(400, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify({ __type: "AccessDeniedException", Message: "no" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

describe("a CA of one's own", () => {
  test("is nowhere unless asked for", () => {
    const [found] = Object.values(synthesized().template.findResources("AWS::Lambda::Function"));
    expect(found?.Properties.Environment).toBeUndefined();
  });

  test.each([
    ["key.pem", "contains a private key"],
    ["empty.pem", "contains no certificate"],
    ["missing.pem", "can't be read"],
  ])("is refused in %s, which %s", (name, said) => {
    expect(() => synthesized({ extraCaFile: join(folder, name) })).toThrow(said);
  });

  test("lies beside the code, and is trusted by the function that names it", async () => {
    const app = newApp({ bundle: true });
    const stack = new Stack(app, "Test");
    const runbookUrl = "https://wiki.example.com/losant";
    new TokenRotation(stack, "TokenRotation", {
      config: CONFIG,
      extraCaFile: join(folder, "ca.pem"),
      runbookUrl,
      // Its function has an asset of its own.
      console: false,
    });
    const { directory } = app.synth();
    Template.fromStack(stack).hasResourceProperties("AWS::Lambda::Function", {
      Environment: {
        Variables: { NODE_EXTRA_CA_CERTS: "/var/task/extra-ca.pem", RUNBOOK_URL: runbookUrl },
      },
    });
    const [asset = ""] = readdirSync(directory).filter((name) => name.startsWith("asset."));
    const task = join(folder, "task");
    cpSync(join(directory, asset), task, { recursive: true });
    expect(readdirSync(task).sort()).toEqual(["extra-ca.pem", "index.js", "rotation.config.json"]);
    expect(readFileSync(join(task, "extra-ca.pem"), "utf8")).toBe(
      readFileSync(join(folder, "ca.pem"), "utf8"),
    );
    expect(await told(task, {})).toContain("aws-untrusted");
    expect(requests).toBe(0);
    expect(await told(task, { NODE_EXTRA_CA_CERTS: join(task, "extra-ca.pem") })).toContain(
      "access-token-unreadable",
    );
    expect(requests).toBeGreaterThan(0);
    await expect(told(task, { HTTPS_PROXY: "http://127.0.0.1:1" }, "output")).resolves.toMatch(
      /"level":"WARN","message":"HTTPS_PROXY is set: proxies are not supported/,
    );
  });
});

/** What a run of this asset says, with the server above in AWS's place: in its error, or in its log. */
async function told(
  task: string,
  env: Readonly<Record<string, string>>,
  where: "error" | "output" = "error",
): Promise<string> {
  const lambda = await LocalLambda.start(task, {
    AWS_ENDPOINT_URL: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "emulated",
    AWS_SECRET_ACCESS_KEY: "emulated",
    ...env,
  });
  try {
    const { body } = await lambda.invoke({});
    return where === "error" ? JSON.stringify(body) : lambda.output;
  } finally {
    await lambda.stop();
  }
}
