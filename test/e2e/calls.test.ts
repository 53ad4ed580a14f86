import { afterAll, beforeAll, expect, it } from "vitest";
import { Bundle, startCloud } from "../support/bundle.ts";
import { APP, DAY } from "../support/world.ts";

const OTHER = "575ec8687ae143cd83dc4a98";
const bundle = new Bundle();
beforeAll(() => bundle.build());
afterAll(() => bundle.remove());

const counted = (calls: readonly string[]) =>
  Object.fromEntries([...Map.groupBy(calls, (call) => call)].map(([call, all]) => [call, all.length]));

it("asks, where nothing is due, once per page, per access token and for the list of secrets, and says that it is done", async () => {
  const cloud = await startCloud({ maxPerPage: 4 });
  cloud.losant.addApplication({ id: OTHER });
  cloud.aws.putSecret(
    `losant-access/${OTHER}`,
    cloud.losant.addToken(OTHER, { name: "rotation worker" }).token,
  );
  const applications = [APP, OTHER].map((id) => ({ id, accessToken: `losant-access/${id}` }));
  const env = cloud.env({ applications });
  const now = Date.now();
  for (const [application, lineages, plain] of [
    [APP, 3, 2],
    [OTHER, 1, 0],
  ] as const) {
    const add = (name: string, daysLeft: number) =>
      cloud.losant.addToken(application, {
        name,
        scope: ["application.get"],
        creationDate: new Date(now - (365 - daysLeft) * DAY),
        expirationDate: new Date(now + daysLeft * DAY),
      });
    for (let number = 0; number < lineages; number += 1) add(`due ${number}`, 10);
    for (let number = 0; number < plain; number += 1) add(`plain ${number}`, 200);
  }
  expect((await bundle.invoke({}, env)).summary).toMatchObject({ rotated: 4, failed: 0 });
  cloud.losant.calls.length = 0;
  cloud.aws.calls.length = 0;

  const { summary } = await bundle.invoke({ trigger: "schedule" }, env);

  // 4 successors and 2 plain tokens wait; 4 predecessors and 2 access tokens are left as they are.
  expect(summary).toMatchObject({ listed: 12, waiting: 6, skipped: 6, rotated: 0, failed: 0 });
  // 9 tokens on 3 pages of 4, and 3 on one.
  expect(counted(cloud.losant.calls)).toEqual({ list: 4 });
  expect(counted(cloud.aws.calls)).toEqual({ GetSecretValue: 2, ListSecrets: 1, PutEvents: 1 });
  await cloud.close();
});
