import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ZipOptions, zipSync } from "fflate";
import { type Command, EXIT, runCommand } from "../../cli/command/command.ts";
import { processIo, runAsProcess } from "../../cli/command/process.ts";
import { bundleHandler } from "../bundling.ts";
import { inRepository, MANIFEST } from "../package/repository.ts";
import { publishedRunbookUrl, RUNBOOK_FILE } from "../runbook-url.ts";
import type { Properties } from "./cfn.ts";
import { scheduleSettings } from "./schedules.ts";
import { stackTemplate } from "./stack-template.ts";
import { BASE_CONFIGURATION, BASE_OPTIONS, releaseTemplate } from "./template.ts";
import { terraformDashboard, terraformSettings } from "./terraform-settings.ts";
import { yaml } from "./yaml.ts";

const MODULE = "infra/release/terraform";
/** Files that a release takes unchanged from the repository. */
const AS_IT_IS = ["rotation.config.example.json", "rotation.config.schema.json", "RUNBOOK.md", "LICENSE"];

/** A Unix file that everybody may read, as Lambda requires. The date is the earliest that zip supports, so that every build is the same. */
const IN_ZIP: ZipOptions = {
  level: 9,
  os: 3,
  attrs: 0o100644 << 16,
  mtime: new Date(1980, 0, 1),
};

/** Creates `folder` anew with the template, the Terraform module and the function, for people who don't use the CDK. */
export async function makeRelease(folder: string): Promise<void> {
  const { version } = MANIFEST;
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, "terraform"), { recursive: true });
  await bundleHandler(folder);
  const code = await readFile(join(folder, "index.js"));
  await rm(join(folder, "index.js"));
  await writeFile(join(folder, "function.zip"), zipSync({ "index.js": [code, IN_ZIP] }));
  await writeFile(
    join(folder, "template.yaml"),
    yaml({ ...releaseTemplate(version) } as unknown as Properties),
  );
  for (const name of AS_IT_IS) await copyFile(inRepository(name), join(folder, name));
  await writeTerraformModule(join(folder, "terraform"), version);
  await writeFile(join(folder, "SHA256SUMS"), await sums(folder));
}

async function writeTerraformModule(folder: string, version: string): Promise<void> {
  for (const name of await readdir(inRepository(MODULE)))
    await copyFile(inRepository(`${MODULE}/${name}`), join(folder, name));
  const variables = await readFile(join(folder, "variables.tf"), "utf8");
  const runbook = publishedRunbookUrl() ?? RUNBOOK_FILE;
  await writeFile(join(folder, "variables.tf"), variables.replace(`"${RUNBOOK_FILE}"`, `"${runbook}"`));
  const template = stackTemplate(BASE_CONFIGURATION, BASE_OPTIONS);
  const settings = JSON.stringify(terraformSettings(template, version), undefined, 2);
  await writeFile(join(folder, "settings.json"), `${settings}\n`);
  const period = scheduleSettings()[BASE_CONFIGURATION.schedule]?.LatestRuns ?? 0;
  await writeFile(join(folder, "dashboard.json.tftpl"), terraformDashboard(template, period));
}

/** In the format of `sha256sum --check SHA256SUMS`. */
async function sums(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const lines = files.sort().map(async (file) => {
    const sum = createHash("sha256")
      .update(await readFile(file))
      .digest("hex");
    return `${sum}  ${file.slice(folder.length + 1).replaceAll("\\", "/")}\n`;
  });
  return (await Promise.all(lines)).join("");
}

export const releaseCommand: Command = {
  name: "release",
  summary: "Make the artefacts of a release",
  about: [
    "Writes the function's zip, the CloudFormation template, the Terraform module and their checksums into dist/release.",
  ],
  flags: {},
  exit: "0 if they are written",
  optionsFrom: (values) => values,
  main: async (_, { stdout }) => {
    const folder = inRepository("dist/release");
    await makeRelease(folder);
    stdout.write(await readFile(join(folder, "SHA256SUMS"), "utf8"));
    return EXIT.good;
  },
};

if (import.meta.main)
  await runAsProcess(() => runCommand(releaseCommand, process.argv.slice(2), processIo()));
