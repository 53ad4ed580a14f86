import { describe, expect, test } from "vitest";
import type { ConfigDocument } from "../../infra/token-rotation.ts";
import { permits } from "./iam.ts";
import { SECRETS, workerStatements } from "./policies.ts";
import { APPLICATION } from "./synth.ts";

function configured(application: Partial<ConfigDocument["applications"][number]>) {
  const accessToken = `losant-access/${APPLICATION}`;
  return { config: { applications: [{ id: APPLICATION, accessToken, ...application }] } };
}

describe("an access token", () => {
  test("is not the worker's to write, not even under the prefix", () => {
    const statements = workerStatements(configured({ accessToken: `losant/${APPLICATION}/access` }));
    const secret = `${SECRETS}losant/${APPLICATION}/access-AbCdEf`;
    expect(permits(statements, "secretsmanager:GetSecretValue", secret)).toBe(true);
    const managing = statements.filter(({ Sid }) => Sid === "ManageSecrets").flatMap(({ Action }) => Action);
    const writes = managing.filter((action) => !/:(Describe|Get|List)/.test(action));
    expect(writes).toEqual(
      expect.arrayContaining(
        ["PutSecretValue", "UpdateSecretVersionStage", "CreateSecret"].map(
          (name) => `secretsmanager:${name}`,
        ),
      ),
    );
    for (const action of writes) expect(permits(statements, action, secret)).toBe(false);
  });

  test("is the worker's to renew once a secrets entry maps it", () => {
    const accessToken = `losant-access/${APPLICATION}`;
    const statements = workerStatements(configured({ accessToken, secrets: { worker: accessToken } }));
    expect(statements.filter(({ Effect }) => Effect === "Deny")).toEqual([]);
    expect(permits(statements, "secretsmanager:PutSecretValue", `${SECRETS}${accessToken}-AbCdEf`)).toBe(
      true,
    );
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
      const read = statements.find(({ Sid }) => Sid === "ReadAccessTokens");
      expect(read?.Resource).toBe(`${accessToken}-??????`);
      expect(statements.filter(({ Effect }) => Effect === "Deny")).toEqual([]);
    },
  );
});
