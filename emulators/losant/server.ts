import {
  type Certificate,
  type EmulatedAnswer,
  type EmulatedRequest,
  type RunningEmulator,
  type Service,
  serve,
} from "../http.ts";
import { access, type OperationName } from "./access.ts";
import { type LosantConsole, losantConsole, seeded } from "./console.ts";
import type { ListingSettings } from "./listing.ts";
import { losantOperations } from "./operations.ts";
import { LosantRefusal, losantError, notFound } from "./refusal.ts";
import { Applications, countedIds, type StoreSettings } from "./store.ts";
import { tweakOf, withAnswered } from "./tweaks.ts";
import { tokenView } from "./views.ts";

export type { LosantConsole, TokenEdit, TokenSeed } from "./console.ts";
export { plantedToken } from "./listing.ts";
export { losantError } from "./refusal.ts";
export { APPLICATION_SCOPES } from "./scopes.ts";
export type { CreatorType, StoredToken, StoredTokenStatus } from "./store.ts";
export type { LosantTweak } from "./tweaks.ts";

export interface LosantEmulatorOptions extends Partial<ListingSettings & StoreSettings> {
  readonly port?: number;
  /** For creation dates and expiry. Default: the real clock. */
  readonly now?: () => Date;
  /** The Date header of each answer. Undefined: no header. Default: the time of `now`. */
  readonly servedAt?: () => Date | undefined;
  /** Creates new ids, which must be unique. Default: a counter. */
  readonly ids?: () => string;
  /** Makes the emulator use TLS with this certificate. */
  readonly certificate?: Certificate;
}

export type LosantEmulator = RunningEmulator & LosantConsole;

/**
 * Losant's application API token endpoints on the loopback interface, for `losantApiUrl`. Nothing is stored on disk. The
 * operation names for faults are application, list, create, get, patch, delete and unknown.
 */
export async function startLosant({
  port = 0,
  now = () => new Date(),
  ids = countedIds(),
  undated = "first",
  maxPerPage = 1000,
  certificate,
  servedAt = now,
  ...settings
}: LosantEmulatorOptions = {}): Promise<LosantEmulator> {
  const applications = new Applications(() => new Date(now()), ids, settings);
  const hand = losantConsole(applications);
  const service = { ...losantService(applications, hand, { undated, maxPerPage }), servedAt };
  const running = await serve(service, port, certificate);
  return { ...running, ...hand };
}

/** The service, without a server. */
export function losantService(
  applications: Applications,
  hand: LosantConsole,
  settings: ListingSettings,
): Service {
  const operations = losantOperations(applications, settings);
  return {
    operationOf: (request) => routeOf(request)?.operation ?? "unknown",
    perform: (_operation, request, given) =>
      refusalsAnswered(() => {
        const tweak = tweakOf(given);
        const route = routeOf(request);
        if (route === undefined) throw notFound("There is no such endpoint.");
        const { operation, applicationId, tokenId } = route;
        const granted = access(applications, operation, applicationId, request.headers.authorization);
        const { status, body } = operations[operation]({ ...granted, tokenId, request, tweak });
        return { status, body: withAnswered(body, tweak) };
      }),
    control: (request) => refusalsAnswered(() => seeded(hand, request)),
    state: () => ({
      applications: applications
        .all()
        .map(({ id, name, tokens }) => ({ id, name, tokens: [...tokens.values()].map(tokenView) })),
    }),
  };
}

function refusalsAnswered<Answer>(act: () => Answer): Answer | EmulatedAnswer {
  try {
    return act();
  } catch (error) {
    if (error instanceof LosantRefusal) return losantError(error.status, error.type, error.message);
    throw error;
  }
}

interface Route {
  readonly operation: OperationName;
  readonly applicationId: string;
  readonly tokenId: string;
}

const OPERATIONS = new Map<string, OperationName>([
  ["GET /applications/:id", "application"],
  ["GET /applications/:id/tokens", "list"],
  ["POST /applications/:id/tokens", "create"],
  ["GET /applications/:id/tokens/:id", "get"],
  ["PATCH /applications/:id/tokens/:id", "patch"],
  ["DELETE /applications/:id/tokens/:id", "delete"],
]);

function routeOf({ method, url }: EmulatedRequest): Route | undefined {
  const segments = url.pathname.split("/");
  const shape = segments.map((segment, index) => (index === 2 || index === 4 ? ":id" : segment));
  const operation = OPERATIONS.get(`${method} ${shape.join("/")}`);
  const [, , applicationId = "", , tokenId = ""] = segments;
  return operation && { operation, applicationId, tokenId };
}
