import { browserScript } from "#browser-script";
import { type CloudWatchEmulator, startCloudWatch } from "../emulators/cloudwatch/server.ts";
import { ACCOUNT } from "./emulators.ts";
import { type LocalWorker, WIDGET_ARN } from "./worker.ts";

/**
 * Shows the widget in a browser, as CloudWatch shows it on the stack's dashboard. Its buttons call the worker. A port of 0 is
 * any free one.
 */
export function serveDashboard(
  { functions }: Pick<LocalWorker, "functions">,
  port = 0,
): Promise<CloudWatchEmulator> {
  const title = "Losant API tokens";
  return startCloudWatch(
    {
      name: title,
      accountId: ACCOUNT,
      widgets: [{ title, endpoint: WIDGET_ARN, params: {} }],
      functions,
      script: browserScript("dashboard"),
    },
    port,
  );
}
