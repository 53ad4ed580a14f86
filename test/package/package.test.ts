import { cpSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makePackage } from "../../infra/package/package.ts";
import { inRepository, MANIFEST } from "../../infra/package/repository.ts";
import { LocalLambda } from "../infra/lambda.ts";
import { type Cloud, CREDENTIALS, startCloud } from "../support/bundle.ts";
import { APP } from "../support/world.ts";
import { FreshFolder, functionIn, resourcesIn } from "./fresh-folder.ts";

/** The lowest that the package accepts, and the newest that it is developed with. */
const { devDependencies } = JSON.parse(readFileSync(inRepository("package.json"), "utf8")) as {
  readonly devDependencies: Readonly<Record<string, string>>;
};
const CDK = {
  lowest: Object.entries(MANIFEST.peerDependencies).map(([name, range]) => `${name}@${range.slice(1)}`),
  newest: Object.keys(MANIFEST.peerDependencies).map((name) => `${name}@${devDependencies[name]}`),
};

const DAY_MS = 86_400_000;

const packed = mkdtempSync(join(tmpdir(), "packed-"));
const lowest = new FreshFolder();
const newest = new FreshFolder();
let archive: string;
let cloud: Cloud;

beforeAll(async () => {
  archive = await makePackage(join(packed, "package"));
  cloud = await startCloud();
  await Promise.all([
    lowest.install(archive, "typescript@5.9.3", "@types/node@22", ...CDK.lowest),
    newest.install(archive, "typescript@6.0.3", "@types/node@24", ...CDK.newest),
  ]);
});

afterAll(() => cloud.close());

describe("an app that installs the package", () => {
  test.each([
    ["CommonJS", "lowest", "commonjs", lowest],
    ["ES module", "lowest", "module", lowest],
    ["CommonJS", "newest", "commonjs", newest],
    ["ES module", "newest", "module", newest],
  ] as const)("compiles and synthesizes as %s with the %s CDK", async (_, _version, type, folder) => {
    const assembly = await folder.synthesize(folder.addApp(type), { LOSANT_API_URL: cloud.losant.url });
    const types = Object.values(resourcesIn(assembly)).map(({ Type }) => Type);
    expect(types).toContain("AWS::Scheduler::Schedule");
    expect(types.filter((name) => name === "AWS::CloudWatch::Alarm")).toHaveLength(7);
    for (const [exported, packaged] of [
      ["handler", "function"],
      ["widget", "widget"],
    ] as const)
      expect(readFileSync(join(functionIn(assembly, exported), "index.js"))).toEqual(
        readFileSync(join(packed, `package/${packaged}/index.js`)),
      );
  });

  test("gets the same resources with either CDK", () => {
    expect(resourcesIn(join(lowest.path, "commonjs/cdk.out"))).toEqual(
      resourcesIn(join(newest.path, "module/cdk.out")),
    );
  });

  test("deploys a function that rotates", async () => {
    const lambda = await LocalLambda.start(functionIn(join(newest.path, "commonjs/cdk.out"), "handler"), {
      AWS_ENDPOINT_URL: cloud.aws.url,
      AWS_REGION: "eu-central-1",
      ...CREDENTIALS,
    });
    cloud.losant.addToken(APP, {
      name: "Backend",
      scope: ["devices.get"],
      creationDate: new Date(Date.now() - 80 * DAY_MS),
      expirationDate: new Date(Date.now() + 10 * DAY_MS),
    });
    const answer = await lambda.invoke({}).finally(() => lambda.stop());
    expect(answer).toMatchObject({ kind: "response", body: { summary: { failed: 0, rotated: 1 } } });
    expect(cloud.aws.value(`losant/${APP}/Backend`)).toContain("Backend");
  });

  test.each([
    ["aws-cdk-lib", "2.223.0", "needs aws-cdk-lib 2.224.0 or later, below 3; this app has 2.223.0"],
    ["aws-cdk-lib", "3.0.0", "needs aws-cdk-lib 2.224.0 or later, below 3; this app has 3.0.0"],
    ["constructs", "9.9.9", "needs constructs 10.0.0 or later, below 11; this app has 9.9.9"],
    ["aws-cdk-lib", undefined, "needs aws-cdk-lib 2.224.0 or later, below 3; this app has none"],
  ])("is told in one sentence that its %s %s doesn't fit", async (name, version, sentence) => {
    const folder = new FreshFolder();
    const modules = join(folder.path, "node_modules");
    cpSync(join(packed, "package"), join(modules, MANIFEST.name), { recursive: true });
    const versions = { "aws-cdk-lib": "2.224.0", constructs: "10.0.0", [name]: version };
    for (const [peer, found] of Object.entries(versions)) {
      if (found === undefined) continue;
      mkdirSync(join(modules, peer));
      writeFileSync(join(modules, peer, "package.json"), JSON.stringify({ name: peer, version: found }));
    }
    const { stderr } = await folder.run(process.execPath, ["-e", `require("${MANIFEST.name}")`]);
    expect(stderr).toContain(`Error: ${MANIFEST.name} ${MANIFEST.version} ${sentence}\n`);
  });
});

// The other compilers have seen the declarations above; this one is ten times as fast.
test("the examples compile and synthesize with the package in place of the repository", async () => {
  const folder = join(newest.path, "examples");
  cpSync(inRepository("examples"), folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const app = join(folder, "own-app/app.ts");
  const flags = [
    "--module",
    "nodenext",
    "--strict",
    "--skipLibCheck",
    "--allowImportingTsExtensions",
    "--noEmit",
    "--types",
    "node",
  ];
  await newest.mustRun(process.execPath, [inRepository("node_modules/typescript/bin/tsc"), ...flags, app]);
  const withoutBundling = { CDK_CONTEXT_JSON: '{"aws:cdk:bundling-stacks":[]}' };
  await newest.mustRun(process.execPath, [app], { ...withoutBundling, CDK_OUTDIR: join(folder, "cdk.out") });
});

describe("the command", () => {
  const platform = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const npx = (version: number, ...args: readonly string[]) =>
    newest.run("npx", ["--yes", "--package", `${platform}@${version}`, "--package", archive, ...args]);

  test.each([22, 24])("runs from npx on Node %i", async (version) => {
    const node = await npx(version, "node", "--version");
    expect(node.stdout).toMatch(`v${version}.`);
    const { code, stdout, stderr } = await npx(version, "losant-token-rotation", "demo");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("All checks passed.");
  });

  test("has the scripts of its pages: the one that sorts the page of status, and the one of the dashboard", async () => {
    const bin = join(packed, "package/bin/losant-token-rotation.js");
    const html = join(packed, "tokens.html");
    const env = { ...cloud.env(), ...CREDENTIALS };
    const { code, stderr } = await newest.run(process.execPath, [bin, "status", "--html", html], env);
    expect([code, stderr]).toEqual([0, ""]);
    expect(readFileSync(html, "utf8")).toContain(
      readFileSync(join(packed, "package/command/page.js"), "utf8"),
    );
    expect(statSync(join(packed, "package/command/dashboard.js")).size).toBeGreaterThan(50_000);
  });

  test("says in one sentence that it needs a later Node", async () => {
    const older = "Object.defineProperty(process.versions, 'node', { value: '20.19.0' })";
    const bin = join(packed, "package/bin/losant-token-rotation.js");
    const { code, stdout, stderr } = await newest.run(process.execPath, [
      "--import",
      `data:text/javascript,${older}`,
      bin,
    ]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^losant-token-rotation [\d.]+ needs Node\.js 22 or later; this is v[\d.]+\.\n$/);
  });
});
