import { readdirSync, readFileSync } from "node:fs";

const ADAPTERS = new URL("../../lambda/adapters/aws/", import.meta.url);

/** The names that IAM and `x-amz-target` use for the services whose clients the adapters import. */
const SERVICES: Readonly<Record<string, { readonly iam: string; readonly target: string }>> = {
  "secrets-manager": { iam: "secretsmanager", target: "secretsmanager" },
  eventbridge: { iam: "events", target: "AWSEvents" },
};

/** Every AWS operation that the worker's adapters have a command for, with both names of its service. */
export function workerCalls(): readonly { readonly action: string; readonly target: string }[] {
  const sources = readdirSync(ADAPTERS).map((file) => readFileSync(new URL(file, ADAPTERS), "utf8"));
  const calls = sources.flatMap((text) =>
    [...text.matchAll(/\{([^}]*)\} from "@aws-sdk\/client-([\w-]+)"/g)].flatMap(
      ([, names = "", client = ""]) =>
        [...names.matchAll(/\b(\w+)Command\b/g)].map(([, operation]) => {
          const { iam, target } = SERVICES[client] ?? { iam: client, target: client };
          return { action: `${iam}:${operation}`, target: `${target}.${operation}` };
        }),
    ),
  );
  return [...new Map(calls.map((call) => [call.action, call])).values()];
}
