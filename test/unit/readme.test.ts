import { describe, expect, it } from "vitest";
import { parseConfig } from "../../lambda/policy/config.ts";
import { ConfigSchema } from "../../lambda/policy/config-schema.ts";
import { PolicySchema } from "../../lambda/policy/policy.ts";
import { RequestSchema } from "../../lambda/policy/request.ts";
import { tablesIn, textOf } from "../support/markdown.ts";

const application = { id: "575ec8687ae143cd83dc4a97", accessToken: "losant-access/575ec8687ae143cd83dc4a97" };

const rowsOf = (head: string) => tablesIn(textOf("README.md"), head).flat();
const keysIn = (head: string) => rowsOf(head).flatMap(([keys = []]) => keys);

/** The keys of a table with their defaults, in the form of the configuration. */
function defaultsIn(head: string): Readonly<Record<string, unknown>> {
  const parsed = (text: string) => (/^(\d+$|\[)/.test(text) ? JSON.parse(text) : text);
  return Object.fromEntries(
    rowsOf(head).flatMap(([keys = [], defaults = []]) =>
      defaults.map((text, index) => [keys[index], parsed(text)] as const),
    ),
  );
}

describe("the README", () => {
  const CONFIGURATION = "| key | default | meaning |";
  const DISCOVER = "| key of `discover` | default | meaning |";
  const POLICY = "| policy key | default | meaning |";

  it("has a row for each key of the configuration, and for no other", () => {
    const { $schema: _, applications, ...common } = ConfigSchema.entries;
    const ofApplication = Object.keys(applications.wrapped.pipe[0].item.entries).map(
      (key) => `applications[].${key}`,
    );
    expect(keysIn(CONFIGURATION).toSorted()).toEqual([...Object.keys(common), ...ofApplication].toSorted());
  });

  it("has a row for each key of discover, and for no other", () => {
    const { discover } = ConfigSchema.entries;
    const keys = Object.keys(discover.wrapped.pipe[0].item.entries);
    expect(keysIn(DISCOVER).toSorted()).toEqual(keys.toSorted());
  });

  it("has a row for each key of a policy, and for no other", () => {
    expect(keysIn(POLICY).toSorted()).toEqual(Object.keys(PolicySchema.entries).toSorted());
  });

  it("has a row for each key of the event, and for no other", () => {
    expect(keysIn("| key | meaning |").toSorted()).toEqual(Object.keys(RequestSchema.entries).toSorted());
  });

  it("tells the defaults that there are", () => {
    const policy = defaultsIn(POLICY);
    expect(Object.keys(policy)).toEqual(keysIn(POLICY));
    const applications = [application];
    const entry = { accessToken: "losant-access/fleet", organizations: ["Acme"] };
    expect(parseConfig({ discover: [{ ...entry, ...defaultsIn(DISCOVER) }] })).toEqual(
      parseConfig({ discover: [entry] }),
    );
    expect(parseConfig({ ...defaultsIn(CONFIGURATION), policy, applications })).toEqual(
      parseConfig({ applications }),
    );
  });
});
