import { canonical, isHexId, PERSON, type TokenFields } from "./ids.ts";
import { type Cap, cappedRole, lower, type MemberRole } from "./roles.ts";

/** A stored token of a user, without its string. */
export interface UserToken extends TokenFields {
  readonly userId: string;
  readonly creatorId: string | undefined;
  readonly creatorType: "apiToken" | "user" | "flow" | undefined;
  readonly cap: Cap;
}

export interface User {
  readonly id: string;
  readonly name: string;
  /** By canonical id, oldest first. */
  readonly tokens: Map<string, UserToken>;
}

export interface Organization {
  readonly id: string;
  readonly name: string;
  /** Nobody sees its applications. */
  readonly isDisabled: boolean;
  /** By the canonical id of the user. */
  readonly members: Map<string, MemberRole>;
}

export interface IdentifiedUser {
  readonly user: User;
  readonly token: UserToken;
}

/** The part of an application that decides who sees it. */
export interface Owned {
  readonly id: string;
  /** The id of an organization or of a user. */
  readonly ownerId: string;
}

/** Users, the organizations that they are members of, and their tokens. */
export class Users {
  readonly #users = new Map<string, User>();
  readonly #organizations = new Map<string, Organization>();
  readonly #issued = new Map<string, { readonly userId: string; readonly tokenId: string }>();

  constructor() {
    this.add(PERSON.creatorId, PERSON.creatorName);
  }

  users(): readonly User[] {
    return [...this.#users.values()];
  }

  organizations(): readonly Organization[] {
    return [...this.#organizations.values()];
  }

  user(id: string): User | undefined {
    return this.#users.get(canonical(id));
  }

  organization(id: string): Organization | undefined {
    return this.#organizations.get(canonical(id));
  }

  add(id: string, name: string): User {
    if (!isHexId(id) || this.user(id)) throw new Error(`${id} is not an id, or a user has it`);
    const user = { id, name, tokens: new Map() };
    this.#users.set(canonical(id), user);
    return user;
  }

  addOrganization(id: string, name: string): Organization {
    if (!isHexId(id) || this.organization(id))
      throw new Error(`${id} is not an id, or an organization has it`);
    const organization = { id, name, isDisabled: false, members: new Map() };
    this.#organizations.set(canonical(id), organization);
    return organization;
  }

  changeOrganization(id: string, patch: Partial<Pick<Organization, "name" | "isDisabled">>): void {
    this.#organizations.set(canonical(id), { ...this.#organizationOf(id), ...patch });
  }

  /** Undefined removes the user from the organization. */
  setMember(organizationId: string, userId: string, role: MemberRole | undefined): void {
    const { members } = this.#organizationOf(organizationId);
    if (this.user(userId) === undefined) throw new Error(`There is no user ${userId}`);
    if (role === undefined) members.delete(canonical(userId));
    else members.set(canonical(userId), role);
  }

  /** `string` is the string of the token, by which it is identified later. */
  addToken(user: User, token: UserToken, string: string): void {
    if (user.tokens.has(canonical(token.id))) throw new Error(`A token has the id ${token.id}`);
    user.tokens.set(canonical(token.id), token);
    this.#issued.set(string, { userId: user.id, tokenId: token.id });
  }

  changeToken(user: User, token: UserToken, patch: Partial<UserToken>, now: Date): UserToken {
    const changed = { ...token, lastUpdated: now, ...patch };
    user.tokens.set(canonical(token.id), changed);
    return changed;
  }

  tokenIdOf(string: string): string | undefined {
    return this.#issued.get(string)?.tokenId;
  }

  /** The token of this string, if Losant would accept it now. */
  identify(string: string, now: Date): IdentifiedUser | undefined {
    const { userId = "", tokenId = "" } = this.#issued.get(string) ?? {};
    const user = this.user(userId);
    const token = user?.tokens.get(canonical(tokenId));
    if (user === undefined || token?.status !== "active") return undefined;
    const isExpired = token.expirationDate !== undefined && token.expirationDate <= now;
    return isExpired ? undefined : { user, token };
  }

  /** What a user's token may do with an application, by membership and by its cap. */
  roleOn({ id, ownerId }: Owned, { user, token }: IdentifiedUser): MemberRole {
    const organization = this.organization(ownerId);
    if (organization === undefined) {
      const isOwn = canonical(ownerId) === canonical(user.id);
      return isOwn ? cappedRole(token.cap, "sandbox", id) : "none";
    }
    if (organization.isDisabled) return "none";
    const membership = organization.members.get(canonical(user.id)) ?? "none";
    return lower(membership, cappedRole(token.cap, organization.id, id));
  }

  #organizationOf(id: string): Organization {
    const organization = this.organization(id);
    if (organization === undefined) throw new Error(`There is no organization ${id}`);
    return organization;
  }
}
