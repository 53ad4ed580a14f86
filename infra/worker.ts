import { Duration, RemovalPolicy } from "aws-cdk-lib";
import {
  Architecture,
  type Function as Lambda,
  LoggingFormat,
  Runtime,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import { SqsDestination } from "aws-cdk-lib/aws-lambda-destinations";
import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { RotationConfig } from "../lambda/policy/config.ts";
import { SLOT_MS } from "../lambda/policy/slots.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import { functionCode } from "./deployed-code.ts";
import { CA_ENVIRONMENT, readCaFile } from "./extra-ca.ts";
import { newKeysIn, Permissions, tellOfFolders, workerStatements } from "./permissions.ts";
import type { AnyEventBus, WorkerOptions } from "./props.ts";
import { runbookVariable } from "./runbook-url.ts";
import { secretGrants } from "./secret-grants.ts";

interface WorkerProps extends WorkerOptions {
  readonly config: RotationConfig;
  /** The configuration that is deployed with the code. */
  readonly document: object;
  readonly eventBus: AnyEventBus;
}

/** The function with its code, its log and its role, and the queue for asynchronous invocations that keep failing. */
export class WorkerFunction extends Construct {
  readonly lambda: Lambda;
  readonly logGroup: LogGroup;
  /** Asynchronous invocations that failed three times, in Lambda's format. */
  readonly failedRuns: IQueue;
  readonly timeout: Duration;

  constructor(scope: Construct, id: string, props: WorkerProps) {
    super(scope, id);
    const { config, document, eventBus, secretsKey, tracing = false } = props;
    this.timeout = timeoutOf(props);
    this.failedRuns = new DeadLetterQueue(this, "FailedRuns").queue;
    this.logGroup = new LogGroup(this, "Log", {
      retention: props.logRetention ?? RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const { logGroup, failedRuns } = this;
    const permissions = new Permissions(this, "Permissions", {
      config,
      description: "Role of the Losant token rotation worker",
      grantsFor: secretGrants,
      others: workerStatements(this, {
        eventBus,
        logGroup,
        failedRuns,
        secretsKey,
        newKeys: newKeysIn(config),
      }),
      tracing,
    });
    tellOfFolders(this, config);
    const caCertificates = props.extraCaFile === undefined ? undefined : readCaFile(props.extraCaFile);
    this.lambda = new NodejsFunction(this, "Function", {
      description: "Rotates Losant API tokens before they expire",
      code: functionCode("worker", document, caCertificates),
      handler: "index.handler",
      runtime: Runtime.NODEJS_24_X,
      architecture: props.architecture ?? Architecture.ARM_64,
      timeout: this.timeout,
      memorySize: props.memorySize ?? 512,
      // Permissions already has everything that the CDK would add to the role.
      role: permissions.role.withoutPolicyUpdates(),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      environment: {
        ...runbookVariable(props.runbookUrl),
        ...(caCertificates !== undefined && CA_ENVIRONMENT),
      },
      retryAttempts: 2,
      // Three runs of 15 minutes and the pauses between them.
      maxEventAge: Duration.hours(1),
      onFailure: new SqsDestination(failedRuns),
      ...(props.reservedConcurrency !== undefined && {
        reservedConcurrentExecutions: props.reservedConcurrency,
      }),
    });
    // Lambda refuses a destination that the role isn't yet allowed to send to.
    this.lambda.node.addDependency(permissions);
  }
}

/** In a fleet, a run ends before the next one starts, because each of them uses the whole quota of Secrets Manager. */
const LONGEST_SLOT_RUN = Duration.millis(SLOT_MS).minus(Duration.minutes(1));

function timeoutOf({ config, timeout }: Pick<WorkerProps, "config" | "timeout">): Duration {
  if (config.fleet === undefined) return timeout ?? Duration.minutes(15);
  if (timeout !== undefined && timeout.toMilliseconds() > LONGEST_SLOT_RUN.toMilliseconds())
    throw new Error(
      `timeout: with fleet, a run may take ${LONGEST_SLOT_RUN.toMinutes()} minutes at most, because the next run starts after ${SLOT_MS / 60_000}`,
    );
  return timeout ?? LONGEST_SLOT_RUN;
}
