import type { Redacted } from "../../model/redacted.ts";
import type { SecretArn, SecretName, VersionId } from "../../model/secret.ts";
import type { AccessTokenReader } from "../../ports.ts";
import { AccessToken } from "./access-token.ts";

/**
 * The access token of a user, which a directory and all applications that it finds share during one run. Its secret is read once for
 * all of them, and again once if Losant rejects what it holds.
 */
export interface SharedAccessToken {
  readonly accessToken: AccessToken;
  readonly credentials: AccessTokenReader;
}

export function sharedAccessToken(
  secretId: SecretName | SecretArn,
  reader: AccessTokenReader,
): SharedAccessToken {
  const credentials = readingOnce(reader);
  return { accessToken: new AccessToken(credentials, { accessToken: secretId }), credentials };
}

/** The same reader, which reads each older version once. A failed reading is not kept. */
function readingOnce(reader: AccessTokenReader): AccessTokenReader {
  const versions = new Map<SecretArn, Promise<readonly VersionId[]>>();
  const strings = new Map<string, Promise<Redacted | undefined>>();
  const kept = <Key, Value>(known: Map<Key, Promise<Value>>, key: Key, read: () => Promise<Value>) => {
    const value = known.get(key) ?? read();
    known.set(key, value);
    value.catch(() => known.delete(key));
    return value;
  };
  return {
    read: (secretId, stage) => reader.read(secretId, stage),
    versions: (arn) => kept(versions, arn, () => reader.versions(arn)),
    readVersion: (arn, version) => kept(strings, `${arn} ${version}`, () => reader.readVersion(arn, version)),
  };
}
