import { forbidden, invalid, notFound, unauthenticated } from "./refusal.ts";
import { type Application, type Applications, isHexId, type StoredToken } from "./store.ts";

/**
 * A caller needs one of the scopes in the list of an operation ("Authentication" of each action under
 * https://docs.losant.com/rest-api). Scopes of organizations and users are left out, because this emulator has only
 * application tokens.
 */
const SUFFICIENT = {
  application: [
    "all.Application",
    "all.Application.bounded",
    "all.Application.cli",
    "all.Application.read",
    "application.*",
    "application.get",
  ],
  list: [
    "all.Application",
    "all.Application.bounded",
    "all.Application.read",
    "applicationApiTokens.*",
    "applicationApiTokens.get",
  ],
  create: ["all.Application", "applicationApiTokens.*", "applicationApiTokens.post"],
  get: ["all.Application", "all.Application.read", "applicationApiToken.*", "applicationApiToken.get"],
  patch: ["all.Application", "applicationApiToken.*", "applicationApiToken.patch"],
  delete: ["all.Application", "applicationApiToken.*", "applicationApiToken.delete"],
} as const;

export type OperationName = keyof typeof SUFFICIENT;

export interface Access {
  readonly application: Application;
  /** The token that the caller is logged in with. */
  readonly bearer: StoredToken;
}

/** Checks who the caller is, then whether the application exists, and then whether the caller has the scope. */
export function access(
  applications: Applications,
  operation: OperationName,
  applicationId: string,
  authorization: string | undefined,
): Access {
  const [, string] = /^Bearer +(\S+) *$/i.exec(authorization ?? "") ?? [];
  if (string === undefined) throw unauthenticated("No access token was given.");
  const caller = applications.identify(string);
  if (caller === undefined) throw unauthenticated("The access token is unknown, inactive or expired.");

  if (!isHexId(applicationId)) throw invalid("applicationId must be 24 hexadecimal digits.");
  const application = applications.find(applicationId);
  if (application === undefined) throw notFound("There is no such application.");
  if (application !== caller.application) throw forbidden("The access token belongs to another application.");

  const sufficient: readonly string[] = SUFFICIENT[operation];
  if (!caller.token.scope.some((scope) => sufficient.includes(scope)))
    throw forbidden(`The access token needs one of these scopes: ${sufficient.join(", ")}.`);
  return { application, bearer: caller.token };
}
