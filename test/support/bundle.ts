import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AwsEmulator, type AwsOptions, startAws } from "../../emulators/aws/server.ts";
import {
  type LosantEmulator,
  type LosantEmulatorOptions,
  startLosant,
} from "../../emulators/losant/server.ts";
import { bundleHandler } from "../../infra/bundling.ts";
import type { Report } from "../../lambda/report/report.ts";
import { APP } from "./world.ts";

interface Handler {
  handler(event: unknown, context?: object): Promise<Report>;
}

/** The deployed bundle, in its own folder outside of this repository (which is an ES module). */
export class Bundle {
  readonly folder = mkdtempSync(join(tmpdir(), "losant-token-rotation-"));
  readonly #require = createRequire(import.meta.url);

  async build(): Promise<this> {
    await bundleHandler(this.folder);
    return this;
  }

  /** Loads the bundle again, like a cold start, and invokes it once. */
  async invoke(event: unknown, env: Readonly<Record<string, string>>, context: object = {}): Promise<Report> {
    const file = join(this.folder, "index.js");
    delete this.#require.cache[file];
    const before = { ...process.env };
    Object.assign(process.env, { POWERTOOLS_LOG_LEVEL: "SILENT", ...CREDENTIALS, ...env });
    try {
      return await (this.#require(file) as Handler).handler(event, context);
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      Object.assign(process.env, before);
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

export const CREDENTIALS = { AWS_ACCESS_KEY_ID: "AKIAEMULATED", AWS_SECRET_ACCESS_KEY: "emulated" };

export interface Cloud {
  readonly losant: LosantEmulator;
  readonly aws: AwsEmulator;
  readonly config: Record<string, unknown>;
  /** The environment of a function that is deployed there; the keys of `config` override the document. */
  env(config?: object): Record<string, string>;
  close(): Promise<void>;
}

/** Losant and AWS on free ports, with one application that the worker can log in to. */
export async function startCloud(
  losantOptions: LosantEmulatorOptions = {},
  awsOptions: AwsOptions = {},
): Promise<Cloud> {
  const losant = await startLosant(losantOptions);
  const region = "eu-central-1";
  const aws = await startAws({ region, ...awsOptions });
  losant.addApplication({ id: APP });
  aws.putSecret(`losant-access/${APP}`, losant.addToken(APP, { name: "rotation worker" }).token);
  const config = {
    losantApiUrl: losant.url,
    applications: [{ id: APP, accessToken: `losant-access/${APP}` }],
  };
  return {
    losant,
    aws,
    config,
    env: (over = {}) => ({
      AWS_ENDPOINT_URL: aws.url,
      AWS_REGION: awsOptions.region ?? region,
      ROTATION_CONFIG: JSON.stringify({ ...config, ...over }),
    }),
    close: async () => {
      await Promise.all([losant.close(), aws.close()]);
    },
  };
}
