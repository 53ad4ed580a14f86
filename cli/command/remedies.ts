import { type ErrorCode, remedyFor } from "../../lambda/model/errors.ts";

interface Remedy {
  /** Matches the sentence of a failure, by the names that AWS's SDK and Node use for errors. */
  readonly sign: RegExp;
  readonly codes?: RegExp;
  readonly remedy: string;
}

/** Remedies for somebody at a terminal. The worker's own remedies are about its function and its role. */
const HERE: readonly Remedy[] = [
  {
    sign: /\bNoRegion\b/,
    remedy: "No AWS region is set. Add --region, or set AWS_REGION or the `region` of your AWS profile.",
  },
  {
    sign: /\bInvalidEndpoint\b/,
    remedy:
      "Correct AWS_ENDPOINT_URL: it must begin with https:// or http://. If it is not set, AWS's own address is used.",
  },
  {
    sign: /\b(CredentialsProviderError|TokenProviderError)\b/,
    remedy:
      "This machine has no AWS credentials. Log in (aws sso login, or aws configure), or choose a profile that has credentials with --profile.",
  },
  {
    sign: /\bExpiredToken(Exception)?\b/,
    remedy: "Your AWS session has expired. Log in again (aws sso login), or get new temporary credentials.",
  },
  {
    sign: /\b(UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException|SignatureDoesNotMatch)\b/,
    remedy:
      "AWS doesn't accept the access key of this terminal. Log in again, or choose another profile with --profile.",
  },
  {
    sign: /\bAccessDenied(Exception)?\b/,
    remedy:
      "Your AWS credentials don't allow this. Choose a profile that is allowed with --profile, or ask for the permission that the message names. --help lists the permissions that the command needs.",
  },
  {
    codes: /^(store|bus)-unreachable$/,
    sign: /\bECONNREFUSED\b/,
    remedy:
      "Nothing answers at that address. Check AWS_ENDPOINT_URL, and whether the service at that address is running.",
  },
  {
    codes: /^(store|bus)-unreachable$/,
    sign: /\b(ENOTFOUND|EAI_AGAIN)\b/,
    remedy: "That host doesn't exist. Check the region, AWS_ENDPOINT_URL and the network of this machine.",
  },
  {
    codes: /^losant-unreachable$/,
    sign: /\bECONNREFUSED\b/,
    remedy:
      "Nothing answers at Losant's address. Check the host and the port of losantApiUrl in the configuration.",
  },
  {
    codes: /^losant-unreachable$/,
    sign: /\b(ENOTFOUND|EAI_AGAIN)\b/,
    remedy:
      "That host doesn't exist. Check losantApiUrl in the configuration and the network of this machine.",
  },
  {
    codes: /^access-token-missing$/,
    sign: /(?:)/,
    remedy:
      "Check the account and the region. If they are right, store a Losant API token in that secret: npm run access-token",
  },
];

/** What somebody at a terminal can do about a failure. */
export function remedyHere(code: ErrorCode, sentence: string): string {
  const found = HERE.find(({ codes, sign }) => (codes?.test(code) ?? true) && sign.test(sentence));
  return found?.remedy ?? remedyFor(code);
}
