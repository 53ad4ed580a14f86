import { Redacted } from "../../model/redacted.ts";
import type { TokenOwner } from "../../model/token.ts";
import type { InTurn } from "../../ports.ts";
import { looksLikeToken } from "../scrub.ts";
import type { AccessToken, AccessTokenReading } from "./access-token.ts";
import { type Attempt, tokenApiError, unusable } from "./failures.ts";
import { type LosantAnswer, type LosantRequest, send } from "./http.ts";
import { LOSANT_LIMITS, type LosantLimits } from "./limits.ts";

export interface LosantClientOptions {
  /** With or without a slash at the end. Private installs may have a path. */
  readonly baseUrl: string;
  /** An access token, which is replaced if Losant rejects it, or a single string, which is not. */
  readonly credential: AccessToken | Redacted;
  readonly limits?: Partial<LosantLimits>;
  /** Without it, every read is sent at once. */
  readonly inTurn?: InTurn | undefined;
}

interface OwnedPath {
  /** Undefined: the request is about all applications. `me`: about the user of the access token, whose id is not known yet. */
  readonly owner?: TokenOwner | "me";
  /** What follows the application's id. */
  readonly path: string;
}

/** One request about an application, about all of them, or about the user whom the access token belongs to. */
export interface ApplicationRequest extends Omit<LosantRequest, "url" | "body">, OwnedPath {
  /** A function, if the body depends on the access token that signs it. */
  readonly body?: object | ((login: AccessTokenReading) => object);
}

/** The same, with the facts for an error message, including the scope that the call needs. */
export interface LosantCall extends ApplicationRequest, Attempt {}

/** Losant's API, logged in. The worker and the commands send every request through a client like this. */
export class LosantClient {
  readonly limits: LosantLimits;
  readonly #baseUrl: string;
  readonly #credential: AccessToken | Redacted;
  readonly #inTurn: InTurn;
  readonly #secrets = new Set<Redacted>();
  /** Known as long as other code holds them. No string is kept only to recognise it. */
  readonly #held = new Set<WeakRef<Redacted>>();

  constructor({ baseUrl, credential, limits, inTurn = (read) => read() }: LosantClientOptions) {
    this.limits = { ...LOSANT_LIMITS, ...limits };
    this.#baseUrl = baseUrl.replace(/\/+$/, "");
    this.#credential = credential;
    this.#inTurn = inTurn;
  }

  /** The same API, logged in with only this string. */
  as(string: Redacted, limits: Partial<LosantLimits>): LosantClient {
    return new LosantClient({
      baseUrl: this.#baseUrl,
      credential: string,
      limits: { ...this.limits, ...limits },
    });
  }

  /**
   * Adds a secret that no error message may contain, besides the strings that this client logs in with. It is recognised in pieces
   * too, as long as other code holds it, and after that by its form. If it doesn't have the form of a token, it is kept.
   */
  conceal(secret: Redacted): void {
    if (looksLikeToken(secret)) this.#held.add(new WeakRef(secret));
    else this.#secrets.add(secret);
  }

  #known(): readonly Redacted[] {
    const known = [...this.#secrets];
    for (const held of this.#held) {
      const secret = held.deref();
      if (secret === undefined) this.#held.delete(held);
      else known.push(secret);
    }
    return known;
  }

  /**
   * Sends a request. A 401 proves that nothing happened, so even a POST is sent again with the replacement of the access token. A
   * 401 is returned only for a string without a replacement.
   * @throws RotationError if the access token can't be read, or if Losant rejects it and its replacements.
   */
  async answer(request: ApplicationRequest): Promise<LosantAnswer> {
    const { readTotalMs, writeTotalMs, createTotalMs } = this.limits;
    const totalMs = { read: readTotalMs, write: writeTotalMs, create: createTotalMs }[request.kind];
    const { body, ...rest } = request;
    const unsigned = typeof body === "function" ? rest : { ...rest, ...(body && { body }) };
    if (this.#credential instanceof Redacted) return this.#send(unsigned, this.#credential, totalMs);
    let login = await this.#credential.current();
    const until = performance.now() + totalMs;
    for (let leftMs = totalMs; leftMs >= 1; leftMs = until - performance.now()) {
      const sent = typeof body === "function" ? { ...rest, body: body(login) } : unsigned;
      const answer = await this.#send(sent, login.token, leftMs);
      // A web page with status 401 is not Losant's answer about this access token.
      if (answer.kind !== "refused" || answer.status !== 401 || answer.said.isForeign) return answer;
      login = await this.#credential.replace(login);
    }
    return { kind: "silent", why: "timeout", isSent: false };
  }

  /**
   * Sends a read when Losant may get one more.
   * @throws RotationError also if Losant doesn't answer, or has too much to do.
   */
  read(call: LosantCall): Promise<LosantAnswer> {
    return this.#inTurn(async () => {
      const answer = await this.answer(call);
      if (isBusy(answer)) throw tokenApiError(call, answer);
      return answer;
    });
  }

  /** @throws RotationError if Losant didn't do it. */
  async text(call: LosantCall): Promise<string> {
    return textOf(call, await this.answer(call));
  }

  #send({ owner, path, ...rest }: Omit<LosantRequest, "url"> & OwnedPath, login: Redacted, totalMs: number) {
    this.#secrets.add(login);
    const request = { ...rest, url: `${this.#baseUrl}${placeOf(owner)}${path}` };
    return send(request, login, this.limits, totalMs, () => this.#known());
  }
}

function isBusy(answer: LosantAnswer): answer is Exclude<LosantAnswer, { readonly kind: "ok" }> {
  return (
    answer.kind === "silent" || (answer.kind === "refused" && (answer.status === 429 || answer.status >= 500))
  );
}

function placeOf(owner: OwnedPath["owner"]): string {
  if (owner === undefined) return "/applications";
  return owner === "me" || owner.ownerType === "user" ? "/me" : `/applications/${owner.id}`;
}

/** The text of a 2xx. @throws RotationError if it is another answer, or the text is incomplete. */
export function textOf(attempt: Attempt, answer: LosantAnswer): string {
  if (answer.kind !== "ok") throw tokenApiError(attempt, answer);
  if (answer.text === undefined) throw unusable(attempt, answer.flaw ?? "is incomplete");
  return answer.text;
}
