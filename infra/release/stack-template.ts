import { readFileSync } from "node:fs";
import { App } from "aws-cdk-lib";
import type { ConfigDocument } from "../config-document.ts";
import type { StackOptions } from "../options.ts";
import { inRepository } from "../package/repository.ts";
import { TokenRotationStack } from "../stack.ts";
import type { CfnTemplate } from "./cfn.ts";

/** The end of a logical id of the CDK. */
const HASH = /[A-F\d]{8}$/;

/** The template of the stack that the CDK deploys, with readable ids: `WorkerFunction`, `ScheduleMissedStartsQueue`. */
export function stackTemplate(document: ConfigDocument, options: StackOptions = {}): CfnTemplate {
  const { context } = JSON.parse(readFileSync(inRepository("cdk.json"), "utf8")) as {
    readonly context: object;
  };
  const app = new App({
    context: { ...context, "aws:cdk:bundling-stacks": [] },
    analyticsReporting: false,
  });
  const { stackName } = new TokenRotationStack(app, "Release", { document, isExample: false }, options);
  const template = app.synth().getStackByName(stackName).template as CfnTemplate;
  return renamed(template);
}

function renamed(template: CfnTemplate): CfnTemplate {
  let text = JSON.stringify(template);
  for (const id of Object.keys(template.Resources)) {
    const short = id.replace(HASH, "").replace(/^TokenRotation/, "");
    text = text.replaceAll(id, short);
  }
  const { Description, Conditions, Resources, Outputs } = JSON.parse(text) as CfnTemplate;
  return { Description, Conditions, Resources, Outputs };
}
