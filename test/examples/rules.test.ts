import { Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { EventBus } from "aws-cdk-lib/aws-events";
import { describe, expect, test } from "vitest";
import { Consumer } from "../../examples/consumer/consumer.ts";
import { RestartOnRotation } from "../../examples/restart-ecs/restart-on-rotation.ts";
import { EVENT_SOURCE } from "../../lambda/model/events.ts";
import { newApp, onlyResource, readable, resourcesOf } from "../infra/synth.ts";
import { fits } from "../support/event-pattern.ts";
import { APP, DAY, World } from "../support/world.ts";

type Add = (stack: Stack, eventBus: EventBus) => unknown;

function templateWith(add: Add): Template {
  const stack = new Stack(newApp(), "Test");
  add(stack, new EventBus(stack, "Bus", { eventBusName: "iot" }));
  return Template.fromStack(stack);
}

interface Rule {
  readonly EventPattern: Readonly<Record<string, unknown>>;
  readonly Targets: readonly { readonly Arn: string }[];
}

function rulesOf(template: Template): readonly Rule[] {
  return Object.values(resourcesOf(template, "AWS::Events::Rule")).map(
    ({ Properties }) => readable(Properties) as Rule,
  );
}

/** What the worker has sent in this world, as EventBridge hands it on. */
function eventsOf(world: World) {
  return world.events.map(({ detailType, resources, detail }) => ({
    source: EVENT_SOURCE,
    "detail-type": detailType,
    resources,
    detail: detail as Readonly<Record<string, unknown>>,
  }));
}

/** Due, and at one of the moments at which a failure is told of. */
const DUE = { age: 76 * DAY, lifetime: 90 * DAY };
const backend = `losant/${APP}/backend`;

async function rotatedTwo() {
  const world = new World();
  world.token("backend", DUE);
  world.token("portal", DUE);
  await world.run();
  return eventsOf(world);
}

describe("the consumer's rule", () => {
  const template = templateWith(
    (stack, eventBus) =>
      new Consumer(stack, "Consumer", { applicationId: APP, secretName: backend, eventBus }),
  );

  test("gets events about the rotation of its own secret only", async () => {
    const [rule] = rulesOf(template);
    const heard = (await rotatedTwo()).filter((event) => fits(rule?.EventPattern ?? {}, event));
    expect(heard.map((event) => [event["detail-type"], event.detail.secretName])).toEqual([
      ["Losant API Token Rotated", backend],
    ]);
    expect(rule?.Targets.map(({ Arn }) => Arn)).toEqual(["<ConsumerFunction.Arn>"]);
    template.hasResourceProperties("AWS::Lambda::Permission", { Principal: "events.amazonaws.com" });
  });

  test("leads to a function that may read that one secret", () => {
    expect(onlyResource("AWS::IAM::Policy", template)).toMatchObject({
      PolicyDocument: {
        Statement: [
          {
            Action: ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
            Resource: expect.stringMatching(/:secret:losant\/\w+\/backend-\?{6}$/),
          },
        ],
      },
    });
  });
});

describe("the rule that restarts a service", () => {
  const template = templateWith(
    (stack, eventBus) =>
      new RestartOnRotation(stack, "Restart", {
        clusterName: "iot",
        serviceName: "portal",
        secretNames: [`losant/${APP}/portal`],
        eventBus,
      }),
  );

  test("hears of the rotations of its secrets only", async () => {
    const [rule] = rulesOf(template);
    const heard = (await rotatedTwo()).filter((event) => fits(rule?.EventPattern ?? {}, event));
    expect(heard.map(({ detail }) => detail.tokenName)).toEqual(["portal"]);
  });

  test("calls UpdateService with a new deployment, and may do nothing else", () => {
    const machine = onlyResource("AWS::StepFunctions::StateMachine", template) as {
      readonly DefinitionString: string;
    };
    expect(JSON.parse(machine.DefinitionString)).toMatchObject({
      StartAt: "Restart",
      States: {
        Restart: {
          Type: "Task",
          Resource: "arn:<AWS::Partition>:states:::aws-sdk:ecs:updateService",
          Parameters: { Cluster: "iot", Service: "portal", ForceNewDeployment: true },
          End: true,
        },
      },
    });
    const policies = Object.values(resourcesOf(template, "AWS::IAM::Policy"));
    const statements = policies.flatMap(
      ({ Properties }) =>
        (readable(Properties.PolicyDocument) as { readonly Statement: readonly object[] }).Statement,
    );
    expect(statements).toEqual([
      {
        Action: "ecs:UpdateService",
        Effect: "Allow",
        Resource: "arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:service/iot/portal",
      },
      { Action: "states:StartExecution", Effect: "Allow", Resource: "<RestartStateMachine>" },
    ]);
  });
});
