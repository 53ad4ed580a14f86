import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";

/** The machine and the versions that the figures were measured with. */
export function machineLines(): readonly string[] {
  const [cpu] = cpus();
  const python = spawnSync("python3", [
    "-c",
    "import sys, boto3; print(sys.version.split()[0], boto3.__version__)",
  ]);
  const [pythonVersion, boto3] = python.status === 0 ? String(python.stdout).trim().split(" ") : [];
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return [
    `Machine: ${cpus().length} × ${cpu?.model ?? "an unnamed processor"}, ${gigabytes} GB, ${type()} ${release()}.`,
    `Node ${process.version.slice(1)}${pythonVersion === undefined ? "" : `; Python ${pythonVersion} with boto3 ${boto3}`}.`,
    `Packages: ${[
      "esbuild",
      "ky",
      "losant-rest",
      "@aws-sdk/client-secrets-manager",
      "@aws-sdk/client-eventbridge",
    ]
      .map((name) => `${name} ${versionOf(name)}`)
      .join(", ")}.`,
  ];
}

function versionOf(name: string): string {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly version: string }).version;
}
