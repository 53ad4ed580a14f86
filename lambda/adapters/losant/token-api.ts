import { RotationError } from "../../model/errors.ts";
import { describeDiscarded, describeSuccessor, type KeptKey, type MarkerKey } from "../../model/marker.ts";
import type { Redacted } from "../../model/redacted.ts";
import type { ApiToken, TokenId, TokenOwner } from "../../model/token.ts";
import type {
  AccessTokenReader,
  InTurn,
  IssuedToken,
  ListingRoom,
  Login,
  TokenApi,
  TokenListing,
  TokenOrder,
} from "../../ports.ts";
import { AccessToken, type AccessTokenReading, type LoggedInOwner } from "./access-token.ts";
import { type Parsed, readDeactivated, readDeleted, readIssued, readToken } from "./answers.ts";
import { type LosantCall, LosantClient, textOf } from "./client.ts";
import { type Attempt, unusable, unusableIssue } from "./failures.ts";
import type { LosantAnswer } from "./http.ts";
import { keptKeys } from "./kept-keys.ts";
import type { LosantLimits } from "./limits.ts";
import { listTokens } from "./listing.ts";
import { markerKeyOf, type TokenUser, withUser } from "./marker-key.ts";
import { probe } from "./probe.ts";
import { scopeOf } from "./scope.ts";
import type { SharedAccessToken } from "./shared-access-token.ts";
import { UnknownString } from "./unknown-string.ts";

export interface TokenApiOptions {
  /** With or without a slash at the end. Private installs may have a path. */
  readonly baseUrl: string;
  readonly application: LoggedInOwner;
  readonly credentials: AccessTokenReader;
  /** The access token of a user, instead of reading the secret of the application. */
  readonly shared?: SharedAccessToken | undefined;
  /** Other access tokens of users that may have signed markers. */
  readonly alsoShared?: readonly SharedAccessToken[];
  /** Markers are signed for this prefix. */
  readonly secretPrefix: string;
  readonly limits?: Partial<LosantLimits>;
  /** Without it, only `limits` restricts a listing. */
  readonly room?: ListingRoom;
  readonly inTurn?: InTurn | undefined;
  /** What is known about this Losant's answers to unknown strings. */
  readonly unknown?: UnknownString;
}

const BOUNDLESS: ListingRoom = { hold: async () => true };

/** The tokens of one application, for one run. The access token is kept no longer than this object. */
export function losantTokenApi(options: TokenApiOptions): TokenApi {
  return new LosantTokens(options);
}

class LosantTokens implements TokenApi {
  readonly #owner: TokenOwner;
  readonly #accessToken: AccessToken;
  readonly #credentials: AccessTokenReader;
  readonly #secretPrefix: string;
  readonly #client: LosantClient;
  readonly #room: ListingRoom;
  /** Undefined: the access token is that of the application. */
  readonly #user: TokenUser | undefined;
  readonly #alsoShared: readonly SharedAccessToken[];
  readonly #unknown: UnknownString;

  constructor({
    application,
    shared,
    alsoShared = [],
    secretPrefix,
    room = BOUNDLESS,
    ...options
  }: TokenApiOptions) {
    this.#alsoShared = alsoShared;
    this.#room = room;
    this.#unknown = options.unknown ?? new UnknownString();
    const { id, ownerType } = application;
    this.#owner = { id, ownerType };
    this.#user = shared && { id: ownerType === "user" ? id : undefined };
    this.#credentials = shared?.credentials ?? options.credentials;
    this.#secretPrefix = secretPrefix;
    this.#accessToken = shared?.accessToken ?? new AccessToken(options.credentials, application);
    this.#client = new LosantClient({ ...options, credential: this.#accessToken });
  }

  async list(): Promise<TokenListing> {
    const call = this.#call({
      doing: "list the tokens",
      scope: scopeOf(this.#owner, "Tokens.get"),
      kind: "read",
      method: "get",
      path: "/tokens",
    });
    const login = await this.#accessToken.current();
    const read = () => listTokens(this.#client, call, this.#room);
    return read().catch(async (error: unknown) => {
      if (!(error instanceof RotationError) || error.code !== "access-token-forbidden") throw error;
      // The list of applications and all of them share it, and can go on.
      if (this.#user !== undefined) throw error;
      const listing = await this.#accessToken.insteadOf(login, read);
      if (listing === undefined) throw error;
      return listing;
    });
  }

  async get(id: TokenId): Promise<ApiToken | undefined> {
    const call = this.#call({
      doing: `read the token ${id}`,
      scope: scopeOf(this.#owner, "Token.get"),
      kind: "read",
      method: "get",
      path: `/tokens/${id}`,
    });
    const token = await this.#unlessGone(call, (text) => readToken(text, this.#owner));
    if (token !== undefined && token.id !== id) throw unusable(call, "is about another token");
    return token;
  }

  async create({
    name,
    description,
    intent,
    scope,
    status,
    expiresAt,
    cap,
  }: TokenOrder): Promise<IssuedToken> {
    // Losant's default for a missing scope is all.Application.
    if (scope.length === 0)
      throw new RotationError("internal", "a token must not be created without a scope");
    const call = this.#call({
      doing: "create a token",
      scope: scopeOf(this.#owner, "Tokens.post"),
      kind: "create",
      method: "post",
      path: "/tokens",
      body: (login) => ({
        name,
        description: describeSuccessor(description, intent, this.#owner.id, this.#keyOf(login)),
        scope,
        status,
        ...(expiresAt && { expirationDate: expiresAt.toISOString() }),
        ...cap,
      }),
    });
    const issued = readIssued(await this.#client.text(call), this.#owner);
    if (!issued.ok) throw unusableIssue(call, issued.flaw, issued.createdId);
    this.#client.conceal(issued.value.string);
    return issued.value;
  }

  deactivate(id: TokenId): Promise<void> {
    return this.#deactivate(id, () => ({}));
  }

  deactivateForDiscard(token: ApiToken, at: Date): Promise<void> {
    return this.#deactivate(token.id, (login) => ({
      description: describeDiscarded(token, at, this.#owner.id, this.#keyOf(login)),
    }));
  }

  async #deactivate(id: TokenId, alsoOf: (login: AccessTokenReading) => object): Promise<void> {
    const call = this.#call({
      doing: `deactivate the token ${id}`,
      scope: scopeOf(this.#owner, "Token.patch"),
      kind: "write",
      method: "patch",
      path: `/tokens/${id}`,
      body: (login) => ({ status: "inactive", ...alsoOf(login) }),
    });
    await this.#ended(id, call, readDeactivated);
  }

  async delete(id: TokenId): Promise<void> {
    const call = this.#call({
      doing: `delete the token ${id}`,
      scope: scopeOf(this.#owner, "Token.delete"),
      kind: "write",
      method: "delete",
      path: `/tokens/${id}`,
    });
    await this.#ended(id, call, readDeleted);
  }

  probe(string: Redacted, scope: readonly string[]) {
    return probe(this.#client, this.#owner, string, scope, this.#unknown);
  }

  async loggedInWith(): Promise<Login> {
    const { token: _, ...login } = await this.#accessToken.current();
    return login;
  }

  async signingKey(): Promise<MarkerKey> {
    return this.#keyOf(await this.#accessToken.current());
  }

  async keptKeys(): Promise<readonly KeptKey[]> {
    const login = await this.#accessToken.current();
    const kept = (reading: AccessTokenReading, credentials: AccessTokenReader) =>
      keptKeys(reading, login.token, {
        owner: this.#owner,
        credentials,
        client: this.#client,
        secretPrefix: this.#secretPrefix,
        user: this.#user,
      });
    const others = this.#alsoShared.map(async ({ accessToken, credentials }) =>
      kept(await accessToken.current(), credentials),
    );
    return (await Promise.all([kept(login, this.#credentials), ...others])).flat();
  }

  /** One key for all applications that share an access token, because to derive it takes long. */
  #keyOf(login: AccessTokenReading): MarkerKey {
    const key = this.#accessToken.keyOf(login, ({ token, arn }) =>
      markerKeyOf(token, arn, this.#secretPrefix, this.#user !== undefined),
    );
    return withUser(key, this.#user);
  }

  #call(call: Omit<LosantCall, "owner" | "isOfUser">): LosantCall & { readonly owner: TokenOwner } {
    const isOfUser = this.#user !== undefined && this.#owner.ownerType === undefined;
    return { ...call, owner: this.#owner, isOfUser };
  }

  /**
   * Ends a token's life. A gateway that doesn't forward this method may also say 404, and then the token still works. So a 404
   * without a type is checked with a read.
   */
  async #ended<T>(
    id: TokenId,
    call: LosantCall,
    read: (text: string | undefined) => Parsed<T>,
  ): Promise<void> {
    const answer = await this.#client.answer(call);
    if (!isGone(answer)) valueOrThrow(call, read(textOf(call, answer)));
    else if (!answer.said.hasType && (await this.get(id)) !== undefined)
      throw unusable(call, "is HTTP 404, but the token exists");
  }

  /** The content of the answer about one token. Undefined if Losant says that there is no such token. */
  async #unlessGone<T>(
    call: LosantCall,
    read: (text: string | undefined) => Parsed<T>,
  ): Promise<T | undefined> {
    const answer = await this.#client.read(call);
    return isGone(answer) ? undefined : valueOrThrow(call, read(textOf(call, answer)));
  }
}

function isGone(answer: LosantAnswer): answer is Extract<LosantAnswer, { readonly kind: "refused" }> {
  return answer.kind === "refused" && answer.status === 404 && !answer.said.isForeign;
}

function valueOrThrow<T>(attempt: Attempt, parsed: Parsed<T>): T {
  if (parsed.ok) return parsed.value;
  throw unusable(attempt, parsed.flaw);
}
