import * as policies from "./secret-policies.ts";
import type { Secrets } from "./secrets.ts";
import * as reads from "./secrets-reads.ts";
import * as writes from "./secrets-writes.ts";

type Operation = (body: unknown) => object;

/** The operations of Secrets Manager by their names, over one account's secrets. */
export function secretsOperations(secrets: Secrets): ReadonlyMap<string, Operation> {
  const reading = (perform: (secrets: Secrets, body: unknown) => object): Operation => {
    return (body) => perform(secrets, body);
  };
  const writing = (perform: (secrets: Secrets, body: unknown) => object): Operation => {
    return (body) => {
      secrets.quota.take();
      return perform(secrets, body);
    };
  };
  return new Map([
    ["CreateSecret", writing(writes.createSecret)],
    ["PutSecretValue", writing(writes.putSecretValue)],
    ["UpdateSecretVersionStage", writing(writes.updateSecretVersionStage)],
    ["DeleteSecret", writing(writes.deleteSecret)],
    ["RestoreSecret", writing(writes.restoreSecret)],
    ["TagResource", writing(writes.tagResource)],
    ["PutResourcePolicy", writing(policies.putResourcePolicy)],
    ["DescribeSecret", reading(reads.describeSecret)],
    ["GetResourcePolicy", reading(policies.getResourcePolicy)],
    ["GetSecretValue", reading(reads.getSecretValue)],
    ["ListSecretVersionIds", reading(reads.listSecretVersionIds)],
    ["ListSecrets", reading(reads.listSecrets)],
  ]);
}
