import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The runbook without an address: the file beside this code. */
export const RUNBOOK_FILE = "RUNBOOK.md";

/** The variable of a function with the runbook's address, if there is one. */
export function runbookVariable(url: string | undefined): { readonly RUNBOOK_URL?: string } {
  return url === undefined || url === RUNBOOK_FILE ? {} : { RUNBOOK_URL: url };
}

/** The root of the repository, or of the installed package. */
const ROOT = join(import.meta.dirname, "..");

interface Manifest {
  readonly version: string;
  readonly repository?: { readonly url: string };
}

/**
 * The runbook's address on GitHub, which a mail can link: that of this release in the repository that published the package, or
 * that of the repository that was cloned. Undefined if neither is known.
 */
export function defaultRunbookUrl(): string | undefined {
  return publishedRunbookUrl() ?? runbookIn(originOfClone(), "HEAD");
}

/** Undefined if no repository has published this code. */
export function publishedRunbookUrl(): string | undefined {
  const { version, repository } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Manifest;
  return runbookIn(repository?.url, `v${version}`);
}

/** Undefined if this isn't the address of a repository on GitHub, in one of the forms that Git and npm use. */
export function runbookIn(repository: string | undefined, revision: string): string | undefined {
  const [, path] =
    /^(?:git\+)?(?:https:\/\/|ssh:\/\/git@|git@)github\.com[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(
      repository ?? "",
    ) ?? [];
  return path && `https://github.com/${path}/blob/${revision}/${RUNBOOK_FILE}`;
}

/** An installed package is in a folder of somebody else's repository, so Git is only asked about a clone. */
function originOfClone(): string | undefined {
  if (!existsSync(join(ROOT, ".git"))) return undefined;
  try {
    const git = ["-C", ROOT, "config", "--get", "remote.origin.url"];
    return execFileSync("git", git, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return undefined;
  }
}
