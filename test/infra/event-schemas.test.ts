import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import { eventDocument, MAX_CONTENT, schemaNameOf } from "../../infra/event-documents.ts";
import { type DetailType, EVENT_CATALOGUE } from "../../lambda/model/events.ts";
import { onlyResource, resourcesOf, synthesized } from "./synth.ts";

// A registry refuses invalid OpenAPI, but only at deployment. This validator finds it here.
const DETAIL_TYPES = Object.keys(EVENT_CATALOGUE) as DetailType[];
const plain = JSON.stringify(synthesized().template.toJSON());
const { template } = synthesized({ eventSchemas: true });
const schemas = Object.values(resourcesOf(template, "AWS::EventSchemas::Schema")).map(
  ({ Properties }) => Properties,
);

describe("the schemas of the events", () => {
  test("are not published unless asked for", () => {
    expect(plain).not.toContain("EventSchemas");
  });

  test("are one for each detail type, in a registry of the stack's own that has no fixed name", () => {
    expect(onlyResource("AWS::EventSchemas::Registry", template)).toEqual({
      Description: expect.any(String),
    });
    expect(schemas.map(({ SchemaName }) => SchemaName)).toEqual(DETAIL_TYPES.map(schemaNameOf));
    for (const { RegistryName } of schemas)
      expect(RegistryName).toEqual({
        "Fn::GetAtt": [expect.stringMatching(/^TokenRotationEventSchemasRegistry/), "RegistryName"],
      });
  });

  test.each(DETAIL_TYPES)("%s: is what the service takes as OpenApi3", async (detailType) => {
    const schema = schemas.find(({ Description }) => Description === detailType);
    const content = String(schema?.Content);
    expect(schema?.Type).toBe("OpenApi3");
    expect(schemaNameOf(detailType)).toMatch(/^[0-9A-Za-z_.@-]{1,385}$/);
    expect(content.length).toBeLessThanOrEqual(MAX_CONTENT);
    expect(JSON.parse(content)).toEqual(eventDocument(detailType));
    const { valid, errors } = await new Validator().validate(JSON.parse(content));
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
  });

  test("would not pass as that, if they held what only JSON Schema knows", async () => {
    const wrong = structuredClone(eventDocument("Losant API Token Rotated")) as {
      readonly components: { readonly schemas: Record<string, object> };
    };
    wrong.components.schemas.Wrong = { const: "1", required: [] };
    expect((await new Validator().validate(wrong)).valid).toBe(false);
  });
});
