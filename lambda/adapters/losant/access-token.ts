import * as v from "valibot";
import { RotationError } from "../../model/errors.ts";
import type { MarkerKey } from "../../model/marker.ts";
import type { Redacted } from "../../model/redacted.ts";
import type { SecretArn, SecretName } from "../../model/secret.ts";
import { type ApplicationId, TokenId, type TokenOwner } from "../../model/token.ts";
import type { AccessTokenReader, Login } from "../../ports.ts";

/** The secret that holds an access token. */
export interface AccessTokenPlace {
  /** The application that it is for. Undefined: it is the token of a user, for many applications. */
  readonly id?: ApplicationId;
  readonly accessToken: SecretName | SecretArn;
}

/** An application or a user, and the secret that holds the access token for it. */
export interface LoggedInOwner extends AccessTokenPlace, TokenOwner {
  readonly id: ApplicationId;
}

/** An access token that was read. Each reading is a separate object. */
export interface AccessTokenReading extends Login {
  readonly token: Redacted;
}

/**
 * The access token that the worker logs in with. It is read when it is first needed, and kept no longer than this object, which
 * exists for one run. If Losant rejects it, the secret is read again (somebody may have just rotated it), and then its previous
 * version is tried, each once.
 */
export class AccessToken {
  readonly #reader: AccessTokenReader;
  readonly #secretId: SecretName | SecretArn;
  readonly #owner: string;
  readonly #stages: Login["stage"][] = ["AWSCURRENT", "AWSPREVIOUS"];
  readonly #rejected: Redacted[] = [];
  readonly #replacements = new Map<AccessTokenReading, Promise<AccessTokenReading>>();
  readonly #keys = new WeakMap<AccessTokenReading, MarkerKey>();
  #latest: Promise<AccessTokenReading> | undefined;

  constructor(reader: AccessTokenReader, { id, accessToken }: AccessTokenPlace) {
    this.#reader = reader;
    this.#secretId = accessToken;
    this.#owner = id === undefined ? "a user" : `application ${id}`;
  }

  /** The access token to use now. A failed reading is not kept. */
  async current(): Promise<AccessTokenReading> {
    this.#latest ??= this.#first();
    const reading = this.#latest;
    try {
      return await reading;
    } catch (error) {
      if (this.#latest === reading && this.#replacements.size === 0) this.#latest = undefined;
      throw error;
    }
  }

  /**
   * The access token to use instead of one that Losant rejected. Calls that were rejected at the same time share the result.
   * @throws RotationError `access-token-rejected` if nothing is left to try, and from then on immediately.
   */
  replace(rejected: AccessTokenReading): Promise<AccessTokenReading> {
    const known = this.#replacements.get(rejected);
    if (known !== undefined) return known;
    this.#rejected.push(rejected.token);
    const replacement = this.#nextStage().catch((error: unknown) => {
      // A call without an answer decides nothing, so the next call may try again.
      if (error instanceof RotationError && error.retryable) {
        this.#replacements.delete(rejected);
        this.#latest = Promise.resolve(rejected);
      }
      throw error;
    });
    this.#replacements.set(rejected, replacement);
    this.#latest = replacement;
    return replacement;
  }

  /** The key that is derived from a reading. This takes as long as planning a token, and many applications may share one. */
  keyOf(reading: AccessTokenReading, derive: (reading: AccessTokenReading) => MarkerKey): MarkerKey {
    const key = this.#keys.get(reading) ?? derive(reading);
    this.#keys.set(reading, key);
    return key;
  }

  /**
   * Repeats `call` with the replacement of an access token that Losant accepts but forbids the call. The replacement is then
   * used. Undefined if there is none, or if it may not do it either. Then everything continues with the same access token.
   */
  async insteadOf<T>(forbidden: AccessTokenReading, call: () => Promise<T>): Promise<T | undefined> {
    const before = this.#latest;
    try {
      this.#latest = this.replace(forbidden);
      await this.#latest;
      return await call();
    } catch {
      this.#latest = before;
      return undefined;
    }
  }

  async #first(): Promise<AccessTokenReading> {
    const held = await this.#read("AWSCURRENT").catch((error: unknown) => this.#previousInstead(error));
    if (held !== undefined) return held;
    throw new RotationError(
      "access-token-unreadable",
      `the secret ${this.#secretId} with the access token of ${this.#owner} holds no value`,
    );
  }

  /** A value that is not a token was set by mistake. The previous value may still work. */
  async #previousInstead(error: unknown): Promise<AccessTokenReading> {
    if (!(error instanceof RotationError) || error.code !== "access-token-unreadable") throw error;
    const held = await this.#read("AWSPREVIOUS").catch(() => undefined);
    if (held === undefined) throw error;
    this.#stages.splice(0);
    return held;
  }

  async #nextStage(): Promise<AccessTokenReading> {
    for (let stage = this.#stages[0]; stage !== undefined; stage = this.#stages[0]) {
      const held = await this.#read(stage);
      this.#stages.shift();
      if (held !== undefined && !this.#rejected.some((token) => token.equals(held.token))) return held;
    }
    throw new RotationError(
      "access-token-rejected",
      `Losant rejects the access token of ${this.#owner} in the secret ${this.#secretId}: ` +
        "the worker has read AWSCURRENT twice and also tried AWSPREVIOUS",
    );
  }

  async #read(stage: Login["stage"]): Promise<AccessTokenReading | undefined> {
    const found = await this.#reader.read(this.#secretId, stage);
    return found && { ...found, stage, ...claimsOf(found.token) };
  }
}

/**
 * The claims of an access token: `exp` is when it expires, in seconds. A token with only `iat`, when it was created, never expires
 * (RFC 7519). Without valid dates, nothing is known. Losant doesn't document which claim is the id of the token, so everything
 * that looks like an id is returned, to be compared with listed ids.
 */
export function claimsOf(
  token: Redacted,
): Pick<Login, "issuedAt" | "expiresAt" | "neverExpires" | "claimedIds"> {
  const claims = payloadOf(token);
  if (claims === undefined) return {};
  const { iat, exp } = claims;
  const claimedIds = Object.values(claims).flatMap((claim) => {
    const id = v.safeParse(TokenId, claim);
    return id.success ? [id.output] : [];
  });
  const [issuedAt, expiresAt] = [momentOfClaim(iat), momentOfClaim(exp)];
  return { issuedAt, expiresAt, neverExpires: exp === undefined && issuedAt !== undefined, claimedIds };
}

/** The date of a claim in seconds. A date can't be more than a hundred million days from 1970. */
function momentOfClaim(claim: unknown): Date | undefined {
  const at = new Date(typeof claim === "number" ? claim * 1_000 : Number.NaN);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** The payload of an API token, which is a JWT. Undefined if this one isn't. */
export function payloadOf(token: Redacted): Readonly<Record<string, unknown>> | undefined {
  const [, payload = ""] = token.reveal().split(".");
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    return typeof claims === "object" && claims !== null ? { ...claims } : undefined;
  } catch {
    return undefined;
  }
}
