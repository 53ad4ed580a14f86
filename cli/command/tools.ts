import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { secretsManagerStore } from "../../lambda/adapters/aws/secrets-manager.ts";
import { losantConnections } from "../../lambda/adapters/losant/connections.ts";
import type { RotationError } from "../../lambda/model/errors.ts";
import { nearestWord } from "../../lambda/model/nearest.ts";
import { once } from "../../lambda/model/remembered.ts";
import { type SecretLists, secretListsFor } from "../../lambda/observe/read-index.ts";
import { type ApplicationConfig, parseConfigText, type RotationConfig } from "../../lambda/policy/config.ts";
import type { AccessTokenReader, Clock, SecretStore, TokenApi } from "../../lambda/ports.ts";
import { type Discovery, discover, discoveredIn, notDiscovered } from "../../lambda/run/discovery.ts";
import { watched } from "../../lambda/run/watch.ts";
import type { Progress } from "../terminal/progress.ts";
import { secretsManagerHere } from "./aws.ts";
import { configText } from "./config-file.ts";
import type { CommandIo, Io } from "./io.ts";
import { Misuse } from "./stops.ts";

/** What the commands work with: the worker's own adapters, with the AWS credentials of this machine. */
export interface Tools {
  readonly config: RotationConfig;
  readonly client: SecretsManagerClient;
  readonly store: SecretStore & AccessTokenReader;
  readonly clock: Clock;
  readonly connect: (application: ApplicationConfig) => TokenApi;
  /** The applications that the entries of `discover` find. Listed once. */
  readonly discover: () => Promise<Discovery>;
  /** Each is read when it is first needed. It is empty if these credentials don't allow ListSecrets. */
  readonly secretLists: Pick<SecretLists, "expect" | "of" | "all">;
  /** Shows every call that takes long. */
  readonly progress: Pick<Progress, "waits">;
}

/** @throws RotationError `config-invalid`; Refusal, see secretsManagerHere */
export async function toolsFor(
  configFile: string | undefined,
  progress: Pick<Progress, "waits">,
  io: CommandIo,
): Promise<Tools> {
  const config = await settings(configFile, io);
  const client = await secretsManagerHere(io, progress);
  return toolsOn(progress, { config, client, clock: io.clock });
}

/** Tools whose calls this line of progress shows. */
export function toolsOn(
  progress: Pick<Progress, "waits">,
  { config, client, clock }: Pick<Tools, "config" | "client" | "clock">,
): Tools {
  const store = watched(secretsManagerStore(client), "Secrets Manager", progress);
  const { losantApiUrl: baseUrl, secretPrefix } = config;
  const losant = losantConnections({ baseUrl, credentials: store, secretPrefix });
  return {
    config,
    client,
    store,
    clock,
    progress,
    secretLists: secretListsFor(config, store),
    connect: (application) => watched(losant.connect(application), "Losant", progress),
    discover: once(() => discover(config, (entry) => watched(losant.directoryOf(entry), "Losant", progress))),
  };
}

export async function settings(configFile: string | undefined, io: Pick<Io, "env">): Promise<RotationConfig> {
  return parsedConfig(await configText(configFile, io));
}

/** The text must come from `configText`, which has checked it. */
export function parsedConfig(text: string): RotationConfig {
  return parseConfigText(text, "rotation.config.json");
}

/** The applications that a command works on, and what is wrong with the discovery of others. */
export interface Chosen {
  readonly applications: readonly ApplicationConfig[];
  readonly problems: readonly DiscoveryProblem[];
}

/** @throws Misuse; RotationError if a chosen application may be missing because of a problem */
export async function chosenFrom(
  { config, discover }: Pick<Tools, "config" | "discover">,
  asked: string | readonly string[] = [],
): Promise<Chosen> {
  const ids = [asked].flat().map((id) => id.toLowerCase());
  const configured = new Set<string>(config.applications.map(({ id }) => id));
  const isEnough = ids.length > 0 && ids.every((id) => configured.has(id));
  if (config.discover.length === 0 || isEnough)
    return { applications: chosenApplications(config, asked), problems: [] };
  const discovery = await discover();
  const applications = [...config.applications, ...discoveredIn(discovery)];
  const known = new Set<string>(applications.map(({ id }) => id));
  const problems = problemsOf(discovery);
  const [first] = problems;
  if (first !== undefined && ids.some((id) => !known.has(id))) throw first.error;
  const chosen = chosenApplications({ applications }, asked, "and was not discovered");
  // If the ones that were asked for are found, the others don't matter.
  return { applications: chosen, problems: ids.length > 0 ? [] : problems };
}

export interface DiscoveryProblem {
  /** `discover.0`, or the application that must be discovered. */
  readonly what: string;
  readonly error: RotationError;
}

export function problemsOf({ entries, unfound }: Discovery): readonly DiscoveryProblem[] {
  return [
    ...entries.flatMap(({ index, problems, renewalProblem }) => [
      ...problems.map((error) => ({ what: `discover.${index}`, error })),
      ...(renewalProblem === undefined
        ? []
        : [{ what: `discover.${index}.accessToken`, error: renewalProblem }]),
    ]),
    ...unfound.map((id) => ({ what: `application ${id}`, error: notDiscovered(id) })),
  ];
}

/** All applications, or the chosen ones, in their order. @throws Misuse */
export function chosenApplications(
  { applications }: Pick<RotationConfig, "applications">,
  asked: string | readonly string[] = [],
  also = "",
): readonly ApplicationConfig[] {
  const ids = [asked].flat();
  const known = applications.map(({ id }): string => id);
  const unknown = ids.find((id) => !known.includes(id.toLowerCase()));
  if (unknown !== undefined)
    throw new Misuse(
      `The application ${unknown} is not in the configuration${also && `, ${also}`}. ${suggestion(unknown, known)}`,
      { isComplete: true },
    );
  if (ids.length === 0) return applications;
  return applications.filter(({ id }) => ids.some((one) => one.toLowerCase() === id));
}

const NAMED = 10;

function suggestion(unknown: string, known: readonly string[]): string {
  const meant = nearestWord(unknown, known);
  if (meant !== undefined) return `Did you mean ${meant}?`;
  if (known.length === 0) return "No application was found.";
  const more = known.length > NAMED ? ` and ${known.length - NAMED} more` : "";
  return `The configuration has ${known.slice(0, NAMED).join(", ")}${more}.`;
}
