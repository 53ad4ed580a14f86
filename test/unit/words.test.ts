import { inspect } from "node:util";
import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, expectTypeOf, it } from "vitest";
import { secretNameFor } from "../../lambda/lineage/secret-names.ts";
import { asRotationError, ERROR_KINDS, type ErrorCode, RotationError } from "../../lambda/model/errors.ts";
import { Redacted } from "../../lambda/model/redacted.ts";
import { stampOf, versionIdOf } from "../../lambda/model/secret.ts";
import { ApplicationId, TokenId } from "../../lambda/model/token.ts";
import type { Action } from "../../lambda/plan/actions.ts";
import { parseRequest } from "../../lambda/policy/request.ts";

const app = v.parse(ApplicationId, "575ec8687ae143cd83dc4a97");
const id = v.parse(TokenId, "65f0c0de000000000000000b");

describe("a secret's name", () => {
  it("is always one that Secrets Manager takes, and never ends like an ARN", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", minLength: 1, maxLength: 255 }),
        fc.boolean(),
        (name, twin) => {
          const secret = secretNameFor("losant", app, name, twin ? id : undefined);
          expect(secret).toMatch(/^losant\/575ec8687ae143cd83dc4a97\/[A-Za-z0-9_.@+=-]{1,475}$/);
          expect(secret).not.toMatch(/-.{6}$/);
          expect(secretNameFor("losant", app, name, twin ? id : undefined)).toBe(secret);
        },
      ),
    );
  });

  it("differs where the names differ, also under the longest prefix", () => {
    const prefix = "p".repeat(200);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1, maxLength: 255 }), { minLength: 2, maxLength: 2 }),
        (names) => {
          const secrets = names.map((name) => secretNameFor(prefix, app, name));
          expect(new Set(secrets).size).toBe(2);
          for (const secret of secrets) expect(secret.length).toBeLessThanOrEqual(512);
        },
      ),
    );
  });

  it.each([
    ["My_API.Token@1+=-", "My_API.Token@1+=-"],
    ["my-server", "my-server_ae348bd0"],
    ["日本語", "____77710aed"],
    ["CI / deploy (prod) *", "CI___deploy__prod____ecbb267d"],
  ])("of %s is %s", (name, secret) => {
    expect(secretNameFor("losant", app, name)).toBe(`losant/${app}/${secret}`);
  });
});

describe("a version id", () => {
  it("tells which token it holds and which that replaced, in 32 to 64 characters", () => {
    const version = versionIdOf({ tokenId: id, replacedId: id });
    expect(version).toHaveLength(56);
    expect(stampOf(version)).toEqual({ tokenId: id, replacedId: id });
  });
});

describe("a redacted string", () => {
  it("shows itself to nobody who doesn't ask", () => {
    const secret = new Redacted("PLANTED");
    const shown = [
      `${secret}`,
      JSON.stringify({ secret }),
      inspect({ secret }, { showHidden: true, depth: 9 }),
      inspect({ ...secret }),
    ];
    expect(shown.join()).not.toContain("PLANTED");
    expect(secret.reveal()).toBe("PLANTED");
  });
});

describe("an error", () => {
  it("keeps nothing of a foreign one but its class and its place", () => {
    const error = asRotationError(new TypeError("PLANTED"));
    expect(error).toMatchObject({ code: "internal", effect: "unknown" });
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain("PLANTED");
    expect(error.cause).toBeUndefined();
  });

  it("is not fooled by a message that looks like a place in the code", () => {
    const error = asRotationError(new Error("no\n    at PLANTED (file.ts:1:1)"));
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain("PLANTED");
    expect(error.message).toContain(" at ");
  });

  it("has a remedy for each of its codes", () => {
    for (const { remedy } of Object.values(ERROR_KINDS)) expect(remedy.length).toBeGreaterThan(20);
  });
});

describe("the event of an invocation", () => {
  it("is a plain manual run when there is none", () => {
    expect(parseRequest(undefined)).toEqual({
      trigger: "manual",
      dryRun: false,
      applicationId: undefined,
      selection: { tokens: undefined, force: false, retireNow: false },
      at: undefined,
      shard: undefined,
    });
  });

  it.each([
    [{ dryrun: true }, "dryrun: unknown key"],
    [{ trigger: "PLANTED" }, 'trigger: must be "schedule" or "manual"'],
    [{ applicationId: "PLANTED" }, "applicationId: must be 24 hexadecimal digits"],
    [{ tokens: [] }, "tokens: must contain at least one token"],
    [{ tokens: "PLANTED" }, "tokens: must be a list"],
    [{ force: true }, "force without tokens"],
    [{ retireNow: true }, "retireNow without tokens"],
    [{ at: "2026-01-31T06:15:00Z" }, "at: only the schedule sends it"],
    [{ trigger: "schedule", at: "soon" }, "at: must be a time such as 2026-01-31T06:15:00Z"],
    [{ trigger: "schedule", shard: 1 }, "shard: the schedule doesn't send it"],
    [
      { applicationId: "575ec8687ae143cd83dc4a97", shard: 1 },
      "shard: name either a shard or an applicationId",
    ],
    [{ shard: -1 }, "shard: must be 0 or more"],
    [{ shard: 96 }, "shard: must be 95 or less"],
    [{ shard: "1" }, "shard: must be a number"],
    ["PLANTED", "must be an object"],
    [[], "must be an object"],
    [["PLANTED"], "must be an object"],
  ])("is refused as %j", (event, message) => {
    expect(() => parseRequest(event)).toThrow(message);
    expect(() => parseRequest(event)).not.toThrow("PLANTED");
  });
});

describe("the types", () => {
  it("keep ids apart that are made of the same digits", () => {
    expectTypeOf<TokenId>().not.toExtend<ApplicationId>();
    expectTypeOf<string>().not.toExtend<TokenId>();
    expectTypeOf<Redacted>().not.toExtend<string>();
    expectTypeOf<"no such code">().not.toExtend<ErrorCode>();
    expectTypeOf<Action["kind"]>().toEqualTypeOf<
      "announce" | "settle" | "resume" | "discard" | "rotate" | "retire" | "defer" | "skip" | "wait" | "fail"
    >();
    // @ts-expect-error a token id is no application id
    secretNameFor("losant", id, "x");
    // @ts-expect-error the codes are a closed union
    new RotationError("no-such-code", "x");
  });
});
