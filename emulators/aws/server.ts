import {
  type EmulatedAnswer,
  type EmulatedRequest,
  type RunningEmulator,
  type Service,
  serve,
} from "../http.ts";
import { type SecretsConsole, secretsConsole } from "./console.ts";
import { AwsRefusal, awsError } from "./errors.ts";
import { EventBuses, type EventSettings, type PutEvent } from "./events.ts";
import { parsed } from "./input.ts";
import { type SecretSettings, Secrets } from "./secrets.ts";
import { secretsOperations } from "./secrets-operations.ts";
import { checkSignatureDate, dated } from "./signatures.ts";
import { maskedView } from "./views.ts";

export { awsError } from "./errors.ts";
export type { PutEvent } from "./events.ts";
export type { SecretView, VersionView } from "./views.ts";

/** SecretSettings and EventSettings explain their options. */
export interface AwsOptions extends Partial<SecretSettings & EventSettings> {
  readonly port?: number;
  /** AWS's own clock. Requests whose signature is more than five minutes off are refused. Default: any date is accepted. */
  readonly signatureClock?: () => Date;
}

export const AWS_DEFAULTS = {
  now: () => new Date(),
  account: "111122223333",
  region: "us-east-1",
  writesPerSecond: 50,
  pageSize: 100,
  firstVersionKeepsLabel: true,
  labelMovesTouchLastChanged: true,
  unknownBus: "lost",
} satisfies SecretSettings & EventSettings;

/** What a person or a test can do and see without the API. Nothing of it is throttled, counted as a call, or subject to faults. */
export interface AwsEmulator extends RunningEmulator, SecretsConsole {
  addEventBus(name: string): void;
  /** The accepted entries, oldest first. */
  readonly events: readonly PutEvent[];
  /** Entries that got an EventId although their bus doesn't exist. */
  readonly lostEvents: readonly PutEvent[];
}

/** Secrets Manager and EventBridge on the loopback interface, for AWS_ENDPOINT_URL. Nothing is kept on disk. */
export async function startAws({ port, signatureClock, ...options }: AwsOptions = {}): Promise<AwsEmulator> {
  const settings = { ...AWS_DEFAULTS, ...options };
  const secrets = new Secrets(settings);
  const buses = new EventBuses(settings);
  const running = await serve(awsService(secrets, buses, signatureClock), port);
  return {
    ...running,
    ...secretsConsole(secrets),
    addEventBus: (name) => buses.add(name),
    events: buses.accepted,
    lostEvents: buses.lost,
  };
}

type Operation = (body: unknown, tweak: Readonly<Record<string, unknown>>) => object;

/** The service, without a server. */
export function awsService(secrets: Secrets, buses: EventBuses, signatureClock?: () => Date): Service {
  const services = new Map<string, ReadonlyMap<string, Operation>>([
    ["secretsmanager", secretsOperations(secrets)],
    [
      "AWSEvents",
      new Map<string, Operation>([
        ["PutEvents", (body, tweak) => buses.putEvents(body, tweak)],
        ["DescribeEventBus", (body) => buses.describeEventBus(body)],
        ["ListEventBuses", (body) => buses.listEventBuses(body)],
      ]),
    ],
  ]);
  const perform: Service["perform"] = (name, request, tweak) => {
    const [service = ""] = target(request).split(".");
    try {
      const operation = services.get(service)?.get(name);
      if (operation === undefined)
        throw new AwsRefusal("UnknownOperationException", `No such operation: ${name}`);
      // Any signature is accepted. A client without credentials sends none.
      if (request.headers.authorization === undefined)
        throw new AwsRefusal("MissingAuthenticationTokenException", "Missing Authentication Token");
      if (signatureClock !== undefined) checkSignatureDate(request, signatureClock());
      return dated(answered(operation(parsed(request.body), tweak)), signatureClock);
    } catch (error) {
      if (error instanceof AwsRefusal)
        return dated(awsError(error.type, error.status, error.message), signatureClock);
      throw error;
    }
  };
  return {
    operationOf: (request) => target(request).split(".").at(-1) ?? "",
    perform,
    state: () => ({ secrets: secrets.all().map(maskedView), events: buses.accepted, lostEvents: buses.lost }),
  };
}

const target = ({ headers }: EmulatedRequest) => headers["x-amz-target"] ?? "";

function answered(body: object): EmulatedAnswer {
  return { status: 200, headers: { "content-type": "application/x-amz-json-1.1" }, body };
}
