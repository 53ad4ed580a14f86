import { AWSCURRENT } from "../lambda/model/secret.ts";
import { COLD_CHAIN } from "./cold-chain.ts";
import type { Emulators } from "./emulators.ts";
import { FACTORY_FLOOR } from "./factory-floor.ts";
import { type History, seedApplication } from "./seeding.ts";
import { readAsConsumer } from "./seeding-store.ts";
import type { ApplicationStory, ExpectedToken } from "./story.ts";
import { WORKSHOP } from "./workshop.ts";

const DAY_MS = 86_400_000;

export const STORIES: readonly ApplicationStory[] = [FACTORY_FLOOR, COLD_CHAIN, WORKSHOP];

/** The state before the first run of the demo, and the expected outcome for each token. */
export interface Scenario {
  /** The document of rotation.config.json. */
  readonly config: object;
  /** By token id. */
  readonly expectations: ReadonlyMap<string, ExpectedToken>;
  /** Every token string that was created. None of them may be visible anywhere. */
  readonly strings: readonly string[];
  readonly titles: ReadonlyMap<string, string>;
}

/** Creates the history of all applications, the oldest event first. */
export async function seed(emulators: Emulators, now: Date): Promise<Scenario> {
  const history: History = { moments: [], expectations: new Map(), strings: [], rarelyRead: new Set() };
  for (const story of STORIES) seedApplication(story, history, emulators, now);
  for (const { at, act } of history.moments.toSorted((one, other) => one.at.getTime() - other.at.getTime())) {
    emulators.setTime(at);
    await act();
  }
  emulators.setTime(new Date(now.getTime() - 2 * DAY_MS));
  await readAsConsumers(emulators, history);
  emulators.setTime(undefined);
  return {
    config: configOf(emulators.losant.url),
    expectations: history.expectations,
    strings: history.strings,
    titles: new Map(STORIES.map(({ id, title }) => [id, title])),
  };
}

/** Consumers read each secret that can be read. */
async function readAsConsumers(emulators: Emulators, { rarelyRead }: History): Promise<void> {
  const { aws } = emulators;
  const isReadable = (name: string) => {
    if (rarelyRead.has(name)) return false;
    const secret = aws.secret(name);
    return (
      secret?.deletedDate === undefined && secret?.versions.some(({ labels }) => labels.includes(AWSCURRENT))
    );
  };
  for (const name of aws.secretNames().filter(isReadable)) await readAsConsumer(emulators, name);
}

function configOf(losantApiUrl: string): object {
  return {
    losantApiUrl,
    applications: STORIES.map(({ id, accessToken, policy, secrets }) => ({
      id,
      accessToken,
      policy,
      secrets,
    })),
  };
}
