import { describe, expect, test, vi } from "vitest";
import { secretsManagerClient, secretsManagerStore } from "../../lambda/adapters/aws/secrets-manager.ts";
import { NO_DEMANDS } from "../../lambda/model/new-secrets.ts";
import { Redacted } from "../../lambda/model/redacted.ts";
import { closedPort, inTurn, type Reply } from "../support/http.ts";
import { awsRefusal, operationsOf, pointAws, seconds } from "./aws-bench.ts";
import { failure } from "./losant-bench.ts";
import { AS_READ, EVERY_FACT, LABELS, QUICK, storeAnswering } from "./store-bench.ts";
import { ARN, LABEL, NAME, OLDER, STORE_CALLS, VERSION } from "./store-calls.ts";

const value = new Redacted('{"token":"the string"}');
const good = { ARN, Name: NAME, VersionId: VERSION, VersionStages: [LABEL] };
const described = (VersionIdsToStages?: Readonly<Record<string, readonly string[]>>) => ({
  ARN,
  Name: NAME,
  VersionIdsToStages,
  CreatedDate: seconds("2029-01-01T00:00:00Z"),
});

describe("describing a secret", () => {
  test("answers its versions with their labels and its dates", async () => {
    const { store } = await storeAnswering(() => ({
      status: 200,
      body: { ...described(LABELS), ...EVERY_FACT },
    }));
    expect(await store.describe(NAME)).toEqual(AS_READ);
  });

  test("answers its replicas. A status that is newer than this code is not in sync, and not waited for", async () => {
    const ReplicationStatus = [
      { Region: "us-east-1", Status: "InSync" },
      { Region: "us-west-1", Status: "InProgress" },
      { Region: "us-west-2", Status: "Failed", StatusMessage: "no room" },
      { Region: "eu-south-1", Status: "Paused" },
    ];
    const { store } = await storeAnswering(() => ({
      status: 200,
      body: { ...described(LABELS), ReplicationStatus },
    }));
    expect((await store.describe(NAME))?.replicas).toEqual([
      { region: "us-east-1", status: "in-sync", message: undefined },
      { region: "us-west-1", status: "in-progress", message: undefined },
      { region: "us-west-2", status: "failed", message: "no room" },
      { region: "eu-south-1", status: "failed", message: undefined },
    ]);
  });

  test("answers its description, and whether it has a resource policy", async () => {
    const body = { ...described(LABELS), Description: "made by hand" };
    const { store } = await storeAnswering(() => ({ status: 200, body }));
    expect((await store.describe(NAME))?.description).toBe("made by hand");
    for (const [answer, isThere] of [
      [{ ARN, Name: NAME }, false],
      [{ ARN, Name: NAME, ResourcePolicy: null }, false],
      [{ ARN, Name: NAME, ResourcePolicy: "{}" }, true],
    ] as const) {
      const other = await storeAnswering(() => ({ status: 200, body: answer }));
      expect(await other.store.hasResourcePolicy(ARN)).toBe(isThere);
    }
  });

  test("answers an empty secret that was never changed since its creation", async () => {
    const { store } = await storeAnswering(() => ({ status: 200, body: described() }));
    expect(await store.describe(NAME)).toMatchObject({
      versions: [],
      lastChangedAt: new Date("2029-01-01T00:00:00Z"),
      deletedAt: undefined,
      owningService: undefined,
    });
  });

  test("answers nothing where there is no such secret", async () => {
    const { store, server } = await storeAnswering(() => awsRefusal("ResourceNotFoundException"));
    expect(await store.describe(NAME)).toBeUndefined();
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, object]>([
    ["an empty answer", {}],
    ["another secret", { ...described(), Name: "other" }],
    ["no date", { ARN, Name: NAME }],
    ["no ARN", { ...described(), ARN: undefined }],
    ["an ARN that is none", { ...described(), ARN: "here" }],
  ])("does not take %s for its state", async (_, body) => {
    const { store } = await storeAnswering(() => ({ status: 200, body }));
    expect(await failure(store.describe(NAME))).toMatchObject({
      code: "store-answer-invalid",
      effect: "none",
    });
  });
});

describe("a secret's history", () => {
  test("is all pages of it, deprecated versions and empty pages too", async () => {
    const { store, server } = await storeAnswering(
      inTurn(
        {
          status: 200,
          body: { ARN, Versions: [{ VersionId: VERSION, VersionStages: ["AWSCURRENT"] }], NextToken: "1" },
        },
        { status: 200, body: { ARN, Versions: [], NextToken: "2" } },
        {
          status: 200,
          body: { ARN, Versions: [{ VersionId: OLDER, LastAccessedDate: seconds("2029-06-02T00:00:00Z") }] },
        },
      ),
    );
    expect(await store.history(ARN)).toEqual([
      { id: VERSION, labels: ["AWSCURRENT"] },
      { id: OLDER, labels: [], lastReadAt: new Date("2029-06-02T00:00:00Z") },
    ]);
    expect(server.requests.map(({ body }) => JSON.parse(body))).toMatchObject([
      { SecretId: ARN, IncludeDeprecated: true },
      { IncludeDeprecated: true, NextToken: "1" },
      { IncludeDeprecated: true, NextToken: "2" },
    ]);
  });

  test.each<[string, Reply]>([
    ["an empty answer", { status: 200, body: {} }],
    ["a page that can't be read", { status: 200, body: { ARN, Versions: [{ VersionStages: [] }] } }],
    ["another secret's", { status: 200, body: { ARN: ARN.replace("AbCdEf", "GhIjKl"), Versions: [] } }],
    ["HTML", { status: 200, body: "<html></html>" }],
  ])("is never taken from %s: a token's deletion may rest on it", async (_, reply) => {
    const { store } = await storeAnswering(() => reply);
    expect(await failure(store.history(ARN))).toMatchObject({ code: "store-answer-invalid" });
  });

  test("that never ends is given up", async () => {
    const { store, server } = await storeAnswering(
      () => ({ status: 200, body: { ARN, Versions: [], NextToken: "again" } }),
      { maxPages: 4 },
    );
    expect(await failure(store.history(ARN))).toMatchObject({ code: "store-answer-invalid" });
    expect(server.requests).toHaveLength(4);
  });

  test("whose pages come too slowly is given up", async () => {
    const { store, server } = await storeAnswering(
      () => ({ status: 200, body: { ARN, Versions: [], NextToken: "again" } }),
      { listTotalMs: 0 },
    );
    expect(await failure(store.history(ARN))).toMatchObject({ code: "store-unreachable", effect: "none" });
    expect(server.requests).toHaveLength(1);
  });
});

test.each(Object.entries(STORE_CALLS))(
  "%s is tried again after HTTP 500 if it reads, and sent once if it writes",
  async (_, { isWrite, call }) => {
    const { store, server } = await storeAnswering(() => awsRefusal("InternalServiceError", 500));
    expect(await failure(call(store, value))).toMatchObject({
      code: "store-unavailable",
      effect: isWrite ? "unknown" : "none",
    });
    expect(server.requests).toHaveLength(isWrite ? 1 : 3);
  },
);

describe("a read", () => {
  test.each<[string, Reply]>([
    ["throttling", awsRefusal("ThrottlingException")],
    ["HTTP 500", awsRefusal("InternalServiceError", 500)],
    ["a proxy's 503", { status: 503, body: "<html></html>" }],
    ["a dropped connection", "drop"],
    ["no answer in time", "hang"],
    ["an answer that is cut off", "cut"],
  ])("is tried again after %s", async (_, reply) => {
    const { store, server } = await storeAnswering(inTurn(reply, reply, { status: 200, body: described() }));
    expect(await store.describe(NAME)).toMatchObject({ name: NAME });
    expect(server.requests).toHaveLength(3);
  });

  test("is given up after three attempts, without an effect", async () => {
    const { store, server } = await storeAnswering(() => "drop");
    expect(await failure(store.describe(NAME))).toMatchObject({ code: "store-unreachable", effect: "none" });
    expect(server.requests).toHaveLength(3);
  });

  test("that is refused is not repeated", async () => {
    const { store, server } = await storeAnswering(() => awsRefusal("AccessDeniedException"));
    expect(await failure(store.describe(NAME))).toMatchObject({ code: "store-denied" });
    expect(server.requests).toHaveLength(1);
  });
});

describe("the writes", () => {
  test("send what Secrets Manager needs", async () => {
    const { store, server } = await storeAnswering(() => ({ status: 200, body: good }));
    await store.create(NAME, "a description", NO_DEMANDS);
    expect(await store.stage(ARN, VERSION, value, LABEL)).toEqual([LABEL]);
    await store.promote(ARN, VERSION, OLDER);
    await store.promote(ARN, VERSION, undefined);
    await store.attach(ARN, VERSION, LABEL);
    await store.detach(ARN, VERSION, LABEL);
    const sent = server.requests.map(({ body }) => JSON.parse(body));
    expect(operationsOf(server)).toEqual([
      "CreateSecret",
      "PutSecretValue",
      "UpdateSecretVersionStage",
      "UpdateSecretVersionStage",
      "UpdateSecretVersionStage",
      "UpdateSecretVersionStage",
    ]);
    const { ClientRequestToken: _, ...bare } = sent[0];
    expect(bare).toEqual({ Name: NAME, Description: "a description" });
    expect(sent.slice(1)).toEqual([
      { SecretId: ARN, ClientRequestToken: VERSION, SecretString: value.reveal(), VersionStages: [LABEL] },
      { SecretId: ARN, VersionStage: "AWSCURRENT", MoveToVersionId: VERSION, RemoveFromVersionId: OLDER },
      { SecretId: ARN, VersionStage: "AWSCURRENT", MoveToVersionId: VERSION },
      { SecretId: ARN, VersionStage: LABEL, MoveToVersionId: VERSION },
      { SecretId: ARN, VersionStage: LABEL, RemoveFromVersionId: VERSION },
    ]);
  });

  test("create a secret with the key, the tags and the replicas that the configuration demands", async () => {
    const { store, server } = await storeAnswering(() => ({ status: 200, body: good }));
    const kmsKeyArn = "arn:aws:kms:eu-west-1:111122223333:key/1";
    await store.create(NAME, "", {
      kmsKeyArn,
      tags: { "cost-center": "4711", empty: "" },
      replicas: [
        { region: "us-east-1", kmsKeyArn: undefined },
        { region: "us-west-1", kmsKeyArn: "arn:aws:kms:us-west-1:111122223333:key/2" },
      ],
      resourcePolicy: undefined,
    });
    expect(JSON.parse(server.requests[0]?.body ?? "")).toMatchObject({
      KmsKeyId: kmsKeyArn,
      Tags: [
        { Key: "cost-center", Value: "4711" },
        { Key: "empty", Value: "" },
      ],
      AddReplicaRegions: [
        { Region: "us-east-1" },
        { Region: "us-west-1", KmsKeyId: "arn:aws:kms:us-west-1:111122223333:key/2" },
      ],
      ForceOverwriteReplicaSecret: false,
    });
  });

  test("attach a resource policy that AWS must not let through if it is public", async () => {
    const { store, server } = await storeAnswering(() => ({ status: 200, body: { ARN, Name: NAME } }));
    await store.putResourcePolicy(ARN, '{"Version":"2012-10-17"}');
    expect(operationsOf(server)).toEqual(["PutResourcePolicy"]);
    expect(JSON.parse(server.requests[0]?.body ?? "")).toEqual({
      SecretId: ARN,
      ResourcePolicy: '{"Version":"2012-10-17"}',
      BlockPublicPolicy: true,
    });
  });

  test.each(["PublicPolicyException", "MalformedPolicyDocumentException"])(
    "are refused with %s because of the policy",
    async (name) => {
      const { store } = await storeAnswering(() => awsRefusal(name));
      await expect(store.putResourcePolicy(ARN, "{}")).rejects.toMatchObject({
        code: "store-refused",
        effect: "none",
      });
    },
  );

  test("leave a secret that exists already as it is, with its own key and tags", async () => {
    const { store, server } = await storeAnswering(() => awsRefusal("ResourceExistsException"));
    const demanded = {
      kmsKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/1",
      tags: { owner: "iot" },
      replicas: [],
      resourcePolicy: undefined,
    };
    await expect(store.create(NAME, "", demanded)).resolves.toBeUndefined();
    expect(operationsOf(server)).toEqual(["CreateSecret"]);
  });

  test("say which labels a first version has besides", async () => {
    const VersionStages = ["AWSCURRENT", LABEL];
    const { store } = await storeAnswering(() => ({ status: 200, body: { ...good, VersionStages } }));
    expect(await store.stage(ARN, VERSION, value, LABEL)).toEqual(VersionStages);
  });
});

const writes = {
  create: (store: ReturnType<typeof secretsManagerStore>) => store.create(NAME, "", NO_DEMANDS),
  stage: (store: ReturnType<typeof secretsManagerStore>) => store.stage(ARN, VERSION, value, LABEL),
  promote: (store: ReturnType<typeof secretsManagerStore>) => store.promote(ARN, VERSION, OLDER),
} as const;

describe.each(Object.entries(writes))("the write %s", (_name, write) => {
  test.each<[string, Reply, string, string]>([
    ["throttling", awsRefusal("ThrottlingException"), "store-throttled", "none"],
    ["too many requests", awsRefusal("TooManyRequestsException", 429), "store-throttled", "none"],
    ["a bare 429", { status: 429, body: "slow down" }, "store-throttled", "none"],
    ["a missing permission", awsRefusal("AccessDeniedException"), "store-denied", "none"],
    ["unknown keys", awsRefusal("UnrecognizedClientException"), "store-denied", "none"],
    ["expired keys", awsRefusal("ExpiredTokenException"), "store-denied", "none"],
    ["a wrong signature", awsRefusal("InvalidSignatureException"), "store-denied", "none"],
    ["a quota", awsRefusal("LimitExceededException"), "store-quota", "none"],
    ["a deleted secret", awsRefusal("InvalidRequestException"), "store-refused", "none"],
    ["a wrong parameter", awsRefusal("InvalidParameterException"), "store-refused", "none"],
    ["a missing secret", awsRefusal("ResourceNotFoundException"), "store-refused", "none"],
    ["a KMS key", awsRefusal("EncryptionFailure"), "store-refused", "none"],
    ["a policy", awsRefusal("MalformedPolicyDocumentException"), "store-refused", "none"],
    ["a precondition", awsRefusal("PreconditionNotMetException"), "store-refused", "none"],
    ["an error newer than this code", awsRefusal("BrandNewException"), "store-refused", "none"],
    ["HTTP 500", awsRefusal("InternalServiceError", 500), "store-unavailable", "unknown"],
    ["a proxy's 503", { status: 503, body: "<html></html>" }, "store-unavailable", "unknown"],
    ["a proxy's 403", { status: 403, body: "<html></html>" }, "store-answer-invalid", "unknown"],
    ["a 400 without a name", { status: 400, body: {} }, "store-answer-invalid", "unknown"],
    ["a redirect", { status: 302, headers: { location: "/" } }, "store-answer-invalid", "unknown"],
    ["HTML", { status: 200, body: "<html></html>" }, "store-answer-invalid", "unknown"],
    ["an empty 200", { status: 200 }, "store-answer-invalid", "unknown"],
    ["an answer that is cut off", "cut", "store-unreachable", "unknown"],
    ["a dropped connection", "drop", "store-unreachable", "unknown"],
    ["no answer in time", "hang", "store-unreachable", "unknown"],
  ])("is sent once, and translates %s", async (_, reply, code, effect) => {
    const { store, server } = await storeAnswering(() => reply);
    const error = await failure(write(store));
    expect(error).toMatchObject({ code, effect });
    expect(error.message).toContain(operationsOf(server)[0]);
    expect(error.message).toContain(NAME);
    expect(server.requests).toHaveLength(1);
  });

  test("certainly did nothing where no connection came about", async () => {
    pointAws(await closedPort());
    const store = secretsManagerStore(secretsManagerClient(), QUICK);
    expect(await failure(write(store))).toMatchObject({ code: "store-unreachable", effect: "none" });
  });
});

test("a version that exists with another value is a refusal, not a success", async () => {
  const { store } = await storeAnswering(() => awsRefusal("ResourceExistsException"));
  expect(await failure(store.stage(ARN, VERSION, value, LABEL))).toMatchObject({ code: "store-refused" });
});

test("a refusal repeats nothing of the string that was to be stored, however short that is", async () => {
  const { store } = await storeAnswering(() =>
    awsRefusal("InvalidParameterException", 400, "pa$5 is no value for SecretString"),
  );
  const short = new Redacted('{"token":"pa$5"}');
  const { message } = await failure(store.stage(ARN, VERSION, short, LABEL));
  expect(message).toContain("is no value for SecretString");
  expect(message).not.toContain("pa$5");
});

test("an answer about another version proves nothing", async () => {
  const { store } = await storeAnswering(() => ({ status: 200, body: { ...good, VersionId: OLDER } }));
  expect(await failure(store.stage(ARN, VERSION, value, LABEL))).toMatchObject({
    code: "store-answer-invalid",
    effect: "unknown",
  });
});

describe("moving a label of our own", () => {
  const refused = awsRefusal("InvalidParameterException", 400, "the label is not there");
  const look = (labels: readonly string[]): Reply => ({
    status: 200,
    body: described({ [VERSION]: labels }),
  });

  test("taking it off is done where a look shows that it is not there", async () => {
    const { store, server } = await storeAnswering(inTurn(refused, look(["AWSCURRENT"])));
    await expect(store.detach(ARN, VERSION, LABEL)).resolves.toBeUndefined();
    expect(operationsOf(server)).toEqual(["UpdateSecretVersionStage", "DescribeSecret"]);
  });

  test("taking it off is refused where it is still there", async () => {
    const { store } = await storeAnswering(inTurn(refused, look([LABEL])));
    const error = await failure(store.detach(ARN, VERSION, LABEL));
    expect(error).toMatchObject({ code: "store-refused", effect: "none" });
    expect(error.message).toContain("the label is not there");
  });

  test("putting it on is done where it is there already, and refused where it is not", async () => {
    const there = await storeAnswering(inTurn(refused, look([LABEL])));
    await expect(there.store.attach(ARN, VERSION, LABEL)).resolves.toBeUndefined();
    const gone = await storeAnswering(inTurn(refused, look([])));
    expect(await failure(gone.store.attach(ARN, VERSION, LABEL))).toMatchObject({ code: "store-refused" });
  });

  test("a missing permission is not looked into", async () => {
    const { store, server } = await storeAnswering(() => awsRefusal("AccessDeniedException"));
    expect(await failure(store.detach(ARN, VERSION, LABEL))).toMatchObject({ code: "store-denied" });
    expect(server.requests).toHaveLength(1);
  });
});

describe("reading an access token", () => {
  test.each([
    ["a plain string", " the-token\n"],
    ["JSON with token", '{"token": "the-token", "name": "x"}'],
    ["JSON with token and space around it", ' {"token": " the-token "} '],
    ["a plain string after a byte order mark", "\ufeffthe-token\n"],
    ["JSON after a byte order mark", '\ufeff{"token": "the-token"}'],
    ["JSON after space and a byte order mark", ' \ufeff\r\n{"token": "\ufeffthe-token"}'],
  ])("takes %s", async (_, SecretString) => {
    const { store, server } = await storeAnswering(() => ({ status: 200, body: { ...good, SecretString } }));
    const read = await store.read(NAME, "AWSPREVIOUS");
    expect(read?.arn).toBe(ARN);
    expect(read?.token.reveal()).toBe("the-token");
    expect(JSON.parse(server.requests[0]?.body ?? "")).toEqual({
      SecretId: NAME,
      VersionStage: "AWSPREVIOUS",
    });
  });

  test.each<[string, object]>([
    ["binary", { SecretBinary: "AAAA" }],
    ["empty", { SecretString: "" }],
    ["blank", { SecretString: " \n" }],
    ["JSON without token", { SecretString: '{"Token":"x"}' }],
    ["JSON with an empty token", { SecretString: '{"token":""}' }],
    ["JSON with a token that is none", { SecretString: '{"token":5}' }],
    ["JSON that is cut off", { SecretString: '{"token":"x' }],
    ["text of several lines", { SecretString: "one\ntwo" }],
  ])("refuses a value that is %s", async (_, held) => {
    const { store } = await storeAnswering(() => ({ status: 200, body: { ...good, ...held } }));
    const error = await failure(store.read(NAME, "AWSCURRENT"));
    expect(error.code).toBe("access-token-unreadable");
    expect(error.message).toContain(NAME);
  });

  test("tells a secret that is not there from a stage that is not there", async () => {
    const missing = "Secrets Manager can't find the specified secret.";
    const without = "Secrets Manager can't find the specified secret value for staging label: AWSPREVIOUS";
    const name = "ResourceNotFoundException";
    const none = await storeAnswering(() => awsRefusal(name, 400, missing));
    expect(await failure(none.store.read(NAME, "AWSCURRENT"))).toMatchObject({
      code: "access-token-missing",
    });
    const empty = await storeAnswering(() => awsRefusal(name, 400, without));
    expect(await empty.store.read(NAME, "AWSPREVIOUS")).toBeUndefined();
  });

  test.each<[string, string]>([
    ["AccessDeniedException", "access-token-unreadable"],
    ["DecryptionFailure", "access-token-unreadable"],
    ["InvalidRequestException", "access-token-unreadable"],
    ["ExpiredTokenException", "store-denied"],
    ["ThrottlingException", "store-throttled"],
    ["InternalServiceError", "store-unavailable"],
  ])("translates %s", async (type, code) => {
    const { store } = await storeAnswering(() => awsRefusal(type, type.startsWith("Internal") ? 500 : 400));
    const error = await failure(store.read(NAME, "AWSCURRENT"));
    expect(error.code).toBe(code);
    expect(error.message).toContain(NAME);
  });
});

test("a worker without credentials is told so", async () => {
  pointAws(await closedPort());
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"]) vi.stubEnv(name, "");
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  vi.stubEnv("HOME", "/nonexistent");
  const store = secretsManagerStore(secretsManagerClient(), QUICK);
  expect(await failure(store.describe(NAME))).toMatchObject({ code: "store-denied", effect: "none" });
});
