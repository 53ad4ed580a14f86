import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { MOST_APPLICATIONS } from "../../cli/status/choice.ts";
import { type WidgetInvocation, widget } from "../../console/handler.ts";
import { losantError } from "../../emulators/losant/server.ts";
import { type Cloud, CREDENTIALS, startCloud } from "../support/bundle.ts";
import { APP, DAY } from "../support/world.ts";
import { callsOf, elementsOf, skeletonOf } from "./markup.ts";

const WIDGET = "arn:aws-cn:lambda:cn-north-1:123456789012:function:widget";
const WORKER = "arn:aws-cn:lambda:cn-north-1:123456789012:function:worker";

/** One for the whole file: the function keeps its client of Secrets Manager from one invocation to the next. */
let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterEach(() => {
  vi.unstubAllEnvs();
  cloud.losant.faults.clear();
  cloud.aws.faults.clear();
});
afterAll(() => cloud.close());

const inDays = (days: number) => new Date(Date.now() + days * DAY);
const dates = (left: number) =>
  ({ creationDate: inDays(left - 365), expirationDate: inDays(left) }) as {
    creationDate: Date;
    expirationDate: Date;
  };

let applications = 0;

/** An application of its own for a test. */
function application(own?: string) {
  applications += 1;
  const id = `775ec8687ae143cd83dc${String(applications).padStart(4, "0")}`;
  const accessToken = `losant-access/${id}`;
  cloud.losant.addApplication({ id });
  const { token } = cloud.losant.addToken(id, { name: "rotation worker" });
  cloud.aws.putSecret(accessToken, own ?? token);
  return { id, accessToken };
}

/** As CloudWatch calls the function. */
async function ask(
  event: object,
  over: object,
  {
    forms = {},
    context = {},
    ...rest
  }: { forms?: object; context?: WidgetInvocation; [key: string]: unknown } = {},
): Promise<string> {
  const env = {
    ...CREDENTIALS,
    ...cloud.env(over),
    WORKER_ARN: WORKER,
    WORKER_LOG_GROUP: "/aws/lambda/worker",
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const widgetContext = {
    dashboardName: "tokens",
    widgetId: "widget-1",
    accountId: "123456789012",
    locale: "en",
    timezone: { label: "Local", offsetISO: "+02:00", offsetInMinutes: 120 },
    period: 300,
    theme: "light",
    forms: { all: forms },
    params: {},
    width: 1_000,
    height: 500,
    ...rest,
  };
  const answer = await widget({ ...event, widgetContext }, { invokedFunctionArn: WIDGET, ...context });
  expect(typeof answer).toBe("string");
  return answer as string;
}

const textOf = (page: string, name: string) =>
  elementsOf(page)
    .filter((element) => element.name === name)
    .map(({ text }) => text);
const rowsIn = (page: string) =>
  elementsOf(page)
    .filter(({ name, attributes }) => name === "th" && attributes.scope === "row")
    .map(({ text }) => text.replace(/^[▲◆○·]\s/, ""));

describe("the widget", () => {
  test("shows every token, writes nothing, and its buttons call this worker and this widget", async () => {
    const { id, accessToken } = application();
    cloud.losant.addToken(id, { name: "backend", scope: ["application.get"], ...dates(5) });
    const [aws, losant] = [cloud.aws.calls.length, cloud.losant.calls.length];
    const page = await ask({}, { applications: [{ id, accessToken }] });
    const reads = ["ListSecrets", "DescribeSecret", "ListSecretVersionIds", "GetSecretValue", "list", "get"];
    const calls = [...cloud.aws.calls.slice(aws), ...cloud.losant.calls.slice(losant)];
    expect(calls.filter((call) => !reads.includes(call))).toEqual([]);
    expect(calls.filter((call) => call === "GetSecretValue")).toHaveLength(1);
    expect(cloud.aws.events).toEqual([]);
    expect(rowsIn(page)).toEqual(["backend", "rotation worker"]);
    expect(page).toContain("rotates it: window is open");
    expect(new Set(callsOf(page).map(({ endpoint }) => endpoint))).toEqual(new Set([WIDGET, WORKER]));
    expect(page).toContain("https://console.amazonaws.cn/cloudwatch/home?region=cn-north-1#logsV2");
    expect(textOf(page, "p").at(-1)).toMatch(/^As seen at \d{4}-\d\d-\d\d \d\d:\d\d UTC\+02:00\./);
  });

  test("says which entries for single tokens decide for none, once it has looked at all applications", async () => {
    const [one, two] = [application(), application()];
    cloud.losant.addToken(one.id, { name: "backend", scope: ["application.get"], ...dates(5) });
    const config = { policy: { tokens: [{ match: "bakcend" }] }, applications: [one, two] };
    const says = 'The entry "bakcend" (policy.tokens.0) decides for no token';
    const page = await ask({}, config);
    expect(textOf(page, "p").join()).toContain(`▲ ${says}`);
    expect(textOf(page, "p").join()).toContain('Did you mean "backend"?');
    expect(await ask({}, config, { forms: { application: two.id } })).not.toContain("policy.tokens.0");
  });

  test("of a fleet with very many applications lists the tokens of a chosen one, and otherwise asks Losant nothing", async () => {
    const { id, accessToken } = application();
    cloud.losant.addToken(id, { name: "backend", scope: ["application.get"], ...dates(5) });
    const others = Array.from({ length: MOST_APPLICATIONS }, (_, index) => ({
      id: `885ec8687ae143cd83dc${index.toString(16).padStart(4, "0")}`,
      accessToken,
    }));
    const config = { fleet: true, applications: [{ id, accessToken }, ...others] };
    cloud.losant.calls.length = 0;
    const page = await ask({}, config);
    expect(cloud.losant.calls).toEqual([]);
    expect(page).toContain("there are 2001, and in a fleet this page lists the tokens of 2000 at most");
    expect(rowsIn(await ask({}, config, { forms: { application: id } }))).toContain("backend");
  });

  test("shows both access tokens of a user who has two that renew themselves", async () => {
    const user = cloud.losant.addUser({ name: "Robot" });
    const discover = ["one", "two"].map((name) => {
      const secret = `losant-access/${name}`;
      cloud.aws.putSecret(secret, cloud.losant.addUserToken(user, { name }).token);
      return { accessToken: { secret, renew: true }, organizations: ["sandbox"], atLeast: 0 };
    });
    const page = await ask({}, { applications: undefined, discover });
    expect(rowsIn(page).toSorted()).toEqual(["one", "two"]);
  });

  test("contains no string of a token, and no value of a secret", async () => {
    const { id, accessToken } = application();
    const { token } = cloud.losant.addToken(id, { name: "backend", ...dates(5) });
    cloud.losant.addToken(id, { name: `pasted ${token.slice(0, 200)}`, description: token, ...dates(6) });
    const own = cloud.aws.value(accessToken) ?? "?";
    const page = await ask({}, { applications: [{ id, accessToken }] });
    expect(page).toContain("pasted ");
    for (const string of [token, own]) expect(page).not.toContain(string.slice(0, 100));
    expect(page).not.toContain("eyJ");
  });

  test("is dark on a dark dashboard", async () => {
    const { id, accessToken } = application();
    const page = await ask({}, { applications: [{ id, accessToken }] }, { theme: "dark" });
    expect(textOf(page, "style")[0]).toContain("background:#161d26");
  });

  test("shows the tokens that the form asks for, and keeps what is written there", async () => {
    const [one, other] = [application(), application()];
    const config = { applications: [one, other] };
    for (const name of ["backend", "gateway-1", "gateway-2"])
      cloud.losant.addToken(one.id, { name, ...dates(200) });
    cloud.losant.addToken(other.id, { name: "gateway-3", ...dates(3) });
    const all = await ask({}, config);
    expect(rowsIn(all)).toHaveLength(6);
    const some = await ask({}, config, {
      forms: { application: "", token: "gateway-*", within: "", show: "all" },
    });
    expect(rowsIn(some)).toEqual(["gateway-3", "gateway-1", "gateway-2"]);
    expect(elementsOf(some).find(({ attributes }) => attributes.name === "token")?.attributes.value).toBe(
      "gateway-*",
    );
    const due = await ask({ show: "due" }, config);
    expect(rowsIn(due)).toEqual(["gateway-3"]);
    const soon = await ask({}, config, { forms: { within: "10d" } });
    expect(rowsIn(soon)).toEqual(["gateway-3"]);
    const byParameter = await ask({}, config, { params: { application: one.id, token: "backend" } });
    expect(rowsIn(byParameter)).toEqual(["backend"]);
    expect(byParameter).toContain(`<option value="${one.id}" selected>`);
  });

  test("has pages of a hundred tokens, and buttons to turn them that keep the filters", async () => {
    const { id, accessToken } = application();
    for (let index = 0; index < 205; index += 1)
      cloud.losant.addToken(id, { name: `token ${index}`, ...dates(100 + index) });
    const config = { applications: [{ id, accessToken }] };
    const turns = (page: string) =>
      callsOf(page).flatMap(({ label, event }) => (event.page === undefined ? [] : [[label, event.page]]));
    const first = await ask({}, config, { forms: { token: "token *" } });
    expect(rowsIn(first)).toHaveLength(100);
    expect(turns(first)).toEqual([["Next", 2]]);
    const last = await ask({ page: 3 }, config, { forms: { token: "token *" } });
    expect(rowsIn(last)).toEqual(["token 200", "token 201", "token 202", "token 203", "token 204"]);
    expect(turns(last)).toEqual([["Previous", 2]]);
    expect(rowsIn(await ask({ page: 99 }, config, { forms: { token: "token *" } }))).toHaveLength(5);
  });

  test("explains one token in a popup", async () => {
    const { id, accessToken } = application();
    const token = cloud.losant.addToken(id, { name: "backend <b>", ...dates(5) });
    const config = { applications: [{ id, accessToken }] };
    const explain = callsOf(await ask({}, config)).find(({ label }) => label === "Explain");
    expect(explain?.event).toEqual({ explain: token.id, applicationId: id });
    const page = await ask(explain?.event ?? {}, config);
    expect(textOf(page, "h3")).toEqual([
      `backend <b>, in application ${id}`,
      "Its tokens, oldest first",
      "What the next run does",
      "What to do",
    ]);
    expect(textOf(page, "p").join("\n")).toContain(
      "It is the root of its lineage: the worker has never rotated it.",
    );
  });

  test("answers describe with its documentation, without a configuration", async () => {
    expect(await widget({ describe: true })).toEqual({
      markdown: expect.stringContaining("## Losant API tokens"),
    });
  });
});

describe("what the widget can't see", () => {
  const two = (own?: string) => {
    const [one, other] = [application(), application(own)];
    cloud.losant.addToken(one.id, { name: "seen", ...dates(5) });
    cloud.losant.addToken(other.id, { name: "unseen", ...dates(5) });
    return { one, other, config: { applications: [one, other] } };
  };

  test("is shown as what it is, beside the rest: an access token that Losant rejects", async () => {
    const { other, config } = two("no.such.token");
    const page = await ask({}, config);
    expect(rowsIn(page)).toContain("seen");
    expect(page).toContain(`application ${other.id}</strong>: access-token-rejected: `);
    expect(page).toContain("What to do: Create a new access token in Losant");
    expect(textOf(page, "h2")).toEqual(["No token that could be seen needs a person"]);
  });

  test("is shown as what it is: Losant is down", async () => {
    const { config } = two();
    cloud.losant.faults.add({ answer: losantError(503, "Unavailable", "down") });
    const page = await ask({}, config);
    expect(page).toContain("losant-unavailable");
    expect(textOf(page, "h2")).toEqual(["No token could be seen"]);
  });

  test("is shown as what it is: ListSecrets is not allowed", async () => {
    const { config } = two();
    cloud.aws.faults.add({
      operation: "ListSecrets",
      answer: { status: 400, body: { __type: "AccessDeniedException", message: "not authorized" } } as never,
    });
    const page = await ask({}, config);
    expect(rowsIn(page)).toContain("seen");
    expect(page).toContain("the list of secrets</strong>: it can&#39;t be read");
  });

  test("doesn't keep it from answering in time: one application that doesn't answer", async () => {
    const { other, config } = two();
    cloud.losant.faults.add({ match: other.id, latencyMs: 20_000 });
    const started = performance.now();
    const context = { getRemainingTimeInMillis: () => 6_000 };
    const page = await ask({}, config, { context });
    expect(performance.now() - started).toBeLessThan(4_000);
    expect(rowsIn(page)).toContain("seen");
    expect(page).toContain(`application ${other.id}</strong>: there was no answer in 1 seconds`);
  });

  test("is said of an application that doesn't exist", async () => {
    const { config } = two();
    const page = await ask({}, config, { forms: { application: "f".repeat(24) } });
    expect(page).toContain(`The application ${"f".repeat(24)} is not in the configuration.`);
    expect(textOf(page, "h2")).not.toEqual([]);
  });

  test("is said of a wrong configuration", async () => {
    vi.spyOn(console, "error").mockImplementationOnce(() => {});
    const page = await ask({}, { schedule: "7y" });
    expect(page).toContain("config-invalid: ");
  });
});

describe("an odd event", () => {
  test.each([
    undefined,
    null,
    "text",
    7,
    [],
    { describe: "yes" },
    { page: -1, explain: 7, applicationId: {}, token: ["a"], show: "everything" },
    { page: 1e9, within: "soon" },
    { widgetContext: null },
    { widgetContext: [] },
    { widgetContext: { theme: "purple", width: "wide", timezone: 7, forms: [], params: "x" } },
    { widgetContext: { width: Number.MAX_VALUE, forms: { all: { token: "x".repeat(10_000), show: {} } } } },
    { widgetContext: { width: -5, timezone: { offsetISO: "+99:99", label: "<b>" } } },
  ])("%j gets a page like any other", async (event) => {
    const env = { ...CREDENTIALS, ...cloud.env({}), WORKER_ARN: WORKER };
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const page = await widget(event, { invokedFunctionArn: WIDGET });
    expect(skeletonOf(String(page))[0]).toBe("style");
    expect(textOf(String(page), "h2")[0]).toMatch(/^No token (that could be seen )?needs a person$/);
  });

  test("can be given nothing by what somebody wrote into the form", async () => {
    const config = { applications: [{ id: APP, accessToken: `losant-access/${APP}` }] };
    const hostile = `"><script>alert(1)</script><cwdb-action action="call">{}</cwdb-action>`;
    const forms = { token: hostile, within: hostile, application: "" };
    const plain = { token: "nothing", within: "nothing", application: "" };
    expect(skeletonOf(await ask({}, config, { forms }))).toEqual(
      skeletonOf(await ask({}, config, { forms: plain })),
    );
  });
});
