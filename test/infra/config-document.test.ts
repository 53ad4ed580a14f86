import type { InferInput } from "valibot";
import { expectTypeOf, test } from "vitest";
import type { ConfigDocument } from "../../infra/config-document.ts";
import type { ConfigSchema } from "../../lambda/policy/config-schema.ts";

type Written<Value> = Value extends object ? { -readonly [Key in keyof Value]: Written<Value[Key]> } : Value;

// The type check is the test: `npm run typecheck` fails if they differ.
test("the configuration has the same type in the package's declarations as in its schema", () => {
  expectTypeOf<Written<ConfigDocument>>().toEqualTypeOf<Written<InferInput<typeof ConfigSchema>>>();
});
