import { type Properties, sub, type Value, when } from "./cfn.ts";
import { MAX_APPLICATIONS } from "./parameters.ts";

const secretArn = (end: string, values?: Properties): Properties =>
  sub(`arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${end}`, values);

/** The secrets under a prefix: of any application if applications are discovered, otherwise of each listed one. */
export function foldersUnder(prefix: string): Value {
  return when(
    "HasDiscovery",
    [secretArn(`${prefix}/${"?".repeat(24)}/*`)],
    ofEachApplication(`${prefix}/\${Id}/*`),
  );
}

export const USER_ACCESS_TOKEN: Value = [secretArn(`\${DiscoverAccessToken}-??????`)];

/**
 * An ARN for each application. CloudFormation has no loops, so the list always has the maximum length. Unused places have
 * `none`, which is not the id of an application.
 */
export function ofEachApplication(end: string): readonly Value[] {
  const ids = `\${ApplicationIds}${",none".repeat(MAX_APPLICATIONS - 1)}`;
  return Array.from({ length: MAX_APPLICATIONS }, (_, index) =>
    secretArn(end, { Id: { "Fn::Select": [index, { "Fn::Split": [",", sub(ids)] }] } }),
  );
}
