import { Duration, Stack } from "aws-cdk-lib";
import { Match, type Template } from "aws-cdk-lib/assertions";
import { EventBus } from "aws-cdk-lib/aws-events";
import { describe, expect, test } from "vitest";
import { TokenRotation } from "../../infra/token-rotation.ts";
import { policiesOf } from "./policies.ts";
import { CONFIG, newApp, readable, resourcesOf, type Synthesized, synthesized } from "./synth.ts";

function busOf({ template }: Synthesized): unknown {
  const [policy] = policiesOf(template);
  return policy?.PolicyDocument.Statement.find(({ Sid }) => Sid === "Announce")?.Resource;
}

/** What CloudFormation asserts before it creates anything, beside the CDK's own. */
function refusalsIn(template: Template): readonly unknown[] {
  const { CheckBootstrapVersion: _ofTheCdk, ...rules } = template.toJSON().Rules ?? {};
  return Object.values(rules);
}

const HERE = "arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:event-bus";

describe("the event bus", () => {
  test("is the account's default one, and none is made", () => {
    const plain = synthesized();
    expect(busOf(plain)).toBe(`${HERE}/default`);
    expect(resourcesOf(plain.template, "AWS::Events::EventBus")).toEqual({});
  });

  test("is the one that the configuration names, here or elsewhere", () => {
    expect(busOf(synthesized({ config: { ...CONFIG, eventBusName: "iot" } }))).toBe(`${HERE}/iot`);
    const eventBusName = "arn:aws:events:eu-west-1:444455556666:event-bus/central";
    expect(busOf(synthesized({ config: { ...CONFIG, eventBusName } }))).toBe(eventBusName);
  });

  test("is made by the stack if asked for, with an archive if asked for", () => {
    const own = synthesized({ ownEventBus: { archiveFor: Duration.days(30) } });
    expect(busOf(own)).toBe("<TokenRotationEventBus.Arn>");
    own.template.hasResourceProperties("AWS::Events::EventBus", { Name: "losant-token-rotation" });
    own.template.hasResourceProperties("AWS::Events::Archive", {
      EventPattern: { source: ["losant.token-rotation"] },
      RetentionDays: 30,
    });
    const named = synthesized({ config: { ...CONFIG, eventBusName: "iot" }, ownEventBus: {} });
    named.template.hasResourceProperties("AWS::Events::EventBus", { Name: "iot" });
    expect(resourcesOf(named.template, "AWS::Events::Archive")).toEqual({});
  });

  test("may be passed in, made in the same app or elsewhere", () => {
    const made = synthesized((stack) => ({ eventBus: new EventBus(stack, "Bus", { eventBusName: "iot" }) }));
    expect(busOf(made)).toBe("<Bus.Arn>");
    const elsewhere = synthesized((stack) => ({ eventBus: EventBus.fromEventBusName(stack, "Bus", "iot") }));
    expect(busOf(elsewhere)).toBe(`${HERE}/iot`);
  });

  test("may be in another account, by its ARN", () => {
    const eventBusName = "arn:aws:events:eu-west-1:444455556666:event-bus/central";
    const here = { account: "111122223333", region: "eu-west-1" };
    const { template } = synthesized({ config: { ...CONFIG, eventBusName } }, here);
    expect(refusalsIn(template)).toEqual([]);
    const elsewhere = () => {
      const app = newApp();
      const theirs = new Stack(app, "Theirs", { env: { account: "444455556666", region: "eu-west-1" } });
      const bus = new EventBus(theirs, "Bus", { eventBusName: "central" });
      const ours = new Stack(app, "Ours", { env: here });
      new TokenRotation(ours, "TokenRotation", { config: CONFIG, eventBus: bus });
    };
    expect(elsewhere).toThrow("central is in the account 444455556666. Use its ARN");
  });

  test("is refused in another region, at synth where that is known, and else by CloudFormation", () => {
    const eventBusName = "arn:aws:events:eu-west-1:111122223333:event-bus/central";
    const config = { ...CONFIG, eventBusName };
    const elsewhere = { account: "111122223333", region: "eu-central-1" };
    expect(() => synthesized({ config }, elsewhere)).toThrow(
      /^The event bus arn:.*central is in eu-west-1, but the worker can't send events to another region/,
    );
    const passedIn = (stack: Stack) => ({ eventBus: EventBus.fromEventBusArn(stack, "Bus", eventBusName) });
    expect(() => synthesized(passedIn, elsewhere)).toThrow("can't send events to another region");
    expect(refusalsIn(synthesized({ config }).template)).toMatchObject([
      {
        Assertions: [
          {
            Assert: { "Fn::Equals": [{ Ref: "AWS::Region" }, "eu-west-1"] },
            AssertDescription: expect.stringContaining("can't send events to another region"),
          },
        ],
      },
    ]);
    expect(refusalsIn(synthesized().template)).toEqual([]);
  });

  test("can't be two at once", () => {
    const config = { ...CONFIG, eventBusName: "iot" };
    expect(() =>
      synthesized((stack) => ({ config, eventBus: EventBus.fromEventBusName(stack, "Bus", "other") })),
    ).toThrow("eventBus is other, but eventBusName in the configuration is iot");
    expect(() => synthesized((stack) => ({ ownEventBus: {}, eventBus: new EventBus(stack, "Bus") }))).toThrow(
      "not both",
    );
  });
});

describe("the log of events", () => {
  test("is written by one rule, which alone may write to it", () => {
    const { template } = synthesized({ logEvents: true });
    const [[, rule] = []] = Object.entries(resourcesOf(template, "AWS::Events::Rule"));
    expect(readable(rule?.Properties)).toEqual({
      Description: expect.any(String),
      EventBusName: "default",
      EventPattern: { source: ["losant.token-rotation"] },
      State: "ENABLED",
      Targets: [
        {
          Arn: "arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:<TokenRotationEventLog>",
          Id: "Target0",
        },
      ],
    });
    const [policy] = Object.values(resourcesOf(template, "AWS::Logs::ResourcePolicy"));
    expect(policy?.Properties.PolicyDocument).toEqual(expect.anything());
    expect(JSON.stringify(policy?.Properties.PolicyDocument)).toContain("aws:SourceArn");
  });

  test("is kept for two weeks, in the folder that EventBridge's console shows", () => {
    synthesized({ logEvents: true }).template.hasResourceProperties("AWS::Logs::LogGroup", {
      LogGroupName: Match.stringLikeRegexp("^/aws/events/"),
      RetentionInDays: 14,
    });
  });

  test("is not there unless asked for", () => {
    expect(resourcesOf(synthesized().template, "AWS::Events::Rule")).toEqual({});
  });
});
