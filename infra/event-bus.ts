import { Aws, CfnRule, Fn, Stack, Token } from "aws-cdk-lib";
import { CfnEventBus, EventBus } from "aws-cdk-lib/aws-events";
import type { Construct } from "constructs";
import { EVENT_SOURCE } from "../lambda/model/events.ts";
import type { RotationConfig } from "../lambda/policy/config.ts";
import type { AnyEventBus, EventBusOptions, OwnEventBus } from "./props.ts";

export interface ChosenBus {
  readonly bus: AnyEventBus;
  /** The name that the worker uses for the bus, or the ARN of a bus in another account. */
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
    throw new Error("Use eventBus or ownEventBus, not both");
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
 * PutEvents accepts the ARN of a bus in another account, but not in another region: a rule has to forward the events
 * ("Sending and receiving events between AWS Regions"). If the stack's region is known only at the deployment,
 * CloudFormation refuses before it creates anything.
 */
function reachable(scope: Construct, { bus, busName }: ChosenBus): ChosenBus {
  const here = Stack.of(scope);
  const { region, account } = bus.env;
  const wrongRegion = `The event bus ${busName} is in ${region}, but the worker can't send events to another region. Use a bus in the worker's region, with a rule that forwards the events`;
  if (isOther(region, here.region)) throw new Error(wrongRegion);
  if (isOther(account, here.account) && !busName.startsWith("arn:"))
    throw new Error(`The event bus ${busName} is in the account ${account}. Use its ARN`);
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
  if (busName === undefined) throw new Error("eventBus: the name of the bus must be known at synth");
  if (named === "default" || named === bus.eventBusName || named === busName) return { bus, busName };
  throw new Error(`eventBus is ${busName}, but eventBusName in the configuration is ${named}`);
}

/** The name of a bus that this app creates. Only CloudFormation knows its `eventBusName`, which is too late for the bundle. */
function physicalName(bus: AnyEventBus): string | undefined {
  const resource = bus.node.defaultChild;
  return resource instanceof CfnEventBus ? (Stack.of(bus).resolve(resource.name) as string) : undefined;
}

function newBus(scope: Construct, busName: string, { archiveFor }: OwnEventBus): ChosenBus {
  if (busName.startsWith("arn:"))
    throw new Error("ownEventBus can't be used if eventBusName in the configuration is an ARN");
  const bus = new EventBus(scope, "EventBus", {
    eventBusName: busName,
    description: "Events of the Losant token rotation",
  });
  if (archiveFor !== undefined)
    bus.archive("Archive", { eventPattern: { source: [EVENT_SOURCE] }, retention: archiveFor });
  return { bus, busName };
}
