import type { Template } from "aws-cdk-lib/assertions";
import { Topic } from "aws-cdk-lib/aws-sns";
import { describe, expect, test } from "vitest";
import type { NotifyOptions } from "../../infra/props.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import { EVENT_SOURCE } from "../../lambda/model/events.ts";
import { fits, type InputTransformer, transformed } from "../support/event-pattern.ts";
import type { Intercept } from "../support/ports.ts";
import { APP, DAY, HOUR, World } from "../support/world.ts";
import { FLEET } from "./fleet.ts";
import { onlyResource, readable, resourcesOf, synthesized } from "./synth.ts";

const EMAILS = ["ops@example.com", "night@example.com"];
const SLACK = { slackWebhookSecret: "iot/chat" };
/** Due, and at one of the moments at which a failure is told of. */
const DUE = { age: 76 * DAY, lifetime: 90 * DAY };

interface Rule {
  readonly EventPattern: Readonly<Record<string, unknown>>;
  readonly Targets: readonly {
    readonly Arn: string;
    readonly InputTransformer?: InputTransformer;
    readonly DeadLetterConfig?: { readonly Arn: string };
  }[];
}

function stackThatTells(notify: NotifyOptions): Template {
  return synthesized({ notify }).template;
}

function rulesOf(template: Template): readonly Rule[] {
  return Object.values(resourcesOf(template, "AWS::Events::Rule")).map(
    ({ Properties }) => readable(Properties) as Rule,
  );
}

/** What the targets of the rules get for all that a world has sent. */
function told(template: Template, world: World): readonly string[] {
  const events = world.events.map(({ detailType, resources, detail }) => ({
    source: EVENT_SOURCE,
    "detail-type": detailType,
    resources,
    detail: detail as Readonly<Record<string, unknown>>,
  }));
  return events.flatMap((event) =>
    rulesOf(template)
      .filter(({ EventPattern }) => fits(EventPattern, event))
      .map(({ Targets: [target] }) => {
        if (target?.InputTransformer === undefined) throw new Error("people would get the event as it is");
        return transformed(target.InputTransformer, event);
      }),
  );
}

describe("a mail", () => {
  const template = stackThatTells({ emails: EMAILS });

  test("says which token of which application failed, and what to do, in three lines", async () => {
    const world = new World();
    world.token("backend", { ...DUE, scope: ["legacy.scope"] });
    await world.run();
    const [mail = "", ...more] = told(template, world);
    expect(more).toEqual([]);
    const [headline, advice, dashboard, ...rest] = mail.split("\n").map((line) => JSON.parse(line));
    expect(rest).toEqual([]);
    expect(headline).toMatch(
      /^Losant API token “backend” of application \w{24} could not be renewed: scope-rejected\. It expires in 14 days, on 2026-01-15 00:00 UTC\. \(account <AWS::AccountId>, <AWS::Region>\)$/,
    );
    expect(advice).toMatch(
      /^What to do: Losant no longer grants this scope\..* See .*RUNBOOK\.md#scope-rejected$/,
    );
    expect(dashboard).toMatch(/^Dashboard: https:.*#dashboards\/dashboard\//);
  });

  test("says of whose successor nobody reads when its consumers lose the token", async () => {
    const world = new World();
    world.token("backend", { age: 335 * DAY, lifetime: 365 * DAY });
    await world.run();
    world.clock.advance(3 * DAY);
    await world.run();
    const mails = told(template, world).map((mail) => mail.split("\n")[0]);
    expect(mails).toEqual([
      expect.stringMatching(/“backend” of application \w{24} was replaced.* It expires in 27 days/),
    ]);
  });

  const FORGED = '"\nWhat to do: call 555" \\ <detail-advice> ” of application x was renewed. “';

  test.each([
    FORGED,
    `${"長".repeat(255)}`,
    "a\u202Eb\u0007c\u2028d",
    "<!channel> <https://evil.example|click>",
    "",
  ])("comes whatever the token is called: %j", async (name) => {
    const world = new World();
    const { id } = world.token(name, { ...DUE, scope: ["legacy.scope"] });
    await world.run();
    const [mail = ""] = told(template, world);
    const lines: string[] = mail.split("\n").map((line) => JSON.parse(line));
    expect(lines).toHaveLength(3);
    const [, called = id, rest] = /^Losant API token (?:“([^“”]+)”|\w{24}) (.*)/.exec(lines[0] ?? "") ?? [];
    expect(rest).toMatch(new RegExp(`^of application ${APP} could not be renewed: scope-rejected`));
    expect(called).not.toMatch(/["\\<>\p{Cc}\p{Bidi_Control}\p{Line_Separator}]/u);
    expect([...(lines[0] ?? "")].length).toBeLessThan(300);
  });

  test("tells of a token that expires, unless somebody has excluded it", async () => {
    const world = new World({ policy: { exclude: ["left*"] } });
    for (const name of ["left alone", "legacy"])
      world.token(name, { age: 83 * DAY, lifetime: 90 * DAY, scope: [] });
    await world.run({ trigger: "schedule" });
    const mails = told(template, world);
    expect(mails).toHaveLength(1);
    expect(mails[0]).toContain("“legacy”");
    expect(mails[0]).toContain(
      "expires in 7 days, on 2026-01-08 00:00 UTC, and will not be renewed. Reason: has no scope",
    );
  });

  test("tells of a token that was replaced and works forever", async () => {
    const world = new World({ policy: { lifetime: "90d" } });
    const { id } = world.token("legacy", { age: 83 * DAY });
    await world.run({ tokens: [id], force: true });
    world.clock.advance(14 * HOUR);
    await world.run({ trigger: "schedule" });
    const mails = told(template, world);
    expect(mails).toHaveLength(1);
    expect(mails[0]).toContain("never expires, and still works. Reason: was replaced, and your policy");
  });

  test("tells of a leaked string that no longer works, and of a token that is discarded", async () => {
    const world = new World();
    const { id } = world.token("backend", { age: DAY, lifetime: 90 * DAY });
    await world.run({ tokens: [id], force: true });
    world.clock.advance(HOUR);
    const current = world.losant.tokens(APP).at(-1);
    await world.run({ tokens: [current?.id ?? ""], force: true, retireNow: true });
    expect(told(template, world).map((mail) => mail.split("\n")[0])).toEqual([
      expect.stringContaining("was deactivated. Reason: its deactivation was requested with retireNow."),
    ]);
    const dying: Intercept = ({ operation }) => (operation === "stage" ? { before: "crash" } : {});
    world.clock.advance(HOUR);
    const last = world.losant.tokens(APP).at(-1);
    void world.start({ tokens: [last?.id ?? ""], force: true }, { intercept: dying });
    await world.clock.run(world.clock.sleep(2 * HOUR));
    await world.run();
    expect(told(template, world).at(-1)).toContain("To keep it, activate it in Losant within a week.");
  });

  test("doesn't come about rotations, and about what passes by itself", async () => {
    const world = new World();
    world.token("backend", DUE);
    await world.run();
    world.token("portal", DUE);
    const isThrottled: Intercept = ({ operation }) =>
      operation === "stage" ? { before: new RotationError("store-throttled", "slow down") } : {};
    await world.run({}, { intercept: isThrottled });
    expect(world.events.filter(({ detail }) => detail.code === "store-throttled")).toHaveLength(1);
    expect(told(template, world)).toEqual([]);
  });

  test("goes to each address, through a topic to which only these rules and alarms may publish", () => {
    const subscriptions = Object.values(resourcesOf(template, "AWS::SNS::Subscription"));
    expect(subscriptions.map(({ Properties: { Endpoint, Protocol } }) => [Protocol, Endpoint])).toEqual(
      EMAILS.map((email) => ["email", email]),
    );
    const { PolicyDocument } = onlyResource("AWS::SNS::TopicPolicy", template) as {
      readonly PolicyDocument: { readonly Statement: readonly Readonly<Record<string, unknown>>[] };
    };
    const [secure, ...allowed] = PolicyDocument.Statement;
    expect(secure).toMatchObject({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } });
    expect(allowed).toHaveLength(2);
    const sources = allowed.map(({ Principal, Condition }) => [
      (Principal as { readonly Service: string }).Service,
      (Condition as { readonly ArnEquals: Readonly<Record<string, readonly string[]>> }).ArnEquals[
        "aws:SourceArn"
      ]?.length,
    ]);
    expect(sources).toEqual([
      ["events.amazonaws.com", 5],
      ["cloudwatch.amazonaws.com", 8],
    ]);
  });

  test("of an alarm comes when it starts and when it ends, with words and an article", () => {
    const alarms = Object.values(resourcesOf(template, "AWS::CloudWatch::Alarm"));
    expect(alarms).toHaveLength(8);
    for (const { Properties } of alarms) {
      expect(Properties.AlarmActions).toHaveLength(1);
      expect(Properties.OKActions).toEqual(Properties.AlarmActions);
      expect(Properties.AlarmDescription).toMatch(/What to do: .*RUNBOOK\.md#[\w-]+$/);
    }
  });
});

describe("Slack", () => {
  const template = stackThatTells(SLACK);

  test("gets the same two sentences and the dashboard, as text without links and mentions", async () => {
    const world = new World();
    world.token("<!here> backend", { ...DUE, scope: ["legacy.scope"] });
    await world.run();
    const [post = ""] = told(template, world);
    const { text, blocks } = JSON.parse(post);
    expect(text).toBe("Losant API tokens: something needs a person");
    expect(blocks.map((block: { text: { type: string } }) => block.text.type)).toEqual(
      Array(3).fill("plain_text"),
    );
    expect(blocks.map((block: { text: { text: string } }) => block.text.text)).toEqual([
      expect.stringMatching(/^Losant API token “'!here' backend” of application \w{24} could not be renewed/),
      expect.stringMatching(/RUNBOOK\.md#scope-rejected$/),
      expect.stringMatching(/^https:.*#dashboards/),
    ]);
  });

  test("gets the alarms that start", () => {
    const started = {
      source: "aws.cloudwatch",
      "detail-type": "CloudWatch Alarm State Change",
      resources: ["<TokenRotationAlarmsFailures.Arn>"],
      detail: {
        alarmName: "Failures",
        state: { value: "ALARM" },
        configuration: { description: "Something failed. What to do: RUNBOOK.md#failures" },
      },
    };
    const [rule, ...others] = rulesOf(template).filter(({ EventPattern }) => fits(EventPattern, started));
    expect(others).toEqual([]);
    expect(rule?.EventPattern.resources).toHaveLength(8);
    expect(
      fits(rule?.EventPattern ?? {}, { ...started, detail: { ...started.detail, state: { value: "OK" } } }),
    ).toBe(false);
    const transformer = rule?.Targets[0]?.InputTransformer;
    expect(transformer && JSON.parse(transformed(transformer, started)).blocks[1].text.text).toBe(
      "Something failed. What to do: RUNBOOK.md#failures",
    );
  });

  test("gets the alarm about the shards of a fleet, whose event has no description", () => {
    const fleet = synthesized({ notify: SLACK, config: FLEET }).template;
    const started = {
      source: "aws.cloudwatch",
      "detail-type": "CloudWatch Alarm State Change",
      resources: ["<TokenRotationAlarmsNoCompletedRunAny.Arn>"],
      // As in AWS's example of a composite alarm.
      detail: {
        alarmName: "Worker-NoCompletedRun",
        state: { value: "ALARM", reason: "arn:…:alarm:Worker-NoCompletedRun-7 transitioned to ALARM" },
        configuration: { alarmRule: 'ALARM("Worker-NoCompletedRun-7")' },
      },
    };
    const [rule, ...others] = rulesOf(fleet).filter(({ EventPattern }) => fits(EventPattern, started));
    expect(others).toEqual([]);
    const transformer = rule?.Targets[0]?.InputTransformer;
    const { blocks } = JSON.parse((transformer && transformed(transformer, started)) ?? "{}");
    expect(blocks.map((block: { text: { text: string } }) => block.text.text)).toEqual([
      expect.stringMatching(/^No run of a shard has completed .*RUNBOOK\.md#no-completed-run$/),
      started.detail.state.reason,
      expect.stringMatching(/^https:.*#dashboards/),
    ]);
  });

  test("keeps the webhook's address out of the template", () => {
    expect(onlyResource("AWS::Events::ApiDestination", template)).toMatchObject({
      HttpMethod: "POST",
      InvocationEndpoint: "{{resolve:secretsmanager:iot/chat:SecretString:::}}",
    });
  });
});

test("a message that can't be delivered goes into a queue that an alarm watches", () => {
  const template = stackThatTells({ emails: EMAILS, ...SLACK });
  const rules = rulesOf(template);
  expect(rules).toHaveLength(11);
  for (const { Targets } of rules)
    expect(Targets[0]?.DeadLetterConfig?.Arn).toMatch(/UndeliveredNotificationsQueue/);
  expect(JSON.stringify(resourcesOf(template, "AWS::CloudWatch::Alarm"))).toContain(
    "#undelivered-notifications-queue",
  );
});

test("an existing topic is used as it is, and people are told only what they want", () => {
  const { template } = synthesized((stack) => ({
    notify: {
      topic: Topic.fromTopicArn(stack, "Mine", "arn:aws:sns:eu-west-1:111122223333:mine"),
      of: ["leak"],
    },
  }));
  expect(resourcesOf(template, "AWS::SNS::Topic")).toEqual({});
  expect(rulesOf(template).map(({ Targets }) => Targets[0]?.Arn)).toEqual([
    "arn:aws:sns:eu-west-1:111122223333:mine",
  ]);
  for (const { Properties } of Object.values(resourcesOf(template, "AWS::CloudWatch::Alarm")))
    expect(Properties.AlarmActions).toBeUndefined();
});

test("without notify, there is nothing of it", () => {
  const types = Object.values(synthesized({}).template.toJSON().Resources).map(
    (resource) => (resource as { Type: string }).Type,
  );
  expect(types.filter((type) => /SNS|Events::/.test(type))).toEqual([]);
});

test("notify that tells nobody, or names two topics, is refused", () => {
  expect(() => stackThatTells({})).toThrow("name emails, a topic or slackWebhookSecret");
  expect(() => stackThatTells({ emails: EMAILS, of: [] })).toThrow("people would be told nothing");
  expect(() =>
    synthesized((stack) => ({ notify: { emails: EMAILS, topic: new Topic(stack, "Mine") } })),
  ).toThrow("use emails or a topic, not both");
});

test.each(["arn:aws:sns:eu-west-1:999999999999:mine", "arn:aws:sns:us-east-1:111122223333:mine"])(
  "a topic of another account or region is refused, because rules can't deliver to it: %s",
  (arn) => {
    const told = (topicArn: string) =>
      synthesized((stack) => ({ notify: { topic: Topic.fromTopicArn(stack, "Mine", topicArn) } }), {
        account: "111122223333",
        region: "eu-west-1",
      });
    expect(() => told("arn:aws:sns:eu-west-1:111122223333:mine")).not.toThrow();
    expect(() => told(arn)).toThrow("must be in the account and region of the stack");
  },
);

test("alarms alone need no rules for mails", () => {
  const template = stackThatTells({ emails: EMAILS, of: ["alarms"] });
  expect(rulesOf(template)).toEqual([]);
  for (const { Properties } of Object.values(resourcesOf(template, "AWS::CloudWatch::Alarm")))
    expect(Properties.AlarmActions).toHaveLength(1);
});
