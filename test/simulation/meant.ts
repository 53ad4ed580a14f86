import type { Chronicle } from "./chronicle.ts";
import { currentReign, type TokenRecord } from "./records.ts";
import type { Meant } from "./script.ts";
import type { Services } from "./services.ts";

/** Undefined if no such token exists yet. */
export function tokenMeant(
  { role, whose }: Meant,
  services: Services,
  chronicle: Chronicle,
): TokenRecord | undefined {
  if (whose === "root") return chronicle.token(services.rootOf(role));
  const secret = chronicle.secretRecord(
    services.deploymentAt(role.deployment).secrets,
    services.secretOf(role),
  );
  if (whose === "newest") {
    const made = [...chronicle.tokens.values()].filter(
      ({ secretArn }) => secretArn !== undefined && secretArn === secret?.arn,
    );
    return made.at(-1);
  }
  if (whose === "current") return secret && currentReign(secret)?.token;
  return secret?.reigns.findLast(({ toMs }) => toMs !== undefined)?.token;
}
