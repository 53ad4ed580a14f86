import type {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import type * as v from "valibot";
import type { Redacted } from "../../model/redacted.ts";
import {
  type AwsAnswer,
  type AwsCallLimits,
  attempt,
  clockCorrected,
  endOf,
  retryRead,
  timeoutOf,
} from "./client.ts";
import { type StoreAttempt, storeError } from "./secrets-manager-failures.ts";

/** All limits of calls to Secrets Manager. Times are in milliseconds. */
export interface StoreLimits extends AwsCallLimits {
  readonly readAttempts: number;
  readonly maxPages: number;
  /** For ListSecrets. Pages may be empty. */
  readonly maxSecretPages: number;
  /** Of one list, which is kept until the run ends. A hundred thousand need about as many kilobytes. */
  readonly maxSecrets: number;
  /** After this time, no further page of a list is requested. */
  readonly listTotalMs: number;
}

export const STORE_LIMITS: StoreLimits = {
  callTimeoutMs: 12_000,
  totalMs: 15_000,
  firstPauseMs: 200,
  readAttempts: 3,
  maxPages: 50,
  maxSecretPages: 5_000,
  maxSecrets: 100_000,
  listTotalMs: 180_000,
};

type Read =
  | DescribeSecretCommand
  | GetResourcePolicyCommand
  | GetSecretValueCommand
  | ListSecretsCommand
  | ListSecretVersionIdsCommand;
type Write =
  | CreateSecretCommand
  | PutResourcePolicyCommand
  | PutSecretValueCommand
  | UpdateSecretVersionStageCommand;
/** The SDK's `send` has an overload for each command. This is the form that is used here. */
type Send = (command: Read | Write, options: { readonly abortSignal: AbortSignal }) => Promise<unknown>;

/** Validates the answers and translates the errors of calls. Repeats reads, and writes only after a clock error. */
export class SecretsManagerCalls {
  readonly limits: StoreLimits;
  readonly #send: Send;

  constructor(client: SecretsManagerClient, limits: StoreLimits) {
    this.limits = limits;
    this.#send = (command, options) => client.send(command as DescribeSecretCommand, options);
  }

  read<const Schema extends v.GenericSchema>(command: Read, schema: Schema) {
    const { readAttempts, firstPauseMs } = this.limits;
    const until = endOf(this.limits);
    const once = clockCorrected(() => this.#once(command, schema, [], until));
    return retryRead(once, readAttempts, firstPauseMs, until);
  }

  write<const Schema extends v.GenericSchema>(
    command: Write,
    schema: Schema,
    secrets: readonly Redacted[] = [],
  ) {
    const until = endOf(this.limits);
    return clockCorrected(() => this.#once(command, schema, secrets, until))();
  }

  #once<const Schema extends v.GenericSchema>(
    command: Read | Write,
    schema: Schema,
    secrets: readonly Redacted[],
    until: number,
  ) {
    const timeoutMs = timeoutOf(this.limits, until);
    return attempt((options) => this.#send(command, options), schema, timeoutMs, secrets);
  }
}

export const reading = (operation: string, secret: string): StoreAttempt => ({
  operation,
  secret,
  isWrite: false,
});
export const writing = (operation: string, secret: string): StoreAttempt => ({
  operation,
  secret,
  isWrite: true,
});

/** @throws RotationError with a code of the store, if the call failed. */
export function valueOrThrow<T>(attempted: StoreAttempt, answer: AwsAnswer<T>): T {
  if (answer.ok) return answer.value;
  throw storeError(attempted, answer.failure);
}
