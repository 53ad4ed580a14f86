import { RotationError } from "../../model/errors.ts";
import type { Redacted } from "../../model/redacted.ts";
import type { SecretArn, SecretName } from "../../model/secret.ts";
import type { ApiToken, ApplicationId, TokenId } from "../../model/token.ts";
import type { AccessTokenReader, IssuedToken, Login, TokenApi, TokenOrder } from "../../ports.ts";
import { looksLikeToken } from "../scrub.ts";
import { AccessToken } from "./access-token.ts";
import { type Parsed, readDeactivated, readDeleted, readIssued, readPage, readToken } from "./answers.ts";
import { type Attempt, tokenApiError, unusable, unusableIssue } from "./failures.ts";
import { type LosantAnswer, type LosantRequest, send } from "./http.ts";
import { LOSANT_LIMITS, type LosantLimits } from "./limits.ts";
import { probe } from "./probe.ts";

export interface TokenApiOptions {
  /** Without or with a slash at the end; private installs may have a path. */
  readonly baseUrl: string;
  readonly application: { readonly id: ApplicationId; readonly accessToken: SecretName | SecretArn };
  readonly credentials: AccessTokenReader;
  readonly limits?: Partial<LosantLimits>;
}

/** The tokens of one application, for one run: the access token is read once and not kept longer than this. */
export function losantTokenApi(options: TokenApiOptions): TokenApi {
  return new LosantTokens(options);
}

class LosantTokens implements TokenApi {
  readonly #id: ApplicationId;
  readonly #url: string;
  readonly #limits: LosantLimits;
  readonly #credential: AccessToken;
  /** What no message of Losant's may repeat, beside whatever looks like a token: that is recognised without being kept. */
  readonly #secrets = new Set<Redacted>();

  constructor({ baseUrl, application, credentials, limits }: TokenApiOptions) {
    this.#id = application.id;
    this.#url = `${baseUrl.replace(/\/+$/, "")}/applications/${application.id}`;
    this.#limits = { ...LOSANT_LIMITS, ...limits };
    this.#credential = new AccessToken(credentials, application.accessToken, `application ${application.id}`);
  }

  async list(): Promise<readonly ApiToken[]> {
    const attempt = this.#attempt("read", "list the tokens", "applicationApiTokens.get");
    const tokens: ApiToken[] = [];
    let { perPage } = this.#limits;
    const until = performance.now() + this.#limits.listTotalMs;
    for (let page = 0; page < this.#limits.maxPages; page += 1) {
      // Without a sort of its own, the order is by name; in that order pages shift when a token is renamed.
      const query = { sortField: "expirationDate", sortDirection: "asc", page, perPage };
      const request = { kind: "read", method: "get", url: `${this.#url}/tokens`, query } as const;
      const read = usable(attempt, readPage(await this.#text(attempt, request)));
      tokens.push(...read.items);
      if (read.items.length === 0 || tokens.length >= (read.totalCount ?? Number.POSITIVE_INFINITY))
        return tokens;
      if (performance.now() >= until)
        throw tokenApiError(attempt, { kind: "silent", why: "timeout", isSent: true });
      // Losant documents no maximum: it may give less than was asked, and counts pages by what it gives.
      perPage = read.perPage ?? perPage;
    }
    throw unusable(attempt, `does not end after ${this.#limits.maxPages} pages`);
  }

  async get(id: TokenId): Promise<ApiToken | undefined> {
    const attempt = this.#attempt("read", `read the token ${id}`, "applicationApiToken.get");
    const answer = await this.#call({ kind: "read", method: "get", url: this.#tokenUrl(id) });
    if (isGone(answer)) return undefined;
    const token = usable(attempt, readToken(textOf(attempt, answer)));
    if (token.id !== id) throw unusable(attempt, "is about another token");
    return token;
  }

  async create({ name, description, scope, status, expiresAt }: TokenOrder): Promise<IssuedToken> {
    // Losant's default for a missing scope is all.Application.
    if (scope.length === 0)
      throw new RotationError("internal", "a token must not be ordered without a scope");
    const attempt = this.#attempt("create", "create a token", "applicationApiTokens.post");
    const body = {
      name,
      description,
      scope,
      status,
      ...(expiresAt && { expirationDate: expiresAt.toISOString() }),
    };
    const text = await this.#text(attempt, {
      kind: "create",
      method: "post",
      url: `${this.#url}/tokens`,
      body,
    });
    const issued = readIssued(text);
    if (!issued.ok) throw unusableIssue(attempt, issued.flaw, issued.createdId);
    if (!looksLikeToken(issued.value.string)) this.#secrets.add(issued.value.string);
    return issued.value;
  }

  async deactivate(id: TokenId): Promise<void> {
    const attempt = this.#attempt("write", `deactivate the token ${id}`, "applicationApiToken.patch");
    const body = { status: "inactive" };
    const answer = await this.#call({ kind: "write", method: "patch", url: this.#tokenUrl(id), body });
    if (!isGone(answer)) usable(attempt, readDeactivated(textOf(attempt, answer)));
  }

  async delete(id: TokenId): Promise<void> {
    const attempt = this.#attempt("write", `delete the token ${id}`, "applicationApiToken.delete");
    const answer = await this.#call({ kind: "write", method: "delete", url: this.#tokenUrl(id) });
    if (!isGone(answer)) usable(attempt, readDeleted(textOf(attempt, answer)));
  }

  probe(string: Redacted, scope: readonly string[]) {
    return probe(this.#url, string, scope, this.#limits);
  }

  async loggedInWith(): Promise<Login> {
    const { token: _, ...login } = await this.#credential.current();
    return login;
  }

  async #text(attempt: Attempt, request: LosantRequest): Promise<string | undefined> {
    return textOf(attempt, await this.#call(request));
  }

  /** A 401 proves that nothing happened, so even a POST may be sent again with what replaces the access token. */
  async #call(request: LosantRequest): Promise<LosantAnswer> {
    let login = await this.#credential.current();
    const { readTotalMs, writeTotalMs, createTotalMs } = this.#limits;
    const totalMs = { read: readTotalMs, write: writeTotalMs, create: createTotalMs }[request.kind];
    const until = performance.now() + totalMs;
    for (let leftMs = totalMs; leftMs >= 1; leftMs = until - performance.now()) {
      this.#secrets.add(login.token);
      const answer = await send(request, login.token, this.#limits, leftMs, [...this.#secrets]);
      if (answer.kind !== "refused" || answer.status !== 401) return answer;
      login = await this.#credential.replace(login);
    }
    return { kind: "silent", why: "timeout", isSent: false };
  }

  #attempt(kind: Attempt["kind"], doing: string, scope: string): Attempt {
    return { kind, doing, applicationId: this.#id, scope };
  }

  #tokenUrl(id: TokenId): string {
    return `${this.#url}/tokens/${id}`;
  }
}

function textOf(attempt: Attempt, answer: LosantAnswer): string | undefined {
  if (answer.kind !== "ok") throw tokenApiError(attempt, answer);
  return answer.text;
}

function isGone(answer: LosantAnswer): boolean {
  return answer.kind === "refused" && answer.status === 404 && answer.said.isForeign !== true;
}

function usable<T>(attempt: Attempt, parsed: Parsed<T>): T {
  if (parsed.ok) return parsed.value;
  throw unusable(attempt, parsed.flaw);
}
