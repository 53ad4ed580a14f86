import { type ErrorCode, remedyFor } from "../../lambda/model/errors.ts";

interface Remedy {
  /** Of the sentence of a failure: the names that AWS's SDK and Node give to what went wrong. */
  readonly sign: RegExp;
  readonly codes?: RegExp;
  readonly remedy: string;
}

/** What only this terminal's user can mend: the worker's own remedies speak of its function and its role. */
const HERE: readonly Remedy[] = [
  {
    sign: /\bNoRegion\b/,
    remedy: "No AWS region is set here: add --region, or set AWS_REGION, or `region` in your AWS profile.",
  },
  {
    sign: /\bInvalidEndpoint\b/,
    remedy:
      "Correct AWS_ENDPOINT_URL: an address begins with https:// or http://. Without it, AWS itself is used.",
  },
  {
    sign: /\b(CredentialsProviderError|TokenProviderError)\b/,
    remedy:
      "No AWS credentials were found here: log in (aws sso login, aws configure), or name a profile that has some with --profile.",
  },
  {
    sign: /\bExpiredToken(Exception)?\b/,
    remedy: "Your AWS session has expired: log in again (aws sso login), or get new temporary credentials.",
  },
  {
    sign: /\b(UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException|SignatureDoesNotMatch)\b/,
    remedy:
      "AWS doesn't accept the access key of this terminal: log in again, or name another profile with --profile.",
  },
  {
    sign: /\bAccessDenied(Exception)?\b/,
    remedy:
      "Your own AWS identity may not do this: use --profile with one that may, or have the permission added that the message names (see --help).",
  },
  {
    codes: /^(store|bus)-unreachable$/,
    sign: /\bECONNREFUSED\b/,
    remedy: "Nothing answers at that address: check AWS_ENDPOINT_URL, and start what should listen there.",
  },
  {
    codes: /^(store|bus)-unreachable$/,
    sign: /\b(ENOTFOUND|EAI_AGAIN)\b/,
    remedy: "There is no such host: check the region, AWS_ENDPOINT_URL, and the network of this machine.",
  },
  {
    codes: /^losant-unreachable$/,
    sign: /\bECONNREFUSED\b/,
    remedy: "Nothing answers at Losant's address: check losantApiUrl in the configuration, host and port.",
  },
  {
    codes: /^losant-unreachable$/,
    sign: /\b(ENOTFOUND|EAI_AGAIN)\b/,
    remedy:
      "There is no such host: check losantApiUrl in the configuration, and the network of this machine.",
  },
  {
    codes: /^access-token-missing$/,
    sign: /(?:)/,
    remedy:
      "If account and region are the right ones, store a Losant API token in that secret, which creates it: npm run access-token",
  },
];

/** What to do about a failure, for somebody at a terminal. */
export function remedyHere(code: ErrorCode, sentence: string): string {
  const found = HERE.find(({ codes, sign }) => (codes?.test(code) ?? true) && sign.test(sentence));
  return found?.remedy ?? remedyFor(code);
}
