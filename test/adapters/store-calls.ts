import * as v from "valibot";
import { NO_DEMANDS } from "../../lambda/model/new-secrets.ts";
import type { Redacted } from "../../lambda/model/redacted.ts";
import { SecretArn, SecretName, type VersionId, versionIdOf } from "../../lambda/model/secret.ts";
import { TokenId } from "../../lambda/model/token.ts";
import type { AccessTokenReader, SecretStore } from "../../lambda/ports.ts";

export const NAME = v.parse(SecretName, "losant/575ec8687ae143cd83dc4a97/backend");
export const ARN = v.parse(SecretArn, `arn:aws:secretsmanager:us-east-1:111122223333:secret:${NAME}-AbCdEf`);
const id = (digit: string) => v.parse(TokenId, digit.repeat(24));
export const VERSION = versionIdOf({ tokenId: id("b"), replacedId: id("a") });
export const OLDER: VersionId = versionIdOf({ tokenId: id("a"), replacedId: id("9") });
export const LABEL = `rotating-${id("b")}`;

export type Store = SecretStore & AccessTokenReader;

/** Each call of the store's ports, once. The adapter repeats reads but not writes. The core paces writes. */
export const STORE_CALLS: Readonly<
  Record<
    keyof Store,
    { readonly isWrite: boolean; readonly call: (store: Store, value: Redacted) => Promise<unknown> }
  >
> = {
  describe: { isWrite: false, call: (store) => store.describe(NAME) },
  history: { isWrite: false, call: (store) => store.history(ARN) },
  list: { isWrite: false, call: (store) => store.list("losant/") },
  read: { isWrite: false, call: (store) => store.read(NAME, "AWSCURRENT") },
  versions: { isWrite: false, call: (store) => store.versions(ARN) },
  readVersion: { isWrite: false, call: (store) => store.readVersion(ARN, VERSION) },
  hasResourcePolicy: { isWrite: false, call: (store) => store.hasResourcePolicy(ARN) },
  putResourcePolicy: { isWrite: true, call: (store) => store.putResourcePolicy(ARN, "{}") },
  create: { isWrite: true, call: (store) => store.create(NAME, "a description", NO_DEMANDS) },
  stage: { isWrite: true, call: (store, value) => store.stage(ARN, VERSION, value, LABEL) },
  promote: { isWrite: true, call: (store) => store.promote(ARN, VERSION, OLDER) },
  attach: { isWrite: true, call: (store) => store.attach(ARN, VERSION, LABEL) },
  detach: { isWrite: true, call: (store) => store.detach(ARN, VERSION, LABEL) },
};
