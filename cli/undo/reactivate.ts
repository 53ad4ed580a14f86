import { AccessToken } from "../../lambda/adapters/losant/access-token.ts";
import { type Attempt, tokenApiError } from "../../lambda/adapters/losant/failures.ts";
import { send } from "../../lambda/adapters/losant/http.ts";
import { LOSANT_LIMITS } from "../../lambda/adapters/losant/limits.ts";
import type { TokenId } from "../../lambda/model/token.ts";
import type { ApplicationConfig } from "../../lambda/policy/config.ts";
import type { Tools } from "../command/tools.ts";

/**
 * Makes an inactive token active again: what the worker never does, and so none of its ports can. A person asked.
 * Repeatable.
 */
export async function reactivate(
  id: TokenId,
  application: ApplicationConfig,
  { config, store }: Pick<Tools, "config" | "store">,
): Promise<void> {
  const base = config.losantApiUrl.replace(/\/+$/, "");
  const request = {
    kind: "write",
    method: "patch",
    url: `${base}/applications/${application.id}/tokens/${id}`,
    body: { status: "active" },
  } as const;
  const attempt: Attempt = {
    kind: "write",
    doing: `reactivate the token ${id}`,
    applicationId: application.id,
    scope: "applicationApiToken.patch",
  };
  const credential = new AccessToken(store, application.accessToken, `application ${application.id}`);
  let login = await credential.current();
  for (;;) {
    const answer = await send(request, login.token, LOSANT_LIMITS, LOSANT_LIMITS.writeTotalMs, [login.token]);
    if (answer.kind === "ok") return;
    if (answer.kind !== "refused" || answer.status !== 401) throw tokenApiError(attempt, answer);
    login = await credential.replace(login);
  }
}
