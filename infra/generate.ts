import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import { EVENT_CATALOGUE } from "../lambda/model/events.ts";
import { ConfigSchema } from "../lambda/policy/config-schema.ts";
import { AS_WRITTEN } from "./event-documents.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Every generated file: its path in the repository and its text. The result is the same every time. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const events = Object.entries(EVENT_CATALOGUE).map(
    ([detailType, schema]) =>
      [`docs/events/${kebabCase(detailType)}.schema.json`, schemaText(detailType, schema)] as const,
  );
  return new Map([
    ["rotation.config.schema.json", schemaText("rotation.config.json", ConfigSchema, EITHER_KEY)],
    ...events,
  ]);
}

/** The valibot schema can't say this. `parseConfig` checks it. */
const EITHER_KEY = {
  anyOf: [
    { required: ["discover"] },
    {
      required: ["applications"],
      properties: { applications: { items: { required: ["accessToken"] } } },
    },
  ],
};

function schemaText(title: string, schema: GenericSchema, also: object = {}): string {
  const { $schema, ...converted } = toJsonSchema(schema, AS_WRITTEN);
  return `${JSON.stringify({ $schema, title, ...converted, ...also }, undefined, 2)}\n`;
}

function kebabCase(detailType: string): string {
  return detailType.toLowerCase().replaceAll(" ", "-");
}

if (import.meta.main) {
  for (const [path, text] of generatedFiles()) {
    await mkdir(dirname(join(ROOT, path)), { recursive: true });
    await writeFile(join(ROOT, path), text);
    console.log(path);
  }
}
