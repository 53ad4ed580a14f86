import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { type Emulators, startEmulators } from "../../demo/emulators.ts";
import { type Scenario, seed } from "../../demo/scenario.ts";
import { emulatorVariables } from "../../demo/worker.ts";

interface Factory {
  emulators: Emulators;
  scenario: Scenario;
  folder: string;
  /** The configuration for all applications, in the folder. */
  configFile: string;
}

/** Gives each test of the calling file the demo's applications, in its own emulators. */
export function freshFactory(): Readonly<Factory> {
  const factory = {} as Factory;
  beforeEach(async () => {
    factory.emulators = await startEmulators();
    factory.scenario = await seed(factory.emulators, new Date());
    factory.folder = mkdtempSync(join(tmpdir(), "rotation-test-"));
    factory.configFile = join(factory.folder, "my.config.json");
    writeFileSync(factory.configFile, JSON.stringify(factory.scenario.config));
  });
  afterEach(async () => {
    rmSync(factory.folder, { recursive: true });
    await factory.emulators.close();
  });
  return factory;
}

/** The environment variables with which a child process uses these emulators as AWS. */
export function variablesOf({ emulators }: Readonly<Factory>): ReturnType<typeof emulatorVariables> {
  return emulatorVariables(emulators.aws.url, emulators.region);
}
