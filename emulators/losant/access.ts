import { forbidden, invalid, notFound, unauthenticated } from "./refusal.ts";
import { isAtLeast, type MemberRole } from "./roles.ts";
import { type Application, type Applications, isHexId } from "./store.ts";
import type { IdentifiedUser } from "./users.ts";

const READS = ["all.Organization", "all.Organization.read", "all.User", "all.User.read"];
const WRITES = ["all.Organization", "all.User"];

/**
 * A caller needs one of the scopes in the list of an operation ("Authentication" of each action under
 * https://docs.losant.com/rest-api). Those of organizations and users are only in the tokens of users.
 */
const SUFFICIENT = {
  application: [
    "all.Application",
    "all.Application.bounded",
    "all.Application.cli",
    "all.Application.read",
    "application.*",
    "application.get",
    "all.Organization.bounded",
    "all.User.bounded",
    "all.User.cli",
    ...READS,
  ],
  list: [
    "all.Application",
    "all.Application.bounded",
    "all.Application.read",
    "applicationApiTokens.*",
    "applicationApiTokens.get",
    ...READS,
  ],
  create: ["all.Application", "applicationApiTokens.*", "applicationApiTokens.post", ...WRITES],
  get: [
    "all.Application",
    "all.Application.read",
    "applicationApiToken.*",
    "applicationApiToken.get",
    ...READS,
  ],
  patch: ["all.Application", "applicationApiToken.*", "applicationApiToken.patch", ...WRITES],
  delete: ["all.Application", "applicationApiToken.*", "applicationApiToken.delete", ...WRITES],
  /** One of the lists in resource-lists.ts. It also needs a scope of its resource, if it has none of these. */
  resources: ["all.Application", "all.Application.bounded", "all.Application.read", ...READS],
} as const satisfies Readonly<Record<string, readonly string[]>>;

const SUFFICIENT_OF_USER = {
  applications: [
    "all.Organization.bounded",
    "all.User.bounded",
    "all.User.cli",
    "only.Organization",
    "only.Organization.bounded",
    "only.Organization.read",
    "applications.*",
    "applications.get",
    ...READS,
  ],
  "list-mine": ["all.User", "all.User.read", "userApiTokens.*", "userApiTokens.get"],
  "create-mine": ["all.User", "userApiTokens.*", "userApiTokens.post"],
  "get-mine": ["all.User", "all.User.read", "userApiToken.*", "userApiToken.get"],
  "patch-mine": ["all.User", "userApiToken.*", "userApiToken.patch"],
  "delete-mine": ["all.User", "userApiToken.*", "userApiToken.delete"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type OperationName = keyof typeof SUFFICIENT;
export type UserOperationName = keyof typeof SUFFICIENT_OF_USER;

/** What is not documented about the rights of users. */
export interface AccessSettings {
  /** The role that a user needs in the organization of an application to work with its tokens. */
  readonly roleForTokens: MemberRole;
  /** What Losant answers about an application that a user doesn't see. */
  readonly hiddenAs: 403 | 404;
}

/** The token that the caller is logged in with. */
export interface Bearer {
  readonly id: string;
  readonly name: string;
  /** Only if it is the token of a user. */
  readonly userId?: string;
}

export interface Access {
  readonly application: Application;
  readonly bearer: Bearer;
}

/** Checks who the caller is, then whether the application exists, and then whether the caller has the scope. */
export function access(
  applications: Applications,
  operation: OperationName,
  applicationId: string,
  authorization: string | undefined,
  settings: AccessSettings,
  resource?: string,
): Access {
  const string = stringIn(authorization);
  const user = applications.users.identify(string, applications.now());
  const caller = applications.identify(string);
  if (user === undefined && caller === undefined) throw unknownToken();

  if (!isHexId(applicationId)) throw invalid("applicationId must be 24 hexadecimal digits.");
  const application = applications.find(applicationId);
  if (application === undefined) throw notFound("There is no such application.");
  if (user !== undefined) refuseOutside(applications, operation, application, user, settings);
  else if (application !== caller?.application)
    throw forbidden("The access token belongs to another application.");

  const bearer = user?.token ?? caller?.token;
  if (bearer === undefined) throw unknownToken();
  const ofResource = resource === undefined ? [] : [`${resource}.*`, `${resource}.get`];
  refuseScope(bearer.scope, [...SUFFICIENT[operation], ...ofResource]);
  return { application, bearer };
}

/** Checks who the caller is, and that it is a user with the scope. */
export function userAccess(
  applications: Applications,
  operation: UserOperationName,
  authorization: string | undefined,
): IdentifiedUser {
  const string = stringIn(authorization);
  const caller = applications.users.identify(string, applications.now());
  if (caller === undefined) {
    if (applications.identify(string) === undefined) throw unknownToken();
    throw forbidden("The access token belongs to an application.");
  }
  refuseScope(caller.token.scope, SUFFICIENT_OF_USER[operation]);
  return caller;
}

function stringIn(authorization: string | undefined): string {
  const [, string] = /^Bearer +(\S+) *$/i.exec(authorization ?? "") ?? [];
  if (string === undefined) throw unauthenticated("No access token was given.");
  return string;
}

function refuseOutside(
  applications: Applications,
  operation: OperationName,
  application: Application,
  caller: IdentifiedUser,
  { roleForTokens, hiddenAs }: AccessSettings,
): void {
  const role = applications.users.roleOn(application, caller);
  if (role === "none" && hiddenAs === 404) throw notFound("There is no such application.");
  if (!isAtLeast(role, operation === "application" ? "view" : roleForTokens))
    throw forbidden("The user, or the permission cap of the access token, doesn't allow this.");
}

function refuseScope(scope: readonly string[], sufficient: readonly string[]): void {
  if (!scope.some((one) => sufficient.includes(one)))
    throw forbidden(`The access token needs one of these scopes: ${sufficient.join(", ")}.`);
}

const unknownToken = () => unauthenticated("The access token is unknown, inactive or expired.");
