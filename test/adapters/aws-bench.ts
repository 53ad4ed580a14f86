import { onTestFinished, vi } from "vitest";
import type { RotationEvent } from "../../lambda/model/events.ts";
import { type Reply, type ScriptedServer, type SeenRequest, scripted } from "../support/http.ts";
import { holdPatience, runOutOfPatience } from "./patience.ts";
import { ARN } from "./store-calls.ts";

export const anEvent = (key: string): RotationEvent => ({
  detailType: "Losant API Token Orphan Discarded",
  resources: [ARN],
  detail: {
    schemaVersion: "1",
    runId: "run",
    trigger: "schedule",
    key,
    applicationId: "a",
    tokenId: "t",
    reason: "orphan",
    step: "deleted",
  },
});

/** Sets the SDK's standard variables to a URL, like a user of the worker. */
export function pointAws(url: string): void {
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  vi.stubEnv("AWS_ENDPOINT_URL", url);
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  vi.stubEnv("AWS_MAX_ATTEMPTS", "5");
}

/** AWS with the answers of the test. */
export async function awsAnswering(
  answer: (request: SeenRequest, index: number) => Reply,
): Promise<ScriptedServer> {
  holdPatience();
  const server = await scripted(answer, runOutOfPatience);
  onTestFinished(() => server.close());
  pointAws(server.url);
  return server;
}

/** What the SDK sent: the operation with its input. */
export function operationsOf({ requests }: ScriptedServer): readonly string[] {
  return requests.map(({ headers }) => String(headers["x-amz-target"]).split(".").at(-1) ?? "");
}

export function awsRefusal(type: string, status = 400, message = "because"): Reply {
  return {
    status,
    headers: { "content-type": "application/x-amz-json-1.1" },
    body: { __type: type, Message: message, message },
  };
}

/** Like AWS: refuses requests whose signature differs by five minutes from its clock. The answer has its time. */
export function byClock(now: () => Date, answer: (request: SeenRequest, index: number) => Reply) {
  return (request: SeenRequest, index: number): Reply => {
    const reply = minutesOff(request, now()) > 5 ? wrongDate(request, now()) : answer(request, index);
    return typeof reply === "string"
      ? reply
      : { ...reply, headers: { ...reply.headers, date: now().toUTCString() } };
  };
}

function minutesOff({ headers }: SeenRequest, now: Date): number {
  const signedAt = String(headers["x-amz-date"]).replace(
    /^(....)(..)(..)T(..)(..)(..)Z$/,
    "$1-$2-$3T$4:$5:$6Z",
  );
  return Math.abs(now.getTime() - new Date(signedAt).getTime()) / 60_000;
}

function wrongDate({ headers }: SeenRequest, now: Date): Reply {
  const at = String(headers["x-amz-date"]);
  const message = `Signature expired: ${at} is now earlier than ${now.toISOString()} (- 5 min.)`;
  return awsRefusal("InvalidSignatureException", 400, message);
}

/** Dates in AWS JSON are in seconds. */
export const seconds = (iso: string) => new Date(iso).getTime() / 1_000;
