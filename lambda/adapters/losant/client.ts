import { Redacted } from "../../model/redacted.ts";
import type { ApplicationId } from "../../model/token.ts";
import { looksLikeToken } from "../scrub.ts";
import type { AccessToken, AccessTokenReading } from "./access-token.ts";
import { type Attempt, tokenApiError, unusable } from "./failures.ts";
import { type LosantAnswer, type LosantRequest, send } from "./http.ts";
import { LOSANT_LIMITS, type LosantLimits } from "./limits.ts";

export interface LosantClientOptions {
  /** Without or with a slash at the end; private installs may have a path. */
  readonly baseUrl: string;
  /** An access token, which is replaced where Losant rejects it; or one string, which is not. */
  readonly credential: AccessToken | Redacted;
  readonly limits?: Partial<LosantLimits>;
}

interface ApplicationPath {
  readonly applicationId: ApplicationId;
  /** What follows the application's id. */
  readonly path: string;
}

/** One request about an application. */
export interface ApplicationRequest extends Omit<LosantRequest, "url" | "body">, ApplicationPath {
  /** Of what is signed: by the access token that it is sent with. */
  readonly body?: object | ((login: AccessTokenReading) => object);
}

/** The same, with what is said where it fails: the scope that it needs stands here. */
export interface LosantCall extends ApplicationRequest, Attempt {}

/** Losant's API, logged in. Every request of the worker and of the commands goes through one of these. */
export class LosantClient {
  readonly limits: LosantLimits;
  readonly #baseUrl: string;
  readonly #credential: AccessToken | Redacted;
  readonly #secrets = new Set<Redacted>();
  /** Known for as long as somebody holds them: nothing keeps a string only to recognise it. */
  readonly #held = new Set<WeakRef<Redacted>>();

  constructor({ baseUrl, credential, limits }: LosantClientOptions) {
    this.limits = { ...LOSANT_LIMITS, ...limits };
    this.#baseUrl = baseUrl.replace(/\/+$/, "");
    this.#credential = credential;
  }

  /** The same API, logged in with this string alone. */
  as(string: Redacted, limits: Partial<LosantLimits>): LosantClient {
    return new LosantClient({
      baseUrl: this.#baseUrl,
      credential: string,
      limits: { ...this.limits, ...limits },
    });
  }

  /**
   * What no message of Losant's may repeat, beside what this logs in with: in pieces too, for as long as somebody holds it;
   * from then on by its looks, where it has those of a token, and else it is kept.
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
   * What came of a request. A 401 proves that nothing happened, so even a POST is sent again with what replaces the
   * access token; it is an answer only to a string that nothing replaces.
   * @throws RotationError where the access token can't be read, or Losant rejects it and what replaces it.
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
      // A page that says 401 is no verdict of Losant's on this access token.
      if (answer.kind !== "refused" || answer.status !== 401 || answer.said.isForeign) return answer;
      login = await this.#credential.replace(login);
    }
    return { kind: "silent", why: "timeout", isSent: false };
  }

  /** @throws RotationError where Losant did not do it. */
  async text(call: LosantCall): Promise<string> {
    return textOf(call, await this.answer(call));
  }

  #send(
    { applicationId, path, ...rest }: Omit<LosantRequest, "url"> & ApplicationPath,
    login: Redacted,
    totalMs: number,
  ) {
    this.#secrets.add(login);
    const request = { ...rest, url: `${this.#baseUrl}/applications/${applicationId}${path}` };
    return send(request, login, this.limits, totalMs, () => this.#known());
  }
}

/** The text of a 2xx. @throws RotationError where it is none, or all of it can't be had. */
export function textOf(attempt: Attempt, answer: LosantAnswer): string {
  if (answer.kind !== "ok") throw tokenApiError(attempt, answer);
  if (answer.text === undefined) throw unusable(attempt, answer.flaw ?? "is cut off");
  return answer.text;
}
