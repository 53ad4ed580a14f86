import { AwsRefusal } from "./errors.ts";
import type { StoredValue } from "./versions.ts";

const MAX_VALUE_BYTES = 65_536;

interface Given {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: string | undefined;
}

export function givenValue({ SecretString, SecretBinary }: Given): StoredValue | undefined {
  if (SecretString !== undefined && SecretBinary !== undefined)
    throw new AwsRefusal("InvalidParameterException", "You can't specify both a string and a binary value.");
  const data = SecretString ?? SecretBinary;
  if (data === undefined) return undefined;
  const bytes = Buffer.byteLength(data, SecretString === undefined ? "base64" : "utf8");
  if (bytes === 0)
    throw new AwsRefusal("InvalidRequestException", "You must provide either SecretString or SecretBinary.");
  if (bytes > MAX_VALUE_BYTES)
    throw new AwsRefusal("ValidationException", `A secret value has at most ${MAX_VALUE_BYTES} bytes.`);
  return { kind: SecretString === undefined ? "binary" : "string", data };
}

export function givenRequestToken(
  token: string | undefined,
  value: StoredValue | undefined,
): string | undefined {
  if (token !== undefined && (token.length < 32 || token.length > 64))
    throw new AwsRefusal(
      "InvalidParameterException",
      "ClientRequestToken must be between 32 and 64 characters long.",
    );
  if (value === undefined) return undefined;
  if (token === undefined)
    throw new AwsRefusal("InvalidRequestException", "You must provide a ClientRequestToken value.");
  return token;
}
