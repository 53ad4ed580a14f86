import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { StoreIndex } from "../../lambda/lineage/store-index.ts";
import { SecretArn, SecretName, type SecretState, versionIdOf } from "../../lambda/model/secret.ts";
import { ApplicationId, TokenId } from "../../lambda/model/token.ts";
import { APP, START } from "../support/world.ts";

const OTHER = "675ec8687ae143cd83dc4a97";
const tokenId = (number: number) => v.parse(TokenId, `5eed5eed${number.toString(16).padStart(16, "0")}`);

/** A secret whose versions each hold a token and name the token that it replaced. */
function secret(
  name: string,
  ...versions: readonly (readonly [held: number, replaced: number])[]
): SecretState {
  return {
    arn: v.parse(SecretArn, `arn:aws:secretsmanager:eu-central-1:111122223333:secret:${name}-AbCdEf`),
    name: v.parse(SecretName, name),
    versions: versions.map(([held, replaced]) => ({
      id: versionIdOf({ tokenId: tokenId(held), replacedId: tokenId(replaced) }),
      labels: ["AWSCURRENT"],
    })),
    createdAt: START,
    lastChangedAt: START,
    lastReadAt: undefined,
    deletedAt: undefined,
    owningService: undefined,
    primaryRegion: undefined,
    replicas: [],
  };
}

describe("the index of secrets", () => {
  const [one, copy, third] = [
    secret(`losant/${APP}/one`, [2, 1], [1, 0]),
    secret(`losant/${APP}/copy`, [2, 1]),
    secret(`losant/${OTHER}/third`, [3, 2]),
  ];
  const index = new StoreIndex([one, copy, third]);
  const naming = (number: number) => [...index.naming(tokenId(number))].map(({ name }) => name);

  it("finds every secret that names a token, as held or as replaced, each once", () => {
    expect(naming(0)).toEqual([one.name]);
    expect(naming(1)).toEqual([one.name, copy.name]);
    expect(naming(2)).toEqual([one.name, copy.name, third.name]);
    expect(naming(3)).toEqual([third.name]);
    expect(naming(4)).toEqual([]);
  });

  it("knows which are an application's by their names", () => {
    expect(index.under("losant", v.parse(ApplicationId, APP))).toEqual([one, copy]);
    expect(index.under("losan", v.parse(ApplicationId, APP))).toEqual([]);
    expect(index.find(third.name)).toBe(third);
    expect(index.find(v.parse(SecretName, `losant/${OTHER}/one`))).toBeUndefined();
  });

  it("leaves out versions that somebody else made", () => {
    const foreign = {
      ...one,
      versions: [{ id: "a1b2c3d4-0000-4000-8000-000000000000" as never, labels: [] }],
    };
    expect([...new StoreIndex([foreign]).naming(tokenId(1))]).toEqual([]);
  });
});
