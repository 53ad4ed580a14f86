import { type ConversionConfig, toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import { type DetailType, EVENT_CATALOGUE, EVENT_SOURCE } from "../lambda/model/events.ts";
import { RequestSchema } from "../lambda/policy/request.ts";

/** Describes what people write, before defaults are added. Rules that only code can check are left out. */
export const AS_WRITTEN = {
  typeMode: "input",
  errorMode: "throw",
  ignoreActions: ["check", "to_lower_case", "brand"],
} as const satisfies ConversionConfig;

/** The limit of the service: "Content", 1 to 100,000 characters (CreateSchema of the EventBridge Schemas API). */
export const MAX_CONTENT = 100_000;

/** The same name that schema discovery would use: `losant.token-rotation@LosantAPITokenRotated`. */
export function schemaNameOf(detailType: DetailType): string {
  return `${EVENT_SOURCE}@${componentOf(detailType)}`;
}

/**
 * One detail type as an OpenAPI 3 document, in the same form as EventBridge's own schemas, so that the console's pattern
 * editor, code bindings and `sam init` support it. They don't support JSON Schema Draft 4, the other type of a registry;
 * a registry can export OpenAPI documents as JSON Schema.
 */
export function eventDocument(detailType: DetailType): object {
  const text = { type: "string" };
  const component = componentOf(detailType);
  return openApi(component, {
    schemas: {
      AWSEvent: {
        type: "object",
        required: [
          "detail-type",
          "resources",
          "detail",
          "id",
          "source",
          "time",
          "region",
          "version",
          "account",
        ],
        "x-amazon-events-detail-type": detailType,
        "x-amazon-events-source": EVENT_SOURCE,
        properties: {
          detail: { $ref: `#/components/schemas/${component}` },
          account: text,
          "detail-type": text,
          id: text,
          region: text,
          resources: { type: "array", items: text },
          source: text,
          time: { type: "string", format: "date-time" },
          version: text,
        },
      },
      [component]: openApiSchema(EVENT_CATALOGUE[detailType]),
    },
  });
}

/**
 * Events for the Test tab of the function, by the names that the tab shows: letters, digits, dots, hyphens and
 * underscores, 25 at most. The placeholder matches no token, so that nothing changes if somebody forgets to replace it.
 */
export const TEST_EVENTS = {
  "dry-run": { dryRun: true },
  "run-now": {},
  "rotate-one-now": { tokens: ["<id or exact name of the token>"], force: true },
  "leak-response": { tokens: ["<id of the token>"], force: true, retireNow: true },
} as const;

/** The id of no application. */
const APPLICATION = { applicationId: "0".repeat(24) };

/** The same for a fleet, in which a run by hand takes one shard or one application. */
export const FLEET_TEST_EVENTS = {
  "dry-run": { ...TEST_EVENTS["dry-run"], shard: 0 },
  "run-now": { ...TEST_EVENTS["run-now"], shard: 0 },
  "rotate-one-now": { ...APPLICATION, ...TEST_EVENTS["rotate-one-now"] },
  "leak-response": { ...APPLICATION, ...TEST_EVENTS["leak-response"] },
} as const satisfies Readonly<Record<keyof typeof TEST_EVENTS, object>>;

/** Lambda's console and `sam remote test-event` read the events from this document: `components.examples`, by name. */
export function testEventsDocument(events: Readonly<Record<string, object>>): object {
  return openApi("Event", {
    schemas: { Event: openApiSchema(RequestSchema) },
    examples: Object.fromEntries(Object.entries(events).map(([name, value]) => [name, { value }])),
  });
}

function openApi(title: string, components: object): object {
  return { openapi: "3.0.0", info: { version: "1.0.0", title }, paths: {}, components };
}

function openApiSchema(schema: GenericSchema): object {
  const {
    $schema: _,
    required,
    ...converted
  } = toJsonSchema(schema, { ...AS_WRITTEN, target: "openapi-3.0" });
  // OpenAPI 3.0 doesn't allow an empty list here.
  return required === undefined || required.length === 0 ? converted : { ...converted, required };
}

function componentOf(detailType: DetailType): string {
  return detailType.replaceAll(" ", "");
}
