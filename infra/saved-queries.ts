import { CfnQueryDefinition, type ILogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

/** By name, the commands of each query. */
const QUERIES: Readonly<Record<string, readonly string[]>> = {
  "Failures by code": [
    'filter level = "ERROR" and ispresent(code)',
    "stats count(*) as failures, count_distinct(applicationId) as applications, latest(@timestamp) as lastSeen, latest(problem) as lastProblem, latest(remedy) as whatToDo by code",
    "sort failures desc",
  ],
  "Who needs a person": [
    'filter level in ["WARN", "ERROR"] and ispresent(tokenId)',
    "stats latest(@timestamp) as lastSeen, latest(name) as token, latest(expirationDate) as expires, latest(secretName) as secret, latest(code) as failure, latest(remedy) as whatToDo by applicationId, tokenId, reason",
    "sort expires asc",
    "limit 1000",
  ],
  "Applications not seen": [
    'filter level = "ERROR" and code in ["out-of-time", "losant-throttled"] and ispresent(applicationId) and not ispresent(tokenId)',
    "stats count(*) as runs, latest(@timestamp) as lastSeen, latest(code) as lastCode by applicationId",
    "sort runs desc",
    "limit 1000",
  ],
  Slots: [
    'filter message = "run completed" and ispresent(shard.index)',
    "fields @timestamp, shard.index, applications.seen, applications.failed, applications.unseen, summary.listed, summary.rotated, summary.deferred, summary.failed, runId",
    "sort @timestamp desc",
    "limit 200",
  ],
};

/** Queries for the log of a fleet, in CloudWatch Logs Insights under *Saved queries*. */
export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, logGroup: ILogGroup) {
    super(scope, id);
    for (const [name, commands] of Object.entries(QUERIES))
      new CfnQueryDefinition(this, name.replaceAll(" ", ""), {
        // Slashes make folders. The path is unique in an app, so two deployments don't mix their queries.
        name: `${scope.node.path}/${name}`,
        logGroupNames: [logGroup.logGroupName],
        queryString: commands.join("\n| "),
      });
  }
}
