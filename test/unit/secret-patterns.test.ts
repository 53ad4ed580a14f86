import { describe, expect, it } from "vitest";
import { secretPatterns } from "../../infra/secret-patterns.ts";
import { parseConfig } from "../../lambda/policy/config.ts";

const APP = "575ec8687ae143cd83dc4a97";
const arn = (end: string) => `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${end}`;

describe("what the worker's role may read as its access token", () => {
  it.each([
    ["a name", "keys/losant-access", ["keys/losant-access-??????"]],
    ["an ARN", arn("keys/losant-AbCdEf"), [arn("keys/losant-AbCdEf")]],
    ["an ARN without its random end", arn("keys/losant"), [arn("keys/losant-??????")]],
    ["such an ARN whose name has a hyphen", arn("keys/losant-token"), [arn("keys/losant-token-??????")]],
    [
      "such an ARN whose name has a hyphen and six letters, which may be either",
      arn("keys/losant-access"),
      [arn("keys/losant-access"), arn("keys/losant-access-??????")],
    ],
  ])("is, given %s, that secret and no other", (_, accessToken, patterns) => {
    const config = parseConfig({ applications: [{ id: APP, accessToken }] });
    expect(secretPatterns(config)).toEqual({
      accessTokens: patterns,
      renewed: [],
      tagged: [],
      replicated: [],
      restricted: [],
      managed: [`losant/${APP}/*`],
      former: [],
    });
  });
});
