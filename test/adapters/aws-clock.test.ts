import { describe, expect, test } from "vitest";
import { eventBridgeBus, eventBridgeClient } from "../../lambda/adapters/aws/event-bridge.ts";
import { secretsManagerClient, secretsManagerStore } from "../../lambda/adapters/aws/secrets-manager.ts";
import { NO_DEMANDS } from "../../lambda/model/new-secrets.ts";
import { Redacted } from "../../lambda/model/redacted.ts";
import { inTurn, type Reply } from "../support/http.ts";
import { anEvent, awsAnswering, awsRefusal, byClock, operationsOf, seconds } from "./aws-bench.ts";
import { failure } from "./losant-bench.ts";
import { ARN, LABEL, NAME, VERSION } from "./store-calls.ts";

const MINUTE_MS = 60_000;
const QUICK = { callTimeoutMs: 500, firstPauseMs: 1 };
const BUS = { busName: "my-bus", limits: { ...QUICK, attempts: 3, totalMs: 2_000 } };

const value = new Redacted('{"token":"the string"}');
const good: Reply = {
  status: 200,
  body: {
    ARN,
    Name: NAME,
    VersionId: VERSION,
    VersionStages: [LABEL],
    SecretString: "the-token",
    CreatedDate: seconds("2029-01-01T00:00:00Z"),
  },
};
const accepted: Reply = { status: 200, body: { FailedEntryCount: 0, Entries: [{ EventId: "1" }] } };

/** Each on a client of its own, since a client keeps what it has learned of AWS's time. */
const CALLS: Readonly<Record<string, () => Promise<unknown>>> = {
  DescribeSecret: () => store().describe(NAME),
  GetSecretValue: () => store().read(NAME, "AWSCURRENT"),
  ListSecretVersionIds: () => store().history(ARN),
  CreateSecret: () => store().create(NAME, "", NO_DEMANDS),
  PutSecretValue: () => store().stage(ARN, VERSION, value, LABEL),
  UpdateSecretVersionStage: () => store().promote(ARN, VERSION, undefined),
  PutEvents: () => eventBridgeBus(eventBridgeClient(), BUS).publish(anEvent("k")),
};
const store = () => secretsManagerStore(secretsManagerClient(), QUICK);
const answerTo = (operation: string) => (operation === "PutEvents" ? accepted : good);

describe.each(Object.keys(CALLS))("AWS's clock is another one than this machine's: %s", (operation) => {
  const call = CALLS[operation] ?? (() => Promise.reject(new Error(operation)));

  test.each([20, -20, 24 * 60])("%i minutes ahead, it is done at the second attempt", async (ahead) => {
    const now = () => new Date(Date.now() + ahead * MINUTE_MS);
    const server = await awsAnswering(byClock(now, () => answerTo(operation)));
    await call();
    expect(operationsOf(server)).toEqual([operation, operation]);
  });

  test.each([
    ["InvalidSignatureException", "Signature expired: 20290101T000000Z is now earlier than 20290101T001500Z"],
    ["InvalidSignatureException", "Signature not yet current: 20290101T000000Z is still later than 2028"],
    ["SignatureDoesNotMatch", "Signature expired: 20290101T000000Z is now earlier than 20290101T001500Z"],
    ["RequestTimeTooSkewed", "The difference between the request time and the current time is too large."],
    ["RequestExpired", "Request has expired."],
    ["RequestInTheFuture", "because"],
  ])("%s (%s) is made again once, and certainly did nothing", async (type, message) => {
    const server = await awsAnswering(() => awsRefusal(type, 400, message));
    const error = await failure(call());
    expect(error).toMatchObject({ code: "aws-clock-skewed", effect: "none", retryable: false });
    expect(error.message).toContain("the clocks of this machine and of");
    expect(server.requests).toHaveLength(2);
    const once = await awsAnswering(inTurn(awsRefusal(type, 400, message), answerTo(operation)));
    await call();
    expect(once.requests).toHaveLength(2);
  });

  test.each([
    [
      "InvalidSignatureException",
      "The request signature we calculated does not match the signature you provided.",
      "does not accept them",
    ],
    ["SignatureDoesNotMatch", "Check your AWS Secret Access Key and signing method.", "does not accept them"],
    ["UnrecognizedClientException", "The security token included in the request is invalid.", "not accept"],
    ["InvalidClientTokenId", "The security token included in the request is invalid.", "not accept"],
    ["MissingAuthenticationTokenException", "because", "there are no AWS credentials"],
    [
      "ExpiredTokenException",
      "The security token included in the request is expired",
      "credentials have expired",
    ],
    ["AccessDeniedException", "User is not authorized to perform this", "AWS doesn't allow this"],
  ])("%s (%s) is asked once, and said for what it is", async (type, message, said) => {
    const server = await awsAnswering(() => awsRefusal(type, 400, message));
    const error = await failure(call());
    const isUnreadable = operation === "GetSecretValue" && type === "AccessDeniedException";
    expect(error.code).toMatch(isUnreadable ? /^access-token-unreadable$/ : /^(store|bus)-denied$/);
    expect(error).toMatchObject({ effect: "none" });
    expect(error.message).toContain(isUnreadable ? "it can't be read" : said);
    expect(server.requests).toHaveLength(1);
  });
});

test("a read that is throttled between two wrong dates is made again for a wrong date only once", async () => {
  const wrong = awsRefusal("RequestExpired");
  const server = await awsAnswering(inTurn(wrong, awsRefusal("ThrottlingException"), wrong, good));
  expect(await failure(store().describe(NAME))).toMatchObject({ code: "aws-clock-skewed" });
  expect(server.requests).toHaveLength(3);
});

test("a client that knows AWS's time signs by it at once", async () => {
  const now = () => new Date(Date.now() + 20 * MINUTE_MS);
  const server = await awsAnswering(byClock(now, () => good));
  const client = store();
  await client.describe(NAME);
  await client.create(NAME, "", NO_DEMANDS);
  await client.promote(ARN, VERSION, undefined);
  expect(server.requests).toHaveLength(4);
});

test.each([
  "+275760-09-13T00:00:00.000Z",
  "Tue, 13 Sep 275760 00:00:00 GMT",
  "-000100-01-01T00:00:00.000Z",
  "Fri, 31 Dec 9999 23:59:59 GMT",
  "Thu, 01 Jan 1970 00:00:00 GMT",
  "yesterday",
])("a date that can't be, %s, costs no later call of the same client", async (date) => {
  let isOdd = true;
  const at = () => new Date();
  const server = await awsAnswering((request, index) => {
    const usual = byClock(at, () => good)(request, index);
    const reply =
      isOdd && typeof usual !== "string" ? { ...usual, headers: { ...usual.headers, date } } : usual;
    isOdd = false;
    return reply;
  });
  const client = store();
  await client.describe(NAME);
  await client.describe(NAME);
  await client.create(NAME, "", NO_DEMANDS);
  expect(server.requests.length).toBeLessThanOrEqual(4);
});
