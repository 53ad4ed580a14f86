import { SecretValue } from "aws-cdk-lib";
import {
  ApiDestination,
  Authorization,
  Connection,
  EventField,
  type EventPattern,
  type IApiDestination,
  Rule,
  RuleTargetInput,
} from "aws-cdk-lib/aws-events";
import { ApiDestination as ToApiDestination } from "aws-cdk-lib/aws-events-targets";
import { Construct } from "constructs";
import {
  type AnyEventBus,
  type DetailType,
  EVENT_SOURCE,
  PERMANENT_ERROR_CODES,
} from "losant-token-rotation";

interface FailuresToChatProps {
  /** The secret that holds the URL of an incoming webhook, such as Slack's. Whoever knows the URL can post. */
  readonly webhookSecretName: string;
  readonly eventBus: AnyEventBus;
}

interface Message {
  readonly about: DetailType;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly title: string;
  /** Paths of the event; each becomes a line. */
  readonly facts: readonly string[];
}

/**
 * Posts to a chat only what a person has to act on: failures that a retry doesn't solve, tokens that expire within a week,
 * and applications whose tokens can't be renewed.
 */
export class FailuresToChat extends Construct {
  readonly #eventBus: AnyEventBus;
  readonly #chat: IApiDestination;

  constructor(scope: Construct, id: string, { webhookSecretName, eventBus }: FailuresToChatProps) {
    super(scope, id);
    this.#eventBus = eventBus;
    const connection = new Connection(this, "Connection", {
      // A webhook needs only its URL, but a connection must have a credential. This one names the sender.
      authorization: Authorization.apiKey("X-Sent-By", SecretValue.unsafePlainText("losant-token-rotation")),
    });
    this.#chat = new ApiDestination(this, "Chat", {
      connection,
      // CloudFormation reads it at the deployment. The template has only the secret's name.
      endpoint: SecretValue.secretsManager(webhookSecretName).unsafeUnwrap(),
      rateLimitPerSecond: 1,
      // With `exactOptionalPropertyTypes`, the CDK's class doesn't match its own interface.
    }) as IApiDestination;
    this.#post("Failed", failed("tokenName", true));
    // For a token that Losant no longer has, only the id is known. A template must not contain a missing path.
    this.#post("FailedNameless", failed("tokenId", false));
    this.#post("Expiring", {
      about: "Losant API Token Expiring",
      detail: {
        daysLeft: [{ numeric: ["<=", 7] }],
        reason: [{ "anything-but": ["excluded"] }],
        tokenName: [{ exists: true }],
      },
      title: "A Losant API token expires soon and is not renewed",
      facts: ["tokenName", "applicationId", "expirationDate", "reason"],
    });
    this.#post("ApplicationFailed", {
      about: "Losant Token Rotation Run Completed",
      detail: { failedApplications: { code: PERMANENT_ERROR_CODES } },
      title: "The tokens of a Losant application can't be renewed",
      facts: ["failedApplications[0].applicationId", "failedApplications[0].code", "runId"],
    });
  }

  #post(id: string, { about, detail, title, facts }: Message): void {
    const eventPattern: EventPattern = { source: [EVENT_SOURCE], detailType: [about], detail };
    const text = (value: string) => ({ type: "plain_text", text: value });
    const event = RuleTargetInput.fromObject({
      text: title,
      blocks: [
        { type: "header", text: text(title) },
        // Each value is without quotes, so EventBridge makes it a JSON string and escapes it. Inside a text it would not.
        ...facts.map((path) => ({ type: "section", text: text(EventField.fromPath(`$.detail.${path}`)) })),
      ],
    });
    const target = new ToApiDestination(this.#chat, { event });
    new Rule(this, id, { description: title, eventBus: this.#eventBus, eventPattern, targets: [target] });
  }
}

function failed(called: "tokenName" | "tokenId", isNamed: boolean): Message {
  return {
    about: "Losant API Token Rotation Failed",
    detail: { retryable: [false], tokenName: [{ exists: isNamed }] },
    title: "A Losant API token could not be rotated",
    facts: [called, "applicationId", "code", "message", "remedy"],
  };
}
