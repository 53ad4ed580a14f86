import * as v from "valibot";
import { complaint, dateTime, status } from "./bodies.ts";
import { LosantRefusal } from "./refusal.ts";

/** The `tweak` of a fault: changes what this emulator does. */
const LosantTweak = v.strictObject({
  /** create: replaces what the request asked for, both in the stored token and in the answer. `expirationDate: null`: it never expires. */
  stored: v.exactOptional(
    v.strictObject({
      name: v.exactOptional(v.string()),
      description: v.exactOptional(v.string()),
      scope: v.exactOptional(v.array(v.string())),
      status: v.exactOptional(status),
      expirationDate: v.exactOptional(v.nullable(dateTime)),
    }),
  ),
  /** All operations: replaces properties, only in the answer. null removes the property. */
  answered: v.exactOptional(v.record(v.string(), v.unknown())),
  /** create: adds properties with the new string, only to the answer. */
  echoed: v.exactOptional(v.array(v.string())),
  /** list: ids that are missing, as in an outdated list. applications: also ids of organizations, all of whose applications are missing. */
  hide: v.exactOptional(v.array(v.string())),
  /** list, get, applications: replaces properties in the row of a token or an application, by its id. null removes the property. */
  rows: v.exactOptional(v.record(v.string(), v.record(v.string(), v.unknown()))),
  /** applications: ids of applications that are deleted right after this page was read, so that the next pages shift. */
  removed: v.exactOptional(v.array(v.string())),
  /** list: tokens with equal sort keys have another order on each page, so that some are on no page. */
  shuffleTies: v.exactOptional(v.boolean()),
  /** list: each item has a `token`, as the schema allows. It isn't a real token string. */
  withToken: v.exactOptional(v.boolean()),
});

export type LosantTweak = v.InferOutput<typeof LosantTweak>;

/** Refuses a misspelt tweak, because ignoring it would hide the mistake. */
export function tweakOf(given: Readonly<Record<string, unknown>>): LosantTweak {
  const result = v.safeParse(LosantTweak, given);
  if (result.success) return result.output;
  throw new LosantRefusal(
    500,
    "InvalidTweak",
    `The tweak of the fault is wrong: ${complaint(result.issues[0])}`,
  );
}

export function withAnswered(body: object, { answered = {} }: LosantTweak): object {
  return altered(body, answered);
}

/** The row of a token, with the tweak applied. */
export function tweakedRow(id: string, row: object, { rows = {} }: LosantTweak): object {
  return altered(row, rows[id] ?? {});
}

function altered(body: object, answered: Readonly<Record<string, unknown>>): object {
  const changed = Object.entries({ ...body, ...answered });
  return Object.fromEntries(changed.filter(([property]) => answered[property] !== null));
}
