import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { awsError } from "../../emulators/aws/server.ts";
import { losantError } from "../../emulators/losant/server.ts";
import { handler, type InvocationContext } from "../../lambda/handler.ts";
import type { ApplicationId } from "../../lambda/model/token.ts";
import { SLOT_MS, shardAt, shardOf } from "../../lambda/policy/slots.ts";
import type { Report } from "../../lambda/report/report.ts";
import { elementsOf, skeletonOf } from "../console/markup.ts";
import { type Cloud, CREDENTIALS, startCloud } from "../support/bundle.ts";
import { APP, DAY } from "../support/world.ts";

/** One for the whole file: the function keeps its clients of AWS from one invocation to the next. */
let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
  cloud.aws.addEventBus("factory");
});
afterAll(() => cloud.close());

let applications = 0;

/** An application of its own for a test, with one token that is due. */
function application() {
  applications += 1;
  const id = `675ec8687ae143cd83dc${String(applications).padStart(4, "0")}`;
  const accessToken = `losant-access/${id}`;
  cloud.losant.addApplication({ id });
  cloud.aws.putSecret(accessToken, cloud.losant.addToken(id, { name: "rotation worker" }).token);
  const [creationDate, expirationDate] = [-355, 10].map((days) => new Date(Date.now() + days * DAY));
  const dates = { creationDate, expirationDate } as { creationDate: Date; expirationDate: Date };
  const due = cloud.losant.addToken(id, { name: "backend", scope: ["application.get"], ...dates });
  return { id, due, secretName: `losant/${id}/backend`, config: { applications: [{ id, accessToken }] } };
}

const PROXIES = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];

interface Invocation {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly config?: object;
  readonly context?: InvocationContext;
  readonly invoked?: typeof handler;
}

/** One invocation, in the environment of a function: what it returned or threw, and every line that it wrote. */
async function invoke(
  event: unknown,
  { env = {}, config = {}, context = {}, invoked = handler }: Invocation = {},
) {
  const variables = { ...CREDENTIALS, ...cloud.env(config), ...env };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const written: string[] = [];
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, "write").mockImplementation((chunk) => {
      written.push(String(chunk));
      return true;
    }),
  );
  const restore = () => {
    vi.unstubAllEnvs();
    for (const spy of spies) spy.mockRestore();
  };
  onTestFinished(restore);
  try {
    const answer: Report | string | Error = await invoked(event, context).catch((thrown: Error) => thrown);
    return { answer, lines: linesOf(written) };
  } finally {
    restore();
  }
}

type Line = Readonly<Record<string, unknown>>;

function linesOf(written: readonly string[]): readonly Line[] {
  const texts = written.join("").split("\n");
  return texts.filter((text) => text.startsWith("{")).map((text) => JSON.parse(text) as Line);
}

function messageOf(answer: Report | string | Error): string {
  expect(answer).toBeInstanceOf(Error);
  return (answer as Error).message;
}

const saying = (lines: readonly Line[], message: string) => lines.filter((line) => line.message === message);

describe("an invocation", () => {
  it("rotates what is due, under the id of the request, and returns the report", async () => {
    const { id, due, secretName, config } = application();
    const { answer } = await invoke(
      { trigger: "schedule" },
      { config, context: { awsRequestId: "request-1" } },
    );
    expect(answer).toMatchObject({ runId: "request-1", trigger: "schedule", dryRun: false });
    expect((answer as Report).summary).toMatchObject({ rotated: 1, failed: 0 });
    const stored = JSON.parse(cloud.aws.value(secretName) ?? "{}");
    expect(cloud.losant.accepts(stored.token)).toBe(true);
    expect(
      cloud.losant.tokens(id).find(({ id: tokenId }) => tokenId === stored.tokenId)?.description,
    ).toContain(
      `[losant-token-rotation replaces=${due.id} secret=${cloud.aws.secret(secretName)?.arn} run=request-1 ordered=`,
    );
    const told = cloud.aws.events.filter(({ Detail }) => JSON.parse(Detail).runId === "request-1");
    expect(told.map(({ DetailType, EventBusName }) => [DetailType, EventBusName])).toEqual([
      ["Losant API Token Rotated", "default"],
      ["Losant Token Rotation Run Completed", "default"],
    ]);
  });

  it("tells the bus that the configuration names", async () => {
    const { config } = application();
    await invoke(
      {},
      { config: { ...config, eventBusName: "factory" }, context: { awsRequestId: "request-2" } },
    );
    const told = cloud.aws.events.filter(({ Detail }) => JSON.parse(Detail).runId === "request-2");
    expect(told.map(({ EventBusName }) => EventBusName)).toEqual(["factory", "factory"]);
  });

  it("creates a run id if there is none, or if the given one can't be part of a marker", async () => {
    const { config } = application();
    for (const context of [{}, { awsRequestId: "not an id]" }]) {
      const { answer } = await invoke({ dryRun: true }, { config, context });
      expect((answer as Report).runId).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    }
  });

  it("ends before its function does: what there is no time for is put off", async () => {
    const { config } = application();
    const { answer } = await invoke({}, { config, context: { getRemainingTimeInMillis: () => 44_000 } });
    expect((answer as Report).summary).toMatchObject({ rotated: 0, deferred: 1 });
    const { answer: later } = await invoke({}, { config });
    expect((later as Report).summary).toMatchObject({ rotated: 1, deferred: 0 });
  });
});

describe("what an invocation writes", () => {
  const FUNCTION = { AWS_LAMBDA_FUNCTION_NAME: "worker" };

  it("is a line for each token, one for the run, and one with the metrics", async () => {
    const { due, config } = application();
    const { answer, lines } = await invoke(
      {},
      { config, env: FUNCTION, context: { awsRequestId: "request-3" } },
    );
    const { summary } = answer as Report;
    expect(saying(lines, "token outcome").map(({ tokenId, outcome }) => [tokenId, outcome])).toContainEqual([
      due.id,
      "rotated",
    ]);
    expect(saying(lines, "run completed")).toEqual([
      expect.objectContaining({
        level: "INFO",
        service: "losant-token-rotation",
        runId: "request-3",
        trigger: "manual",
        dryRun: false,
        summary,
      }),
    ]);
    expect(lines.length).toBeGreaterThan(2);
    for (const { runId } of lines) expect(runId).toBe("request-3");
    const metrics = lines.filter((line) => "_aws" in line);
    expect(metrics).toEqual([
      expect.objectContaining({ FunctionName: "worker", runId: "request-3", Rotated: 1, RunSucceeded: 1 }),
    ]);
  });

  it("are no metrics outside of a function, and none of a dry run", async () => {
    const { config } = application();
    const dry = await invoke({ dryRun: true }, { config, env: FUNCTION });
    expect(saying(dry.lines, "run completed")).toHaveLength(1);
    const elsewhere = await invoke({}, { config, env: { AWS_LAMBDA_FUNCTION_NAME: undefined } });
    for (const { lines } of [dry, elsewhere]) expect(lines.filter((line) => "_aws" in line)).toEqual([]);
  });

  it("is never a token string", async () => {
    const { due, secretName, config } = application();
    const { answer, lines } = await invoke({ tokens: [due.id], force: true, retireNow: true }, { config });
    const text = JSON.stringify([answer, lines]);
    expect(JSON.parse(cloud.aws.value(secretName) ?? "{}").token).toMatch(/^eyJ/);
    expect(text).not.toContain("eyJ");
  });

  it.each(PROXIES)(
    "is a warning, once in the life of a process, where %s is set: nothing goes through it",
    async (name) => {
      const { config } = application();
      // Another process, as far as the handler itself is concerned.
      const fresh: { handler: typeof handler } = await import(
        /* @vite-ignore */ `/lambda/handler.ts?${name}`
      );
      const none = Object.fromEntries(PROXIES.map((one) => [one, undefined]));
      const counts: number[] = [];
      for (const proxy of ["", "http://proxy.example", "http://proxy.example"]) {
        const env = { ...none, [name]: proxy };
        const { lines } = await invoke({ dryRun: true }, { config, env, invoked: fresh.handler });
        const warnings = lines.filter(({ level }) => level === "WARN");
        counts.push(warnings.filter(({ message }) => String(message).startsWith(`${name} is set`)).length);
      }
      expect(counts).toEqual([0, 1, 0]);
    },
  );
});

describe("an invocation in which something failed", () => {
  it("throws after all else is done, with links to the runbook first, and still writes log and metrics", async () => {
    const { id, config } = application();
    const [creationDate, expirationDate] = [-355, 10].map((days) => new Date(Date.now() + days * DAY));
    const dates = { creationDate, expirationDate } as { creationDate: Date; expirationDate: Date };
    const legacy = cloud.losant.addToken(id, { name: "legacy", scope: ["legacy.scope"], ...dates });
    const { answer, lines } = await invoke(
      { tokens: ["legacy", "backend", "nobody"] },
      {
        config,
        env: { RUNBOOK_URL: "https://runbook.example/page", AWS_LAMBDA_FUNCTION_NAME: "worker" },
        context: { awsRequestId: "request-4" },
      },
    );
    const message = messageOf(answer);
    expect(message).toMatch(
      /^run request-4 finished with failures \(see https:\/\/runbook\.example\/page#scope-rejected, https:\/\/runbook\.example\/page#token-not-found\): /,
    );
    expect(message).toContain(`token "legacy" (${legacy.id}): scope-rejected: `);
    expect(message).toContain('; event: token-not-found: no listed token has the id or name "nobody"');
    expect(saying(lines, "run completed")[0]?.summary).toMatchObject({ rotated: 1, failed: 2 });
    expect(lines.filter((line) => "_aws" in line)).toEqual([expect.objectContaining({ Rotated: 1 })]);
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: "ERROR",
        message: `failed: token "legacy" (${legacy.id})`,
        code: "scope-rejected",
        problem: expect.stringContaining("does not accept the scope"),
        remedy: expect.stringContaining("https://runbook.example/page#scope-rejected"),
      }),
    );
  });

  it("names five articles at most, in an error that is no longer than 4,000 characters", async () => {
    const { config } = application();
    const tokens = Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(250, "x"));
    const { answer } = await invoke({ tokens }, { config });
    expect(messageOf(answer)).toHaveLength(4_000);
    const failing = [401, 403, 404, 418].map((status) => ({ status, ...application() }));
    for (const { id, status } of failing)
      cloud.losant.faults.add({ match: id, answer: losantError(status, "Planted") });
    cloud.aws.faults.add({ operation: "PutEvents", answer: awsError("AccessDeniedException") });
    onTestFinished(() => {
      cloud.losant.faults.clear();
      cloud.aws.faults.clear();
    });
    const all = await invoke(
      { tokens: ["nobody"] },
      { config: { applications: failing.flatMap((one) => one.config.applications) } },
    );
    const [, articles = ""] = /\(see (.*?)\): /.exec(messageOf(all.answer)) ?? [];
    expect(articles.split(", ")).toHaveLength(5);
  });
});

describe("an invocation of a fleet", () => {
  const FUNCTION = { AWS_LAMBDA_FUNCTION_NAME: "worker" };

  /** Two applications. The last one has a token that Losant doesn't replace. */
  function fleetWithLegacy() {
    const [good, bad] = [application(), application()];
    const [creationDate, expirationDate] = [-355, 10].map((days) => new Date(Date.now() + days * DAY));
    const dates = { creationDate, expirationDate } as { creationDate: Date; expirationDate: Date };
    cloud.losant.addToken(bad.id, { name: "legacy", scope: ["legacy.scope"], ...dates });
    const applications = [good, bad].flatMap(({ config }) => config.applications);
    return { good, bad, config: { fleet: true, schedule: "30m", applications } };
  }

  const shards = (ids: readonly string[]) => new Set(ids.map((id) => shardOf(id as ApplicationId, 2)));

  it("by the schedule returns, although a token failed; by hand it throws", async () => {
    const { good, bad, config } = fleetWithLegacy();
    const [shard = 0] = shards([bad.id]);
    const now = Date.now();
    const at = new Date(now - ((shardAt(new Date(now), 2) - shard + 2) % 2) * SLOT_MS);
    const scheduled = await invoke(
      { trigger: "schedule", at: at.toISOString() },
      { config, env: FUNCTION, context: { awsRequestId: "request-fleet" } },
    );
    const seen = shards([good.id, bad.id]).size === 1 ? 2 : 1;
    expect(scheduled.answer).toMatchObject({
      runId: "request-fleet",
      shard: { index: shard, of: 2 },
      summary: { rotated: seen, failed: 1 },
    });
    expect(saying(scheduled.lines, "run completed")).toEqual([
      expect.objectContaining({
        shard: { index: shard, of: 2 },
        applications: { seen, failed: 0, unseen: 0 },
      }),
    ]);
    expect(scheduled.lines.filter((line) => "_aws" in line)).toEqual([
      expect.objectContaining({ Shard: String(shard), RunCompleted: 1, RunSucceeded: 0, Failed: 1 }),
    ]);
    const byHand = await invoke({ shard }, { config });
    expect(messageOf(byHand.answer)).toContain("scope-rejected");
  });

  it("throws in each slot if the configuration is wrong, and has no metric then", async () => {
    const { config } = fleetWithLegacy();
    const { answer, lines } = await invoke(
      { trigger: "schedule" },
      { config: { ...config, schedule: "20m" }, env: FUNCTION },
    );
    expect(messageOf(answer)).toContain("config-invalid: configuration: schedule: with fleet, must be");
    expect(lines.filter((line) => "_aws" in line)).toEqual([]);
  });

  it("fails alone for an application with more than 60,000 tokens, whose list would use up the memory", async () => {
    const { good, bad, config } = fleetWithLegacy();
    for (let count = 0; count <= 60_000; count += 1)
      cloud.losant.addToken(bad.id, { name: "a", scope: ["application.get"] });
    for (const shard of shards([bad.id])) {
      const { answer } = await invoke({ shard }, { config });
      expect(messageOf(answer)).toContain(`${bad.id}: losant-answer-invalid: `);
      expect(messageOf(answer)).toContain("lists more than 60000 tokens");
    }
    const { answer } = await invoke({ applicationId: good.id }, { config });
    expect(answer).toMatchObject({ summary: { failed: 0 } });
  }, 60_000);
});

describe("an invocation that can't start", () => {
  const untouched = async (event: unknown, invocation: Invocation) => {
    const before = [cloud.losant.calls.length, cloud.aws.calls.length];
    const { answer, lines } = await invoke(event, invocation);
    expect([cloud.losant.calls.length, cloud.aws.calls.length]).toEqual(before);
    return { message: messageOf(answer), lines };
  };

  it.each<[string, unknown, Invocation, string, string]>([
    [
      "a configuration that is not JSON",
      {},
      { env: { ROTATION_CONFIG: "{" } },
      "config-invalid",
      "rotation.config.json: is not valid JSON",
    ],
    [
      "a key that it doesn't know in the configuration",
      {},
      { config: { shedule: "6h" } },
      "config-invalid",
      "shedule: unknown key",
    ],
    [
      "no configuration at all",
      {},
      { env: { ROTATION_CONFIG: undefined } },
      "config-invalid",
      "there is neither a file rotation.config.json next to the handler nor a variable ROTATION_CONFIG",
    ],
    ["an event that it doesn't know", { dryrun: true }, {}, "event-invalid", "dryrun: unknown key"],
    ["an event that is no object", "run", {}, "event-invalid", ""],
    ["an event that is a list", [], {}, "event-invalid", "event: must be an object"],
    [
      "an application that is not configured",
      { applicationId: "775ec8687ae143cd83dc4a97" },
      {},
      "event-invalid",
      "is not in the configuration",
    ],
  ])(
    "because of %s reads nothing, and says what and what to do",
    async (_, event, invocation, code, problem) => {
      const env = { RUNBOOK_URL: "https://runbook.example/page", ...invocation.env };
      const { message, lines } = await untouched(event, { ...invocation, env });
      expect(message.startsWith(`${code}: `)).toBe(true);
      expect(message).toContain(problem);
      expect(message).toContain(`https://runbook.example/page#${code}`);
      expect(saying(lines, "the run could not start")).toEqual([
        expect.objectContaining({ level: "ERROR", code, problem: expect.stringContaining(problem) }),
      ]);
      expect(message).toContain(String(saying(lines, "the run could not start")[0]?.remedy));
    },
  );

  it("says no more than 4,000 characters", async () => {
    const config = {
      applications: Array.from({ length: 200 }, () => ({ id: APP, accessToken: "x", nokey: 1 })),
    };
    expect((await untouched({}, { config })).message.length).toBeLessThanOrEqual(4_000);
  });
});

describe("a button of the dashboard", () => {
  /** As CloudWatch adds it to every call of a widget. */
  const widgetContext = {
    dashboardName: "tokens",
    accountId: "123456789012",
    forms: { all: {} },
    width: 588,
  };
  const press = async (event: object, config: object) => {
    const { answer, lines } = await invoke({ ...event, widgetContext }, { config });
    expect(typeof answer).toBe("string");
    return { page: answer as string, lines };
  };
  const textOf = (page: string) =>
    elementsOf(page)
      .filter(({ name }) => ["h2", "td", "p"].includes(name))
      .map(({ text }) => text)
      .join("\n");

  it("gets a page about its token instead of the report, and the token is rotated", async () => {
    const { id, due, secretName, config } = application();
    const { page } = await press({ applicationId: id, tokens: [due.id], force: true }, config);
    const stored = JSON.parse(cloud.aws.value(secretName) ?? "{}");
    expect(textOf(page)).toContain("The run is complete\nwas replaced: its rotation was forced");
    expect(page).toContain(`Its successor is ${stored.tokenId}.`);
    expect(page).toContain(secretName);
    expect(page).not.toContain(stored.token);
    expect(page).not.toContain("rotation worker");
  });

  it("learns what a run would do with a token that isn't due, and nothing is written", async () => {
    const { id, secretName, config } = application();
    const calm = cloud.losant.addToken(id, {
      name: "calm",
      expirationDate: new Date(Date.now() + 300 * DAY),
    });
    const { page } = await press({ applicationId: id, tokens: [calm.id], dryRun: true }, config);
    expect(textOf(page)).toContain("What a run would do\nwould be left as it is: isn't due yet");
    expect(textOf(page)).toContain("Nothing was written, and no event was sent.");
    expect(cloud.aws.secret(secretName)).toBeUndefined();
  });

  it("learns what became of a leaked string, and who may have it", async () => {
    const { id, due, config } = application();
    const { page } = await press(
      { applicationId: id, tokens: [due.id], force: true, retireNow: true },
      config,
    );
    expect(textOf(page)).toContain("Old string: works: no. Held by:");
    expect(cloud.losant.tokens(id).find((token) => token.id === due.id)?.status).toBe("inactive");
  });

  it("is told of a failure with its remedy and no stack, and the log and the metrics have it like any other", async () => {
    const { id, config } = application();
    const missing = "a".repeat(24);
    const event = { applicationId: id, tokens: [missing] };
    const metrics = ({ lines }: { lines: readonly Line[] }) =>
      lines.flatMap(({ _aws, DurationMs, runId, ...line }) => (_aws === undefined ? [] : [line]));
    const env = { AWS_LAMBDA_FUNCTION_NAME: "worker" };
    const thrown = await invoke(event, { config, env });
    const shown = await invoke({ ...event, widgetContext }, { config, env });
    expect(messageOf(thrown.answer)).toContain("token-not-found");
    const text = textOf(String(shown.answer));
    expect(text).toContain("The run has failures");
    expect(text).toContain("What to do (token-not-found): Use the id or the exact name of a token");
    expect(text).not.toContain("    at ");
    expect(metrics(shown)).toHaveLength(1);
    expect(metrics(shown)).toEqual(metrics(thrown));
    expect(saying(shown.lines, "run completed")).toHaveLength(1);
  });

  it.each([
    ["an event that is wrong", { surprise: true }, {}, "event-invalid"],
    ["a configuration that is wrong", {}, { schedule: "7y" }, "config-invalid"],
  ])("is told of %s, and the log has it", async (_, event, wrong, code) => {
    const { config } = application();
    const { page, lines } = await press(event, { ...config, ...wrong });
    expect(textOf(page)).toContain(`The run could not start\n${code}: `);
    expect(saying(lines, "the run could not start")).toHaveLength(1);
  });

  it.each([null, 7, "text", []])(
    "is recognized by its key alone, and %j as its context changes nothing",
    async (odd) => {
      const { config } = application();
      const { answer } = await invoke({ dryRun: true, widgetContext: odd }, { config });
      expect(typeof answer).toBe("string");
    },
  );

  it("can be given nothing by a name: no markup, no action, no string", async () => {
    const pageFor = async (name: string) => {
      const { id, config } = application();
      const expirationDate = new Date(Date.now() + 10 * DAY);
      const creationDate = new Date(Date.now() - 355 * DAY);
      const dates = { creationDate, expirationDate } as { creationDate: Date; expirationDate: Date };
      const odd = cloud.losant.addToken(id, { name, scope: ["application.get"], ...dates });
      const { page } = await press({ applicationId: id, tokens: [odd.id], force: true }, config);
      expect(page).toContain("was replaced");
      return { page, string: odd.token };
    };
    const plain = skeletonOf((await pageFor("plain")).page);
    for (const name of [
      '"><script>alert(1)</script>',
      '<cwdb-action action="call" endpoint="x">{}</cwdb-action>',
      "\u202eb\u0007\u001b[31m",
      "漢".repeat(255),
    ])
      expect(skeletonOf((await pageFor(name)).page)).toEqual(plain);
    const { string } = await pageFor("other");
    expect((await pageFor(`${string.slice(0, 200)} pasted`)).page).not.toContain(string.slice(0, 100));
  });
});
