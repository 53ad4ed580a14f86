import { CfnRegistry, CfnSchema } from "aws-cdk-lib/aws-eventschemas";
import { Construct } from "constructs";
import { type DetailType, EVENT_CATALOGUE } from "../lambda/model/events.ts";
import { eventDocument, schemaNameOf } from "./event-documents.ts";

/** Creates a schema registry with the schema of every event, for people who write consumers of them. */
export class EventSchemas extends Construct {
  readonly registryName: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const registry = new CfnRegistry(this, "Registry", {
      description: "The events of the Losant token rotation",
    });
    this.registryName = registry.attrRegistryName;
    for (const detailType of Object.keys(EVENT_CATALOGUE) as DetailType[]) {
      new CfnSchema(this, detailType.replaceAll(" ", ""), {
        registryName: this.registryName,
        schemaName: schemaNameOf(detailType),
        type: "OpenApi3",
        description: detailType,
        content: JSON.stringify(eventDocument(detailType)),
      });
    }
  }
}
