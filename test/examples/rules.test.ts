import { Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { EventBus } from "aws-cdk-lib/aws-events";
import { describe, expect, test } from "vitest";
import { FailuresToChat } from "../../examples/chat/failures-to-chat.ts";
import { Consumer } from "../../examples/consumer/consumer.ts";
import { RestartOnRotation } from "../../examples/restart-ecs/restart-on-rotation.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import { EVENT_SOURCE } from "../../lambda/model/events.ts";
import { newApp, onlyResource, readable, resourcesOf } from "../infra/synth.ts";
import { fits, type InputTransformer, transformed } from "../support/event-pattern.ts";
import type { Intercept } from "../support/ports.ts";
import { APP, DAY, World } from "../support/world.ts";

type Add = (stack: Stack, eventBus: EventBus) => unknown;

function templateWith(add: Add): Template {
  const stack = new Stack(newApp(), "Test");
  add(stack, new EventBus(stack, "Bus", { eventBusName: "iot" }));
  return Template.fromStack(stack);
}

interface Rule {
  readonly EventPattern: Readonly<Record<string, unknown>>;
  readonly Targets: readonly { readonly Arn: string; readonly InputTransformer?: InputTransformer }[];
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

describe("the rules that post to a chat", () => {
  const template = templateWith(
    (stack, eventBus) => new FailuresToChat(stack, "Chat", { webhookSecretName: "iot/chat", eventBus }),
  );
  const rules = rulesOf(template);

  /** What the webhook gets for all that a world has sent. */
  function posted(world: World): readonly { readonly text: string; readonly lines: readonly string[] }[] {
    return eventsOf(world).flatMap((event) =>
      rules
        .filter(({ EventPattern }) => fits(EventPattern, event))
        .map(({ Targets: [target] }) => {
          if (target?.InputTransformer === undefined) throw new Error("the event would be posted as it is");
          const { text, blocks } = JSON.parse(transformed(target.InputTransformer, event));
          return { text, lines: blocks.map((block: { text: { text: unknown } }) => block.text.text) };
        }),
    );
  }

  test("post a token that could not be rotated, with code and remedy, whatever its name", async () => {
    const world = new World();
    const name = 'Line 4 "PLC" \\ <detail-code>\n日本語';
    world.token(name, { ...DUE, scope: ["legacy.scope"] });
    await world.run();
    expect(posted(world)).toEqual([
      {
        text: "A Losant API token could not be rotated",
        lines: [
          "A Losant API token could not be rotated",
          name,
          APP,
          "scope-rejected",
          expect.any(String),
          expect.stringMatching(/RUNBOOK\.md#scope-rejected$/),
        ],
      },
    ]);
  });

  test("are quiet about rotations, and about what passes by itself", async () => {
    const world = new World();
    world.token("backend", DUE);
    await world.run();
    world.token("portal", DUE);
    const isThrottled: Intercept = ({ operation }) =>
      operation === "stage" ? { before: new RotationError("store-throttled", "slow down") } : {};
    await world.run({}, { intercept: isThrottled });
    expect(world.events.filter(({ detail }) => detail.code === "store-throttled")).toHaveLength(1);
    expect(posted(world)).toEqual([]);
  });

  test("post an application of which nothing is renewed", async () => {
    const world = new World();
    world.aws.putSecret(`losant-access/${APP}`, "not a token");
    world.aws.putSecret(`losant-access/${APP}`, "not a token either");
    await world.run();
    expect(posted(world)).toEqual([
      {
        text: "The tokens of a Losant application can't be renewed",
        lines: [expect.any(String), APP, "access-token-rejected", "run-1"],
      },
    ]);
  });

  test("post a token that expires within a week, unless somebody has excluded it", async () => {
    const world = new World({ policy: { exclude: ["left*"] } });
    for (const name of ["left alone", "legacy"])
      world.token(name, { age: 83 * DAY, lifetime: 90 * DAY, scope: [] });
    await world.run();
    expect(posted(world).map(({ lines }) => lines)).toEqual([
      ["A Losant API token expires soon and is not renewed", "legacy", APP, expect.any(String), "no-scope"],
    ]);
  });

  test("keep the webhook's address out of the template", () => {
    expect(onlyResource("AWS::Events::ApiDestination", template)).toMatchObject({
      HttpMethod: "POST",
      InvocationEndpoint: "{{resolve:secretsmanager:iot/chat:SecretString:::}}",
    });
  });

  test("have every placeholder stand for a whole value: within quotes, it would not be escaped", () => {
    const inQuotes = { InputPathsMap: { name: "$.detail.name" }, InputTemplate: '{"text":"<name> failed"}' };
    expect(() => transformed(inQuotes, { detail: { name: 'a "b"' } })).toThrow("within quotes");
    expect(rules.flatMap(({ Targets }) => Targets)).toHaveLength(4);
  });
});
