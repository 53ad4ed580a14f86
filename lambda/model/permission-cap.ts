/** The roles that a permission cap allows. */
export type CapRole = "admin" | "edit" | "collaborate" | "view" | "none";

/**
 * The permission cap of a user's token (apiTokenPost.json of API 1.30): it limits the token to some of the rights that its user has.
 * Unlike the scope, people can change it. An absent key is no limit.
 */
export interface PermissionCap {
  readonly defaultRole?: CapRole | undefined;
  readonly orgRoles?: readonly OrganizationCap[] | undefined;
}

/** `orgId` can also be "sandbox": the user's own applications. */
export interface OrganizationCap {
  readonly orgId: string;
  readonly role: CapRole;
  readonly applicationRoles?: readonly ResourceCap[] | undefined;
  readonly dashboardRoles?: readonly ResourceCap[] | undefined;
}

interface ResourceCap {
  readonly resourceId: string;
  readonly role: CapRole;
}

/** Equal for caps that allow the same, in whatever order Losant lists their entries. */
export function capKey({ defaultRole, orgRoles = [] }: PermissionCap = {}): string {
  const entries = orgRoles.map(({ orgId, role, applicationRoles = [], dashboardRoles = [] }) =>
    JSON.stringify([orgId.toLowerCase(), role, resourcesKey(applicationRoles), resourcesKey(dashboardRoles)]),
  );
  return JSON.stringify([defaultRole ?? "", ...entries.sort()]);
}

function resourcesKey(resources: readonly ResourceCap[]): readonly string[] {
  return resources.map(({ resourceId, role }) => `${resourceId.toLowerCase()} ${role}`).sort();
}
