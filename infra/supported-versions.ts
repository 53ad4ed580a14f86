import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/* Imported before the CDK: an older CDK lacks modules, and its error would say only that. */

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** One folder above this code, both in the repository and in the package. */
const OWN_MANIFEST = join(import.meta.dirname, "../package.json");

function read(path: string): Manifest {
  return JSON.parse(readFileSync(path, "utf8"));
}

function refuseUnsupported(): void {
  const { name, version, engines, peerDependencies } = read(OWN_MANIFEST);
  const installed = Object.keys(peerDependencies).map((peer) => [peer, installedVersion(peer)]);
  const found = Object.fromEntries([...installed, ["Node.js", process.versions.node]]);
  const problem = firstUnsupported({ ...peerDependencies, "Node.js": engines.node }, found);
  if (problem !== undefined) throw new Error(`${name} ${version} ${problem}`);
}

/** npm doesn't install these peers automatically, because people who only run the command don't need them. */
function installedVersion(peer: string): string | undefined {
  try {
    return read(createRequire(OWN_MANIFEST).resolve(`${peer}/package.json`)).version;
  } catch {
    return undefined;
  }
}

/** The first range (such as `^2.224.0` or `>=22`) that the installed version doesn't match, as the end of a sentence. */
export function firstUnsupported(
  ranges: Readonly<Record<string, string>>,
  found: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const unsupported = Object.entries(ranges).find(([name, range]) => !fits(found[name] ?? "", range));
  if (unsupported === undefined) return undefined;
  const [name, range] = unsupported;
  const [, operator, least = ""] = RANGE.exec(range) ?? [];
  const most = operator === "^" ? `, below ${Number.parseInt(least, 10) + 1}` : "";
  return `needs ${name} ${least} or later${most}; this app has ${found[name] ?? "none"}`;
}

const RANGE = /^(\^|>=)(\d+(?:\.\d+)*)$/;

function fits(version: string, range: string): boolean {
  const [, operator, least = ""] = RANGE.exec(range) ?? [];
  const isOfMajor = operator !== "^" || Number.parseInt(version, 10) === Number.parseInt(least, 10);
  return isOfMajor && version.localeCompare(least, "en", { numeric: true }) >= 0;
}

refuseUnsupported();
