import {
  DescribeEventBusCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from "@aws-sdk/client-eventbridge";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type AwsEmulator, type AwsOptions, awsError, startAws } from "../../emulators/aws/server.ts";
import { workerCalls } from "../support/worker-calls.ts";

const SECOND_MS = 1000;
const HOUR_MS = 3600 * SECOND_MS;
const DAY_MS = 24 * HOUR_MS;
const START = new Date("2026-03-01T12:00:00.000Z");

let clock: Date;
let aws: AwsEmulator;
let secretsManager: SecretsManagerClient;
let eventBridge: EventBridgeClient;

async function start(options: AwsOptions = {}): Promise<void> {
  await connect({ writesPerSecond: Number.POSITIVE_INFINITY, ...options });
}

async function connect(options: AwsOptions): Promise<void> {
  aws = await startAws({ now: () => clock, ...options });
  const client = {
    endpoint: aws.url,
    region: "us-east-1",
    credentials: { accessKeyId: "dummy", secretAccessKey: "dummy" },
    maxAttempts: 1,
  };
  secretsManager = new SecretsManagerClient(client);
  eventBridge = new EventBridgeClient(client);
}

async function stop(): Promise<void> {
  secretsManager.destroy();
  eventBridge.destroy();
  await aws.close();
}

async function restart(options: AwsOptions): Promise<void> {
  await stop();
  await start(options);
}

beforeEach(async () => {
  clock = START;
  await start();
});
afterEach(stop);

const pass = (ms: number) => {
  clock = new Date(clock.getTime() + ms);
};

/** A version id of the allowed length, with unique first characters. */
const id = (name: string) => name.padEnd(32, "0");

const create = (Name: string, SecretString?: string, ClientRequestToken = id(`${Name}-1`)) =>
  secretsManager.send(
    new CreateSecretCommand({ Name, ...(SecretString && { SecretString, ClientRequestToken }) }),
  );
const put = (SecretId: string, version: string, SecretString: string, VersionStages?: string[]) =>
  secretsManager.send(
    new PutSecretValueCommand({
      SecretId,
      ClientRequestToken: version,
      SecretString,
      ...(VersionStages && { VersionStages }),
    }),
  );
const move = (VersionStage: string, MoveToVersionId?: string, RemoveFromVersionId?: string) =>
  secretsManager.send(
    new UpdateSecretVersionStageCommand({
      SecretId: "s",
      VersionStage,
      MoveToVersionId,
      RemoveFromVersionId,
    }),
  );
const describeSecret = (SecretId: string) => secretsManager.send(new DescribeSecretCommand({ SecretId }));
const getValue = (input: { VersionId?: string; VersionStage?: string } = {}) =>
  secretsManager.send(new GetSecretValueCommand({ SecretId: "s", ...input }));
const stages = async (SecretId = "s") => (await describeSecret(SecretId)).VersionIdsToStages;

async function refusal(call: Promise<unknown>): Promise<Error> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof Error) return outcome;
  throw new Error("expected a refusal");
}
const refusedAs = async (call: Promise<unknown>) => (await refusal(call)).name;
const allRefusedAs = async (calls: Promise<unknown>[]) => new Set(await Promise.all(calls.map(refusedAs)));

describe("creating a secret", () => {
  test("a secret can be created without a value and then has no version", async () => {
    const created = await create("losant/app/My.Token_1@+=");
    expect(created.ARN).toMatch(
      /^arn:aws:secretsmanager:us-east-1:111122223333:secret:losant\/app\/My\.Token_1@\+=-[A-Za-z0-9]{6}$/,
    );
    expect(created.VersionId).toBeUndefined();
    const described = await describeSecret("losant/app/My.Token_1@+=");
    expect(described).toMatchObject({ ARN: created.ARN, CreatedDate: START, LastChangedDate: START });
    expect(described.VersionIdsToStages).toBeUndefined();
    expect(described.DeletedDate).toBeUndefined();
  });

  test("a secret created with a value has it as AWSCURRENT under the request's token", async () => {
    const created = await create("s", "v1", id("one"));
    expect(created.VersionId).toBe(id("one"));
    expect(await getValue()).toMatchObject({
      SecretString: "v1",
      VersionId: id("one"),
      VersionStages: ["AWSCURRENT"],
      CreatedDate: START,
    });
  });

  test("the day of the last read is told in UTC, once somebody has read a value", async () => {
    await create("s", "v1", id("one"));
    expect((await describeSecret("s")).LastAccessedDate).toBeUndefined();
    await getValue();
    const { LastAccessedDate, LastChangedDate } = await describeSecret("s");
    expect(LastAccessedDate?.toISOString()).toBe(`${clock.toISOString().slice(0, 10)}T00:00:00.000Z`);
    expect(LastChangedDate).toEqual(START);
  });

  test("a read that is shown late has the day on which it happened, and hides no later one", async () => {
    await create("s", "v1", id("one"));
    const shown = async () => (await describeSecret("s")).LastAccessedDate?.toISOString().slice(0, 10);
    aws.showRead("s", id("one"), new Date("2025-12-30T23:59:00Z"));
    expect(await shown()).toBe("2025-12-30");
    await getValue();
    aws.showRead("s", id("one"), new Date("2025-12-31T00:00:00Z"));
    expect(await shown()).toBe(clock.toISOString().slice(0, 10));
  });

  test("an edit of a tag changes the secret, and nothing else of it", async () => {
    await create("s", "v1", id("one"));
    clock = new Date(clock.getTime() + 3_600_000);
    aws.tag("s", "owner", "somebody");
    expect(aws.secret("s")).toMatchObject({ tags: { owner: "somebody" }, lastChangedDate: clock });
    expect(aws.value("s")).toBe("v1");
  });

  test("the day of the last read is told of each version that somebody has read, and of no other", async () => {
    await create("s", "v1", id("one"));
    await getValue();
    await put("s", id("two"), "v2");
    const { Versions = [] } = await secretsManager.send(
      new ListSecretVersionIdsCommand({ SecretId: "s", IncludeDeprecated: true }),
    );
    const days = Versions.map(({ VersionId, LastAccessedDate }) => [
      VersionId,
      LastAccessedDate?.toISOString(),
    ]);
    expect(days).toEqual([
      [id("one"), `${clock.toISOString().slice(0, 10)}T00:00:00.000Z`],
      [id("two"), undefined],
    ]);
  });

  test("description, key and tags are described, and tags are added one by one", async () => {
    await secretsManager.send(
      new CreateSecretCommand({
        Name: "s",
        Description: "a token",
        KmsKeyId: "alias/own",
        Tags: [{ Key: "a", Value: "1" }],
      }),
    );
    pass(SECOND_MS);
    const Tags = [
      { Key: "a", Value: "2" },
      { Key: "b", Value: "3" },
    ];
    await secretsManager.send(new TagResourceCommand({ SecretId: "s", Tags }));
    expect(await describeSecret("s")).toMatchObject({
      Description: "a token",
      KmsKeyId: "alias/own",
      Tags,
      LastChangedDate: clock,
    });
  });

  test("a name that is taken is refused, unless token and value repeat the first request", async () => {
    const first = await create("s", "v1");
    expect((await create("s", "v1")).ARN).toBe(first.ARN);
    expect(await refusedAs(create("s", "other"))).toBe("ResourceExistsException");
    expect(await refusedAs(create("s", "v1", id("other")))).toBe("ResourceExistsException");
    expect(await refusedAs(create("s"))).toBe("ResourceExistsException");
  });

  test.each(["", "with space", "umlaut-ä", "a:b", "star*", "x".repeat(513)])(
    "the name %j is refused",
    async (name) => {
      expect(await refusedAs(create(name))).toBe("ValidationException");
    },
  );

  test("the same steps give the same ARN in every run, and a name created again another one", async () => {
    const { ARN } = await create("s");
    await secretsManager.send(new DeleteSecretCommand({ SecretId: "s", ForceDeleteWithoutRecovery: true }));
    expect((await create("s")).ARN).not.toBe(ARN);
    await restart({});
    expect((await create("s")).ARN).toBe(ARN);
  });

  test("account and region are the emulator's", async () => {
    await restart({ account: "999999999999", region: "eu-central-1" });
    expect((await create("s")).ARN).toContain("arn:aws:secretsmanager:eu-central-1:999999999999:secret:s-");
  });
});

describe("naming a secret", () => {
  test("name, complete ARN and ARN without the random part all find it", async () => {
    const { ARN = "" } = await create("s", "v1");
    for (const secretId of ["s", ARN, ARN.slice(0, -7)])
      expect((await describeSecret(secretId)).ARN).toBe(ARN);
  });

  test("an ARN that ends like a complete one is taken for one, so such a name is not found by it", async () => {
    const { ARN = "" } = await create("my-server", "v1");
    expect(await refusedAs(describeSecret(ARN.slice(0, -7)))).toBe("ResourceNotFoundException");
    expect((await describeSecret("my-server")).ARN).toBe(ARN);
  });

  test("what does not exist is a ResourceNotFoundException, also in another region", async () => {
    const { ARN = "" } = await create("s");
    expect((await refusal(describeSecret("t"))).message).toBe(
      "Secrets Manager can't find the specified secret.",
    );
    expect(await refusedAs(describeSecret(ARN.replace("us-east-1", "eu-west-1")))).toBe(
      "ResourceNotFoundException",
    );
    expect(await refusedAs(put("t", id("one"), "v"))).toBe("ResourceNotFoundException");
  });
});

describe("reading a value", () => {
  test("a secret without a value has none labelled AWSCURRENT", async () => {
    await create("s");
    expect(await refusal(getValue())).toMatchObject({
      name: "ResourceNotFoundException",
      message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    });
  });

  test("a version is read by its id or a label, and both together must agree", async () => {
    await create("s", "v1", id("one"));
    await put("s", id("two"), "v2", ["mine"]);
    expect((await getValue({ VersionId: id("one") })).SecretString).toBe("v1");
    expect((await getValue({ VersionStage: "mine" })).SecretString).toBe("v2");
    expect((await getValue({ VersionId: id("two"), VersionStage: "mine" })).SecretString).toBe("v2");
    expect(await refusedAs(getValue({ VersionId: id("one"), VersionStage: "mine" }))).toBe(
      "InvalidRequestException",
    );
    expect(await refusedAs(getValue({ VersionId: id("three") }))).toBe("ResourceNotFoundException");
  });

  test("bytes come back as they went in", async () => {
    await create("s");
    const SecretBinary = new Uint8Array([0, 255, 7]);
    await secretsManager.send(
      new PutSecretValueCommand({ SecretId: "s", ClientRequestToken: id("one"), SecretBinary }),
    );
    const read = await getValue();
    expect(read.SecretString).toBeUndefined();
    expect([...(read.SecretBinary ?? [])]).toEqual([0, 255, 7]);
    expect(aws.value("s")).toBeUndefined();
  });
});

describe("putting a value", () => {
  test("without stages it becomes AWSCURRENT, and what was current AWSPREVIOUS", async () => {
    await create("s", "v1", id("one"));
    const answer = await put("s", id("two"), "v2");
    expect(answer).toMatchObject({ VersionId: id("two"), VersionStages: ["AWSCURRENT"] });
    expect(await stages()).toEqual({ [id("one")]: ["AWSPREVIOUS"], [id("two")]: ["AWSCURRENT"] });
    await put("s", id("three"), "v3");
    expect(await stages()).toEqual({ [id("two")]: ["AWSPREVIOUS"], [id("three")]: ["AWSCURRENT"] });
    expect(aws.secret("s")?.versions.map(({ labels }) => labels)).toEqual([
      [],
      ["AWSPREVIOUS"],
      ["AWSCURRENT"],
    ]);
  });

  test("with stages it holds exactly these, which leave the version they were on", async () => {
    await create("s", "v1", id("one"));
    await put("s", id("two"), "v2", ["a", "b"]);
    const answer = await put("s", id("three"), "v3", ["b"]);
    expect(answer.VersionStages).toEqual(["b"]);
    expect(await stages()).toEqual({
      [id("one")]: ["AWSCURRENT"],
      [id("two")]: ["a"],
      [id("three")]: ["b"],
    });
    await put("s", id("four"), "v4", ["AWSCURRENT", "b"]);
    expect(await stages()).toEqual({
      [id("one")]: ["AWSPREVIOUS"],
      [id("two")]: ["a"],
      [id("four")]: ["AWSCURRENT", "b"],
    });
  });

  test("the first version becomes AWSCURRENT by itself and keeps the label it was staged with", async () => {
    await create("s");
    const answer = await put("s", id("one"), "v1", ["mine"]);
    expect(answer.VersionStages).toEqual(["mine", "AWSCURRENT"]);
    expect(await stages()).toEqual({ [id("one")]: ["mine", "AWSCURRENT"] });
  });

  test("in the other reading the first version has AWSCURRENT only, later ones their labels", async () => {
    await restart({ firstVersionKeepsLabel: false });
    await create("s");
    expect((await put("s", id("one"), "v1", ["mine"])).VersionStages).toEqual(["AWSCURRENT"]);
    expect((await put("s", id("two"), "v2", ["mine"])).VersionStages).toEqual(["mine"]);
  });

  test("the same token with the same value does nothing and moves no label", async () => {
    await create("s", "v1", id("one"));
    await put("s", id("two"), "v2", ["mine"]);
    pass(HOUR_MS);
    const repeated = await put("s", id("two"), "v2");
    expect(repeated).toMatchObject({ VersionId: id("two"), VersionStages: ["mine"] });
    expect(await describeSecret("s")).toMatchObject({
      LastChangedDate: START,
      VersionIdsToStages: { [id("one")]: ["AWSCURRENT"], [id("two")]: ["mine"] },
    });
  });

  test("the same token with another value is refused, and the stored value stays", async () => {
    await create("s", "v1", id("one"));
    const error = await refusal(put("s", id("one"), "hush-hush"));
    expect(error.name).toBe("ResourceExistsException");
    expect(error.message).not.toContain("hush-hush");
    expect(aws.value("s", id("one"))).toBe("v1");
  });

  test("a token has 32 to 64 characters", async () => {
    await create("s");
    expect(await refusedAs(put("s", "x".repeat(31), "v"))).toBe("InvalidParameterException");
    expect(await refusedAs(put("s", "x".repeat(65), "v"))).toBe("InvalidParameterException");
    await put("s", "x".repeat(32), "v");
    await put("s", "x".repeat(64), "v");
  });

  test("a value has 1 to 65,536 bytes, and there must be one, and only one", async () => {
    await create("s");
    const bare = { SecretId: "s", ClientRequestToken: id("bare") };
    const both = { ...bare, SecretString: "v", SecretBinary: new Uint8Array([1]) };
    expect(await refusedAs(put("s", id("empty"), ""))).toBe("InvalidRequestException");
    expect(await refusedAs(secretsManager.send(new PutSecretValueCommand(bare)))).toBe(
      "InvalidRequestException",
    );
    expect(await refusedAs(secretsManager.send(new PutSecretValueCommand(both)))).toBe(
      "InvalidParameterException",
    );
    expect(await refusedAs(put("s", id("long"), "x".repeat(65_537)))).toBe("ValidationException");
    expect(await refusedAs(put("s", id("wide"), "ä".repeat(32_769)))).toBe("ValidationException");
    await put("s", id("fits"), "x".repeat(65_536));
    expect(aws.secret("s")?.versions).toHaveLength(1);
  });

  test("a label has 1 to 256 characters", async () => {
    await create("s");
    expect(await refusedAs(put("s", id("one"), "v", [""]))).toBe("ValidationException");
    expect(await refusedAs(put("s", id("one"), "v", ["x".repeat(257)]))).toBe("ValidationException");
    await put("s", id("one"), "v", ["x".repeat(256)]);
  });

  test("a secret has at most 20 labels, and the put that would exceed them stores nothing", async () => {
    await create("s", "v1", id("one"));
    const nineteen = Array.from({ length: 19 }, (_, index) => `label-${index}`);
    await put("s", id("two"), "v2", nineteen);
    expect(await refusedAs(put("s", id("three"), "v3", ["one-more"]))).toBe("LimitExceededException");
    expect(await refusedAs(move("one-more", id("two")))).toBe("LimitExceededException");
    // Moving AWSCURRENT would bring AWSPREVIOUS as the 21st.
    expect(await refusedAs(put("s", id("three"), "v3"))).toBe("LimitExceededException");
    expect(aws.secret("s")?.versions).toHaveLength(2);
    await put("s", id("three"), "v3", ["label-0"]);
  });
});

describe("keeping versions", () => {
  const putMany = async (from: number, to: number) => {
    for (let count = from; count <= to; count += 1) await put("s", id(`v-${count}-`), `value ${count}`);
  };
  const kept = () => aws.secret("s")?.versions.map(({ versionId }) => versionId) ?? [];

  test("more than 100 versions within 24 hours are refused", async () => {
    await create("s");
    await putMany(1, 100);
    pass(DAY_MS - 1);
    expect(await refusedAs(put("s", id("late"), "v"))).toBe("LimitExceededException");
    expect(aws.value("s")).toBe("value 100");
    pass(1);
    await put("s", id("late"), "v");
  });

  test("beyond 100, deprecated versions older than 24 hours go first, labelled ones never", async () => {
    await create("s");
    await putMany(1, 100);
    aws.moveLabel("s", "mine", id("v-1-"));
    pass(DAY_MS);
    await putMany(101, 103);
    expect(kept()).toHaveLength(100);
    expect(kept().slice(0, 2)).toEqual([id("v-1-"), id("v-5-")]);
  });

  test("a version younger than 24 hours stays, even where that makes more than 100", async () => {
    await create("s");
    await putMany(1, 1);
    aws.moveLabel("s", "mine", id("v-1-"));
    pass(DAY_MS);
    await putMany(2, 101);
    expect(kept()).toHaveLength(101);
  });
});

describe("moving a label", () => {
  beforeEach(async () => {
    await create("s", "v1", id("one"));
    await put("s", id("two"), "v2", ["mine"]);
  });

  test("AWSCURRENT moves from the version that holds it, which becomes AWSPREVIOUS", async () => {
    pass(HOUR_MS);
    expect(await move("AWSCURRENT", id("two"), id("one"))).toMatchObject({ Name: "s" });
    expect(await stages()).toEqual({ [id("one")]: ["AWSPREVIOUS"], [id("two")]: ["mine", "AWSCURRENT"] });
    expect((await describeSecret("s")).LastChangedDate).toEqual(clock);
  });

  test("a rollback swaps AWSCURRENT and AWSPREVIOUS", async () => {
    await move("AWSCURRENT", id("two"), id("one"));
    await move("AWSCURRENT", id("one"), id("two"));
    expect(await stages()).toEqual({ [id("one")]: ["AWSCURRENT"], [id("two")]: ["mine", "AWSPREVIOUS"] });
  });

  test("it is a compare-and-swap: without or with another holder it fails, also when repeated", async () => {
    const error = await refusal(move("AWSCURRENT", id("two")));
    expect(error.name).toBe("InvalidParameterException");
    expect(error.message).toContain(`currently attached to version ${id("one")}`);
    expect(await refusedAs(move("AWSCURRENT", id("two"), id("two")))).toBe("InvalidParameterException");
    expect(await refusedAs(move("AWSCURRENT", id("two"), id("none")))).toBe("InvalidParameterException");
    await move("AWSCURRENT", id("two"), id("one"));
    expect(await refusedAs(move("AWSCURRENT", id("two"), id("one")))).toBe("InvalidParameterException");
    expect(aws.value("s")).toBe("v2");
  });

  test("of two who saw the same version current, one wins", async () => {
    await put("s", id("rival"), "v3", ["theirs"]);
    const outcomes = await Promise.allSettled([
      move("AWSCURRENT", id("two"), id("one")),
      move("AWSCURRENT", id("rival"), id("one")),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  test("a label that is nowhere is attached, and one already there stays", async () => {
    await move("new", id("two"));
    await move("new", id("two"));
    expect(await stages()).toEqual({ [id("one")]: ["AWSCURRENT"], [id("two")]: ["mine", "new"] });
    expect(await refusedAs(move("newer", id("two"), id("one")))).toBe("InvalidParameterException");
  });

  test("a label other than AWSCURRENT moves without making anything AWSPREVIOUS", async () => {
    await move("mine", id("one"), id("two"));
    expect(await stages()).toEqual({ [id("one")]: ["AWSCURRENT", "mine"] });
  });

  test("a label is removed from the version that holds it, which may become deprecated", async () => {
    expect(await refusedAs(move("mine", undefined, id("one")))).toBe("InvalidParameterException");
    expect(await refusedAs(move("mine"))).toBe("InvalidParameterException");
    expect(await refusedAs(move("nowhere"))).toBe("InvalidParameterException");
    await move("mine", undefined, id("two"));
    expect(await stages()).toEqual({ [id("one")]: ["AWSCURRENT"] });
    expect(aws.value("s", id("two"))).toBe("v2");
    expect(await refusedAs(move("mine", undefined, id("two")))).toBe("InvalidParameterException");
  });

  test("AWSCURRENT can be moved but not removed", async () => {
    expect(await refusedAs(move("AWSCURRENT", undefined, id("one")))).toBe("InvalidParameterException");
    expect(aws.value("s")).toBe("v1");
  });

  test("a version that does not exist can't be given a label", async () => {
    expect(await refusedAs(move("AWSCURRENT", id("none"), id("one")))).toBe("ResourceNotFoundException");
  });

  test("in the other reading a label move leaves LastChangedDate alone, a put does not", async () => {
    await restart({ labelMovesTouchLastChanged: false });
    await create("s", "v1", id("one"));
    pass(HOUR_MS);
    await put("s", id("two"), "v2", ["mine"]);
    const putAt = clock;
    pass(HOUR_MS);
    await move("AWSCURRENT", id("two"), id("one"));
    expect((await describeSecret("s")).LastChangedDate).toEqual(putAt);
  });
});

describe("listing versions", () => {
  const list = (input: object) =>
    secretsManager.send(new ListSecretVersionIdsCommand({ SecretId: "s", ...input }));

  async function pages(input: object): Promise<string[][]> {
    const found: string[][] = [];
    let NextToken: string | undefined;
    do {
      const answer = await list({ ...input, ...(NextToken && { NextToken }) });
      found.push((answer.Versions ?? []).map(({ VersionId = "" }) => VersionId));
      NextToken = answer.NextToken;
    } while (NextToken !== undefined);
    return found;
  }

  beforeEach(async () => {
    await create("s", "v1", id("one"));
    for (const version of ["two", "three", "four", "five"]) await put("s", id(version), version);
  });

  test("all pages together hold each version once, the deprecated ones too", async () => {
    expect(await pages({ IncludeDeprecated: true, MaxResults: 2 })).toEqual([
      [id("one"), id("two")],
      [id("three"), id("four")],
      [id("five")],
    ]);
    expect(await pages({ IncludeDeprecated: true })).toHaveLength(1);
    const [first] = (await list({ IncludeDeprecated: true, MaxResults: 1 })).Versions ?? [];
    expect(first).toEqual({ VersionId: id("one"), CreatedDate: START });
  });

  test("without the deprecated ones a page may be empty although more follow", async () => {
    expect(await pages({ MaxResults: 2 })).toEqual([[], [id("four")], [id("five")]]);
  });

  test("a small page size pages who does not ask for it", async () => {
    await restart({ pageSize: 1 });
    await create("s", "v1", id("one"));
    await put("s", id("two"), "v2");
    expect(await pages({ IncludeDeprecated: true })).toEqual([[id("one")], [id("two")]]);
    expect(await pages({ IncludeDeprecated: true, MaxResults: 100 })).toHaveLength(2);
  });

  test("a version put between two pages is not missed and shifts nothing", async () => {
    const first = await list({ IncludeDeprecated: true, MaxResults: 4 });
    await put("s", id("six"), "six");
    const second = await list({ IncludeDeprecated: true, MaxResults: 4, NextToken: first.NextToken });
    expect(second.Versions?.map(({ VersionId }) => VersionId)).toEqual([id("five"), id("six")]);
  });

  test("a made-up token, another secret's token and a size out of bounds are refused", async () => {
    await create("t", "v1");
    await put("t", id("t-2"), "v2");
    const { NextToken } = await list({ SecretId: "t", IncludeDeprecated: true, MaxResults: 1 });
    expect(await refusedAs(list({ NextToken: "made-up" }))).toBe("InvalidNextTokenException");
    expect(await refusedAs(list({ NextToken }))).toBe("InvalidNextTokenException");
    expect(await refusedAs(list({ MaxResults: 101 }))).toBe("ValidationException");
    expect(await refusedAs(list({ MaxResults: 0 }))).toBe("ValidationException");
  });
});

describe("deleting a secret", () => {
  const remove = (input: object = {}) =>
    secretsManager.send(new DeleteSecretCommand({ SecretId: "s", ...input }));
  const restore = () => secretsManager.send(new RestoreSecretCommand({ SecretId: "s" }));

  beforeEach(async () => {
    await create("s", "v1", id("one"));
  });

  test("a scheduled secret is described with its date, and neither read, written nor created again", async () => {
    const { DeletionDate } = await remove({ RecoveryWindowInDays: 7 });
    expect(DeletionDate).toEqual(new Date(START.getTime() + 7 * DAY_MS));
    expect((await describeSecret("s")).DeletedDate).toEqual(DeletionDate);
    const Tags = [{ Key: "a", Value: "1" }];
    expect(
      await allRefusedAs([
        getValue(),
        put("s", id("two"), "v2"),
        put("s", id("one"), "v1"),
        move("mine", id("one")),
        create("s", "v2"),
        create("s", "v1", id("one")),
        remove(),
        secretsManager.send(new TagResourceCommand({ SecretId: "s", Tags })),
      ]),
    ).toEqual(new Set(["InvalidRequestException"]));
  });

  test("it can be restored until its date, and is gone after it", async () => {
    await remove();
    await restore();
    expect((await getValue()).SecretString).toBe("v1");
    expect((await describeSecret("s")).DeletedDate).toBeUndefined();
    await remove();
    pass(30 * DAY_MS);
    expect(await refusedAs(restore())).toBe("ResourceNotFoundException");
    await create("s", "v2", id("two"));
    expect(aws.value("s")).toBe("v2");
  });

  test("forced, it is gone at once, and forcing again is no error", async () => {
    await remove({ ForceDeleteWithoutRecovery: true });
    expect(await refusedAs(describeSecret("s"))).toBe("ResourceNotFoundException");
    await remove({ ForceDeleteWithoutRecovery: true });
    expect(await refusedAs(remove())).toBe("ResourceNotFoundException");
  });

  test("the window is 7 to 30 days, and not combined with force", async () => {
    expect(await refusedAs(remove({ RecoveryWindowInDays: 6 }))).toBe("InvalidParameterException");
    expect(await refusedAs(remove({ RecoveryWindowInDays: 31 }))).toBe("InvalidParameterException");
    expect(await refusedAs(remove({ RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true }))).toBe(
      "InvalidParameterException",
    );
  });

  test("a secret that another service owns can be read and described, not written", async () => {
    aws.setOwningService("s", "rds");
    expect((await describeSecret("s")).OwningService).toBe("rds");
    expect((await getValue()).SecretString).toBe("v1");
    const forced = remove({ ForceDeleteWithoutRecovery: true });
    expect(
      await allRefusedAs([put("s", id("two"), "v2"), move("mine", id("one")), remove(), forced, restore()]),
    ).toEqual(new Set(["InvalidRequestException"]));
  });
});

describe("resource policies", () => {
  const ANYBODY = { Effect: "Allow", Principal: "*", Action: "secretsmanager:GetSecretValue", Resource: "*" };
  const put = (statement: object, BlockPublicPolicy?: boolean) =>
    secretsManager.send(
      new PutResourcePolicyCommand({
        SecretId: "s",
        ResourcePolicy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
        ...(BlockPublicPolicy !== undefined && { BlockPublicPolicy }),
      }),
    );
  const read = async () =>
    (await secretsManager.send(new GetResourcePolicyCommand({ SecretId: "s" }))).ResourcePolicy;
  beforeEach(() => create("s", "v1", id("one")).then(() => undefined));

  test("one replaces the other, and counts as a change of the secret", async () => {
    expect(await read()).toBeUndefined();
    pass(HOUR_MS);
    const narrow = { ...ANYBODY, Principal: { AWS: "arn:aws:iam::777788889999:root" } };
    await put(narrow, true);
    expect(JSON.parse((await read()) ?? "")).toEqual({ Version: "2012-10-17", Statement: [narrow] });
    expect((await describeSecret("s")).LastChangedDate).toEqual(new Date(START.getTime() + HOUR_MS));
    await put({ ...narrow, Effect: "Deny" }, true);
    expect(await read()).toContain("Deny");
  });

  test("one that lets everybody read is refused if the request says so", async () => {
    expect(await refusedAs(put(ANYBODY, true))).toBe("PublicPolicyException");
    expect(await refusedAs(put({ ...ANYBODY, Principal: { AWS: ["*"] } }, true))).toBe(
      "PublicPolicyException",
    );
    expect(await read()).toBeUndefined();
    await put({ ...ANYBODY, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }, true);
    await put({ ...ANYBODY, Effect: "Deny" }, true);
    await put(ANYBODY);
  });

  test("one that is no policy is refused", async () => {
    expect(await refusedAs(put({ Effect: "Perhaps" }, true))).toBe("MalformedPolicyDocumentException");
    const noJson = new PutResourcePolicyCommand({ SecretId: "s", ResourcePolicy: "{" });
    expect(await refusedAs(secretsManager.send(noJson))).toBe("MalformedPolicyDocumentException");
  });
});

describe("replicas", () => {
  beforeEach(() => create("s", "v1", id("one")).then(() => undefined));

  test("a secret that has some says where it is and where they are, and is written as before", async () => {
    expect(await describeSecret("s")).not.toHaveProperty("PrimaryRegion");
    aws.replicateTo("s", ["eu-west-1", "us-west-2"]);
    expect(await describeSecret("s")).toMatchObject({
      PrimaryRegion: "us-east-1",
      ReplicationStatus: [
        { Region: "eu-west-1", Status: "InSync" },
        { Region: "us-west-2", Status: "InSync" },
      ],
    });
    await put("s", id("two"), "v2");
    const deletion = new DeleteSecretCommand({ SecretId: "s" });
    const forced = new DeleteSecretCommand({ SecretId: "s", ForceDeleteWithoutRecovery: true });
    expect(await allRefusedAs([secretsManager.send(deletion), secretsManager.send(forced)])).toEqual(
      new Set(["InvalidParameterException"]),
    );
    aws.replicateTo("s", []);
    await secretsManager.send(deletion);
  });

  test("a replica can be read and described, and accepts no writes until it is promoted to a separate secret", async () => {
    aws.makeReplica("s", "eu-west-1");
    expect((await describeSecret("s")).PrimaryRegion).toBe("eu-west-1");
    expect((await describeSecret("s")).ReplicationStatus).toBeUndefined();
    expect((await getValue()).SecretString).toBe("v1");
    const tag = new TagResourceCommand({ SecretId: "s", Tags: [{ Key: "k", Value: "v" }] });
    const deletion = new DeleteSecretCommand({ SecretId: "s" });
    const writes = [
      put("s", id("two"), "v2"),
      move("mine", id("one")),
      secretsManager.send(tag),
      secretsManager.send(deletion),
    ];
    expect(await allRefusedAs(writes)).toEqual(new Set(["InvalidParameterException"]));
    expect(await refusedAs(create("s"))).toBe("ResourceExistsException");
    aws.makeReplica("s", undefined);
    await put("s", id("two"), "v2");
  });
});

describe("secrets that refuse", () => {
  beforeEach(() => create("s", "v1", id("one")).then(() => undefined));

  test("a policy denies operations on one secret, by its name and its ARN, until that is taken back", async () => {
    await create("other");
    const { ARN = "" } = await describeSecret("s");
    aws.deny("s", "PutSecretValue", "UpdateSecretVersionStage");
    const denied = [put("s", id("two"), "v2"), put(ARN, id("two"), "v2"), move("mine", id("one"))];
    expect(await allRefusedAs(denied)).toEqual(new Set(["AccessDeniedException"]));
    const error = await refusal(put("s", id("two"), "v2"));
    expect(error.message).toMatch(/not authorized to perform: secretsmanager:PutSecretValue on resource: s /);
    expect((await getValue()).SecretString).toBe("v1");
    await put("other", id("two"), "v2");
    aws.deny("s");
    await put("s", id("two"), "v2");
  });

  test("an organization refuses new secrets without its tags or a key, and leaves those that exist", async () => {
    aws.demand({ tags: ["owner"], ownKey: true });
    const Tags = [{ Key: "owner", Value: "iot" }];
    const make = (Name: string, more: object) =>
      secretsManager.send(new CreateSecretCommand({ Name, ...more }));
    const bare = [make("new", {}), make("new", { Tags }), make("new", { KmsKeyId: "alias/own" })];
    expect(await allRefusedAs(bare)).toEqual(new Set(["AccessDeniedException"]));
    await make("new", { Tags, KmsKeyId: "alias/own" });
    expect(await describeSecret("new")).toMatchObject({ Tags, KmsKeyId: "alias/own" });
    await put("s", id("two"), "v2");
    aws.demand({ tags: [], ownKey: false });
    await make("another", {});
  });

  test("a change needs a while to reach the replicas, and a second one before that makes them hang", async () => {
    await secretsManager.send(
      new CreateSecretCommand({ Name: "copied", AddReplicaRegions: [{ Region: "eu-central-1" }] }),
    );
    const states = async () =>
      (await describeSecret("copied")).ReplicationStatus?.map(({ Region, Status }) => [Region, Status]);
    expect(await states()).toEqual([["eu-central-1", "InSync"]]);
    aws.failReplica("copied", "eu-central-1", "a secret of that name exists there");
    expect(await states()).toEqual([["eu-central-1", "Failed"]]);
    aws.failReplica("copied", "eu-central-1", undefined);
    aws.hangReplicas("copied", true);
    expect(await states()).toEqual([["eu-central-1", "InProgress"]]);
    expect(aws.hangingReplicas()).toEqual(["copied"]);
  });

  test("a policy denies every operation that there is, also on a secret that is not there", async () => {
    const send = secretsManager.send.bind(secretsManager);
    const all = [
      "CreateSecret",
      "PutSecretValue",
      "UpdateSecretVersionStage",
      "DeleteSecret",
      "RestoreSecret",
      "TagResource",
      "DescribeSecret",
      "GetSecretValue",
      "ListSecretVersionIds",
    ];
    aws.deny("new", ...all);
    aws.deny("s", ...all);
    const calls = [
      create("new"),
      create("s"),
      put("s", id("two"), "v2"),
      move("mine", id("one")),
      send(new DeleteSecretCommand({ SecretId: "s" })),
      send(new RestoreSecretCommand({ SecretId: "s" })),
      send(new TagResourceCommand({ SecretId: "s", Tags: [] })),
      describeSecret("s"),
      describeSecret("new"),
      getValue(),
      send(new ListSecretVersionIdsCommand({ SecretId: "s" })),
    ];
    expect(await allRefusedAs(calls)).toEqual(new Set(["AccessDeniedException"]));
    expect(aws.secretNames()).toEqual(["s"]);
  });

  test("a key that is disabled encrypts and decrypts nothing, and moves labels all the same", async () => {
    await put("s", id("two"), "v2", ["mine"]);
    aws.setKeyState("s", "disabled");
    expect(await refusedAs(put("s", id("three"), "v3"))).toBe("EncryptionFailure");
    expect(await refusedAs(getValue())).toBe("DecryptionFailure");
    await move("AWSCURRENT", id("two"), id("one"));
    await describeSecret("s");
    aws.setKeyState("s", "enabled");
    expect((await getValue()).SecretString).toBe("v2");
  });

  test("a key that the caller may not use is a denial", async () => {
    aws.setKeyState("s", "denied");
    expect(await refusal(put("s", id("two"), "v2"))).toMatchObject({
      name: "AccessDeniedException",
      message: "Access to KMS is not allowed",
    });
    expect(await refusedAs(getValue())).toBe("AccessDeniedException");
  });

  test("a secret whose twenty labels are taken gets no other one until somebody takes some off", async () => {
    aws.fillLabels("s");
    expect(aws.secret("s")?.versions[0]?.labels).toHaveLength(20);
    expect(await refusedAs(put("s", id("two"), "v2", ["mine"]))).toBe("LimitExceededException");
    expect(await refusedAs(move("mine", id("one")))).toBe("LimitExceededException");
    aws.clearLabels("s");
    await put("s", id("two"), "v2", ["mine"]);
    expect(await stages()).toEqual({ [id("one")]: ["AWSCURRENT"], [id("two")]: ["mine"] });
  });
});

describe("listing secrets", () => {
  test("pages hold what is not scheduled for deletion, unless asked, and can be filtered by name", async () => {
    for (const name of ["a/1", "a/2", "b/1"]) await create(name, "v");
    aws.scheduleDeletion("a/2");
    const names = async (input: object) => {
      const answer = await secretsManager.send(new ListSecretsCommand(input));
      return [answer.SecretList?.map(({ Name }) => Name), answer.NextToken !== undefined];
    };
    expect(await names({})).toEqual([["a/1", "b/1"], false]);
    expect(await names({ MaxResults: 1 })).toEqual([["a/1"], true]);
    expect(await names({ IncludePlannedDeletion: true })).toEqual([["a/1", "a/2", "b/1"], false]);
    expect(await names({ Filters: [{ Key: "name", Values: ["b/"] }] })).toEqual([["b/1"], false]);
    expect(await names({ Filters: [{ Key: "name", Values: ["b/", "a/1"] }] })).toEqual([
      ["a/1", "b/1"],
      false,
    ]);
    const Values = Array.from({ length: 11 }, (_, index) => `c/${index}`);
    for (const filter of [
      { Key: "tag-key" as const, Values: ["x"] },
      { Key: "name" as const, Values },
    ]) {
      const other = new ListSecretsCommand({ Filters: [filter] });
      expect(await refusedAs(secretsManager.send(other))).toBe("ValidationException");
    }
  });

  test("a page is full of what fits the filter, whatever lies between", async () => {
    await restart({ pageSize: 2 });
    for (const name of ["a/1", "b/1", "b/2", "a/2", "b/3", "a/3"]) await create(name, "v");
    const Filters = [{ Key: "name" as const, Values: ["a/"] }];
    const first = await secretsManager.send(new ListSecretsCommand({ Filters }));
    expect(first.SecretList?.map(({ Name }) => Name)).toEqual(["a/1", "a/2"]);
    const { NextToken } = first;
    const second = await secretsManager.send(new ListSecretsCommand({ Filters, NextToken }));
    expect(second.SecretList?.map(({ Name }) => Name)).toEqual(["a/3"]);
    expect(second.NextToken).toBeUndefined();
  });

  describe("may show each of them as it was a while ago", () => {
    const lagOf = new Map<string, number>();
    const listed = async () => {
      const answer = await secretsManager.send(new ListSecretsCommand({ IncludePlannedDeletion: true }));
      const shown = (answer.SecretList ?? []).map(
        ({ Name, SecretVersionsToStages = {} }) => [Name, SecretVersionsToStages] as const,
      );
      return Object.fromEntries(shown);
    };
    const startLagging = async (lags: Readonly<Record<string, number>>) => {
      lagOf.clear();
      for (const [name, seconds] of Object.entries(lags)) lagOf.set(name, seconds * SECOND_MS);
      await restart({ indexLagMs: (name) => lagOf.get(name) ?? 0 });
    };

    test("a new one appears late, and DescribeSecret knows it at once", async () => {
      await startLagging({ slow: 100 });
      await create("slow", "v");
      await create("quick", "v");
      expect(Object.keys(await listed())).toEqual(["quick"]);
      expect((await describeSecret("slow")).Name).toBe("slow");
      pass(99 * SECOND_MS);
      expect(Object.keys(await listed())).toEqual(["quick"]);
      pass(SECOND_MS);
      expect(Object.keys(await listed())).toEqual(["slow", "quick"]);
    });

    test("labels lag behind, in each secret by itself, and may catch up", async () => {
      await startLagging({ slow: 200 });
      for (const name of ["slow", "quick"]) await create(name, "v", id(`${name}-1`));
      pass(HOUR_MS);
      for (const name of ["slow", "quick"]) await put(name, id(`${name}-2`), "w");
      const moved = (name: string) => ({
        [id(`${name}-1`)]: ["AWSPREVIOUS"],
        [id(`${name}-2`)]: ["AWSCURRENT"],
      });
      expect(await listed()).toEqual({ slow: { [id("slow-1")]: ["AWSCURRENT"] }, quick: moved("quick") });
      lagOf.set("slow", 0);
      expect(await listed()).toEqual({ slow: moved("slow"), quick: moved("quick") });
    });

    test("one that is gone stays a while, and one made anew under its name appears late", async () => {
      await startLagging({ s: 60 });
      await create("s", "v", id("old"));
      pass(HOUR_MS);
      await secretsManager.send(new DeleteSecretCommand({ SecretId: "s", ForceDeleteWithoutRecovery: true }));
      await create("s", "v", id("new"));
      expect(await listed()).toEqual({ s: { [id("old")]: ["AWSCURRENT"] } });
      pass(60 * SECOND_MS);
      expect(await listed()).toEqual({ s: { [id("new")]: ["AWSCURRENT"] } });
    });

    test("one that was scheduled for deletion stays a while past its date", async () => {
      await startLagging({ s: 60 });
      await create("s", "v", id("one"));
      aws.scheduleDeletion("s", 7);
      pass(7 * DAY_MS + 59 * SECOND_MS);
      expect(Object.keys(await listed())).toEqual(["s"]);
      pass(SECOND_MS);
      expect(await listed()).toEqual({});
    });

    test("none by more than five minutes", async () => {
      await startLagging({ s: 1_000 });
      await create("s", "v");
      pass(300 * SECOND_MS);
      expect(Object.keys(await listed())).toEqual(["s"]);
    });
  });
});

describe("the write quota", () => {
  test("writes of all kinds share it, reads are free, and it refills after a second", async () => {
    await restart({ writesPerSecond: 2 });
    await create("s", "v1", id("one"));
    pass(600);
    await put("s", id("two"), "v2", ["mine"]);
    expect(await refusal(move("AWSCURRENT", id("two"), id("one")))).toMatchObject({
      name: "ThrottlingException",
      $metadata: { httpStatusCode: 400 },
    });
    expect((await getValue()).SecretString).toBe("v1");
    pass(399);
    expect(await refusedAs(create("t"))).toBe("ThrottlingException");
    pass(1);
    await move("AWSCURRENT", id("two"), id("one"));
    expect(await refusedAs(create("t"))).toBe("ThrottlingException");
  });

  test("it is 50 unless told otherwise", async () => {
    await stop();
    await connect({});
    for (let count = 1; count <= 50; count += 1) await create(`s-${count}`);
    expect(await refusedAs(create("s-51"))).toBe("ThrottlingException");
  });
});

describe("putting events", () => {
  const entry = { Source: "losant.token-rotation", DetailType: "Rotated", Detail: '{"a":1}' };
  const putEvents = (...Entries: PutEventsRequestEntry[]) =>
    eventBridge.send(new PutEventsCommand({ Entries }));

  test("accepted entries have ids and are kept in order, with defaults filled in", async () => {
    const Time = new Date("2026-02-03T04:05:06.000Z");
    const answer = await putEvents(entry, { ...entry, Detail: '{"a":2}', Resources: ["arn:x"], Time });
    expect(answer.FailedEntryCount).toBe(0);
    expect(aws.events).toEqual([
      {
        ...entry,
        EventId: answer.Entries?.[0]?.EventId,
        Resources: [],
        EventBusName: "default",
        Time: START,
      },
      {
        ...entry,
        EventId: answer.Entries?.[1]?.EventId,
        Detail: '{"a":2}',
        Resources: ["arn:x"],
        EventBusName: "default",
        Time,
      },
    ]);
    expect(aws.events[0]?.EventId).not.toBe(aws.events[1]?.EventId);
  });

  test("an entry that is not right fails by itself, in an answer that is a success", async () => {
    const answer = await putEvents(
      { DetailType: "t", Detail: "{}" },
      { Source: "s", Detail: "{}" },
      { Source: "s", DetailType: "t" },
      { ...entry, Detail: "{" },
      { ...entry, Detail: "[1]" },
      { ...entry, Source: "aws.s3" },
      { ...entry, DetailType: "x".repeat(129) },
      entry,
    );
    expect(answer.FailedEntryCount).toBe(7);
    expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      "InvalidArgument",
      "InvalidArgument",
      "InvalidArgument",
      "MalformedDetail",
      "MalformedDetail",
      "NotAuthorizedForSourceException",
      "InvalidArgument",
      undefined,
    ]);
    expect(answer.Entries?.[2]?.ErrorMessage).toBe(
      "Parameter Detail is not valid. Reason: Detail is a required argument.",
    );
    expect(aws.events.map(({ EventId }) => EventId)).toEqual([answer.Entries?.[7]?.EventId]);
  });

  test("a call has 1 to 10 entries", async () => {
    expect(await refusedAs(putEvents())).toBe("ValidationException");
    expect(await refusedAs(putEvents(...Array.from({ length: 11 }, () => entry)))).toBe(
      "ValidationException",
    );
    await putEvents(...Array.from({ length: 10 }, () => entry));
    expect(aws.events).toHaveLength(10);
  });

  test("a call has at most 256 KB, counted over its entries, a time as 14 bytes", async () => {
    const used = Buffer.byteLength(entry.Source + entry.DetailType) + '{"a":""}'.length;
    const filled = (bytes: number) => ({ ...entry, Detail: JSON.stringify({ a: "x".repeat(bytes - used) }) });
    expect(await refusedAs(putEvents(filled(262_145)))).toBe("ValidationException");
    expect(await refusedAs(putEvents(filled(131_072), filled(131_073)))).toBe("ValidationException");
    expect(await refusedAs(putEvents({ ...filled(262_131), Time: START }))).toBe("ValidationException");
    expect(aws.events).toEqual([]);
    await putEvents(filled(262_144));
    await putEvents({ ...filled(262_130), Time: START });
    expect(aws.events).toHaveLength(2);
  });

  test("an event for a bus that does not exist gets an id and is lost, as AWS does it", async () => {
    const answer = await putEvents({ ...entry, EventBusName: "nowhere" });
    expect(answer).toMatchObject({ FailedEntryCount: 0, Entries: [{ EventId: expect.any(String) }] });
    expect(aws.events).toEqual([]);
    expect(aws.lostEvents).toMatchObject([{ EventBusName: "nowhere" }]);
  });

  test("in the other reading an unknown bus fails its entry", async () => {
    await restart({ unknownBus: "refused" });
    const answer = await putEvents({ ...entry, EventBusName: "nowhere" }, entry);
    expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      "ResourceNotFoundException",
      undefined,
    ]);
  });

  test("a bus of one's own is known by name and ARN, once it is there", async () => {
    aws.addEventBus("own");
    const { Arn, Name } = await eventBridge.send(new DescribeEventBusCommand({ Name: "own" }));
    expect(Arn).toBe("arn:aws:events:us-east-1:111122223333:event-bus/own");
    await putEvents({ ...entry, EventBusName: Name }, { ...entry, EventBusName: Arn });
    expect(aws.events.map(({ EventBusName }) => EventBusName)).toEqual(["own", "own"]);
    const { EventBuses } = await eventBridge.send(new ListEventBusesCommand({}));
    expect(EventBuses?.map((bus) => bus.Name)).toEqual(["default", "own"]);
    expect(await refusedAs(eventBridge.send(new DescribeEventBusCommand({ Name: "nowhere" })))).toBe(
      "ResourceNotFoundException",
    );
    expect(await refusedAs(putEvents({ ...entry, EventBusName: "not a bus" }))).toBe("ValidationException");
  });

  test("a fault fails chosen entries of a call, or all, with a code of one's own", async () => {
    aws.faults.add(
      { operation: "PutEvents", times: 1, tweak: { fail: [1] } },
      { operation: "PutEvents", after: 1, tweak: { failCode: "ThrottlingException" } },
    );
    const codes = async () => (await putEvents(entry, entry)).Entries?.map(({ ErrorCode }) => ErrorCode);
    expect(await codes()).toEqual([undefined, "InternalFailure"]);
    expect(await codes()).toEqual(["ThrottlingException", "ThrottlingException"]);
    expect(aws.events).toHaveLength(1);
    aws.faults.clear();
    expect(await codes()).toEqual([undefined, undefined]);
  });
});

describe("faults", () => {
  test.each([
    ["ThrottlingException", 400],
    ["AccessDeniedException", 400],
    ["InternalServiceError", 500],
  ])("%s can be answered instead of doing what was asked, with status %i", async (type, status) => {
    aws.faults.add({ operation: "CreateSecret", times: 1, answer: awsError(type) });
    expect(await refusal(create("s"))).toMatchObject({ name: type, $metadata: { httpStatusCode: status } });
    expect(aws.secretNames()).toEqual([]);
    await create("s");
    expect(aws.calls).toEqual(["CreateSecret", "CreateSecret"]);
  });

  test("an error carries the message and status it is given", async () => {
    aws.faults.add({ operation: "PutEvents", answer: awsError("Odd", 418, "no coffee") });
    const error = await refusal(eventBridge.send(new PutEventsCommand({ Entries: [{ Source: "s" }] })));
    expect(error).toMatchObject({ name: "Odd", message: "no coffee", $metadata: { httpStatusCode: 418 } });
  });

  test("a connection dropped before the effect leaves nothing, dropped after it leaves all", async () => {
    aws.faults.add({ operation: "CreateSecret", match: "early", drop: "before" });
    aws.faults.add({ operation: "CreateSecret", match: "late", drop: "after" });
    await refusal(create("early", "v"));
    await refusal(create("late", "v"));
    expect(aws.secretNames()).toEqual(["late"]);
    expect(aws.value("late")).toBe("v");
  });
});

describe("a clock of AWS's own", () => {
  test.each([
    [20, "Signature expired"],
    [-20, "Signature not yet current"],
  ])(
    "%i minutes ahead of the client's, refuses its signature until it has learned the time",
    async (minutes, said) => {
      await restart({ signatureClock: () => new Date(Date.now() + minutes * 60 * SECOND_MS) });
      const error = await refusal(create("s"));
      expect(error.name).toBe("InvalidSignatureException");
      expect(error.message).toContain(said);
      await create("s");
      expect(aws.secretNames()).toEqual(["s"]);
    },
  );

  test("four minutes ahead, refuses nothing", async () => {
    await restart({ signatureClock: () => new Date(Date.now() + 4 * 60 * SECOND_MS) });
    await create("s");
  });
});

describe("the protocol", () => {
  const raw = (target: string, body: string, headers: Record<string, string> = { authorization: "any" }) =>
    fetch(aws.url, { method: "POST", body, headers: { "x-amz-target": target, ...headers } });

  test("an error names its type in the body and in a header", async () => {
    const answer = await raw("secretsmanager.DescribeSecret", '{"SecretId":"s"}');
    expect(answer.status).toBe(400);
    expect(answer.headers.get("x-amzn-errortype")).toBe("ResourceNotFoundException");
    expect(await answer.json()).toMatchObject({ __type: "ResourceNotFoundException" });
  });

  test.each(workerCalls())("the worker's $target is an operation", async ({ target }) => {
    const { headers } = await raw(target, "{}");
    expect(headers.get("x-amzn-errortype")).not.toBe("UnknownOperationException");
  });

  test.each([
    ["secretsmanager.RotateSecret", "{}", "UnknownOperationException"],
    ["AWSEvents.DescribeSecret", "{}", "UnknownOperationException"],
    ["", "{}", "UnknownOperationException"],
    ["secretsmanager.DescribeSecret", "{", "SerializationException"],
    ["secretsmanager.DescribeSecret", "{}", "ValidationException"],
    ["secretsmanager.DescribeSecret", '{"SecretId":7}', "ValidationException"],
  ])("the target %j with %j is refused: %s", async (target, body, type) => {
    expect(await (await raw(target, body)).json()).toMatchObject({ __type: type });
  });

  test("a request without credentials is refused", async () => {
    const answer = await raw("secretsmanager.ListSecrets", "{}", {});
    expect(await answer.json()).toMatchObject({ __type: "MissingAuthenticationTokenException" });
  });

  test("a value without a token is refused, since every SDK sends one", async () => {
    const answer = await raw("secretsmanager.CreateSecret", '{"Name":"s","SecretString":"v"}');
    expect(await answer.json()).toMatchObject({ __type: "InvalidRequestException" });
  });

  test("no refusal quotes a value", async () => {
    const body = '{"SecretId":"s","ClientRequestToken":"t","SecretString":["hush-hush"]}';
    expect(await (await raw("secretsmanager.PutSecretValue", body)).text()).not.toContain("hush-hush");
  });
});

describe("what a person does and a test sees", () => {
  test("a person creates a secret, sets another value, and rolls it back", async () => {
    const { arn, versionId } = aws.putSecret("s", "v1");
    expect((await getValue()).VersionId).toBe(versionId);
    aws.putSecret("s", "v2");
    expect([aws.value("s"), aws.value("s", "AWSPREVIOUS"), aws.value("s", versionId)]).toEqual([
      "v2",
      "v1",
      "v1",
    ]);
    aws.moveLabel("s", "AWSCURRENT", "AWSPREVIOUS");
    expect([aws.value("s"), aws.value("s", "AWSPREVIOUS")]).toEqual(["v1", "v2"]);
    aws.moveLabel("s", "AWSPREVIOUS", undefined);
    expect(aws.value("s", "AWSPREVIOUS")).toBeUndefined();
    expect(aws.secret("s")).toMatchObject({ arn, versions: [{ labels: ["AWSCURRENT"] }, { labels: [] }] });
    expect(aws.calls).toEqual(["GetSecretValue"]);
  });

  test("a person schedules a deletion and restores", async () => {
    aws.putSecret("s", "v1");
    aws.scheduleDeletion("s", 7);
    expect(aws.secret("s")?.deletedDate).toEqual(new Date(START.getTime() + 7 * DAY_MS));
    aws.restore("s");
    expect((await getValue()).SecretString).toBe("v1");
  });

  test("there is nothing to see of what does not exist", () => {
    expect(aws.secret("s")).toBeUndefined();
    expect(aws.value("s")).toBeUndefined();
    expect(() => aws.moveLabel("s", "x", undefined)).toThrow();
  });

  test("the state shows versions, labels and events, and no value", async () => {
    aws.putSecret("s", "hush-hush");
    await eventBridge.send(
      new PutEventsCommand({ Entries: [{ Source: "s", DetailType: "t", Detail: "{}" }] }),
    );
    const state = await (await fetch(`${aws.url}/_emulator/state`)).text();
    expect(state).not.toContain("hush-hush");
    expect(JSON.parse(state)).toMatchObject({
      secrets: [{ name: "s", versions: [{ labels: ["AWSCURRENT"], value: "*** (9 bytes)" }] }],
      events: [{ Source: "s", DetailType: "t" }],
      lostEvents: [],
    });
  });
});
