import type { EmulatedAnswer, EmulatedRequest } from "../http.ts";
import {
  readBody,
  SeededApplication,
  SeededMember,
  SeededNamed,
  SeededToken,
  SeededUserToken,
} from "./bodies.ts";
import { invalid } from "./refusal.ts";
import type { Cap, MemberRole } from "./roles.ts";
import {
  type Application,
  type Applications,
  type CreatorType,
  canonical,
  PERSON,
  type StoredToken,
  type StoredTokenStatus,
} from "./store.ts";
import type { UserToken } from "./users.ts";

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

/** The defaults: all.User, active, never expires, no permission cap. */
export interface UserTokenSeed extends Cap {
  readonly id?: string;
  readonly name: string;
  readonly scope?: readonly string[];
  readonly creationDate?: Date;
  readonly expirationDate?: Date | undefined;
}

/** What a person can do in Losant's console. The API's rules and faults don't apply. Throws if an id doesn't exist. */
export interface LosantConsole {
  /** Returns the id. `ownerId`: an organization or a user. */
  addApplication(application?: {
    readonly id?: string;
    readonly name?: string;
    readonly ownerId?: string;
  }): string;
  /** Renames an application, or moves it to another owner. */
  editApplication(applicationId: string, patch: { readonly name?: string; readonly ownerId?: string }): void;
  removeApplication(applicationId: string): void;
  /** Each returns the id. */
  addUser(user?: { readonly id?: string; readonly name?: string }): string;
  addOrganization(organization?: { readonly id?: string; readonly name?: string }): string;
  editOrganization(
    organizationId: string,
    patch: { readonly name?: string; readonly isDisabled?: boolean },
  ): void;
  /** Undefined: the user leaves the organization. */
  setMember(organizationId: string, userId: string, role: MemberRole | undefined): void;
  /** Returns the id and the string, which is not shown again. */
  addUserToken(userId: string, token: UserTokenSeed): { readonly id: string; readonly token: string };
  editUserToken(
    userId: string,
    tokenId: string,
    patch: Partial<Pick<UserToken, "name" | "description" | "status" | "scope" | "cap">>,
  ): void;
  removeUserToken(userId: string, tokenId: string): void;
  /** Oldest first. */
  userTokens(userId: string): readonly UserToken[];
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
  const { users } = applications;
  const userOf = (id: string) => {
    const user = users.user(id);
    if (user === undefined) throw new Error(`There is no user ${id}`);
    return user;
  };
  return {
    addApplication: ({ id, name, ownerId } = {}) => applications.add(id, name, ownerId).id,
    editApplication: (id, patch) => applications.alter(id, patch),
    removeApplication: (id) => applications.drop(applicationOf(id).id),
    addUser: ({ id, name } = {}) => applications.addUser(id, name).id,
    addOrganization: ({ id, name } = {}) => applications.addOrganization(id, name),
    editOrganization: (id, patch) => users.changeOrganization(id, patch),
    setMember: (organizationId, userId, role) => users.setMember(organizationId, userId, role),
    addUserToken(userId, { defaultRole, orgRoles, ...seed }) {
      const user = userOf(userId);
      const { token, string } = applications.addUserToken(user, {
        id: undefined,
        description: undefined,
        scope: ["all.User"],
        status: "active",
        creationDate: applications.now(),
        expirationDate: undefined,
        creatorId: user.id,
        creatorType: "user",
        creatorName: user.name,
        cap: { defaultRole, orgRoles },
        ...seed,
      });
      return { id: token.id, token: string };
    },
    editUserToken(userId, tokenId, patch) {
      const user = userOf(userId);
      const token = user.tokens.get(canonical(tokenId));
      if (token === undefined) throw new Error(`User ${userId} has no token ${tokenId}`);
      users.changeToken(user, token, patch, applications.now());
    },
    removeUserToken: (userId, tokenId) => void userOf(userId).tokens.delete(canonical(tokenId)),
    userTokens: (userId) => [...userOf(userId).tokens.values()],
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
    accepts: (token) =>
      applications.identify(token) !== undefined || users.identify(token, applications.now()) !== undefined,
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

/** The same from a terminal: `POST /_emulator/applications`, `tokens`, `users`, `organizations`, `members` and `user-tokens`. */
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
    case "POST /_emulator/users": {
      const user = readBody(SeededNamed, body);
      return { status: 201, body: { id: attempted(() => hand.addUser(user)) } };
    }
    case "POST /_emulator/organizations": {
      const organization = readBody(SeededNamed, body);
      return { status: 201, body: { id: attempted(() => hand.addOrganization(organization)) } };
    }
    case "POST /_emulator/members": {
      const { organizationId, userId, role } = readBody(SeededMember, body);
      attempted(() => hand.setMember(organizationId, userId, role));
      return { status: 204 };
    }
    case "POST /_emulator/user-tokens": {
      const { userId, ...token } = readBody(SeededUserToken, body);
      return { status: 201, body: attempted(() => hand.addUserToken(userId, token)) };
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
