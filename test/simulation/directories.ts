import { applicationListing } from "../../emulators/losant/application-listing.ts";
import { userListing } from "../../emulators/losant/listing.ts";
import type { IdentifiedUser } from "../../emulators/losant/users.ts";
import type { LosantCall } from "../../lambda/adapters/losant/client.ts";
import { directoryThrough } from "../../lambda/adapters/losant/directory.ts";
import type { LosantAnswer } from "../../lambda/adapters/losant/http.ts";
import { LOSANT_LIMITS } from "../../lambda/adapters/losant/limits.ts";
import type { PageClient } from "../../lambda/adapters/losant/listing.ts";
import { sharedAccessToken } from "../../lambda/adapters/losant/shared-access-token.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import type { DiscoverConfig } from "../../lambda/policy/config.ts";
import type { AccessTokenReader, Directory } from "../../lambda/ports.ts";
import { type Call, meet, type Surroundings } from "../support/ports.ts";
import { errorOf } from "./faults.ts";
import { applicationId, userSecret } from "./places.ts";
import type { Services } from "./services.ts";

/** The properties of a row that can't be read; null removes the property. */
const ODD_ROWS = { unreadable: { name: null }, nameless: { name: null, id: "unknown" } } as const;

/**
 * Losant's list of applications as the emulator returns it and the worker's adapter reads it. Each page is a call of its own, so
 * applications can come and go between two pages.
 */
export function directoryByPages(
  services: Services,
  { accessToken: secretId }: Pick<DiscoverConfig, "accessToken">,
  credentials: AccessTokenReader,
  around: Surroundings,
): Directory {
  const { accessToken } = sharedAccessToken(secretId, credentials);
  const { users, now } = services.applications;
  const { inTurn = (read) => read() } = around;
  const page = async ({ query = {}, owner }: Pick<LosantCall, "query" | "owner">): Promise<LosantAnswer> => {
    const operation = owner === "me" ? "identify" : "listApplications";
    const call = { operation, isWrite: false, subject: secretId } as const;
    for (let login = await accessToken.current(); ; login = await accessToken.replace(login)) {
      const text = await meet(around, call, () => {
        const caller = users.identify(login.token.reveal(), now());
        if (caller === undefined) return undefined;
        return JSON.stringify(owner === "me" ? oneTokenOf(caller) : pageOf(query, caller, services));
      });
      if (text !== undefined) return { kind: "ok", text, servedAt: services.servedAt() };
    }
  };
  const client: PageClient = { limits: LOSANT_LIMITS, read: (asked) => inTurn(() => page(asked)) };
  return directoryThrough(accessToken, client, client);
}

function oneTokenOf({ user }: IdentifiedUser): object {
  return userListing(user, new URLSearchParams({ perPage: "1" }), { undated: "first", maxPerPage: 1 }, {});
}

function pageOf(
  query: Readonly<Record<string, string | number>>,
  caller: IdentifiedUser,
  { applications, setting, reach }: Services,
): object {
  const { perPage = 100, count = "true" } = setting.discovery ?? {};
  const asked = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) asked.set(key, String(value));
  const flawed = [...setting.applications.keys()].flatMap((index) => {
    const how = reach.flawOf(index);
    return how === undefined ? [] : [{ id: applicationId(index), how }];
  });
  const hide = flawed.flatMap(({ id, how }) => (how === "hidden" ? [id] : []));
  const rows = Object.fromEntries(
    flawed.flatMap(({ id, how }) =>
      how === "unreadable" || how === "nameless" ? [[id, ODD_ROWS[how]]] : [],
    ),
  );
  const page = applicationListing(
    applications,
    caller,
    asked,
    { maxApplicationsPerPage: perPage },
    { hide, rows },
  );
  const { totalCount } = page as { readonly totalCount: number };
  const isHidden = (id: string) => {
    const application = applications.find(id);
    return application !== undefined && applications.users.roleOn(application, caller) !== "none";
  };
  const known = totalCount + hide.filter(isHidden).length;
  return { ...page, totalCount: Math.max(0, known + { true: 0, low: -1, high: 1 }[count]) };
}

/** What Losant answers to a call about a list of applications that fails, or about an application that it lists and denies. */
export function directoryRefusal(
  call: Call,
  { reach, deployments, setting }: Services,
): RotationError | undefined {
  if (setting.discovery === undefined) return undefined;
  if (call.operation === "listApplications") {
    const entry = reach.entries.findIndex((_, index) =>
      deployments.some(({ kind }) => call.subject === userSecret(kind, index)),
    );
    const how = reach.outageOf(entry);
    return how && errorOf(call, how);
  }
  if (call.operation !== "list") return undefined;
  const how = reach.flawOf(
    setting.applications.findIndex((_, index) => call.subject === applicationId(index)),
  );
  if (how === "denied") return new RotationError("losant-forbidden", "simulated");
  return how === "not-found" ? new RotationError("application-not-found", "simulated") : undefined;
}
