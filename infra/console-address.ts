import { Aws, CfnCondition, Fn, Stack, Token } from "aws-cdk-lib";
import type { Dashboard } from "aws-cdk-lib/aws-cloudwatch";
import { CONSOLES, USUAL_CONSOLE } from "../console/console-domains.ts";

/** The address of a dashboard in the console. */
export function dashboardUrl(dashboard: Dashboard): string {
  const stack = Stack.of(dashboard);
  return `https://${consoleDomain(stack)}/cloudwatch/home?region=${stack.region}#dashboards/dashboard/${dashboard.dashboardName}`;
}

/** Uses conditions, which have a default. A mapping would make the deployment fail in an unknown partition. */
function consoleDomain(stack: Stack): string {
  let domain: string = USUAL_CONSOLE;
  for (const [name, { partition, domain: own }] of Object.entries(CONSOLES)) {
    const { logicalId } = conditionOf(stack, `In${name}`, partition);
    domain = Token.asString(Fn.conditionIf(logicalId, own, domain));
  }
  return domain;
}

function conditionOf(stack: Stack, id: string, partition: string): CfnCondition {
  const known = stack.node.tryFindChild(id);
  if (known instanceof CfnCondition) return known;
  return new CfnCondition(stack, id, { expression: Fn.conditionEquals(Aws.PARTITION, partition) });
}
