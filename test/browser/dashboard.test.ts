import type { Locator } from "playwright-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { browserScript } from "#browser-script";
import {
  type CloudWatchEmulator,
  startCloudWatch,
  type WidgetFunction,
} from "../../emulators/cloudwatch/server.ts";
import { describeInBrowser, styleOf } from "../support/browser.ts";

const WIDGET = "arn:aws:lambda:eu-central-1:123456789012:function:widget";
const OTHER = "arn:aws:lambda:eu-central-1:123456789012:function:other";
const ELSEWHERE = "http://elsewhere.example";

let answer: unknown;
let other: WidgetFunction;
let cloudWatch: CloudWatchEmulator;

beforeEach(async () => {
  answer = "";
  other = async () => "<p>Done.</p>";
  cloudWatch = await startCloudWatch({
    name: "Tokens",
    accountId: "123456789012",
    widgets: [{ title: "The widget", endpoint: WIDGET, params: { rows: 5 } }],
    functions: new Map<string, WidgetFunction>([
      [WIDGET, async () => answer],
      [OTHER, (event) => other(event)],
    ]),
    script: browserScript("dashboard"),
  });
});
afterEach(() => cloudWatch.close());

const call = (payload: string, attributes = "") =>
  `<button>Go</button><cwdb-action action="call" endpoint="${OTHER}" ${attributes}>${payload}</cwdb-action>`;

describeInBrowser("the emulated dashboard", (open) => {
  async function shown(value: unknown) {
    answer = value;
    const opened = await open(cloudWatch.url);
    await opened.page.getByRole("button", { name: "Allow once" }).click();
    const widget = opened.page.locator(".widget:not([aria-busy])");
    await widget.waitFor();
    return { ...opened, widget };
  }

  test("runs nothing until the person allows it, and asks again after once, but not after always", async () => {
    answer = "<p>Shown.</p>";
    const { page } = await open(cloudWatch.url);
    await page.getByText(WIDGET).waitFor();
    expect(cloudWatch.invocations).toEqual([]);
    await page.getByRole("button", { name: "Allow once" }).click();
    await page.getByText("Shown.").waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Allow always" }).click();
    await page.getByText("Shown.").waitFor();
    await page.reload();
    await page.getByText("Shown.").waitFor();
    expect(cloudWatch.invocations).toHaveLength(3);
  });

  test("calls the function with the parameters of the widget and the context that AWS documents", async () => {
    await shown("<p>Shown.</p>");
    expect(cloudWatch.invocations).toEqual([
      {
        endpoint: WIDGET,
        event: {
          rows: 5,
          widgetContext: {
            dashboardName: "Tokens",
            widgetId: "widget-1",
            accountId: "123456789012",
            locale: "en",
            timezone: { label: "UTC", offsetISO: "+00:00", offsetInMinutes: 0 },
            period: 300,
            isAutoPeriod: true,
            timeRange: {
              mode: "relative",
              start: expect.any(Number),
              end: expect.any(Number),
              relativeStart: 10_800_000,
            },
            theme: "light",
            linkCharts: true,
            title: "The widget",
            forms: { all: {} },
            params: { rows: 5 },
            width: expect.any(Number),
            height: expect.any(Number),
          },
        },
      },
    ]);
  });

  test.each([
    ["a script", "<script>alert(1)</script>"],
    ["a frame", `<iframe src="${ELSEWHERE}"></iframe>`],
    ["a use of another drawing", `<svg><use href="${ELSEWHERE}#a"></use></svg>`],
    ["an event attribute", `<img src="${ELSEWHERE}/x.png" onerror="alert(1)">`],
    ["an address that is a script", '<a href="javascript:alert(1)" id="go">Go</a>'],
    [
      "a style from elsewhere",
      `<style>p{background:url(${ELSEWHERE}/a.png)}@import "${ELSEWHERE}";</style><p>x</p>`,
    ],
    ["a drawing from elsewhere", `<svg><image href="${ELSEWHERE}/a.png"></image></svg>`],
    ["a form that is sent elsewhere", `<form action="${ELSEWHERE}"><button id="go">Go</button></form>`],
    ["an object", `<object data="${ELSEWHERE}"></object><embed src="${ELSEWHERE}">`],
    [
      "a base and a refresh",
      `<base href="${ELSEWHERE}"><meta http-equiv="refresh" content="0;url=${ELSEWHERE}">`,
    ],
  ])("removes %s", async (_, html) => {
    const { page, widget, offences } = await shown(`${html}<p>The end.</p>`);
    await page.getByText("The end.").waitFor();
    const go = page.locator("#go");
    if ((await go.count()) > 0) await go.click();
    const left = await widget.innerHTML();
    expect(left).not.toMatch(/<(script|iframe|use|object|embed|base|meta)|onerror|javascript:/);
    expect(page.url()).toBe(`${cloudWatch.url}/`);
    expect(offences).toEqual([]);
  });

  test("keeps tables, styles, drawings and forms", async () => {
    const { page } = await shown(
      '<style>.a{color:rgb(1, 2, 3)}</style><table><tr><td class="a">x</td></tr></table>' +
        '<svg viewBox="0 0 9 9" role="img" aria-label="chart"><rect width="9" height="9"></rect></svg><input name="n" value="5">',
    );
    expect(await styleOf(page.locator("td.a"), "color")).toBe("rgb(1, 2, 3)");
    await page.getByRole("img", { name: "chart" }).waitFor();
    await page.locator("input[name=n]").waitFor();
  });

  test("shows Markdown as text with formats, and never an action in it", async () => {
    const { page, offences } = await shown({
      markdown: `## Two *tokens*\n\n<script>alert(1)</script>${call("{}")}`,
    });
    await page.getByRole("heading", { level: 2, name: "Two tokens" }).waitFor();
    await page.getByRole("button", { name: "Go" }).click();
    expect(cloudWatch.invocations).toHaveLength(1);
    expect(offences).toEqual([]);
  });

  test("shows anything else as JSON, and the message of an error", async () => {
    const { page } = await shown({ tokens: 3 });
    await page.getByText('{ "tokens": 3 }').waitFor();
    answer = call("{}", 'display="popup"');
    other = () => Promise.reject(new Error("AccessDenied <b>no</b>"));
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByRole("button", { name: "Go" }).click();
    await page.getByText("AccessDenied <b>no</b>").waitFor();
  });

  test("calls a function with the payload, the fields of forms and the context, and replaces the widget", async () => {
    const fields =
      '<input name="text" value="a"><select name="choice"><option>b</option></select><textarea name="long">c</textarea>' +
      '<input type="checkbox" name="on" checked><input type="checkbox" name="off"><input value="nameless">';
    const { page } = await shown(`<form>${fields}</form>${call('{"tokens": ["x"]}')}`);
    await page.locator("input[name=text]").fill("typed");
    await page.getByRole("button", { name: "Go" }).click();
    await page.getByText("Done.").waitFor();
    expect(await page.locator("form").count()).toBe(0);
    const { endpoint, event } = cloudWatch.invocations[1] ?? {};
    expect(endpoint).toBe(OTHER);
    expect(event).toMatchObject({
      tokens: ["x"],
      widgetContext: { forms: { all: { text: "typed", choice: "b", long: "c", on: "on" } } },
    });
    expect(event).not.toHaveProperty("rows");
  });

  test("asks the confirmation first, and calls nothing if the person cancels or presses Escape", async () => {
    const { page } = await shown(call("{}", 'display="popup" confirmation="Are you sure?"'));
    const go = page.getByRole("button", { name: "Go" });
    await go.click();
    await page.getByText("Are you sure?").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await go.click();
    await page.keyboard.press("Escape");
    await page.getByText("Are you sure?").waitFor({ state: "detached" });
    expect(cloudWatch.invocations).toHaveLength(1);
    await go.click();
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.getByRole("dialog").getByText("Done.").waitFor();
    expect(cloudWatch.invocations).toHaveLength(2);
    await page.keyboard.press("Escape");
    await page.getByText("Done.").waitFor({ state: "detached" });
    await go.waitFor();
  });

  test("calls once, however often the button is pressed meanwhile", async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const { page } = await shown(call("{}"));
    other = () => promise;
    await page.getByRole("button", { name: "Go" }).dblclick();
    resolve("<p>Done.</p>");
    await page.getByText("Done.").waitFor();
    expect(cloudWatch.invocations).toHaveLength(2);
  });

  test("shows the content of an action without a function, at the event that it names", async () => {
    const { page } = await shown(
      '<a id="one">One</a><cwdb-action display="popup"><h3>First</h3></cwdb-action>' +
        '<a id="two">Two</a><cwdb-action action="html" display="popup" event="dblclick"><h3>Second</h3></cwdb-action>' +
        '<a id="three">Three</a><cwdb-action action="html" display="popup" event="mouseenter"><h3>Third</h3></cwdb-action>',
    );
    expect(await page.locator(".widget").textContent()).not.toContain("First");
    for (const [id, act, name] of [
      ["one", (link: Locator) => link.click(), "First"],
      ["two", (link: Locator) => link.dblclick(), "Second"],
      // Not `hover`, which tries again once the popup covers the link.
      ["three", (link: Locator) => link.dispatchEvent("mouseenter"), "Third"],
    ] as const) {
      await act(page.locator(`#${id}`));
      await page.getByRole("dialog").getByRole("heading", { name }).waitFor();
      await page.keyboard.press("Escape");
    }
  });

  test.each([
    ["without an element before it", `<cwdb-action action="call" endpoint="${OTHER}">{}</cwdb-action>`],
    ["without an endpoint", '<button>Go</button><cwdb-action action="call">{}</cwdb-action>'],
    ["whose content is not an object", call("[]")],
    ["whose content is not JSON", call("{")],
    ["at an event that doesn't exist", call("{}", 'event="keydown"')],
    ["that calls when the mouse passes", call("{}", 'event="mouseenter"')],
  ])("does nothing for an action %s", async (_, html) => {
    const { page, widget } = await shown(`${html}<p>The end.</p>`);
    for (const button of await widget.getByRole("button").all()) {
      await button.hover();
      await button.click();
    }
    await page.getByText("The end.").waitFor();
    expect(cloudWatch.invocations).toHaveLength(1);
  });

  test("says which function doesn't exist", async () => {
    const { page } = await shown(call("{}").replace(OTHER, `${OTHER}-gone`));
    await page.getByRole("button", { name: "Go" }).click();
    await page.getByText(`Function not found: ${OTHER}-gone`).waitFor();
  });

  test("has a light and a dark theme, which the function is told", async () => {
    answer = '<h2>Title</h2><a class="btn">A</a><a class="btn btn-primary">B</a>';
    const { page } = await open(`${cloudWatch.url}/?theme=dark`);
    await page.getByRole("button", { name: "Allow once" }).click();
    await page.getByRole("heading", { name: "Title" }).waitFor();
    const ground = () => styleOf(page.locator("section"), "background-color");
    const dark = await ground();
    await page.getByLabel("Theme").selectOption("light");
    await expect.poll(() => cloudWatch.invocations.length).toBe(2);
    expect(await ground()).not.toBe(dark);
    const themes = cloudWatch.invocations.map(({ event }) => event.widgetContext);
    expect(themes).toMatchObject([{ theme: "dark" }, { theme: "light" }]);
  });

  test("styles tables and buttons, unless the widget turns that off", async () => {
    const { page } = await shown('<table><tr><td>x</td></tr></table><a class="btn">A</a>');
    const padding = () => styleOf(page.locator(".widget td"), "padding-left");
    expect(await padding()).toBe("8px");
    answer = '<div class="cwdb-no-default-styles"></div><table><tr><td>x</td></tr></table>';
    await page.getByRole("button", { name: "Refresh" }).click();
    await expect.poll(padding).not.toBe("8px");
  });
});

test("no other page can call a function: neither under another name of this machine, nor from another origin", async () => {
  const body = JSON.stringify({ endpoint: WIDGET, event: {} });
  const headers = { "content-type": "application/json" };
  const { host } = new URL(cloudWatch.url);
  const asked = (others: Readonly<Record<string, string>>) =>
    fetch(`${cloudWatch.url}/invoke`, { method: "POST", headers: { ...headers, ...others }, body });
  expect((await asked({ origin: cloudWatch.url })).status).toBe(200);
  expect((await asked({ origin: ELSEWHERE })).status).toBe(403);
  expect((await asked({})).status).toBe(403);
  expect((await asked({ origin: `http://${host}`, "content-type": "text/plain" })).status).toBe(403);
  expect(cloudWatch.invocations).toHaveLength(1);
});
