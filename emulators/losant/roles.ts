/** The roles in an organization, from the most rights to none (orgMemberPatch.json of API 1.30). */
export const ROLES = ["admin", "edit", "collaborate", "view", "none"] as const;
export type MemberRole = (typeof ROLES)[number];

/**
 * The permission cap of a user's token (apiTokenPost.json): it limits the rights that its user has. An entry for an organization, or
 * for the user's own applications ("sandbox"), replaces the default, and an entry for an application replaces that.
 */
export interface Cap {
  readonly defaultRole?: MemberRole | undefined;
  readonly orgRoles?: readonly OrgRole[] | undefined;
}

export interface OrgRole {
  readonly orgId: string;
  readonly role: MemberRole;
  readonly applicationRoles?: readonly ResourceRole[] | undefined;
  readonly dashboardRoles?: readonly ResourceRole[] | undefined;
}

interface ResourceRole {
  readonly resourceId: string;
  readonly role: MemberRole;
}

export function isAtLeast(role: MemberRole, needed: MemberRole): boolean {
  return ROLES.indexOf(role) <= ROLES.indexOf(needed);
}

export function lower(one: MemberRole, other: MemberRole): MemberRole {
  return isAtLeast(one, other) ? other : one;
}

/** What the cap allows for one application. Without a cap, everything. `place`: the id of its organization, or "sandbox". */
export function cappedRole(
  { defaultRole = "admin", orgRoles = [] }: Cap,
  place: string,
  id: string,
): MemberRole {
  const entry = orgRoles.find(({ orgId }) => orgId.toLowerCase() === place.toLowerCase());
  const ofApplication = entry?.applicationRoles?.find(
    ({ resourceId }) => resourceId.toLowerCase() === id.toLowerCase(),
  );
  return ofApplication?.role ?? entry?.role ?? defaultRole;
}
