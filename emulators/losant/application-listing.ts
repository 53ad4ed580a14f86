import { glob } from "./glob.ts";
import { compare, paged, pagingIn } from "./paging.ts";
import { type Application, type Applications, canonical } from "./store.ts";
import { type LosantTweak, tweakedRow } from "./tweaks.ts";
import type { IdentifiedUser } from "./users.ts";
import { applicationView } from "./views.ts";

const SORT_FIELDS = ["name", "id", "creationDate", "ownerId", "lastUpdated"] as const;
type SortField = (typeof SORT_FIELDS)[number];

export interface ApplicationListingSettings {
  /** A larger perPage is reduced to this, and the answer contains the reduced value. */
  readonly maxApplicationsPerPage: number;
}

/** One page of the applications that a user's token sees: the answer of `GET /applications` (applications.json of API 1.30). */
export function applicationListing(
  applications: Applications,
  caller: IdentifiedUser,
  query: URLSearchParams,
  { maxApplicationsPerPage }: ApplicationListingSettings,
  tweak: LosantTweak,
): object {
  const paging = pagingIn(query, SORT_FIELDS, ["name"], maxApplicationsPerPage);
  const { sortField, sortDirection, filterField, filter } = paging;
  const summary = (query.get("summaryInclude") ?? "").split(",");

  const fits = filterField && filter ? glob(filter) : () => true;
  const found = visibleTo(applications, caller, tweak)
    .filter((application) => isIn(application, caller, query.get("orgId")) && fits(application.name))
    .sort(bySortField(sortField, sortDirection === "desc" ? -1 : 1));
  const answer = paged(found, paging, (application) => {
    const row = applicationView(application, applications.users, summary);
    return tweakedRow(row.id, row, tweak);
  });
  for (const id of tweak.removed ?? []) applications.drop(id);
  return answer;
}

function visibleTo(
  applications: Applications,
  caller: IdentifiedUser,
  { hide = [] }: LosantTweak,
): readonly Application[] {
  const hidden = new Set(hide.map(canonical));
  return applications
    .all()
    .filter(({ id, ownerId }) => !hidden.has(canonical(id)) && !hidden.has(canonical(ownerId)))
    .filter((application) => applications.users.roleOn(application, caller) !== "none");
}

/** Without `orgId`, all applications. If it is blank, the user's own. */
function isIn({ ownerId }: Application, { user }: IdentifiedUser, orgId: string | null): boolean {
  if (orgId === null) return true;
  return canonical(ownerId) === canonical(orgId === "" ? user.id : orgId);
}

const SORT_KEYS: Readonly<Record<SortField, (application: Application) => string>> = {
  name: ({ name }) => name,
  id: ({ id }) => canonical(id),
  creationDate: ({ creationDate }) => creationDate.toISOString(),
  ownerId: ({ ownerId }) => ownerId,
  lastUpdated: () => "",
};

function bySortField(field: SortField, sign: number): (one: Application, other: Application) => number {
  const keyOf = SORT_KEYS[field];
  return (one, other) => sign * compare(keyOf(one), keyOf(other)) || compare(one.id, other.id);
}
