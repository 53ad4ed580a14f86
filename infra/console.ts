import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Architecture, type Function as Lambda, LoggingFormat, Runtime } from "aws-cdk-lib/aws-lambda";
import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { RotationConfig } from "../lambda/policy/config.ts";
import { functionCode } from "./deployed-code.ts";
import { CA_ENVIRONMENT, readCaFile } from "./extra-ca.ts";
import { Permissions, widgetStatements } from "./permissions.ts";
import type { WorkerOptions } from "./props.ts";
import { runbookVariable } from "./runbook-url.ts";
import { lookGrants } from "./secret-grants.ts";
import type { WorkerFunction } from "./worker.ts";

interface ConsoleProps
  extends Pick<WorkerOptions, "architecture" | "logRetention" | "runbookUrl" | "extraCaFile" | "secretsKey"> {
  readonly config: RotationConfig;
  /** The configuration that is deployed with the code. */
  readonly document: object;
  readonly worker: WorkerFunction;
}

/** The function of the dashboard's custom widget, with its log and its role. It reads what the worker reads, and writes nothing. */
export class Console extends Construct {
  readonly lambda: Lambda;

  constructor(scope: Construct, id: string, props: ConsoleProps) {
    super(scope, id);
    const { config, document, worker, secretsKey } = props;
    const logGroup = new LogGroup(this, "Log", {
      retention: props.logRetention ?? RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const permissions = new Permissions(this, "Permissions", {
      config,
      description: "Role of the Losant token rotation widget, which only reads",
      grantsFor: lookGrants,
      others: widgetStatements(this, { logGroup, secretsKey }),
      tracing: false,
    });
    const caCertificates = props.extraCaFile === undefined ? undefined : readCaFile(props.extraCaFile);
    this.lambda = new NodejsFunction(this, "Function", {
      description: "Shows Losant API tokens on the dashboard; reads only",
      code: functionCode("widget", document, caCertificates),
      handler: "index.widget",
      runtime: Runtime.NODEJS_24_X,
      architecture: props.architecture ?? Architecture.ARM_64,
      // A person waits. It stops looking five seconds before, and shows what it has seen.
      timeout: Duration.seconds(30),
      // Memory also decides the share of CPU, and so how fast a person sees the page: this is one whole CPU ("Configure Lambda function
      // memory"). With less, a look takes longer and costs the same.
      memorySize: 1_769,
      role: permissions.role.withoutPolicyUpdates(),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      environment: {
        WORKER_ARN: worker.lambda.functionArn,
        WORKER_LOG_GROUP: worker.logGroup.logGroupName,
        ...runbookVariable(props.runbookUrl),
        ...(caCertificates !== undefined && CA_ENVIRONMENT),
      },
    });
    this.lambda.node.addDependency(permissions);
  }
}
