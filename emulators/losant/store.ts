import { canonical, isHexId, PERSON, type TokenFields } from "./ids.ts";
import { mint } from "./token-string.ts";
import { type User, Users, type UserToken } from "./users.ts";

export { canonical, countedIds, isHexId, PERSON, type StoredTokenStatus } from "./ids.ts";

export type CreatorType = "apiToken" | "user" | "flow";

/** A stored token, without its string: Losant doesn't keep the string either. */
export interface StoredToken extends TokenFields {
  readonly applicationId: string;
  readonly creatorId: string | undefined;
  readonly creatorType: CreatorType | undefined;
}

export interface Application {
  readonly id: string;
  readonly name: string;
  readonly creationDate: Date;
  /** The id of an organization, or of a user: then it is in that user's sandbox. */
  readonly ownerId: string;
  /** By canonical id, oldest first. */
  readonly tokens: Map<string, StoredToken>;
}

export interface Identified {
  readonly application: Application;
  readonly token: StoredToken;
}

export type NewToken = Omit<StoredToken, "id" | "applicationId" | "lastUpdated"> & {
  readonly id: string | undefined;
};

/** Behaviour of Losant that is not documented, or that is known to differ. */
export interface StoreSettings {
  /** Dates of tokens are rounded down to this many milliseconds. */
  readonly datePrecisionMs: number;
  /** The creatorId of tokens that are created through the API: the access token's id, a user's, or none. */
  readonly creatorIds: "accessToken" | "user" | "none";
  /** The creatorType of tokens that are created with a user's token. */
  readonly creatorTypeOfUserTokens: "apiToken" | "user";
}

const STORE_DEFAULTS: StoreSettings = {
  datePrecisionMs: 1,
  creatorIds: "accessToken",
  creatorTypeOfUserTokens: "apiToken",
};

export type NewUserToken = Omit<UserToken, "id" | "userId" | "lastUpdated"> & {
  readonly id: string | undefined;
};

export class Applications {
  readonly now: () => Date;
  readonly users = new Users();
  readonly #settings: StoreSettings;
  readonly #ids: () => string;
  readonly #applications = new Map<string, Application>();
  /** The application of each token that was ever created, even if the token was deleted. */
  readonly #applicationOf = new Map<string, Application["id"]>();
  /** The token of each string that was ever created, even if the token was deleted. */
  readonly #issued = new Map<string, { readonly applicationId: string; readonly tokenId: string }>();
  readonly #mint = mint();

  constructor(now: () => Date, ids: () => string, settings: Partial<StoreSettings> = {}) {
    this.now = now;
    this.#settings = { ...STORE_DEFAULTS, ...settings };
    this.#ids = ids;
  }

  all(): readonly Application[] {
    return [...this.#applications.values()];
  }

  find(applicationId: string): Application | undefined {
    return this.#applications.get(canonical(applicationId));
  }

  add(id = this.#ids(), name = `Application ${id}`, ownerId: string = PERSON.creatorId): Application {
    if (!isHexId(id) || this.find(id)) throw new Error(`${id} is not an id, or an application has it`);
    if (!this.users.organization(ownerId) && !this.users.user(ownerId))
      throw new Error(`There is no organization and no user ${ownerId}`);
    const application = { id, name, creationDate: this.now(), ownerId, tokens: new Map() };
    this.#applications.set(canonical(id), application);
    return application;
  }

  alter(id: string, patch: Partial<Pick<Application, "name" | "ownerId">>): void {
    const application = this.find(id);
    if (application === undefined) throw new Error(`There is no application ${id}`);
    this.#applications.set(canonical(id), { ...application, ...patch });
  }

  /** With all of its tokens. */
  drop(id: string): void {
    this.#applications.delete(canonical(id));
  }

  addUser(id = this.#ids(), name = `User ${id}`): User {
    return this.users.add(id, name);
  }

  addOrganization(id = this.#ids(), name = `Organization ${id}`): string {
    return this.users.addOrganization(id, name).id;
  }

  addUserToken(
    user: User,
    { id = this.#ids(), ...fields }: NewUserToken,
  ): { readonly token: UserToken; readonly string: string } {
    if (!isHexId(id)) throw new Error(`${id} is not an id`);
    const token = { ...fields, ...this.#datesOf(fields), id, userId: user.id };
    const string = this.#mint(token);
    this.users.addToken(user, token, string);
    return { token, string };
  }

  addToken(
    application: Application,
    { id = this.#ids(), ...fields }: NewToken,
  ): { readonly token: StoredToken; readonly string: string } {
    const holder = this.find(this.#applicationOf.get(canonical(id)) ?? "");
    if (!isHexId(id) || holder?.tokens.has(canonical(id)))
      throw new Error(`${id} is not an id, or a token has it`);
    const token = { ...fields, ...this.#datesOf(fields), id, applicationId: application.id };
    application.tokens.set(canonical(id), token);
    this.#applicationOf.set(canonical(id), application.id);
    const string = this.#mint(token);
    this.#issued.set(string, { applicationId: application.id, tokenId: id });
    return { token, string };
  }

  change(application: Application, token: StoredToken, patch: Partial<StoredToken>): StoredToken {
    const changed = { ...token, lastUpdated: this.now(), ...patch };
    application.tokens.set(canonical(token.id), changed);
    return changed;
  }

  remove(application: Application, token: StoredToken): void {
    application.tokens.delete(canonical(token.id));
  }

  /** The creatorId of tokens that are created with this access token. */
  creatorIdOf(accessTokenId: string): string | undefined {
    return { accessToken: accessTokenId, user: PERSON.creatorId, none: undefined }[this.#settings.creatorIds];
  }

  /** The creator of tokens that are created with this token of a user. */
  creatorByUser(userId: string, tokenId: string): Pick<StoredToken, "creatorId" | "creatorType"> {
    const creatorId = { accessToken: tokenId, user: userId, none: undefined }[this.#settings.creatorIds];
    return { creatorId, creatorType: this.#settings.creatorTypeOfUserTokens };
  }

  #datesOf({
    creationDate,
    expirationDate,
  }: {
    readonly creationDate: Date;
    readonly expirationDate: Date | undefined;
  }) {
    return {
      creationDate: this.#cut(creationDate),
      lastUpdated: this.#cut(creationDate),
      expirationDate: expirationDate && this.#cut(expirationDate),
    };
  }

  #cut(at: Date): Date {
    const unit = this.#settings.datePrecisionMs;
    return new Date(Math.floor(at.getTime() / unit) * unit);
  }

  tokenIdOf(string: string): string | undefined {
    return this.#issued.get(string)?.tokenId ?? this.users.tokenIdOf(string);
  }

  /** The token of this string, if Losant would accept it now: the token exists, is active and has not expired. */
  identify(string: string): Identified | undefined {
    const { applicationId = "", tokenId = "" } = this.#issued.get(string) ?? {};
    const application = this.find(applicationId);
    const token = application?.tokens.get(canonical(tokenId));
    if (application === undefined || token?.status !== "active") return undefined;
    const expired = token.expirationDate !== undefined && token.expirationDate <= this.now();
    return expired ? undefined : { application, token };
  }
}
