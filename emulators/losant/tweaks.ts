import * as v from "valibot";
import { complaint, dateTime, status } from "./bodies.ts";
import { LosantRefusal } from "./refusal.ts";

/** How this emulator can be made to act otherwise than asked: the `tweak` of a fault. */
const LosantTweak = v.strictObject({
  /** create: kept, and answered, instead of what was asked; `expirationDate: null` makes it never expire. */
  stored: v.exactOptional(
    v.strictObject({
      name: v.exactOptional(v.string()),
      description: v.exactOptional(v.string()),
      scope: v.exactOptional(v.array(v.string())),
      status: v.exactOptional(status),
      expirationDate: v.exactOptional(v.nullable(dateTime)),
    }),
  ),
  /** Each operation: properties of the answer alone; null drops the property. */
  answered: v.exactOptional(v.record(v.string(), v.unknown())),
  /** create: properties of the answer alone, each of which holds the new string. */
  echoed: v.exactOptional(v.array(v.string())),
  /** list: the ids that a stale listing lacks. */
  hide: v.exactOptional(v.array(v.string())),
  /** list, get: by the id of a token, properties of its row alone; null drops the property, as anywhere. */
  rows: v.exactOptional(v.record(v.string(), v.record(v.string(), v.unknown()))),
  /** list: tokens that are tied in the order asked for stand otherwise on each page, so that some are on none. */
  shuffleTies: v.exactOptional(v.boolean()),
  /** list: each item has a `token`, as the schema allows. It is a planted one, which nobody accepts. */
  withToken: v.exactOptional(v.boolean()),
});

export type LosantTweak = v.InferOutput<typeof LosantTweak>;

/** A misspelt tweak must not look like an emulator that behaves. */
export function tweakOf(given: Readonly<Record<string, unknown>>): LosantTweak {
  const result = v.safeParse(LosantTweak, given);
  if (result.success) return result.output;
  throw new LosantRefusal(500, "InvalidTweak", `Of the fault's tweak: ${complaint(result.issues[0])}`);
}

export function withAnswered(body: object, { answered = {} }: LosantTweak): object {
  return altered(body, answered);
}

/** The row of a token, as the tweak shows it. */
export function tweakedRow(id: string, row: object, { rows = {} }: LosantTweak): object {
  return altered(row, rows[id] ?? {});
}

function altered(body: object, answered: Readonly<Record<string, unknown>>): object {
  const changed = Object.entries({ ...body, ...answered });
  return Object.fromEntries(changed.filter(([property]) => answered[property] !== null));
}
