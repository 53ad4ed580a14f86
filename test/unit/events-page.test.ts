import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { eventDocument } from "../../infra/event-documents.ts";
import { type DetailType, EVENT_CATALOGUE } from "../../lambda/model/events.ts";
import { REASONS, type Reason, restOf } from "../../lambda/plan/reasons.ts";
import { type DeliveredEvent, eventExamples, pageWithExamples } from "../support/event-examples.ts";
import { tablesIn } from "../support/markdown.ts";

const page = readFileSync(new URL("../../docs/events.md", import.meta.url), "utf8");
const examples = await eventExamples();
const DETAIL_TYPES = Object.keys(EVENT_CATALOGUE) as DetailType[];

test("the page shows what `npm run generate` writes: events that this code sends", async () => {
  expect(await pageWithExamples()).toBe(page);
});

describe.each(DETAIL_TYPES)("the example of %s", (detailType) => {
  test("has all that its schema requires, and nothing that it doesn't know", () => {
    const { detail } = examples.get(detailType) ?? {};
    expect(v.parse(v.strictObject(EVENT_CATALOGUE[detailType].entries), detail)).toEqual(detail);
  });

  test("fits the published schema as a whole", () => {
    // Users validate events with a validator like this one. It knows neither formats nor `x-amazon-…`.
    const ajv = new Ajv({ strict: false, validateFormats: false });
    ajv.addSchema(eventDocument(detailType), "document");
    const validate = ajv.getSchema("document#/components/schemas/AWSEvent");
    expect([validate?.(examples.get(detailType)), validate?.errors]).toEqual([true, null]);
    expect(validate?.({ ...examples.get(detailType), detail: {} })).toBe(false);
  });

  test("tells the page's readers of every key that it can have", () => {
    for (const key of Object.keys(EVENT_CATALOGUE[detailType].entries)) expect(page).toContain(`\`${key}\``);
  });
});

test("the page has a line for each reason at which a token is left to its expiry", () => {
  const [table = []] = tablesIn(page, "| `reason` | why it will not be renewed |");
  const reasons = table.flatMap(([cell = []]) => cell);
  const left = (Object.keys(REASONS) as Reason[]).filter((reason) => restOf(reason)?.isToldBeforeExpiry);
  const failing = ["undecided", "young-orphan", "renewal-window", "max-age", "moved", "forced", "unfinished"];
  // The warning about the access token has a reason that no token in the report has.
  expect(reasons.toSorted()).toEqual([...left, ...failing, "access-token"].sort());
});

/** The part of EventBridge's matching that the page uses. */
function matches(pattern: unknown, value: unknown): boolean {
  if (!Array.isArray(pattern)) {
    const inner = value as Readonly<Record<string, unknown>> | undefined;
    return Object.entries(pattern as object).every(([key, part]) => matches(part, inner?.[key]));
  }
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.some((one) => pattern.some((wanted) => fits(wanted, one)));
}

function fits(wanted: unknown, value: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null) return wanted === value;
  const [[operator, operand] = []] = Object.entries(wanted);
  if (operator === "prefix") return typeof value === "string" && value.startsWith(String(operand));
  if (operator === "numeric" && operand[0] === "<=") return typeof value === "number" && value <= operand[1];
  throw new Error(`the page uses ${operator}`);
}

describe("the patterns", () => {
  const patterns = [...page.matchAll(/<!-- matches: (.+) -->\n```json\n([\s\S]*?)```/g)].map(
    ([, claim = "", text = ""]) => ({ claim, pattern: JSON.parse(text) as object }),
  );
  const CLAIMS: Readonly<Record<string, readonly string[]>> = {
    "every detail type": DETAIL_TYPES,
    "nothing above": [],
  };

  test("are five", () => expect(patterns).toHaveLength(5));

  test.each(patterns)("match of the examples $claim", ({ claim, pattern }) => {
    const matched = DETAIL_TYPES.filter((type) => matches(pattern, examples.get(type)));
    expect(matched).toEqual(CLAIMS[claim] ?? claim.split(", "));
  });

  test("of a failed run match one that failed", () => {
    const completed = examples.get("Losant Token Rotation Run Completed") as DeliveredEvent;
    const failed = { ...completed, detail: { ...completed.detail, succeeded: false } };
    expect(matches(patterns.at(-1)?.pattern, failed)).toBe(true);
  });
});
