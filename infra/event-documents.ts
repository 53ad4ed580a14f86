import { type ConversionConfig, toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import { type DetailType, EVENT_CATALOGUE, EVENT_SOURCE } from "../lambda/model/events.ts";
import { RequestSchema } from "../lambda/policy/request.ts";

/** What people write, before defaults are filled in; rules that only code can check are left out. */
export const AS_WRITTEN = {
  typeMode: "input",
  errorMode: "throw",
  ignoreActions: ["check", "to_lower_case", "brand"],
} as const satisfies ConversionConfig;

/** What the service takes: "Content", 1 to 100,000 characters (CreateSchema of the EventBridge Schemas API). */
export const MAX_CONTENT = 100_000;

/** As schema discovery would call it: `losant.token-rotation@LosantAPITokenRotated`. */
export function schemaNameOf(detailType: DetailType): string {
  return `${EVENT_SOURCE}@${componentOf(detailType)}`;
}

/**
 * One detail type as an OpenAPI 3 document in the shape that EventBridge gives those of its own events, so that the
 * console's editor of patterns, code bindings and `sam init` know it. JSON Schema Draft 4, the other type that a
 * registry takes, has none of these, and a registry exports OpenAPI as that when asked.
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
 * Events for the Test tab of the function, by the names that it shows them under: letters, digits, dots, hyphens and
 * underscores, 25 at most. The placeholder matches no token, so that whoever forgets to replace it changes none.
 */
export const TEST_EVENTS = {
  "dry-run": { dryRun: true },
  "run-now": {},
  "rotate-one-now": { tokens: ["<id or exact name of the token>"], force: true },
  "leak-response": { tokens: ["<id of the token>"], force: true, retireNow: true },
} as const;

/** The document that Lambda's console and `sam remote test-event` read events from: `components.examples`, by name. */
export function testEventsDocument(): object {
  return openApi("Event", {
    schemas: { Event: openApiSchema(RequestSchema) },
    examples: Object.fromEntries(Object.entries(TEST_EVENTS).map(([name, value]) => [name, { value }])),
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
  // OpenAPI 3.0 has no empty list here.
  return required === undefined || required.length === 0 ? converted : { ...converted, required };
}

function componentOf(detailType: DetailType): string {
  return detailType.replaceAll(" ", "");
}
