import { describe, expect, it } from "vitest";
import { RotationError } from "../../lambda/model/errors.ts";
import type { Call, Intercept } from "../support/ports.ts";
import { APP, DAY, World } from "../support/world.ts";

const SECRET = "shared/backend";

function mapped(): World {
  const world = new World({ secrets: { backend: SECRET } });
  world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY });
  world.aws.putSecret(SECRET, "a string set by hand");
  return world;
}

/** Notes each call, and does something before the second look at a secret. */
function noting(seen: Call[], secondLook: () => void = () => {}): Intercept {
  return (call) => {
    seen.push(call);
    if (seen.filter(({ operation }) => operation === "describe").length === 2) secondLook();
    return {};
  };
}

const made = (seen: readonly Call[]) => seen.filter(({ operation }) => operation === "create").length;

describe("a mapped secret that is a replica of another region's", () => {
  it("has no token made for it, in any run, and says so", async () => {
    const world = mapped();
    world.aws.makeReplica(SECRET, "eu-west-1");
    const seen: Call[] = [];
    for (let count = 1; count <= 3; count += 1) {
      const { report, failures } = await world.run(undefined, { intercept: noting(seen) });
      const row = report.tokens.find(({ name }) => name === "backend");
      expect(row).toMatchObject({ action: "skip", reason: "secret-is-replica" });
      expect(failures).toEqual([]);
      world.clock.advance(DAY);
    }
    expect(made(seen)).toBe(0);
    expect(world.losant.tokens(APP)).toHaveLength(2);
    expect(world.log.filter(({ level }) => level === "warn").map(({ fields }) => fields.reason)).toContain(
      "secret-is-replica",
    );
    expect(world.events.map(({ detail }) => detail.reason)).toContain("secret-is-replica");
  });

  it("rotates once it is a separate secret", async () => {
    const world = mapped();
    world.aws.makeReplica(SECRET, "eu-west-1");
    await world.run();
    world.aws.makeReplica(SECRET, undefined);
    const { report } = await world.run();
    expect(report.summary).toMatchObject({ rotated: 1 });
  });

  it("rotates where it has replicas elsewhere", async () => {
    const world = mapped();
    world.aws.replicateTo(SECRET, ["eu-west-1"]);
    const { report } = await world.run();
    expect(report.summary).toMatchObject({ rotated: 1 });
  });
});

describe.each<[string, (world: World) => void, string]>([
  ["a policy", (world) => world.aws.deny(SECRET, "PutSecretValue"), "store-denied"],
  ["a disabled key", (world) => world.aws.setKeyState(SECRET, "disabled"), "store-refused"],
  ["a key that may not be used", (world) => world.aws.setKeyState(SECRET, "denied"), "store-denied"],
  ["twenty labels", (world) => world.aws.fillLabels(SECRET), "store-quota"],
])("a secret that refuses strings for weeks because of %s", (_, refuse, code) => {
  it("keeps its token, leaves none behind, and says why in every run", async () => {
    const world = mapped();
    refuse(world);
    for (let count = 1; count <= 14; count += 1) {
      const { failures } = await world.run();
      expect(failures.join()).toContain(code);
      expect(world.losant.tokens(APP)).toHaveLength(2);
      world.clock.advance(DAY);
    }
    expect(world.stringIn(SECRET)).toBe("a string set by hand");
  });
});

describe.each<[string, (world: World) => void]>([
  ["became a replica", (world) => world.aws.makeReplica(SECRET, "eu-west-1")],
  ["became another service's", (world) => world.aws.setOwningService(SECRET, "rds")],
  ["was scheduled for deletion", (world) => world.aws.scheduleDeletion(SECRET)],
])("a secret that %s since the plan", (_, change) => {
  it("has no token made for it", async () => {
    const world = mapped();
    const seen: Call[] = [];
    const { failures } = await world.run(undefined, { intercept: noting(seen, () => change(world)) });
    expect(made(seen)).toBe(0);
    expect(failures.join()).toContain("store-refused");
  });
});

describe("a refusal of a string that is stored all the same", () => {
  it("costs no token: before one is deleted, the versions are read", async () => {
    const world = mapped();
    const after = new RotationError("store-denied", "a firewall answered");
    const { report, failures } = await world.run(undefined, {
      intercept: ({ operation }) => (operation === "stage" ? { after } : {}),
    });
    expect(failures).toEqual([]);
    expect(report.summary.rotated).toBe(1);
    expect(world.losant.accepts(world.stringIn(SECRET) ?? "")).toBe(true);
  });

  it("is not believed of a version without labels, which an administrator may have made", async () => {
    const world = mapped();
    const plant = ({ operation, subject }: Call) => {
      if (operation !== "stage") return {};
      const made = world.secrets.get(SECRET);
      const version = {
        id: subject,
        sequence: world.secrets.nextSequence(),
        createdAt: world.clock.now(),
        value: { kind: "string", data: "planted" },
      } as const;
      if (!made.versions.some(({ id }) => id === subject))
        world.secrets.save({ ...made, versions: [...made.versions, version] });
      return {};
    };
    const { failures } = await world.run(undefined, { intercept: plant });
    expect(failures.join()).toMatch(/whether .* holds the string of the token \w+ is unknown/);
    expect(world.stringIn(SECRET)).toBe("a string set by hand");
    world.clock.advance(DAY);
    expect((await world.run()).failures).toEqual([]);
    expect(world.stringIn(SECRET)).toBe("a string set by hand");
  });

  it("costs none where the versions can't be read either: a later run continues", async () => {
    const world = mapped();
    const error = new RotationError("store-denied", "a firewall answered");
    const { report } = await world.run(undefined, {
      intercept: ({ operation }) =>
        operation === "stage" ? { after: error } : operation === "history" ? { before: error } : {},
    });
    expect(report.summary.failed).toBe(1);
    world.clock.advance(DAY);
    expect((await world.run()).failures).toEqual([]);
    expect(world.losant.accepts(world.stringIn(SECRET) ?? "")).toBe(true);
    expect(world.stringIn(SECRET)).not.toBe("a string set by hand");
  });
});
