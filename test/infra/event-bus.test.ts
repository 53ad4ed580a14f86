import { Duration } from "aws-cdk-lib";
import { EventBus } from "aws-cdk-lib/aws-events";
import { describe, expect, test } from "vitest";
import { policiesOf } from "./policies.ts";
import { CONFIG, readable, resourcesOf, type Synthesized, synthesized } from "./synth.ts";

function busOf({ template }: Synthesized): unknown {
  const [policy] = policiesOf(template);
  return policy?.PolicyDocument.Statement.find(({ Sid }) => Sid === "Announce")?.Resource;
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

  test("can't be two at once", () => {
    const config = { ...CONFIG, eventBusName: "iot" };
    expect(() =>
      synthesized((stack) => ({ config, eventBus: EventBus.fromEventBusName(stack, "Bus", "other") })),
    ).toThrow("eventBus is other, but eventBusName of the configuration is iot");
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

  test("is not there unless asked for", () => {
    expect(resourcesOf(synthesized().template, "AWS::Events::Rule")).toEqual({});
  });
});
