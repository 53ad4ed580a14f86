import { AccessToken } from "../../lambda/adapters/losant/access-token.ts";
import { LosantClient } from "../../lambda/adapters/losant/client.ts";
import type { TokenId } from "../../lambda/model/token.ts";
import type { ApplicationConfig } from "../../lambda/policy/config.ts";
import { watched } from "../../lambda/run/watch.ts";
import type { Tools } from "../command/tools.ts";

/**
 * Makes an inactive token active again, because a person asked for it. The worker never does this, so its ports have no
 * call for it. May be repeated.
 */
export async function reactivate(
  id: TokenId,
  application: ApplicationConfig,
  { config, store, progress }: Pick<Tools, "config" | "store" | "progress">,
): Promise<void> {
  const credential = new AccessToken(store, application);
  const losant = new LosantClient({ baseUrl: config.losantApiUrl, credential });
  await watched(losant, "Losant", progress).text({
    doing: `reactivate the token ${id}`,
    scope: "applicationApiToken.patch",
    kind: "write",
    method: "patch",
    owner: application,
    path: `/tokens/${id}`,
    body: { status: "active" },
  });
}
