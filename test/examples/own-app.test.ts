import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { IotStack } from "../../examples/own-app/iot-stack.ts";
import { LocalLambda } from "../infra/lambda.ts";
import { newApp, type Resource } from "../infra/synth.ts";
import { Bundle, type Cloud, startCloud } from "../support/bundle.ts";
import { runScript } from "../support/child.ts";
import { APP } from "../support/world.ts";

/** The CDK starts npx more than once to bundle a function. */
const PATIENCE_MS = 90_000;

describe("somebody's own app", () => {
  let assembly: string;
  let resources: Readonly<Record<string, Resource & { readonly Metadata?: Record<string, string> }>>;
  const all = (type: string) => Object.values(resources).filter(({ Type }) => Type === type);

  beforeAll(() => {
    const app = newApp({ bundle: true });
    new IotStack(app, "Iot");
    assembly = app.synth().directory;
    resources = JSON.parse(readFileSync(join(assembly, "Iot.template.json"), "utf8")).Resources;
  }, PATIENCE_MS);

  test("has the rotation as one part of a stack, on the stack's own bus and with its own alarm topic", () => {
    expect(all("AWS::Events::EventBus").map(({ Properties }) => Properties.Name)).toEqual(["iot"]);
    expect(all("AWS::Events::Rule")).toHaveLength(5);
    const alarms = all("AWS::CloudWatch::Alarm");
    expect(alarms.length).toBeGreaterThanOrEqual(7);
    for (const { Properties } of alarms) {
      expect(Properties.AlarmActions).toHaveLength(1);
      expect(Properties.AlarmDescription).toContain("https://wiki.example.com/");
    }
  });

  test(
    "is an app that runs as it is",
    async () => {
      const { code, stderr } = await runScript("examples/own-app/app.ts", [], {
        CDK_CONTEXT_JSON: JSON.stringify({ "aws:cdk:bundling-stacks": [] }),
      });
      expect([code, stderr]).toEqual([0, ""]);
    },
    PATIENCE_MS,
  );

  describe("its consumer, as it would be deployed", () => {
    const secret = "iot/backend/losant";
    const worker = new Bundle();
    let cloud: Cloud;
    let folder: string;
    let consumer: LocalLambda;

    beforeAll(async () => {
      await worker.build();
      cloud = await startCloud();
      const made = cloud.losant.addToken(APP, { name: "Backend", scope: ["application.get"] });
      cloud.aws.putSecret(secret, made.token);
      folder = mkdtempSync(join(tmpdir(), "consumer-"));
      const assets = readdirSync(assembly).filter((name) => name.startsWith("asset."));
      const own = assets.find((name) => !readdirSync(join(assembly, name)).includes("rotation.config.json"));
      cpSync(join(assembly, own ?? ""), folder, { recursive: true });
      const [deployed] = all("AWS::Lambda::Function").filter(({ Properties }) =>
        JSON.stringify(Properties).includes("LOSANT_SECRET"),
      );
      const environment = deployed?.Properties.Environment as {
        readonly Variables: Record<string, string>;
      };
      consumer = await LocalLambda.start(folder, {
        ...environment.Variables,
        LOSANT_API_URL: cloud.losant.url,
        AWS_ENDPOINT_URL: cloud.aws.url,
        AWS_REGION: "eu-central-1",
        AWS_ACCESS_KEY_ID: "emulated",
        AWS_SECRET_ACCESS_KEY: "emulated",
      });
    });

    afterAll(async () => {
      await consumer.stop();
      await cloud.close();
      worker.remove();
      rmSync(folder, { recursive: true });
    });

    test("works before, through and after a leak response, and its log has no string", async () => {
      const ok = { kind: "response", body: { name: expect.any(String) } };
      const before = cloud.aws.value(secret) ?? "";
      expect(await consumer.invoke({})).toMatchObject(ok);
      const [{ id } = { id: "" }] = cloud.losant.tokens(APP).filter(({ name }) => name === "Backend");
      const config = {
        applications: [{ id: APP, accessToken: `losant-access/${APP}`, secrets: { Backend: secret } }],
      };
      await worker.invoke({ tokens: [id], force: true, retireNow: true }, cloud.env(config));
      expect(cloud.losant.accepts(before)).toBe(false);
      expect(await consumer.invoke({})).toMatchObject(ok);
      const rotated = cloud.aws.events.find(({ DetailType }) => DetailType === "Losant API Token Rotated");
      const event = {
        source: rotated?.Source,
        "detail-type": rotated?.DetailType,
        detail: JSON.parse(rotated?.Detail ?? "{}"),
      };
      const reads = cloud.aws.calls.filter((call) => call === "GetSecretValue").length;
      expect(await consumer.invoke(event)).toEqual({ kind: "response", body: {} });
      expect(cloud.aws.calls.filter((call) => call === "GetSecretValue")).toHaveLength(reads);
      const after = JSON.parse(cloud.aws.value(secret) ?? "{}").token as string;
      for (const string of [before, after]) expect(consumer.output).not.toContain(string);
    });
  });
});
