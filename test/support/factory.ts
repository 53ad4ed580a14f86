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
  /** In the folder: the configuration for all of it. */
  configFile: string;
}

/** For each test of the file that calls this: the demo's applications, in emulators of their own. */
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

/** What makes a child process find its AWS there. */
export function variablesOf({ emulators }: Readonly<Factory>): ReturnType<typeof emulatorVariables> {
  return emulatorVariables(emulators.aws.url, emulators.region);
}
