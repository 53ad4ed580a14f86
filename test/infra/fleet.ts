import type { ConfigDocument } from "../../infra/config-document.ts";

/** Most fleets: applications that are discovered, in 24 shards. */
export const FLEET: ConfigDocument = {
  fleet: true,
  discover: [{ accessToken: "losant-access/fleet", organizations: ["Acme *"] }],
};
