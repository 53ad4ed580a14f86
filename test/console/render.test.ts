import { describe, expect, test } from "vitest";
import { selectedFrom } from "../../cli/status/filters.ts";
import type { Forecast } from "../../cli/status/forecast.ts";
import { UTC } from "../../console/render/dates.ts";
import { secretLink, tokenLogLink } from "../../console/render/links.ts";
import { type PageParts, pageOf } from "../../console/render/page.ts";
import { problemsIn } from "../../console/render/problems.ts";
import { THEMES, type Theme } from "../../console/render/theme.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import { Html, html } from "../../lambda/model/html.ts";
import { ANY, seenIn } from "../cli/status-bench.ts";
import {
  APP,
  arnOf,
  DAY,
  id,
  marker,
  NOW,
  readAgo,
  type Situation,
  secret,
  secretNamed,
  token,
  version,
} from "../plan/builders.ts";
import { randomFrom, tokenString } from "../support/token-writings.ts";
import { callsOf, elementsOf, skeletonOf } from "./markup.ts";

const AWS = {
  partition: "aws",
  region: "eu-west-1",
  logGroup: "/aws/lambda/worker",
  runbook: "https://example.com/RUNBOOK.md",
};
const ENDPOINTS = {
  worker: "arn:aws:lambda:eu-west-1:123456789012:function:worker",
  widget: "arn:aws:lambda:eu-west-1:123456789012:function:widget",
};
const PARTS: PageParts = {
  theme: "light",
  zone: UTC,
  width: 1200,
  aws: AWS,
  endpoints: ENDPOINTS,
  problems: [],
};

function shown(forecasts: readonly Forecast[], parts: Partial<PageParts> = {}): string {
  const selected = selectedFrom(forecasts, ANY, NOW);
  return pageOf(selected, { ...PARTS, problems: problemsIn(forecasts, []), ...parts }).text;
}

const page = async (situation: Situation, parts: Partial<PageParts> = {}) =>
  shown([await seenIn(situation)], parts);

/** One token of each urgency. */
const named = (name: string): Situation => ({
  tokens: [
    token("revoked", { replaces: "first", status: "inactive", left: 20 * DAY, name }),
    token("due", { left: 3 * DAY, name: `due ${name}` }),
    token("calm", { left: 200 * DAY, name: `calm ${name}` }),
  ],
  secrets: [secret([version("revoked", "first", "AWSCURRENT")])],
});

describe("html", () => {
  test("escapes every value, as text and in attributes, and nothing that it made itself", () => {
    const hostile = `"><script>alert('x')</script>&\``;
    expect(html`<a title="${hostile}">${html`<b>${[1, hostile]}</b>`}${undefined}</a>`.text).toBe(
      '<a title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&#96;"><b>1&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&#96;</b></a>',
    );
  });

  test("masks what looks like a token, and replaces characters that turn or move text", () => {
    const string = tokenString(randomFrom(7));
    const { text } = html`<p>${`a\u202eb\u0007c ${string}`}</p>`;
    expect(text).toMatch(/^<p>a·b·c /);
    expect(text).not.toContain(string);
  });

  test("can't be made from text in any other way", () => {
    const Made = Html as unknown as new (key: unknown, text: string) => Html;
    expect(() => new Made(Symbol("made by html"), "<script>")).toThrow();
  });
});

describe("a page", () => {
  test("says first what needs a person, when it expires and what to do", async () => {
    const text = elementsOf(await page(named("backend")))[1]?.text ?? "";
    const heading = elementsOf(await page(named("backend"))).find(({ name }) => name === "h2");
    expect(heading?.text).toBe("1 token needs a person");
    expect(text).toContain("expires in 20 d");
    expect(text).toContain("somebody deactivated it; the worker doesn't undo that");
    expect(text).toContain("If this was intentional, nothing. To continue, activate it again in Losant.");
    expect(text).toContain("3 tokens, the next run acts on 1, 1 wait for their renewal window");
  });

  test("names the next token if none needs a person", async () => {
    const text = await page({
      tokens: [
        token("calm", { left: 200 * DAY, name: "calm" }),
        token("due", { left: 3 * DAY, name: "due" }),
      ],
    });
    expect(text).toContain("<h2>No token needs a person</h2>");
    expect(elementsOf(text).find((element) => element.name === "p")?.text).toBe(
      "Next: due, expires in 3 d; the next run rotates it: window is open.",
    );
  });

  test("tells that a secret is read, but not its current token", async () => {
    const versions = [
      version("new", "old", "AWSCURRENT"),
      readAgo(0, version("old", "older", "AWSPREVIOUS")),
    ];
    const text = await page({
      tokens: [token("old", { age: 300 * DAY, left: 65 * DAY }), token("new", { replaces: "old" })],
      secrets: [secret(versions, { read: 0 })],
    });
    expect(text).toContain("read today, but not this token");
    expect(text).toContain("current, unread");
  });

  test("has a table with headings, and a row with a heading for each token", async () => {
    const elements = elementsOf(await page(named("backend")));
    const scopes = elements.filter(({ name }) => name === "th").map(({ attributes }) => attributes.scope);
    expect(scopes.filter((scope) => scope === "col")).toHaveLength(5);
    expect(scopes.filter((scope) => scope === "row")).toHaveLength(3);
    expect(scopes.filter((scope) => scope === "rowgroup")).toHaveLength(3);
    const chart = elements.find(({ name }) => name === "svg");
    expect(chart?.attributes).toMatchObject({
      role: "img",
      "aria-label": expect.stringContaining("2 tokens expire"),
    });
  });

  test.each<[string, number | "never", string]>([
    ["never", "never", "never read"],
    ["today", DAY / 4, "read today"],
    ["some days ago", 3 * DAY, "last read 3 d ago"],
  ])("tells whether consumers read the secret of a current token: %s", async (_, read, words) => {
    const text = await page({
      tokens: [token("old", { age: 300 * DAY, left: 65 * DAY }), token("new", { replaces: "old" })],
      secrets: [secret([version("new", "old", "AWSCURRENT")], { read })],
    });
    expect(text.split(words)).toHaveLength(2);
  });

  test("doesn't tell it of the access token's secret, which the worker itself reads", async () => {
    const text = await page({
      tokens: [token("old", { age: 300 * DAY, left: 65 * DAY }), token("new", { replaces: "old" })],
      secrets: [
        secret([version("new", "old", "AWSCURRENT")], { name: `losant-access/${APP}`, read: 3 * DAY }),
      ],
      renews: true,
    });
    expect(text).toContain(`current: losant-access/${APP}`);
    expect(text).not.toMatch(/last read|never read/);
  });

  test.each([600, 1200, 2000])(
    "at %i pixels has no chart that is wider, and tells the secret of every token",
    async (width) => {
      const elements = elementsOf(await page(named("backend"), { width }));
      const chart = elements.find(({ name }) => name === "svg");
      expect(Number(chart?.attributes.width)).toBeLessThanOrEqual(width);
      const rows = elements.filter(
        ({ name, attributes, text }) => name === "th" && attributes.scope === "row" && text,
      );
      expect(rows).toHaveLength(3);
      expect(elements.filter(({ text, name }) => name === "tr" && text.includes("current"))).not.toEqual([]);
    },
  );

  test.each([
    ["markup", `</span></td><script>alert(1)</script><img src=x onerror=alert(1)>`],
    ["an action", `<cwdb-action action="call" endpoint="arn:aws:lambda:x">{"force":true}</cwdb-action>`],
    ["quotes", `" onclick="x" '\` \\`],
    ["an end of a style", "</style><style>*{display:none}"],
    ["entities", "&lt;script&gt;&#x3c;"],
    ["bidi and control characters", "\u202e\u2066a\u0000b\u001b[31mc\r\nd\u2028"],
    ["255 wide characters", "漢".repeat(255)],
    ["a long word", "x".repeat(255)],
  ])("is the same page for a token whose name is %s", async (_, name) => {
    const hostile = await page(named(name));
    expect(skeletonOf(hostile)).toEqual(skeletonOf(await page(named("backend"))));
    expect(callsOf(hostile).map(({ event }) => event)).toEqual(
      callsOf(await page(named("backend"))).map(({ event }) => event),
    );
    for (const { confirmation = "" } of callsOf(hostile)) expect(confirmation).not.toMatch(/[<>&"'`]/);
    expect(hostile.replaceAll("\n", "")).not.toMatch(/[\p{Control}\p{Bidi_Control}]/u);
  });

  test("shows the whole of every cut text in a title", async () => {
    const name = "漢".repeat(255);
    const cut = elementsOf(await page(named(name))).filter(({ attributes }) => attributes.class === "long");
    expect(cut.length).toBeGreaterThan(5);
    for (const { attributes, text } of cut) expect(attributes.title).toContain(text.replace(/^[▲◆○·]\s/, ""));
  });

  test("contains no string of a token that is somewhere in a name", async () => {
    const string = tokenString(randomFrom(3));
    expect(await page(named(`pasted ${string}`))).not.toContain(string);
  });

  test("loads nothing, and runs nothing", async () => {
    const elements = elementsOf(await page(named("backend")));
    const names = new Set(elements.map(({ name }) => name));
    for (const forbidden of ["script", "iframe", "use", "img", "link", "object"])
      expect(names).not.toContain(forbidden);
    const attributes = elements.flatMap((element) => Object.keys(element.attributes));
    expect(attributes.filter((name) => /^on|^src$|^style$/.test(name))).toEqual([]);
    expect(elements.find(({ name }) => name === "style")?.text).not.toMatch(/url\(|@import/);
  });

  test("shows an application that can't be read as what it is, beside the others", async () => {
    const seen = await seenIn(named("backend"));
    const error = new RotationError("losant-unavailable", "Losant answered 503");
    const unseen: Forecast = {
      kind: "unseen",
      application: seen.application,
      now: NOW,
      error,
      login: undefined,
    };
    const text = shown([seen, unseen]);
    expect(text).toContain("losant-unavailable: Losant answered 503");
    expect(text).toContain("https://example.com/RUNBOOK.md#losant-unavailable");
    expect(text).toContain("<h2>1 token needs a person</h2>");
  });

  test("says when the maintenance window opens for which a token waits, in the reader's time zone", async () => {
    const policy = { windows: [{ days: ["wed"], from: "08:00", to: "18:00", zone: "Europe/Berlin" }] };
    const text = await page({
      tokens: [token("due", { age: 300 * DAY, left: 20 * DAY, name: "Press" })],
      policy,
    });
    expect(text).toContain("waits: its maintenance window opens in 42 h");
    expect(text).toContain("2026-06-03 06:00");
    const calm = await page({ tokens: [token("calm", { left: 200 * DAY, name: "Press" })], policy });
    expect(calm).not.toContain("maintenance window");
  });

  test("of ten thousand tokens shows the hundred most urgent, quickly", async () => {
    const tokens = Array.from({ length: 10_000 }, (_, index) =>
      token(`t${index}`, { left: (5 + (index % 300)) * DAY }),
    );
    const seen = await seenIn({ tokens });
    const selected = selectedFrom([seen], ANY, NOW);
    const started = performance.now();
    const { text } = pageOf(selected, { ...PARTS, rowsShown: 100 });
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(text.match(/scope="row"/g)).toHaveLength(100);
    expect(text.length).toBeLessThan(500_000);
    expect(text).toContain("10000 tokens");
    expect(text).toContain("Tokens 1 to 100 of 10000, the most urgent first");
  });
});

describe("the buttons of a token", () => {
  test("call the worker with today's event, and say in words what will happen", async () => {
    const calls = callsOf(await page({ tokens: [token("due", { left: 3 * DAY, name: "due" })] }));
    const tokens = [id("due")];
    expect(calls.map(({ label, endpoint, event }) => ({ label, endpoint, event }))).toEqual([
      { label: "Explain", endpoint: ENDPOINTS.widget, event: { explain: id("due"), applicationId: APP } },
      { label: "Dry run", endpoint: ENDPOINTS.worker, event: { applicationId: APP, tokens, dryRun: true } },
      { label: "Rotate now", endpoint: ENDPOINTS.worker, event: { applicationId: APP, tokens, force: true } },
      {
        label: "Leaked",
        endpoint: ENDPOINTS.worker,
        event: { applicationId: APP, tokens, force: true, retireNow: true },
      },
    ]);
    expect(calls.map(({ confirmation }) => confirmation)).toEqual([
      undefined,
      `The worker shows what a run would do with “due” (${id("due")}) now. It writes nothing and sends no event.`,
      `The worker creates a successor of “due” (${id("due")}), makes it current in the secret ${secretNamed("due")} and sends the event. The old token keeps working.`,
      `The worker replaces “due” (${id("due")}), makes the successor current in the secret ${secretNamed("due")}, sends the event, and then deactivates the old token. Consumers that keep the string they read get a 401 until they read the secret again.`,
    ]);
  });

  test("don't rotate a token that may be somebody else's", async () => {
    const elsewhere = arnOf(secretNamed("backend"), { account: "999999999999" });
    const foreign = token("foreign", { description: marker("first", elsewhere), creatorType: "apiToken" });
    const calls = callsOf(await page({ tokens: [foreign] }));
    expect(calls.map(({ label }) => label)).toEqual(["Explain", "Dry run"]);
  });

  test("don't offer a rotation that no run would do", async () => {
    const labelsOf = async (situation: Situation) => callsOf(await page(situation)).map(({ label }) => label);
    expect(await labelsOf({ tokens: [token("none", { scope: [], left: 3 * DAY })] })).not.toContain(
      "Rotate now",
    );
    const [revoked] = named("backend").tokens ?? [];
    const labels = await labelsOf({ ...named("backend"), tokens: revoked === undefined ? [] : [revoked] });
    expect(new Set(labels)).toEqual(new Set(["Explain", "Dry run"]));
  });

  test("are not on a page without endpoints", async () => {
    const text = await page(named("backend"), { endpoints: undefined, aws: undefined });
    expect(callsOf(text)).toEqual([]);
    expect(text).not.toContain("https://");
  });
});

describe("links", () => {
  test.each([
    ["aws", "console.aws.amazon.com"],
    ["aws-cn", "console.amazonaws.cn"],
    ["aws-us-gov", "console.amazonaws-us-gov.com"],
    ["aws-eusc", "console.amazonaws-eusc.eu"],
  ])("in %s lead to its own console", (partition, domain) => {
    expect(secretLink({ ...AWS, partition }, secretNamed("a+b"))).toBe(
      `https://${domain}/secretsmanager/secret?name=losant/${APP}/a%2Bb&region=eu-west-1`,
    );
    expect(tokenLogLink({ ...AWS, partition }, id("due"))).toBe(
      `https://${domain}/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Faws$252Flambda$252Fworker/log-events$3FfilterPattern$3D$2522${id("due")}$2522`,
    );
  });

  test("are whole on the page", async () => {
    const addresses = elementsOf(await page(named("backend"))).flatMap(
      ({ attributes }) => attributes.href ?? [],
    );
    expect(addresses).toContain(tokenLogLink(AWS, id("due")));
    for (const address of addresses) expect(address).not.toContain("…");
  });
});

describe("the colours", () => {
  const themes = Object.entries(THEMES) as readonly (readonly [string, Theme])[];
  test.each(themes)("of the %s theme have a contrast of 4.5:1 wherever text is", (_, theme) => {
    const texts = [theme.text, theme.faint, theme.link, ...Object.values(theme.urgency)];
    for (const ground of [theme.ground, theme.band])
      for (const text of texts)
        expect(contrast(text, ground), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  });

  test("are compared as WCAG 2 says", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
    expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
  });
});

/** WCAG 2.2, "contrast ratio" and "relative luminance". */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
