import type { EmulatedRequest } from "../http.ts";
import type { UserOperationName } from "./access.ts";
import { type ApplicationListingSettings, applicationListing } from "./application-listing.ts";
import { readBody, UserPatch, UserPost } from "./bodies.ts";
import { type ListingSettings, userListing } from "./listing.ts";
import { invalid, notFound } from "./refusal.ts";
import { type Applications, canonical, isHexId } from "./store.ts";
import type { LosantTweak } from "./tweaks.ts";
import type { IdentifiedUser, UserToken } from "./users.ts";
import { userTokenView } from "./views.ts";

export interface UserCall {
  readonly caller: IdentifiedUser;
  /** The id in the path. Empty if the path has none. */
  readonly tokenId: string;
  readonly request: EmulatedRequest;
  readonly tweak: LosantTweak;
}

type UserOperation = (call: UserCall) => { readonly status: number; readonly body: object };

/** What the endpoints of a user do after the caller was accepted, by the operation names that faults use. */
export function userOperations(
  applications: Applications,
  settings: ListingSettings & ApplicationListingSettings,
): Readonly<Record<UserOperationName, UserOperation>> {
  return {
    applications: ({ caller, request, tweak }) => ({
      status: 200,
      body: applicationListing(applications, caller, request.url.searchParams, settings, tweak),
    }),
    "list-mine": ({ caller, request, tweak }) => ({
      status: 200,
      body: userListing(caller.user, request.url.searchParams, settings, tweak),
    }),
    "create-mine": (call) => ({ status: 201, body: createdForUser(applications, call) }),
    "get-mine": (call) => ({ status: 200, body: userTokenView(ownTokenOf(call)) }),
    "patch-mine": (call) => {
      const token = ownTokenOf(call);
      const { defaultRole, orgRoles, ...patch } = readBody(UserPatch, call.request.body);
      const cap = {
        ...token.cap,
        ...(defaultRole && { defaultRole }),
        ...(orgRoles && { orgRoles }),
      };
      const changed = { ...patch, cap };
      const { user } = call.caller;
      return {
        status: 200,
        body: userTokenView(applications.users.changeToken(user, token, changed, applications.now())),
      };
    },
    "delete-mine": (call) => {
      call.caller.user.tokens.delete(canonical(ownTokenOf(call).id));
      return { status: 200, body: { success: true } };
    },
  };
}

/** The only answer that contains the string. */
function createdForUser(applications: Applications, { caller, request }: UserCall): object {
  const { defaultRole, orgRoles, expirationDate, ...asked } = readBody(UserPost, request.body);
  const { token, string } = applications.addUserToken(caller.user, {
    id: undefined,
    description: undefined,
    ...asked,
    expirationDate,
    creationDate: applications.now(),
    ...applications.creatorByUser(caller.user.id, caller.token.id),
    creatorName: caller.user.name,
    cap: { defaultRole, orgRoles },
  });
  return { ...userTokenView(token), token: string };
}

function ownTokenOf({ caller, tokenId }: UserCall): UserToken {
  if (!isHexId(tokenId)) throw invalid("apiTokenId must be 24 hexadecimal digits.");
  const token = caller.user.tokens.get(canonical(tokenId));
  if (token === undefined) throw notFound("There is no such token.");
  return token;
}
