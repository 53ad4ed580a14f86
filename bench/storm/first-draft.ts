import type { EventBridge } from "@aws-sdk/client-eventbridge";
import type { SecretsManager } from "@aws-sdk/client-secrets-manager";
import type { LosantClient } from "losant-rest";
import { AwsRefusal } from "../../emulators/aws/errors.ts";
import { secretsOperations } from "../../emulators/aws/secrets-operations.ts";
import { listing } from "../../emulators/losant/listing.ts";
import type { World } from "../../test/support/world.ts";
import type { Clients } from "../first-draft/rotation.ts";
import { LATENCY_MS } from "../latencies.ts";

/** The SDK's standard retry mode (@smithy/core, submodules/retry): three attempts, and a budget. */
const ATTEMPTS = 3;
const THROTTLED_PAUSE_MS = 500;
const RETRY_BUDGET = 500;
const RETRY_COST = 5;

/** The clients of the first draft in virtual time. They use the same models as the other benchmarks. */
export function virtualClients(world: World): { readonly clients: Clients; readonly counts: Counts } {
  const counts = { calls: 0, throttled: 0 };
  const taking = async (ms: number) => {
    counts.calls += 1;
    await world.clock.sleep(ms);
  };
  const send = storeCalls(world, counts, taking);
  const secrets = {
    putSecretValue: (input: object) => send("PutSecretValue", input),
    createSecret: (input: object) => send("CreateSecret", input),
  } as unknown as Pick<SecretsManager, "createSecret" | "putSecretValue">;
  const events = {
    putEvents: () => taking(LATENCY_MS.bus),
  } as unknown as Pick<EventBridge, "putEvents">;
  return {
    clients: { losant: losantIn(world, taking), secrets, events, now: () => world.clock.now().getTime() },
    counts,
  };
}

export interface Counts {
  readonly calls: number;
  readonly throttled: number;
}

function losantIn(world: World, taking: (ms: number) => Promise<void>): LosantClient {
  return {
    applicationApiTokens: {
      async get({ applicationId, page, perPage }) {
        await taking(LATENCY_MS.losant);
        const application = world.applications.find(applicationId);
        if (application === undefined) throw new Error(`there is no application ${applicationId}`);
        const query = new URLSearchParams({ page: String(page), perPage: String(perPage) });
        // As in a real response, dates become text.
        return JSON.parse(
          JSON.stringify(listing(application, query, { undated: "first", maxPerPage: 1_000 }, {})),
        );
      },
      async post({ applicationId, apiToken: { name, scope, expirationDate } }) {
        await taking(LATENCY_MS.losant);
        const dates = { creationDate: world.clock.now(), expirationDate: new Date(expirationDate) };
        const made = world.losant.addToken(applicationId, { name, scope, ...dates, creatorType: "apiToken" });
        const { creationDate } = dates;
        return {
          ...made,
          name,
          scope,
          status: "active",
          expirationDate,
          creationDate: creationDate.toISOString(),
        };
      },
    },
  };
}

function storeCalls(
  world: World,
  counts: { throttled: number },
  taking: (ms: number) => Promise<void>,
): (operation: string, input: object) => Promise<object | undefined> {
  const operations = secretsOperations(world.secrets);
  let budget = RETRY_BUDGET;
  return async (operation, input) => {
    for (let attempt = 1; ; attempt += 1) {
      await taking(LATENCY_MS.store);
      try {
        return operations.get(operation)?.({ ClientRequestToken: crypto.randomUUID(), ...input });
      } catch (error) {
        if (!(error instanceof AwsRefusal)) throw error;
        const isThrottled = error.type === "ThrottlingException";
        if (isThrottled) counts.throttled += 1;
        budget -= RETRY_COST;
        if (!isThrottled || attempt >= ATTEMPTS || budget < 0)
          throw Object.assign(new Error(error.message), { name: error.type });
        await world.clock.sleep(Math.random() * THROTTLED_PAUSE_MS * 2 ** (attempt - 1));
      }
    }
  };
}
