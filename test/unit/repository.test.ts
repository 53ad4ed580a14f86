import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageManifest } from "../../infra/package/manifest.ts";
import { articlesOf, textOf } from "../support/markdown.ts";

const { version, scripts } = JSON.parse(textOf("package.json")) as {
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
};

describe("the repository", () => {
  it("has what it has released in its changelog, each version with its date, the newest first", () => {
    const headings = articlesOf(textOf("CHANGELOG.md")).filter(({ level }) => level === 2);
    const [unreleased, ...released] = headings.map(({ heading }) => heading);
    expect(unreleased).toBe("Unreleased");
    expect(released[0]).toMatch(new RegExp(`^${version.replaceAll(".", "\\.")} - `));
    expect(released.filter((heading) => !/^\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d$/.test(heading))).toEqual([]);
  });

  it("has each npm script that its pages and workflows name", () => {
    const files = ["CONTRIBUTING.md", "SECURITY.md", "docs/deploy.md", ".ci/run", ".github/workflows/ci.yml"];
    const named = [...files, ".github/workflows/release.yml"].flatMap((file) =>
      [...textOf(file).matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name = ""]) => name),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it("is named by the package that its release workflow publishes, and by no other", () => {
    expect(packageManifest()).toMatchObject({ repository: undefined, bugs: undefined });
    const folder = mkdtempSync(join(tmpdir(), "manifest-"));
    const file = join(folder, "package.json");
    writeFileSync(file, textOf("package.json"));
    const commands = textOf(".github/workflows/release.yml").match(/npm pkg set .*/g) ?? [];
    const env = { ...process.env, GITHUB_REPOSITORY: "acme/rotation" };
    for (const command of commands) execFileSync("sh", ["-c", command], { cwd: folder, env });
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({
      repository: { type: "git", url: "git+https://github.com/acme/rotation.git" },
      bugs: { url: "https://github.com/acme/rotation/issues" },
    });
  });

  it("attests each file that its release workflow publishes", () => {
    const [build = "", publish = ""] = textOf(".github/workflows/release.yml").split(
      "name: Publish the package",
    );
    const [, attested = ""] = build.split("subject-path: |");
    const filesIn = (text: string) => new Set(text.match(/\bdist\/[\w./*-]+/g));
    expect(filesIn(publish).size).toBeGreaterThan(5);
    expect([...filesIn(publish)].filter((file) => !filesIn(attested).has(file))).toEqual([]);
  });

  it("gives its workflows no right but to read, outside of the job that publishes", () => {
    for (const name of ["ci", "release"]) {
      const [rights = ""] = textOf(`.github/workflows/${name}.yml`).split("\njobs:\n");
      expect(rights).toMatch(/\npermissions:\n {2}contents: read\n(?! )/);
    }
    expect(textOf(".github/workflows/ci.yml")).not.toContain(": write");
  });

  it("pins each action of its workflows by commit, with the version beside it", () => {
    const used = ["ci", "release"].flatMap((name) =>
      [...textOf(`.github/workflows/${name}.yml`).matchAll(/\buses: (.*)/g)].map(([, action = ""]) => action),
    );
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual(
      [],
    );
  });
});

describe("the package", () => {
  it("installs nothing but itself", () => {
    const manifest = packageManifest() as Readonly<Record<string, unknown>>;
    expect(Object.keys(manifest).filter((key) => /^(optionalD|d)ependencies$|scripts/.test(key))).toEqual([]);
    expect(manifest.peerDependenciesMeta).toEqual({
      "aws-cdk-lib": { optional: true },
      constructs: { optional: true },
    });
  });
});
