import { describe, expect, it } from "vitest";
import { RotationError } from "../../lambda/model/errors.ts";
import { parseConfig, parseConfigText } from "../../lambda/policy/config.ts";

const APP = "575ec8687ae143cd83dc4a97";
const PLANTED = "PLANTED VALUE";
const application = { id: APP, accessToken: `losant-access/${APP}` };
const DAY = 86_400_000;

function refusal(document: unknown): string {
  try {
    parseConfig(document);
  } catch (error) {
    expect(error).toBeInstanceOf(RotationError);
    expect(error).toMatchObject({ code: "config-invalid" });
    return (error as Error).message;
  }
  throw new Error("it was accepted");
}

const withPolicy = (policy: object) => ({ applications: [{ ...application, policy }] });

describe("the configuration", () => {
  it("needs no more than one application", () => {
    expect(parseConfig({ applications: [application] })).toMatchObject({
      losantApiUrl: "https://api.losant.com",
      secretPrefix: "losant",
      eventBusName: "default",
      intervalMs: DAY / 4,
      applications: [
        {
          policy: {
            renewBeforeMs: 30 * DAY,
            lifetimeMs: "same",
            include: ["*"],
            exclude: [],
            neverExpiringMs: "report",
            orphanAfterMs: 3_600_000,
            maxRotationsPerRun: 500,
            secretFormat: "json",
          },
        },
      ],
    });
  });

  it("may begin with a byte order mark", () => {
    const text = `\ufeff${JSON.stringify({ applications: [application] })}\r\n`;
    expect(parseConfigText(text, "rotation.config.json").applications).toHaveLength(1);
  });

  it("overrides the common policy key by key", () => {
    const { applications } = parseConfig({
      policy: { renewBefore: "20d", secretFormat: "plain" },
      applications: [{ ...application, policy: { renewBefore: "14d" } }],
    });
    expect(applications[0]?.policy).toMatchObject({ renewBeforeMs: 14 * DAY, secretFormat: "plain" });
  });

  it.each([
    ["shedule", { applications: [application], shedule: PLANTED }, "shedule: unknown key"],
    ["a policy's key", withPolicy({ renewBefor: PLANTED }), "applications.0.policy.renewBefor: unknown key"],
    [
      "a key of retire",
      withPolicy({ retire: { soon: PLANTED } }),
      "applications.0.policy.retire.soon: unknown key",
    ],
    [
      "a duration",
      withPolicy({ renewBefore: PLANTED }),
      "applications.0.policy.renewBefore: must be a number and a unit",
    ],
    [
      "an id",
      { applications: [{ ...application, id: PLANTED }] },
      "applications.0.id: must be 24 hexadecimal digits",
    ],
    ["a missing id", { applications: [{ accessToken: "x" }] }, "applications.0.id: is missing"],
    [
      "a schedule that is too short",
      { applications: [application], schedule: "14m" },
      "schedule: must be 15m to 3d",
    ],
    [
      "a schedule that is too long",
      { applications: [application], schedule: "4d" },
      "schedule: must be 15m to 3d",
    ],
    [
      "orphans that are too young",
      withPolicy({ orphanAfter: "29m" }),
      "applications.0.policy.orphanAfter: must be 30m or more",
    ],
    [
      "a lifetime of three intervals",
      withPolicy({ lifetime: "18h" }),
      "policy.lifetime: must be more than three schedule intervals",
    ],
    [
      "plain http",
      { applications: [application], losantApiUrl: "http://losant.example" },
      "losantApiUrl: must be https",
    ],
    [
      "a pasted token",
      { applications: [{ ...application, accessToken: "eyJhbGciOi" }] },
      "looks like a token",
    ],
    ["one application twice", { applications: [application, application] }, "applications.1.id"],
    [
      "one secret twice",
      { applications: [{ ...application, secrets: { a: "x", b: "x" } }] },
      "applications.0.secrets.b",
    ],
  ])("refuses %s, naming the place and never the value", (_, document, message) => {
    expect(refusal(document)).toContain(message);
    expect(refusal(document)).not.toContain(PLANTED);
    expect(refusal(document)).not.toContain("eyJhbGciOi");
  });

  it("never quotes a text that is not JSON", () => {
    expect(() => parseConfigText(`{"a": ${PLANTED}`, "rotation.config.json")).toThrow(
      "rotation.config.json: is not valid JSON",
    );
  });
});
