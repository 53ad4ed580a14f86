import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { browserScript } from "#browser-script";
import { selectedFrom } from "../../cli/status/filters.ts";
import { statusCommand } from "../../cli/status/status.ts";
import { standalonePage } from "../../console/standalone.ts";
import { ANY, seenIn } from "../cli/status-bench.ts";
import { DAY, NOW, token } from "../plan/builders.ts";
import { run } from "../support/command.ts";
import { freshFactory, variablesOf } from "../support/factory.ts";

const SCRIPT = browserScript("page");
const scriptIn = (page: string) => /<script type="module">([\s\S]*?)<\/script>/.exec(page)?.[1] ?? "";

async function pageFor(name: string, script = SCRIPT): Promise<string> {
  const seen = await seenIn({ tokens: [token("a", { name, left: 3 * DAY })] });
  return standalonePage(selectedFrom([seen], ANY, NOW), [], script);
}

describe("the page", () => {
  test("allows its own script, by its hash, and nothing else", async () => {
    const page = await pageFor("Press");
    const [, policy = ""] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    const hash = createHash("sha256").update(scriptIn(page)).digest("base64");
    expect(policy).toBe(
      `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toMatch(/\s(src|href)=|url\(|@import|\son\w+=/);
  });

  test("ends its script where it should, whatever the script contains", async () => {
    const page = await pageFor("Press", 'const end = "</script><b>";');
    expect(scriptIn(page)).toBe('const end = "<\\/script><b>";');
  });

  test("has no element because of a name", async () => {
    const tags = (page: string) => page.match(/<[a-z!][^\s>]*/gi);
    expect(tags(await pageFor("</title></script><img src=x onerror=alert(1)>"))).toEqual(
      tags(await pageFor("Press")),
    );
  });
});

describe("status --html", () => {
  const factory = freshFactory();

  test("writes each token and no string, beside --ics and --json, in one look", async () => {
    const [html, ics] = [join(factory.folder, "tokens.html"), join(factory.folder, "tokens.ics")];
    const args = ["--config", factory.configFile, "--html", html, "--ics", ics, "--json"];
    const { code, stdout } = await run(statusCommand, args, variablesOf(factory));
    expect(code).toBe(0);
    const { tokens } = JSON.parse(stdout) as { readonly tokens: readonly { readonly tokenId: string }[] };
    const page = readFileSync(html, "utf8");
    expect(tokens.length).toBeGreaterThan(50);
    expect(tokens.filter(({ tokenId }) => !page.includes(tokenId))).toEqual([]);
    expect(page).not.toContain("eyJ");
    expect(readFileSync(ics, "utf8")).toMatch(/^BEGIN:VCALENDAR/);
    expect(factory.emulators.aws.calls.filter((call) => call === "ListSecrets").length).toBe(1);
  });

  test("shows what could not be read, and exits with 1", async () => {
    for (const value of ["one", "two"]) factory.emulators.aws.putSecret("losant-access/workshop", value);
    const html = join(factory.folder, "tokens.html");
    const { code, stdout } = await run(
      statusCommand,
      ["--config", factory.configFile, "--html", html],
      variablesOf(factory),
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/application 5c3f1e7a2b9d4e0007a8b9c0: access-token-/);
    expect(readFileSync(html, "utf8")).toMatch(
      /application 5c3f1e7a2b9d4e0007a8b9c0<\/strong>: access-token-/,
    );
  });

  test("has only the tokens that match the filters", async () => {
    const html = join(factory.folder, "tokens.html");
    const args = ["--config", factory.configFile, "--token", "my-server", "--html", html];
    await run(statusCommand, args, variablesOf(factory));
    const [, table = ""] = readFileSync(html, "utf8").split("<table ");
    expect(table).toContain("my-server");
    expect(table).not.toContain("Backend API");
  });

  test("can't be used with --explain", async () => {
    const { code, stderr } = await run(
      statusCommand,
      ["--explain", "x", "--html", "y"],
      variablesOf(factory),
    );
    expect([code, stderr]).toEqual([2, expect.stringContaining("--explain can't be used with --html")]);
  });
});
