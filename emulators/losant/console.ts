import type { EmulatedAnswer, EmulatedRequest } from "../http.ts";
import { readBody, SeededApplication, SeededToken } from "./bodies.ts";
import { invalid } from "./refusal.ts";
import {
  type Application,
  type Applications,
  type CreatorType,
  canonical,
  PERSON,
  type StoredToken,
  type StoredTokenStatus,
} from "./store.ts";

/** The defaults are those of Losant's console: all.Application, active, never expires, created by a user. */
export interface TokenSeed {
  readonly id?: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly scope?: readonly string[];
  readonly creationDate?: Date;
  readonly expirationDate?: Date | undefined;
  readonly status?: StoredTokenStatus;
  readonly creatorType?: CreatorType;
  /** The id of the user, the flow or the access token that created it. */
  readonly creatorId?: string | undefined;
}

/** `undefined` removes the property. */
export interface TokenEdit {
  readonly name?: string;
  readonly description?: string | undefined;
  readonly scope?: readonly string[];
  readonly creationDate?: Date;
  readonly lastUpdated?: Date;
  readonly expirationDate?: Date | undefined;
  readonly status?: StoredTokenStatus;
  readonly creatorType?: CreatorType | undefined;
  readonly creatorId?: string | undefined;
}

/** What a person can do in Losant's console. The API's rules and faults don't apply. Throws if an id doesn't exist. */
export interface LosantConsole {
  /** Returns the id. */
  addApplication(application?: { readonly id?: string; readonly name?: string }): string;
  /** Returns the id and the string, which is not shown again. */
  addToken(applicationId: string, token: TokenSeed): { readonly id: string; readonly token: string };
  /** Oldest first. */
  tokens(applicationId: string): readonly StoredToken[];
  /** Whether Losant would accept this string now. */
  accepts(token: string): boolean;
  /** The id of the token that the string belongs to, even if the token no longer works or was deleted. */
  tokenIdOf(token: string): string | undefined;
  /** Changes any property, including those that the API can't change: scope, dates, creator. */
  edit(applicationId: string, tokenId: string, patch: TokenEdit): void;
  remove(applicationId: string, tokenId: string): void;
}

export function losantConsole(applications: Applications): LosantConsole {
  const applicationOf = (id: string): Application => {
    const application = applications.find(id);
    if (application === undefined) throw new Error(`There is no application ${id}`);
    return application;
  };
  const tokenOf = (application: Application, id: string): StoredToken => {
    const token = application.tokens.get(canonical(id));
    if (token === undefined) throw new Error(`Application ${application.id} has no token ${id}`);
    return token;
  };
  return {
    addApplication: ({ id, name } = {}) => applications.add(id, name).id,
    addToken(applicationId, seed) {
      const { token, string } = applications.addToken(applicationOf(applicationId), {
        ...PERSON,
        id: undefined,
        description: undefined,
        scope: ["all.Application"],
        status: "active",
        creationDate: applications.now(),
        expirationDate: undefined,
        creatorType: "user",
        ...seed,
      });
      return { id: token.id, token: string };
    },
    tokens: (applicationId) => [...applicationOf(applicationId).tokens.values()],
    accepts: (token) => applications.identify(token) !== undefined,
    tokenIdOf: (token) => applications.tokenIdOf(token),
    edit(applicationId, tokenId, patch) {
      const application = applicationOf(applicationId);
      applications.change(application, tokenOf(application, tokenId), patch);
    },
    remove(applicationId, tokenId) {
      const application = applicationOf(applicationId);
      applications.remove(application, tokenOf(application, tokenId));
    },
  };
}

/** The same from a terminal: `POST /_emulator/applications` and `POST /_emulator/tokens`. */
export function seeded(
  hand: LosantConsole,
  { method, url, body }: EmulatedRequest,
): EmulatedAnswer | undefined {
  switch (`${method} ${url.pathname}`) {
    case "POST /_emulator/applications": {
      const application = readBody(SeededApplication, body);
      return { status: 201, body: { id: attempted(() => hand.addApplication(application)) } };
    }
    case "POST /_emulator/tokens": {
      const { applicationId, ...token } = readBody(SeededToken, body);
      return { status: 201, body: attempted(() => hand.addToken(applicationId, token)) };
    }
    default:
      return undefined;
  }
}

/** Turns the console's exceptions into answers, for a terminal. */
function attempted<Result>(act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : "That can't be done.");
  }
}
