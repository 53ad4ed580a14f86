import { Aws, CfnRule, Fn, Stack, Token } from "aws-cdk-lib";
import { CfnEventBus, EventBus } from "aws-cdk-lib/aws-events";
import type { Construct } from "constructs";
import { EVENT_SOURCE } from "../lambda/model/events.ts";
import type { RotationConfig } from "../lambda/policy/config.ts";
import type { AnyEventBus, EventBusOptions, OwnEventBus } from "./props.ts";

export interface ChosenBus {
  readonly bus: AnyEventBus;
  /** What the worker calls it: a name, or the ARN of a bus elsewhere. */
  readonly busName: string;
}

/** The one bus that the worker sends its events to. */
export function chooseEventBus(
  scope: Construct,
  config: RotationConfig,
  options: EventBusOptions,
): ChosenBus {
  const { eventBus, ownEventBus } = options;
  if (eventBus !== undefined && ownEventBus !== undefined)
    throw new Error("Give eventBus or ownEventBus, not both");
  const named = config.eventBusName;
  if (eventBus !== undefined) return reachable(scope, existingBus(eventBus, named));
  if (ownEventBus !== undefined)
    return newBus(scope, named === "default" ? "losant-token-rotation" : named, ownEventBus);
  const bus = named.startsWith("arn:")
    ? EventBus.fromEventBusArn(scope, "EventBus", named)
    : EventBus.fromEventBusName(scope, "EventBus", named);
  return reachable(scope, { bus, busName: named });
}

/**
 * PutEvents takes the ARN of a bus in another account, but of none in another region: a rule has to send events on
 * ("Sending and receiving events between AWS Regions"). Where the stack's region is known at the deployment only,
 * CloudFormation refuses, before it creates anything.
 */
function reachable(scope: Construct, { bus, busName }: ChosenBus): ChosenBus {
  const here = Stack.of(scope);
  const { region, account } = bus.env;
  const wrongRegion = `The event bus ${busName} is in ${region}, and the worker can't send events to another region. Name a bus of its own region, with a rule that sends them on`;
  if (isOther(region, here.region)) throw new Error(wrongRegion);
  if (isOther(account, here.account) && !busName.startsWith("arn:"))
    throw new Error(`The event bus ${busName} is in the account ${account}: give its ARN`);
  if (!Token.isUnresolved(region) && Token.isUnresolved(here.region))
    new CfnRule(scope, "EventBusRegion", {
      assertions: [{ assert: Fn.conditionEquals(Aws.REGION, region), assertDescription: wrongRegion }],
    });
  return { bus, busName };
}

function isOther(there: string, here: string): boolean {
  return !Token.isUnresolved(there) && !Token.isUnresolved(here) && there !== here;
}

function existingBus(bus: AnyEventBus, named: string): ChosenBus {
  const busName = [bus.eventBusArn, bus.eventBusName, physicalName(bus)].find(
    (text) => text !== undefined && !Token.isUnresolved(text),
  );
  if (busName === undefined) throw new Error("eventBus: its name must be known at synth");
  if (named === "default" || named === bus.eventBusName || named === busName) return { bus, busName };
  throw new Error(`eventBus is ${busName}, but eventBusName of the configuration is ${named}`);
}

/** Of a bus that this app makes. Its `eventBusName` is known to CloudFormation only, too late for the bundle. */
function physicalName(bus: AnyEventBus): string | undefined {
  const resource = bus.node.defaultChild;
  return resource instanceof CfnEventBus ? (Stack.of(bus).resolve(resource.name) as string) : undefined;
}

function newBus(scope: Construct, busName: string, { archiveFor }: OwnEventBus): ChosenBus {
  if (busName.startsWith("arn:")) throw new Error("ownEventBus: eventBusName of the configuration is an ARN");
  const bus = new EventBus(scope, "EventBus", {
    eventBusName: busName,
    description: "News of Losant API tokens that were rotated, or could not be",
  });
  if (archiveFor !== undefined)
    bus.archive("Archive", { eventPattern: { source: [EVENT_SOURCE] }, retention: archiveFor });
  return { bus, busName };
}
