import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import { FLEET_TEST_EVENTS, TEST_EVENTS } from "../../infra/event-documents.ts";
import { parseRequest } from "../../lambda/policy/request.ts";
import { FLEET } from "./fleet.ts";
import { type Resource, readable, resourcesOf, synthesized } from "./synth.ts";

const resources = (testEvents: "create-registry" | "existing-registry") =>
  resourcesOf(synthesized({ testEvents }).template);
const ofType = (all: Readonly<Record<string, Resource>>, type: string) =>
  Object.values(all).filter(({ Type }) => Type === `AWS::EventSchemas::${type}`);

const plain = JSON.stringify(synthesized().template.toJSON());
const made = resources("create-registry");
const existing = resources("existing-registry");
const [schema] = ofType(existing, "Schema");
const document = JSON.parse(String(schema?.Properties.Content));

describe("the events of the Test tab", () => {
  test("are not there unless asked for", () => {
    expect(plain).not.toContain("lambda-testevent-schemas");
  });

  test("stand where Lambda's console looks for those of this function", () => {
    expect(readable({ ...schema?.Properties, Content: "" })).toEqual({
      RegistryName: "lambda-testevent-schemas",
      SchemaName: "_<TokenRotationWorkerFunction>-schema",
      Type: "OpenApi3",
      Description: expect.any(String),
      Content: "",
    });
  });

  test("are a valid OpenAPI document", async () => {
    const { valid, errors } = await new Validator().validate(document);
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
  });

  test.each(Object.entries(TEST_EVENTS))(
    "%s has a name that the console takes, and is one the worker takes",
    (name, event) => {
      expect(name).toMatch(/^[A-Za-z\d._-]{1,25}$/);
      expect(document.components.examples[name]).toEqual({ value: event });
      expect(parseRequest(event)).toMatchObject({ trigger: "manual" });
    },
  );

  test.each([
    ["dry-run", true, false, false],
    ["run-now", false, false, false],
    ["rotate-one-now", false, true, false],
    ["leak-response", false, true, true],
  ] as const)("%s does what it says", (name, dryRun, force, retireNow) => {
    expect(parseRequest(TEST_EVENTS[name])).toMatchObject({ dryRun, selection: { force, retireNow } });
  });

  test("replace nothing while nobody has put a token in", () => {
    for (const event of Object.values(TEST_EVENTS)) {
      const { selection } = parseRequest(event);
      for (const entry of selection.tokens ?? []) expect(entry).toMatch(/^<.*>$/);
      if (selection.force) expect(selection.tokens).toHaveLength(1);
    }
  });
});

describe("in a fleet", () => {
  const events = ofType(
    resourcesOf(synthesized({ config: FLEET, testEvents: "existing-registry" }).template),
    "Schema",
  );
  const { components } = JSON.parse(String(events[0]?.Properties.Content));

  test.each(Object.entries(FLEET_TEST_EVENTS))(
    "%s is about one shard that every fleet has, or about one application that has to be named",
    (name, event) => {
      expect(components.examples[name]).toEqual({ value: event });
      const { shard, applicationId, selection, dryRun } = parseRequest(event);
      expect([shard, applicationId]).toEqual(
        selection.tokens === undefined ? [0, undefined] : [undefined, "0".repeat(24)],
      );
      const alone = parseRequest(TEST_EVENTS[name as keyof typeof TEST_EVENTS]);
      expect({ selection, dryRun }).toEqual({ selection: alone.selection, dryRun: alone.dryRun });
    },
  );
});

describe("the registry of everybody's test events", () => {
  test("is left alone where it exists", () => {
    expect(ofType(existing, "Registry")).toEqual([]);
  });

  test("is made on demand, before the events, and stays for others when the stack goes", () => {
    expect(ofType(made, "Registry")).toEqual([
      {
        Type: "AWS::EventSchemas::Registry",
        Properties: { RegistryName: "lambda-testevent-schemas" },
        DeletionPolicy: "RetainExceptOnCreate",
        UpdateReplacePolicy: "Retain",
      },
    ]);
    expect(ofType(made, "Schema")[0]).toMatchObject({
      DependsOn: [expect.stringMatching(/^TokenRotationTestEventsRegistry/)],
    });
  });

  test("holds nothing that would be left behind: the events go with the stack", () => {
    for (const all of [made, existing]) {
      const [events] = ofType(all, "Schema");
      expect(events?.DeletionPolicy ?? "Delete").toBe("Delete");
    }
  });
});
