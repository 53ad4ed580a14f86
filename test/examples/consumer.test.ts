import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { awsError } from "../../emulators/aws/server.ts";
import { CachedToken } from "../../examples/consumer/cached-token.ts";
import { callLosant } from "../../examples/consumer/losant.ts";
import { readingFrom } from "../../examples/consumer/secret.ts";
import { Bundle, type Cloud, startCloud } from "../support/bundle.ts";
import { APP, DAY, MINUTE } from "../support/world.ts";

const worker = new Bundle();
beforeAll(() => worker.build());
afterAll(() => worker.remove());

const SECRET = `losant/${APP}/backend`;
const BOUNDS = { maxAgeMs: 5 * MINUTE, pauseMs: 15_000 };

let cloud: Cloud;
let id: string;
let token: CachedToken;
let nowMs: number;
let said: string[];

beforeEach(async () => {
  cloud = await startCloud();
  const now = Date.now();
  const made = cloud.losant.addToken(APP, {
    name: "backend",
    scope: ["application.get"],
    creationDate: new Date(now - 165 * DAY),
    expirationDate: new Date(now + 200 * DAY),
  });
  id = made.id;
  cloud.aws.putSecret(SECRET, made.token);
  nowMs = 0;
  said = [];
  token = newToken();
});
afterEach(() => cloud.close());

function newToken(): CachedToken {
  const secretsManager = new SecretsManagerClient({
    endpoint: cloud.aws.url,
    region: "eu-central-1",
    credentials: { accessKeyId: "AKIAEMULATED", secretAccessKey: "emulated" },
    maxAttempts: 1,
  });
  return new CachedToken(readingFrom(SECRET, secretsManager), {
    ...BOUNDS,
    now: () => nowMs,
    warn: (message) => said.push(message),
  });
}

/** What the consumer does all day. */
async function work(): Promise<number> {
  const { status } = await callLosant(token, `${cloud.losant.url}/applications/${APP}`);
  return status;
}

const errorOf = (work: Promise<unknown>) => work.then(() => "", String);
const reads = () => cloud.aws.calls.filter((call) => call === "GetSecretValue").length;
/** How many readings something took. */
async function readsOf(act: () => Promise<unknown>): Promise<number> {
  const before = reads();
  await act();
  return reads() - before;
}

async function rotate(event: object = {}): Promise<string> {
  const before = reads();
  await worker.invoke({ tokens: [id], force: true, ...event }, cloud.env());
  cloud.aws.calls.splice(0, cloud.aws.calls.length, ...Array(before).fill("GetSecretValue"));
  const rotated = cloud.aws.events.findLast(({ DetailType }) => DetailType === "Losant API Token Rotated");
  return JSON.parse(rotated?.Detail ?? "{}").versionId;
}

const dead = (operation = "GetSecretValue") =>
  cloud.aws.faults.add({ operation, answer: awsError("InternalServiceError", 500) });
const current = () => cloud.losant.tokenIdOf(stringOf("AWSCURRENT")) ?? "";
const previous = () => cloud.losant.tokenIdOf(stringOf("AWSPREVIOUS")) ?? "";
function stringOf(stage: string): string {
  const value = cloud.aws.value(SECRET, stage) ?? "";
  return value.startsWith("{") ? JSON.parse(value).token : value;
}
const deactivate = (tokenId: string) => cloud.losant.edit(APP, tokenId, { status: "inactive" });

describe("a consumer", () => {
  it("reads its secret once, and again only when what it holds is old", async () => {
    expect(
      await readsOf(async () => {
        for (let request = 0; request < 10; request++) expect(await work()).toBe(200);
      }),
    ).toBe(1);
    nowMs += BOUNDS.maxAgeMs;
    expect(await readsOf(() => Promise.all([work(), work(), work()]))).toBe(1);
  });

  it("uses the new token as soon as the event tells of it, and takes no notice of the same event again", async () => {
    await work();
    const versionId = await rotate();
    expect(await readsOf(() => token.announced(versionId))).toBe(1);
    deactivate(id);
    expect(await work()).toBe(200);
    expect(await readsOf(() => token.announced(versionId))).toBe(0);
  });

  it("goes on through a rotation that no event told it of, without an error and without a reading", async () => {
    await work();
    await rotate();
    expect(await readsOf(async () => expect(await work()).toBe(200))).toBe(0);
  });

  it("finds the new token by itself when the old one was deactivated at once, with one reading for all requests", async () => {
    await work();
    await rotate({ retireNow: true });
    const requests = () => Promise.all(Array.from({ length: 20 }, work));
    expect(await readsOf(async () => expect(new Set(await requests())).toEqual(new Set([200])))).toBe(1);
  });

  it("falls back to the previous token while the current one is rejected, and returns to it afterwards", async () => {
    await rotate();
    await work();
    deactivate(current());
    expect(await work()).toBe(200);
    expect(said).toEqual(["Losant rejects the current token: using the previous one"]);
    expect(await readsOf(work)).toBe(0);
    cloud.losant.edit(APP, current(), { status: "active" });
    nowMs += BOUNDS.pauseMs;
    deactivate(previous());
    expect(await work()).toBe(200);
  });

  it("falls back also right after it has started", async () => {
    await rotate();
    deactivate(current());
    expect(await work()).toBe(200);
  });

  it("follows a rotation that was undone", async () => {
    await rotate();
    await work();
    const bad = current();
    cloud.aws.moveLabel(SECRET, "AWSCURRENT", "AWSPREVIOUS");
    deactivate(bad);
    expect(await work()).toBe(200);
    expect(said).toEqual([]);
  });

  it("takes the string alone as well as JSON", async () => {
    expect(await work()).toBe(200);
    await rotate();
    token = newToken();
    expect(await work()).toBe(200);
  });
});

describe("a consumer whose store is dead", () => {
  it("goes on with what it holds, however old, and asks no more than now and then", async () => {
    await work();
    dead();
    nowMs += 10 * BOUNDS.maxAgeMs;
    const asked = await readsOf(async () => {
      for (let request = 0; request < 10; request++) expect(await work()).toBe(200);
    });
    expect(asked).toBe(1);
    expect(said).toEqual([expect.stringContaining("so the last token stays in use")]);
    cloud.aws.faults.clear();
    nowMs += BOUNDS.pauseMs;
    expect(await readsOf(work)).toBe(1);
  });

  it("fails clearly where it holds nothing, and works as soon as the store is back", async () => {
    dead();
    expect(await errorOf(work())).toContain(`the secret ${SECRET} can't be read (InternalServiceError)`);
    cloud.aws.faults.clear();
    expect(await work()).toBe(200);
  });

  it("does not lose the event: it reads again after a pause", async () => {
    await work();
    const versionId = await rotate();
    dead();
    await token.announced(versionId);
    expect(await work()).toBe(200);
    cloud.aws.faults.clear();
    nowMs += BOUNDS.pauseMs;
    await work();
    expect(await readsOf(() => token.announced(versionId))).toBe(0);
  });
});

describe("a consumer without any token that works", () => {
  it("fails after the few that there are, and then leaves the store alone for a while", async () => {
    await rotate();
    await work();
    deactivate(current());
    deactivate(previous());
    cloud.losant.calls.length = 0;
    // Both versions twice: after the first rejection, and after the second.
    expect(await readsOf(async () => expect(await errorOf(work())).toContain("no other to try"))).toBe(4);
    expect(cloud.losant.calls).toEqual(["application", "application"]);
    expect(await readsOf(() => errorOf(Promise.all([work(), work(), work()])))).toBe(0);
    cloud.losant.edit(APP, current(), { status: "active" });
    nowMs += BOUNDS.maxAgeMs;
    expect(await work()).toBe(200);
  });

  it.each([
    ["lines", "eyJ one\neyJ two"],
    ["broken JSON", '{"token": "eyJsecret'],
    ["JSON without a token", '{"tokn": "eyJsecret"}'],
  ])("says so without quoting it: %s", async (_, value) => {
    cloud.aws.putSecret(SECRET, value);
    expect(await errorOf(work())).toBe(`Error: the secret ${SECRET} contains no token`);
  });

  it("never says a string", async () => {
    await rotate();
    const strings = [stringOf("AWSCURRENT"), stringOf("AWSPREVIOUS")];
    await work();
    deactivate(current());
    deactivate(previous());
    const all = [
      ...said,
      await errorOf(work()),
      JSON.stringify(token),
      JSON.stringify(await token.current()),
    ];
    for (const string of strings) expect(all.join("\n")).not.toContain(string);
    expect(all.join("\n")).not.toContain("eyJ");
  });
});
