import * as v from "valibot";
import type { TokenSeed } from "../emulators/losant/console.ts";
import { markerKeyOf } from "../lambda/adapters/losant/marker-key.ts";
import { secretNameFor } from "../lambda/lineage/secret-names.ts";
import { describeSuccessor } from "../lambda/model/marker.ts";
import { Redacted } from "../lambda/model/redacted.ts";
import { SecretArn, versionIdOf } from "../lambda/model/secret.ts";
import { ApplicationId, RunId, TokenId } from "../lambda/model/token.ts";
import type { Emulators } from "./emulators.ts";
import { openSecret, readAsConsumer, storeVersion, stringIn } from "./seeding-store.ts";
import type { ApplicationStory, ExpectedToken, Generation, TokenRole } from "./story.ts";

interface Moment {
  readonly at: Date;
  act(): void | Promise<void>;
}

/** What happened before the demo. The moments are replayed in the order of time. */
export interface History {
  readonly moments: Moment[];
  readonly expectations: Map<string, ExpectedToken>;
  readonly strings: string[];
  /** Secrets whose consumers read them only at a moment of their own. */
  readonly rarelyRead: Set<string>;
}

/** The default, because the demo's configuration has none. */
const PREFIX = "losant";
const DAY_MS = 86_400_000;
const SECOND_MS = 1_000;
/** When a person did something by hand, in days before now. */
const RECENTLY = 2;
const ORDINARY_SCOPE: readonly string[] = ["application.get", "devices.get", "data.lastValueQuery"];

export function seedApplication(
  story: ApplicationStory,
  history: History,
  emulators: Emulators,
  now: Date,
): void {
  emulators.losant.addApplication({ id: story.id, name: story.title });
  for (const role of story.roles) seedRole({ story, role, history, emulators, now });
}

interface Setting {
  readonly story: ApplicationStory;
  readonly role: TokenRole;
  readonly history: History;
  readonly emulators: Emulators;
  readonly now: Date;
}

function seedRole(setting: Setting): void {
  const { story, role, history, emulators, now } = setting;
  const { aws, losant } = emulators;
  const { name, generations } = role;
  const secretName = story.secrets[name] ?? secretNameFor(PREFIX, v.parse(ApplicationId, story.id), name);
  const ids: TokenId[] = [];
  for (const [index, generation] of generations.entries()) {
    const at = new Date(now.getTime() - generation.bornDaysAgo * DAY_MS);
    const act =
      index === 0
        ? () => void ids.push(birthOfRoot(generation, secretName, setting))
        : async () => void ids.push(await birthOfSuccessor(generation, ids, secretName, setting));
    // Moments of the same age keep their order in the story.
    history.moments.push({ at, act });
  }
  if (role.readDaysAgo !== undefined) {
    history.rarelyRead.add(secretName);
    const at = new Date(now.getTime() - role.readDaysAgo * DAY_MS);
    history.moments.push({ at, act: async () => void (await readAsConsumer(emulators, secretName)) });
  }
  const lastDaysAgo = Math.min(RECENTLY, ...generations.map(({ bornDaysAgo }) => bornDaysAgo));
  const afterwards = new Date(now.getTime() - lastDaysAgo * DAY_MS + SECOND_MS);
  const act = () => {
    for (const [index, { since }] of generations.entries()) {
      const id = ids[index] ?? "";
      if (since === "deactivated") losant.edit(story.id, id, { status: "inactive" });
      if (since === "deleted") losant.remove(story.id, id);
    }
    if (role.secret === "rolled-back") aws.moveLabel(secretName, "AWSCURRENT", "AWSPREVIOUS");
    if (role.secret === "scheduled-for-deletion") aws.scheduleDeletion(secretName);
    if (role.secret === "owned-by-service") aws.setOwningService(secretName, "rds");
  };
  history.moments.push({ at: afterwards, act });
}

/** Creates a token of a person, who may have stored its string in a secret, or of another deployment. */
function birthOfRoot(generation: Generation, secretName: string, setting: Setting): TokenId {
  const { description, madeBy = "user" } = generation;
  const { id, token } = addToken(generation, setting, { description, creatorType: madeBy });
  const { role, emulators } = setting;
  if (role.secret !== undefined && role.secret !== "rolled-back") emulators.aws.putSecret(secretName, token);
  return id;
}

/** Creates a token of an earlier run of the worker, which stopped at the step in the story. */
async function birthOfSuccessor(
  generation: Generation,
  ids: readonly TokenId[],
  secretName: string,
  setting: Setting,
): Promise<TokenId> {
  const { emulators, story, now } = setting;
  const replacedId = v.parse(TokenId, ids[generation.replaces ?? ids.length - 1]);
  const secretArn = v.parse(SecretArn, await openSecret(emulators, secretName));
  const { bornAt: orderedAt, expiresAt } = lifeOf(generation, now);
  const run = v.parse(RunId, `an-earlier-run-${ids.length}`);
  const intent = { replacedId, secretArn, run, orderedAt, expiresAt };
  const { key, creatorId } = signerOf(setting);
  const description = describeSuccessor("", intent, v.parse(ApplicationId, story.id), key);
  const { id, token } = addToken(generation, setting, { description, creatorType: "apiToken", creatorId });
  const isPlain = story.policy.secretFormat === "plain";
  const value = isPlain ? token : JSON.stringify({ token, tokenId: id, applicationId: story.id });
  const version = { secretName, value, tokenId: id, versionId: versionIdOf({ tokenId: id, replacedId }) };
  await storeVersion(emulators, version, generation.upTo ?? "settle");
  return id;
}

/** The worker at that time: it signs markers with the access token of that time, which is also the creator of its tokens. */
function signerOf({ story, emulators: { aws, losant } }: Setting) {
  const string = stringIn(aws.value(story.accessToken) ?? "");
  const arn = v.parse(SecretArn, aws.secret(story.accessToken)?.arn);
  return { key: markerKeyOf(new Redacted(string), arn, PREFIX), creatorId: losant.tokenIdOf(string) };
}

function lifeOf({ bornDaysAgo, lifeDays }: Generation, now: Date) {
  const bornAt = new Date(now.getTime() - bornDaysAgo * DAY_MS);
  const expiresAt = lifeDays === undefined ? undefined : new Date(bornAt.getTime() + lifeDays * DAY_MS);
  return { bornAt, expiresAt };
}

function addToken(
  generation: Generation,
  { story, role, history, emulators, now }: Setting,
  made: Pick<TokenSeed, "description" | "creatorType" | "creatorId">,
): { readonly id: TokenId; readonly token: string } {
  const { scope = ORDINARY_SCOPE, expected } = generation;
  const { expiresAt: expirationDate } = lifeOf(generation, now);
  const { id, token } = emulators.losant.addToken(story.id, {
    name: role.name,
    scope,
    expirationDate,
    ...made,
  });
  history.strings.push(token);
  history.expectations.set(id, { applicationId: story.id, name: role.name, expected });
  return { id: v.parse(TokenId, id), token };
}
