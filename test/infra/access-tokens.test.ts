import { describe, expect, test } from "vitest";
import type { ConfigDocument } from "../../infra/config-document.ts";
import { permits } from "./iam.ts";
import { SECRETS, workerStatements } from "./policies.ts";
import { APPLICATION, synthesized } from "./synth.ts";

const READS = ["GetSecretValue", "DescribeSecret", "ListSecretVersionIds"].map(
  (name) => `secretsmanager:${name}`,
);
const WRITES = ["CreateSecret", "PutSecretValue", "UpdateSecretVersionStage"].map(
  (name) => `secretsmanager:${name}`,
);

function configured(application: Partial<NonNullable<ConfigDocument["applications"]>[number]>) {
  const accessToken = `losant-access/${APPLICATION}`;
  return { config: { applications: [{ id: APPLICATION, accessToken, ...application }] } };
}

describe("an access token", () => {
  const accessToken = `losant-access/${APPLICATION}`;
  const secret = `${SECRETS}${accessToken}-AbCdEf`;

  test("is the worker's to read in all its versions, and not to write", () => {
    const statements = workerStatements(configured({}));
    for (const action of READS) expect(permits(statements, action, secret)).toBe(true);
    for (const action of WRITES) expect(permits(statements, action, secret)).toBe(false);
  });

  test("can't be among the secrets that the worker writes", () => {
    expect(() => workerStatements(configured({ accessToken: `losant/${APPLICATION}/access` }))).toThrow(
      "applications.0.accessToken: is in a folder for the tokens",
    );
  });

  test.each([
    ["a secrets entry maps it", { secrets: { worker: accessToken } }],
    ["its own entry says so", { accessToken: { secret: accessToken, renew: true } }],
  ])("is the worker's to renew once %s", (_, application) => {
    const statements = workerStatements(configured(application));
    for (const action of [...READS, ...WRITES]) expect(permits(statements, action, secret)).toBe(true);
  });

  test("may be given as an ARN, which is taken as it is", () => {
    const accessToken = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:keys/losant-AbCdEf";
    const statements = workerStatements(configured({ accessToken }));
    const read = statements.find(({ Sid }) => Sid === "ReadAccessTokens");
    expect(read?.Resource).toBe(accessToken);
  });

  test.each(["keys/losant", "keys/losant-token"])(
    "may be given as an ARN without its random end: %s",
    (name) => {
      const accessToken = `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${name}`;
      const statements = workerStatements(configured({ accessToken, secrets: { worker: name } }));
      for (const sid of ["ReadAccessTokens", "RenewAccessTokens"])
        expect(statements.find(({ Sid }) => Sid === sid)?.Resource).toBe(`${accessToken}-??????`);
    },
  );

  test("may be given as an ARN without its random end that seems to have one", () => {
    const accessToken = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:losant-access";
    const statements = workerStatements(configured({ accessToken }));
    expect(permits(statements, "secretsmanager:GetSecretValue", `${accessToken}-AbCdEf`)).toBe(true);
    expect(permits(statements, "secretsmanager:GetSecretValue", `${accessToken}es-AbCdEf`)).toBe(false);
  });

  const HERE = { account: "111122223333", region: "eu-west-1" };

  test.each([
    ["arn:aws:secretsmanager:eu-west-2:111122223333:secret:x-AbCdEf", "is in another region"],
    ["arn:aws:secretsmanager:eu-west-2:111122223333:secret:x", "is in another region"],
    ["arn:aws:secretsmanager:eu-west-1:444455556666:secret:x", "is in another account"],
    ["arn:aws:secretsmanager:eu-west-1:111122223333:secret:x-", "is incomplete"],
  ])("is refused as %s, which leads to no secret", (arn, problem) => {
    const { config } = configured({ accessToken: arn });
    expect(() => synthesized({ config }, HERE)).toThrow(`applications.0.accessToken: ${problem}`);
  });

  test.each([
    ["arn:aws:secretsmanager:eu-west-1:111122223333:secret:x", HERE],
    ["arn:aws:secretsmanager:eu-west-1:444455556666:secret:x-AbCdEf", HERE],
    ["arn:aws:secretsmanager:eu-west-2:444455556666:secret:x", undefined],
  ])("is accepted as %s in a stack of %j", (arn, env) => {
    const { config } = configured({ accessToken: arn });
    expect(() => synthesized({ config }, env)).not.toThrow();
  });
});
