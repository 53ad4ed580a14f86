import { expect, onTestFinished, test, vi } from "vitest";
import { entryOf } from "../../lambda/adapters/aws/event-bridge-entries.ts";
import { handler } from "../../lambda/handler.ts";
import type { RotationEvent } from "../../lambda/model/events.ts";
import { APP, DAY, World } from "../support/world.ts";

/* No output of the worker contains a part of a token, or a character that changes how the rest is read. */

const STRING =
  "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI1NzVlYzg2ODdhZTE0M2NkODNkYzRhOTcifQ.dBjftJeZ4CVP-mB92K27uhbUJU1";
const HALF_DEAD = { age: 350 * DAY, lifetime: 365 * DAY };
const REVERSED = "bill\u202etxt.exe";

test("a token named like a token is rotated under its true name, and told under its words", async () => {
  const world = new World();
  world.token(`gateway ${STRING}`, HALF_DEAD);
  const { report } = await world.run();
  const row = report.tokens.find(({ outcome }) => outcome === "rotated");
  expect(row?.name).toBe("gateway …");
  expect(row?.secretName).toMatch(new RegExp(`^losant/${APP}/gateway___[\\da-f]{8}$`));
  expect(world.losant.tokens(APP).filter(({ name }) => name === `gateway ${STRING}`)).toHaveLength(2);
  expect(world.events[0]?.detail).toMatchObject({ tokenName: "gateway …", secretName: row?.secretName });
  const { token, ...rest } = JSON.parse(world.aws.value(row?.secretName ?? "") ?? "");
  expect(rest.name).toBe("gateway …");
  expect(world.losant.accepts(token)).toBe(true);
  world.clock.advance(340 * DAY);
  const again = (await world.run()).report.tokens.find(({ outcome }) => outcome === "rotated");
  expect(again?.secretName).toBe(row?.secretName);
});

test("two tokens that differ in what is masked alone have a secret each", async () => {
  const world = new World();
  world.token(`gateway ${STRING}`, HALF_DEAD);
  world.token(`gateway ${STRING.slice(0, -1)}x`, HALF_DEAD);
  const { report } = await world.run();
  expect(report.summary).toMatchObject({ rotated: 2, failed: 0 });
  expect(new Set(report.tokens.map(({ secretName }) => secretName)).size).toBe(3);
});

test("globs, mapped names and the names of the event go by the true name", async () => {
  const name = `gateway ${STRING}`;
  const world = new World({ policy: { exclude: ["*eyJhbG*"] }, secrets: { [name]: "prod/gateway" } });
  world.token(name, HALF_DEAD);
  expect((await world.run()).report.summary.rotated).toBe(0);
  const { report } = await world.run({ tokens: [name], force: true });
  expect(report.tokens).toContainEqual(
    expect.objectContaining({ outcome: "rotated", secretName: "prod/gateway" }),
  );
});

test("a lineage whose secret was named after a token before goes on in that secret, which is told masked", async () => {
  const world = new World();
  const old = `losant/${APP}/${STRING}`;
  const root = world.token(STRING, { age: 20 * DAY, lifetime: 365 * DAY });
  const { arn } = world.aws.putSecret(old, "by hand");
  const description = `[losant-token-rotation replaces=${root.id} secret=${arn} run=old]`;
  const successor = world.token(STRING, { ...HALF_DEAD, description });
  world.aws.putSecret(old, successor.token, `losant-${successor.id}-${root.id}`);
  const { report } = await world.run();
  expect(report.tokens.find(({ outcome }) => outcome === "rotated")?.secretName).toMatch(/^[^A-Z]*…$/);
  expect(world.losant.accepts(world.stringIn(old) ?? "")).toBe(true);
  expect(world.stringIn(old)).not.toBe(successor.token);
  expect(JSON.stringify([report, world.events, world.log])).not.toContain("eyJ");
});

test("the secret that a leaked token says it is in, where it is named after a token, is told masked", async () => {
  const world = new World();
  const abroad = `arn:aws:secretsmanager:eu-west-1:999988887777:secret:losant/${STRING}-AbCdEf`;
  const { id } = world.token("backend", {
    age: 10 * DAY,
    lifetime: 365 * DAY,
    creatorType: "apiToken",
    description: `[losant-token-rotation replaces=${"a".repeat(24)} secret=${abroad} run=run-9]`,
  });
  const { report } = await world.run({ tokens: [id], force: true, retireNow: true });
  expect(report.tokens.find(({ tokenId }) => tokenId === id)?.oldString?.heldBy).toContain("999988887777");
  expect(JSON.stringify([report, world.events, world.log])).not.toContain("eyJ");
});

test("the secret that a lineage leaves, where it was named after a token, is told masked", async () => {
  const world = new World({ secrets: { backend: `prod/${STRING}` } });
  world.token("backend", HALF_DEAD);
  expect((await world.run()).report.summary.rotated).toBe(1);
  world.clock.advance(2 * DAY);
  world.config = {
    applications: [{ id: APP, accessToken: `losant-access/${APP}`, secrets: { backend: "prod/backend" } }],
  };
  const { report } = await world.run();
  const moved = { secretName: "prod/backend", formerSecretArn: expect.stringMatching(/^arn:[^A-Z]*…$/) };
  expect(report.tokens).toContainEqual(expect.objectContaining({ reason: "moved", ...moved }));
  expect(world.events.map(({ detail }) => detail)).toContainEqual(expect.objectContaining(moved));
  expect(JSON.stringify([report, world.events, world.log])).not.toContain("eyJ");
});

test("an entry of the event that is a token pasted by mistake is not repeated", async () => {
  const { failures, report } = await new World().run({ tokens: [STRING] });
  expect(failures).toEqual(['event: token-not-found: no listed token has the id or name "…"']);
  expect(report.summary.failed).toBe(1);
});

test("the detail of an event has characters that turn the direction of writing as codes", () => {
  const event = {
    detailType: "x",
    resources: [],
    detail: { tokenName: REVERSED },
  } as unknown as RotationEvent;
  const { Detail } = entryOf(event, "default", undefined);
  expect(Detail).toBe('{"tokenName":"bill\\u202etxt.exe"}');
});

test("the handler neither throws nor logs a token that is a key of its event, nor such characters", async () => {
  const written: string[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    const spy = vi.spyOn(stream, "write").mockImplementation((text) => written.push(String(text)) > 0);
    onTestFinished(() => spy.mockRestore());
  }
  const config = JSON.stringify({ applications: [{ id: APP, accessToken: "losant-access" }] });
  vi.stubEnv("ROTATION_CONFIG", config);
  onTestFinished(() => void vi.unstubAllEnvs());
  const thrown = await handler({ [STRING]: true }).catch((error: unknown) => String(error));
  const turned = await handler({ [REVERSED]: true }).catch((error: unknown) => String(error));
  expect(turned).toMatch(/^Error: event-invalid: event: bill·txt\.exe: unknown key/);
  expect(thrown).toMatch(/^Error: event-invalid: event: …: unknown key/);
  const lines = written
    .join("")
    .split("\n")
    .filter((line) => line.includes("could not start"));
  expect(lines).toHaveLength(2);
  expect(JSON.parse(lines[1] ?? "")).toMatchObject({
    code: "event-invalid",
    problem: expect.stringContaining("bill·txt.exe"),
  });
  expect(written.join("")).not.toContain("eyJ");
});
