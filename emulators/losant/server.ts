import {
  type Certificate,
  type EmulatedAnswer,
  type EmulatedRequest,
  type RunningEmulator,
  type Service,
  serve,
} from "../http.ts";
import {
  type AccessSettings,
  access,
  type OperationName,
  type UserOperationName,
  userAccess,
} from "./access.ts";
import type { ApplicationListingSettings } from "./application-listing.ts";
import { type LosantConsole, losantConsole, seeded } from "./console.ts";
import type { ListingSettings } from "./listing.ts";
import { losantOperations } from "./operations.ts";
import { RateWindow, type RateWindowSettings } from "./rate-window.ts";
import { LosantRefusal, losantError, notFound } from "./refusal.ts";
import { resourceIn } from "./resource-lists.ts";
import { Applications, countedIds, type StoreSettings } from "./store.ts";
import { tweakOf, withAnswered } from "./tweaks.ts";
import { userOperations } from "./user-operations.ts";
import { tokenView, userTokenView } from "./views.ts";

export type { LosantConsole, TokenEdit, TokenSeed, UserTokenSeed } from "./console.ts";
export { plantedToken } from "./listing.ts";
export { losantError } from "./refusal.ts";
export { APPLICATION_SCOPES, USER_SCOPES } from "./scopes.ts";
export type { CreatorType, StoredToken, StoredTokenStatus } from "./store.ts";
export type { LosantTweak } from "./tweaks.ts";

/** How the service answers. */
export interface LosantSettings extends ListingSettings, ApplicationListingSettings, AccessSettings {}

const DEFAULTS: LosantSettings = {
  undated: "first",
  maxPerPage: 1000,
  maxApplicationsPerPage: 100,
  roleForTokens: "collaborate",
  hiddenAs: 404,
};

export interface LosantEmulatorOptions extends Partial<LosantSettings & StoreSettings> {
  readonly port?: number;
  /** For creation dates and expiry. Default: the real clock. */
  readonly now?: () => Date;
  /** The Date header of each answer. Undefined: no header. Default: the time of `now`. */
  readonly servedAt?: () => Date | undefined;
  /** Creates new ids, which must be unique. Default: a counter. */
  readonly ids?: () => string;
  /** Makes the emulator use TLS with this certificate. */
  readonly certificate?: Certificate;
  /** Default: every request is answered. */
  readonly rateWindow?: RateWindowSettings;
}

export type LosantEmulator = RunningEmulator & LosantConsole;

/**
 * Losant's API token endpoints on the loopback interface, for `losantApiUrl`. Nothing is stored on disk. The operation names for
 * faults are application, list, create, get, patch, delete and resources (every other list of an application); applications (the list of all applications); list-mine,
 * create-mine, get-mine, patch-mine and delete-mine (the tokens of a user); and unknown.
 */
export async function startLosant({
  port = 0,
  now = () => new Date(),
  ids = countedIds(),
  certificate,
  rateWindow,
  servedAt = now,
  ...settings
}: LosantEmulatorOptions = {}): Promise<LosantEmulator> {
  const applications = new Applications(() => new Date(now()), ids, settings);
  const hand = losantConsole(applications);
  const window = rateWindow && new RateWindow(rateWindow, now);
  const service = { ...losantService(applications, hand, settings, window), servedAt };
  const running = await serve(service, port, certificate);
  return { ...running, ...hand };
}

/** The service, without a server. */
export function losantService(
  applications: Applications,
  hand: LosantConsole,
  given: Partial<LosantSettings>,
  window?: RateWindow,
): Service {
  const settings = { ...DEFAULTS, ...given };
  const ofApplications = losantOperations(applications, settings);
  const ofUsers = userOperations(applications, settings);
  return {
    operationOf: (request) => routeOf(request)?.operation ?? "unknown",
    perform: (_operation, request, givenTweak) =>
      refusalsAnswered(() => {
        window?.take();
        const tweak = tweakOf(givenTweak);
        const route = routeOf(request);
        if (route === undefined) throw notFound("There is no such endpoint.");
        const { tokenId } = route;
        const { authorization } = request.headers;
        if (route.kind === "user") {
          const caller = userAccess(applications, route.operation, authorization);
          const { status, body } = ofUsers[route.operation]({ caller, tokenId, request, tweak });
          return { status, body: withAnswered(body, tweak) };
        }
        const { operation, applicationId, resource } = route;
        const granted = access(applications, operation, applicationId, authorization, settings, resource);
        const { status, body } = ofApplications[operation]({ ...granted, tokenId, request, tweak });
        return { status, body: withAnswered(body, tweak) };
      }),
    control: (request) => refusalsAnswered(() => seeded(hand, request)),
    state: () => ({
      applications: applications.all().map(({ id, name, ownerId, tokens }) => ({
        id,
        name,
        ownerId,
        tokens: [...tokens.values()].map(tokenView),
      })),
      organizations: applications.users
        .organizations()
        .map(({ members, ...rest }) => ({ ...rest, members: Object.fromEntries(members) })),
      users: applications.users
        .users()
        .map(({ id, name, tokens }) => ({ id, name, tokens: [...tokens.values()].map(userTokenView) })),
    }),
  };
}

function refusalsAnswered<Answer>(act: () => Answer): Answer | EmulatedAnswer {
  try {
    return act();
  } catch (error) {
    if (error instanceof LosantRefusal)
      return losantError(error.status, error.type, error.message, error.headers);
    throw error;
  }
}

type Route =
  | {
      readonly kind: "application";
      readonly operation: OperationName;
      readonly applicationId: string;
      readonly tokenId: string;
      readonly resource?: string;
    }
  | { readonly kind: "user"; readonly operation: UserOperationName; readonly tokenId: string };

const OPERATIONS = new Map<string, OperationName>([
  ["GET /applications/:id", "application"],
  ["GET /applications/:id/tokens", "list"],
  ["POST /applications/:id/tokens", "create"],
  ["GET /applications/:id/tokens/:id", "get"],
  ["PATCH /applications/:id/tokens/:id", "patch"],
  ["DELETE /applications/:id/tokens/:id", "delete"],
]);

const USER_OPERATIONS = new Map<string, UserOperationName>([
  ["GET /applications", "applications"],
  ["GET /me/tokens", "list-mine"],
  ["POST /me/tokens", "create-mine"],
  ["GET /me/tokens/:id", "get-mine"],
  ["PATCH /me/tokens/:id", "patch-mine"],
  ["DELETE /me/tokens/:id", "delete-mine"],
]);

function routeOf({ method, url }: EmulatedRequest): Route | undefined {
  const segments = url.pathname.split("/");
  const isOfUser = segments[1] === "me" || segments.length === 2;
  const ids = isOfUser ? [3] : [2, 4];
  const shape = segments.map((segment, index) => (ids.includes(index) ? ":id" : segment));
  const path = `${method} ${shape.join("/")}`;
  if (isOfUser) {
    const operation = USER_OPERATIONS.get(path);
    return operation && { kind: "user", operation, tokenId: segments[3] ?? "" };
  }
  const operation = OPERATIONS.get(path);
  const [, , applicationId = "", , tokenId = ""] = segments;
  const resource = method === "GET" ? resourceIn(url.pathname) : undefined;
  if (resource !== undefined)
    return { kind: "application", operation: "resources", applicationId, tokenId: "", resource };
  return operation && { kind: "application", operation, applicationId, tokenId };
}
