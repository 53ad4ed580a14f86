import { Duration, Stack, type StackProps } from "aws-cdk-lib";
import { EventBus } from "aws-cdk-lib/aws-events";
import { Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { TokenRotation } from "losant-token-rotation";
import { Consumer } from "../consumer/consumer.ts";
import { RestartOnRotation } from "../restart-ecs/restart-on-rotation.ts";

const APPLICATION = "575ec8687ae143cd83dc4a97";

/** Your own stack, with the token rotation as one part of it. */
export class IotStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    // The name must be known here, because the worker's configuration is bundled with its code.
    const eventBus = new EventBus(this, "Bus", { eventBusName: "iot" });
    const onCall = new Topic(this, "OnCall");

    const rotation = new TokenRotation(this, "TokenRotation", {
      config: {
        schedule: "6h",
        policy: { retire: { deactivateAfter: "7d" } },
        applications: [
          {
            id: APPLICATION,
            accessToken: `losant-access/${APPLICATION}`,
            secrets: { Backend: "iot/backend/losant", Portal: "iot/portal/losant" },
          },
        ],
      },
      eventBus,
      alarmTopic: onCall,
      notify: { slackWebhookSecret: "iot/chat-webhook", of: ["failed", "expiring", "leak"] },
      runbookUrl: "https://wiki.example.com/losant-token-rotation/RUNBOOK.md",
      timeout: Duration.minutes(10),
    });

    new Consumer(this, "Backend", {
      applicationId: APPLICATION,
      secretName: "iot/backend/losant",
      eventBus: rotation.eventBus,
    });
    new RestartOnRotation(this, "RestartPortal", {
      clusterName: "iot",
      serviceName: "portal",
      secretNames: ["iot/portal/losant"],
      eventBus: rotation.eventBus,
    });
  }
}
