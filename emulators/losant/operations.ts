import type { EmulatedRequest } from "../http.ts";
import type { Access, OperationName } from "./access.ts";
import { Patch, Post, readBody } from "./bodies.ts";
import { type ListingSettings, listing } from "./listing.ts";
import { invalid, notFound } from "./refusal.ts";
import { type Applications, canonical, isHexId, type StoredToken } from "./store.ts";
import { type LosantTweak, tweakedRow } from "./tweaks.ts";
import { applicationView, tokenView } from "./views.ts";

export interface Call extends Access {
  /** The id in the path. Empty if the path has none. */
  readonly tokenId: string;
  readonly request: EmulatedRequest;
  readonly tweak: LosantTweak;
}

type Operation = (call: Call) => { readonly status: number; readonly body: object };

/** What the endpoints do after the caller was accepted, by the operation names that faults use. */
export function losantOperations(
  applications: Applications,
  settings: ListingSettings,
): Readonly<Record<OperationName, Operation>> {
  return {
    application: ({ application }) => ({
      status: 200,
      body: applicationView(application, applications.users),
    }),
    list: ({ application, request, tweak }) => ({
      status: 200,
      body: listing(application, request.url.searchParams, settings, tweak),
    }),
    resources: () => ({ status: 200, body: { items: [], count: 0, totalCount: 0 } }),
    create: (call) => ({ status: 201, body: created(applications, call) }),
    get: (call) => {
      const token = tokenOf(call);
      return { status: 200, body: tweakedRow(token.id, tokenView(token), call.tweak) };
    },
    patch: (call) => {
      const token = tokenOf(call);
      const patch = readBody(Patch, call.request.body);
      return { status: 200, body: tokenView(applications.change(call.application, token, patch)) };
    },
    delete: (call) => {
      applications.remove(call.application, tokenOf(call));
      return { status: 200, body: { success: true } };
    },
  };
}

/** The only answer that contains the string. */
function created(applications: Applications, { application, bearer, request, tweak }: Call): object {
  const asked = readBody(Post, request.body);
  const { expirationDate = asked.expirationDate, ...stored } = tweak.stored ?? {};
  const { token, string } = applications.addToken(application, {
    id: undefined,
    description: undefined,
    ...asked,
    ...stored,
    expirationDate: expirationDate ?? undefined,
    creationDate: applications.now(),
    ...(bearer.userId === undefined
      ? { creatorId: applications.creatorIdOf(bearer.id), creatorType: "apiToken" as const }
      : applications.creatorByUser(bearer.userId, bearer.id)),
    creatorName: bearer.name,
  });
  const echoes = Object.fromEntries((tweak.echoed ?? []).map((property) => [property, string]));
  return { ...tokenView(token), token: string, ...echoes };
}

function tokenOf({ application, tokenId }: Call): StoredToken {
  if (!isHexId(tokenId)) throw invalid("apiTokenId must be 24 hexadecimal digits.");
  const token = application.tokens.get(canonical(tokenId));
  if (token === undefined) throw notFound("There is no such token.");
  return token;
}
