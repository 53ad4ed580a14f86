import * as v from "valibot";
import { invalid } from "./refusal.ts";
import { ROLES } from "./roles.ts";
import { APPLICATION_SCOPES, USER_SCOPES } from "./scopes.ts";

/** JSON Schema counts characters, not the UTF-16 units of a JavaScript string. */
const text = (min: number, max: number) => {
  const rule = `must be text of ${min} to ${max} characters`;
  const fits = (value: string) => value.length >= min && [...value].length <= max;
  return v.pipe(v.string(rule), v.check(fits, rule));
};

const RFC_3339 = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** JavaScript accepts February 30 as a day in March. */
function isDateTime(value: string): boolean {
  const day = RFC_3339.exec(value)?.[1];
  if (day === undefined || Number.isNaN(Date.parse(value))) return false;
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

const notDateTime = "must be an ISO 8601 date and time";
export const dateTime = v.pipe(
  v.string(notDateTime),
  v.check(isDateTime, notDateTime),
  v.transform((value) => new Date(value)),
);

export const status = v.picklist(["active", "inactive"], "must be active or inactive");

const scopesIn = (known: ReadonlySet<string>) =>
  v.pipe(
    v.array(
      v.pipe(
        v.string("must be text"),
        v.check((value) => known.has(value), "is no scope that can be given"),
      ),
      "must be an array",
    ),
    v.check((values) => new Set(values).size === values.length, "must not repeat a value"),
  );
const scope = scopesIn(new Set(APPLICATION_SCOPES));
const userScope = scopesIn(new Set([...APPLICATION_SCOPES, ...USER_SCOPES]));

const role = v.picklist(ROLES, `must be one of ${ROLES.join(", ")}`);
const hexId = v.pipe(v.string("must be text"), v.regex(/^[A-Fa-f\d]{24}$/, "must be an id"));
const LEAST_ROLES = ["collaborate", "view", "none"] as const;

const resourceRoles = v.pipe(
  v.array(v.strictObject({ resourceId: hexId, role: v.picklist(LEAST_ROLES, "must be a role") })),
  v.maxLength(100, "must have at most 100 entries"),
);

/** The permission cap of a user's token. */
export const capFields = {
  defaultRole: v.exactOptional(role),
  orgRoles: v.exactOptional(
    v.pipe(
      v.array(
        v.strictObject({
          orgId: v.union([hexId, v.literal("sandbox")], "must be an id or sandbox"),
          role,
          applicationRoles: v.exactOptional(resourceRoles),
          dashboardRoles: v.exactOptional(resourceRoles),
        }),
        "must be an array",
      ),
      v.maxLength(25, "must have at most 25 entries"),
    ),
  ),
};

/**
 * The properties of a token that can be changed (apiTokenPatch.json of API 1.30). The roles in this schema and the next
 * one are for tokens of users, and are refused for those of applications.
 */
export const Patch = v.strictObject({
  name: v.exactOptional(text(1, 255)),
  description: v.exactOptional(text(0, 32_767)),
  status: v.exactOptional(status),
});

export const UserPatch = v.strictObject({ ...Patch.entries, ...capFields });

/** The properties of a new token (apiTokenPost.json of API 1.30), with the documented defaults. */
export const Post = v.strictObject({
  name: text(1, 255),
  description: v.exactOptional(text(0, 32_767)),
  expirationDate: v.exactOptional(dateTime),
  scope: v.optional(scope, ["all.Application"]),
  status: v.optional(status, "active"),
});

/** Losant's default scope for these is not documented. */
export const UserPost = v.strictObject({
  ...Post.entries,
  scope: v.optional(userScope, ["all.User"]),
  ...capFields,
});

const freeText = v.string("must be text");

/** Adds an application with curl: `POST /_emulator/applications`. */
export const SeededApplication = v.strictObject({
  id: v.exactOptional(freeText),
  name: v.exactOptional(freeText),
  ownerId: v.exactOptional(freeText),
});

/** Adds a user or an organization with curl: `POST /_emulator/users` and `POST /_emulator/organizations`. */
export const SeededNamed = v.strictObject({
  id: v.exactOptional(freeText),
  name: v.exactOptional(freeText),
});

/** Makes a user a member with curl: `POST /_emulator/members`. */
export const SeededMember = v.strictObject({
  organizationId: freeText,
  userId: freeText,
  role: v.optional(role, "admin"),
});

/** Adds a token of a user with curl: `POST /_emulator/user-tokens`. */
export const SeededUserToken = v.strictObject({
  userId: freeText,
  id: v.exactOptional(freeText),
  name: freeText,
  scope: v.exactOptional(v.array(freeText, "must be an array")),
  expirationDate: v.exactOptional(dateTime),
  ...capFields,
});

/** Adds a token with curl: `POST /_emulator/tokens`. Any scope is accepted, because legacy scopes exist. */
export const SeededToken = v.strictObject({
  applicationId: freeText,
  id: v.exactOptional(freeText),
  name: freeText,
  description: v.exactOptional(freeText),
  scope: v.exactOptional(v.array(freeText, "must be an array")),
  creationDate: v.exactOptional(dateTime),
  expirationDate: v.exactOptional(dateTime),
  status: v.exactOptional(status),
  creatorType: v.exactOptional(v.picklist(["apiToken", "user", "flow"], "must be apiToken, user or flow")),
  creatorId: v.exactOptional(freeText),
});

/** The body, checked against the schema. A refusal names the property and the rule, but not the value. */
export function readBody<Schema extends v.GenericSchema>(
  schema: Schema,
  body: string,
): v.InferOutput<Schema> {
  const given = parsed(body);
  // valibot accepts an array as an object without keys.
  if (Array.isArray(given)) throw invalid("The body must be an object.");
  const result = v.safeParse(schema, given);
  if (!result.success) throw invalid(complaint(result.issues[0]));
  return result.output;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw invalid("The body is not JSON.");
  }
}

export function complaint(issue: v.BaseIssue<unknown>): string {
  const property = v.getDotPath(issue);
  if (property === null) return "The body must be an object.";
  if (issue.type !== "strict_object") return `${property} ${issue.message}.`;
  return issue.expected === "never" ? `${property} is not allowed.` : `${property} is required.`;
}
