import { mint } from "./token-string.ts";

export type StoredTokenStatus = "active" | "inactive";
export type CreatorType = "apiToken" | "user" | "flow";

/** A stored token, without its string: Losant doesn't keep the string either. */
export interface StoredToken {
  readonly id: string;
  readonly applicationId: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly scope: readonly string[];
  readonly status: StoredTokenStatus;
  readonly creationDate: Date;
  readonly lastUpdated: Date;
  /** Absent: it never expires. */
  readonly expirationDate: Date | undefined;
  readonly creatorId: string | undefined;
  readonly creatorType: CreatorType | undefined;
  readonly creatorName: string;
}

export interface Application {
  readonly id: string;
  readonly name: string;
  readonly creationDate: Date;
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

/** Losant's ids are 24 hexadecimal digits in either case (apiToken.json of API 1.30). */
export const isHexId = (text: string) => /^[A-Fa-f\d]{24}$/.test(text);

/** Ids are found in either case, and shown as they were created. */
export const canonical = (id: string) => id.toLowerCase();

/** Ascending ids that look like Losant's (24 hexadecimal digits) and are the same in every run. */
export function countedIds(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `65f0c0de${count.toString(16).padStart(16, "0")}`;
  };
}

/** Behaviour of Losant that is not documented, or that is known to differ. */
export interface StoreSettings {
  /** Dates of tokens are rounded down to this many milliseconds. */
  readonly datePrecisionMs: number;
  /** The creatorId of tokens that are created through the API: the access token's id, a user's, or none. */
  readonly creatorIds: "accessToken" | "user" | "none";
}

const STORE_DEFAULTS: StoreSettings = { datePrecisionMs: 1, creatorIds: "accessToken" };

/** A person who works in the console. */
export const PERSON = { creatorId: "57ec0de00000000000000001", creatorName: "A person in the console" };

export class Applications {
  readonly now: () => Date;
  readonly #settings: StoreSettings;
  readonly #ids: () => string;
  readonly #applications = new Map<string, Application>();
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

  add(id = this.#ids(), name = `Application ${id}`): Application {
    if (!isHexId(id) || this.find(id)) throw new Error(`${id} is not an id, or an application has it`);
    const application = { id, name, creationDate: this.now(), tokens: new Map() };
    this.#applications.set(canonical(id), application);
    return application;
  }

  addToken(
    application: Application,
    { id = this.#ids(), ...fields }: NewToken,
  ): { readonly token: StoredToken; readonly string: string } {
    const taken = this.all().some(({ tokens }) => tokens.has(canonical(id)));
    if (!isHexId(id) || taken) throw new Error(`${id} is not an id, or a token has it`);
    const dates = {
      creationDate: this.#cut(fields.creationDate),
      lastUpdated: this.#cut(fields.creationDate),
      expirationDate: fields.expirationDate && this.#cut(fields.expirationDate),
    };
    const token = { ...fields, ...dates, id, applicationId: application.id };
    application.tokens.set(canonical(id), token);
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

  #cut(at: Date): Date {
    const unit = this.#settings.datePrecisionMs;
    return new Date(Math.floor(at.getTime() / unit) * unit);
  }

  tokenIdOf(string: string): string | undefined {
    return this.#issued.get(string)?.tokenId;
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
