import * as v from "valibot";
import type { SecretsConsole } from "../emulators/aws/console.ts";
import type { LosantConsole } from "../emulators/losant/server.ts";
import { markerKeyOf } from "../lambda/adapters/losant/marker-key.ts";
import { describeSuccessor, type MarkerKey } from "../lambda/model/marker.ts";
import { Redacted } from "../lambda/model/redacted.ts";
import { SecretArn, versionIdOf } from "../lambda/model/secret.ts";
import { ApplicationId, RunId, TokenId } from "../lambda/model/token.ts";

export const DAY_MS = 86_400_000;

/** Losant and Secrets Manager, as emulators or in memory. */
export interface Ground {
  readonly losant: LosantConsole;
  readonly aws: SecretsConsole;
}

export interface Sown {
  readonly applicationId: string;
  readonly name: string;
  /** Unique in this ground. */
  readonly number: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly scope?: readonly string[];
  /** The access token that created it. Otherwise, that of its application. */
  readonly access?: Access;
}

/** An access token of the worker. */
export interface Access {
  /** The secret that holds it. */
  readonly secret: string;
  readonly isOfUser: boolean;
}

/** The scope of every token, with which the worker can read the application. */
export const SCOPE = ["application.get"] as const;

/** The default of `secretPrefix`. */
const DEFAULT_PREFIX = "losant";
const EARLIER_RUN = v.parse(RunId, "earlier-run");

/** An application that the worker can log in to. */
export function sowApplication({ losant, aws }: Ground, id: string, createdAt: Date): void {
  losant.addApplication({ id });
  const { token } = losant.addToken(id, { name: "rotation worker", creationDate: createdAt });
  aws.putSecret(accessTokenOf(id), token);
}

/** Applications of one organization, which one access token of a user discovers. */
export const ORGANIZATION = "Fleet";
export const FLEET_ACCESS: Access = { secret: "losant-access/fleet", isOfUser: true };

/** Adds the organization and the access token, and returns the function that adds an application. */
export function sowOrganization({ losant, aws }: Ground): (id: string) => void {
  const user = losant.addUser({ name: "Rotation worker" });
  const organization = losant.addOrganization({ name: ORGANIZATION });
  losant.setMember(organization, user, "collaborate");
  aws.putSecret(FLEET_ACCESS.secret, losant.addUserToken(user, { name: "rotation worker" }).token);
  return (id) => void losant.addApplication({ id, name: `site ${id.slice(-6)}`, ownerId: organization });
}

/** The keys of the configuration that discover them. */
export const DISCOVERS = {
  discover: [{ accessToken: FLEET_ACCESS.secret, organizations: [ORGANIZATION] }],
} as const;

/** Adds a token that the worker created earlier, and its secret. Returns the secret's ARN. */
export function sowLineage(ground: Ground, sown: Sown): string {
  const { losant, aws } = ground;
  const { applicationId, name, number, createdAt, expiresAt, scope = SCOPE } = sown;
  const { access = { secret: accessTokenOf(applicationId), isOfUser: false } } = sown;
  const [tokenId, replacedId] = [idOf(2 * number), idOf(2 * number + 1)];
  const value = JSON.stringify({ token: "known to whom it may concern", tokenId, applicationId, name });
  const { arn } = aws.putSecret(
    `losant/${applicationId}/${name}`,
    value,
    versionIdOf({ tokenId, replacedId }),
  );
  const { key, creatorId } = signerOf(ground, access);
  const intent = {
    replacedId,
    secretArn: v.parse(SecretArn, arn),
    run: EARLIER_RUN,
    orderedAt: createdAt,
    expiresAt,
  };
  losant.addToken(applicationId, {
    id: tokenId,
    name,
    scope,
    description: describeSuccessor("", intent, v.parse(ApplicationId, applicationId), key),
    creationDate: createdAt,
    expirationDate: expiresAt,
    creatorType: "apiToken",
    creatorId,
  });
  return arn;
}

/** The worker at that time: it signs markers with the access token, which is also the creator of its tokens. */
function signerOf({ losant, aws }: Ground, { secret, isOfUser }: Access) {
  const string = aws.value(secret) ?? "";
  const known = signers.get(string);
  if (known !== undefined) return known;
  const arn = v.parse(SecretArn, aws.secret(secret)?.arn);
  const signer = {
    key: markerKeyOf(new Redacted(string), arn, DEFAULT_PREFIX, isOfUser),
    creatorId: losant.tokenIdOf(string),
  };
  signers.set(string, signer);
  return signer;
}

/** By the string of the access token. Deriving a key takes as long as adding many tokens. */
const signers = new Map<string, { readonly key: MarkerKey; readonly creatorId: string | undefined }>();

/** A token with a lifetime of a year, of which ten days are left. */
export function yearlyDue(now: Date): { readonly createdAt: Date; readonly expiresAt: Date } {
  return { createdAt: after(now, -355 * DAY_MS), expiresAt: after(now, 10 * DAY_MS) };
}

/** A token with a lifetime of a year, of which most is left. */
export function yearlyFresh(now: Date): { readonly createdAt: Date; readonly expiresAt: Date } {
  return { createdAt: after(now, -65 * DAY_MS), expiresAt: after(now, 300 * DAY_MS) };
}

const after = (moment: Date, ms: number) => new Date(moment.getTime() + ms);

export const accessTokenOf = (applicationId: string) => `losant-access/${applicationId}`;

export const applicationIdOf = (number: number) => `575ec868${number.toString(16).padStart(16, "0")}`;

const idOf = (number: number) => v.parse(TokenId, `5eed5eed${number.toString(16).padStart(16, "0")}`);

/** The number of tokens created through the API whose strings are in no secret, so nobody can use them. */
export function orphansIn({ losant, aws }: Ground, ...applicationIds: readonly string[]): number {
  const held = new Set(
    aws.secretNames().flatMap((name) =>
      (aws.secret(name)?.versions ?? []).flatMap(({ versionId }) => {
        const value = aws.value(name, versionId);
        return value?.startsWith("{") ? [String(JSON.parse(value).tokenId)] : [];
      }),
    ),
  );
  return applicationIds
    .flatMap((id) => losant.tokens(id))
    .filter(({ creatorType, id }) => creatorType === "apiToken" && !held.has(id)).length;
}
