import { readFileSync } from "node:fs";
import { App, type Environment, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import type { ConfigDocument } from "../../infra/config-document.ts";
import type { TokenRotationProps } from "../../infra/props.ts";
import { TokenRotation } from "../../infra/token-rotation.ts";

export const APPLICATION = "575ec8687ae143cd83dc4a97";

export const CDK_JSON = JSON.parse(
  readFileSync(new URL("../../cdk.json", import.meta.url), "utf8"),
) as Readonly<Record<string, unknown>> & { readonly context: Readonly<Record<string, unknown>> };

export const CONFIG: ConfigDocument = {
  applications: [
    {
      id: APPLICATION,
      accessToken: `losant-access/${APPLICATION}`,
      secrets: { "My API Token": "prod/backend/losant" },
    },
  ],
};

/** The same, with an access token that the worker renews. */
export const RENEWING: ConfigDocument = {
  applications: [{ id: APPLICATION, accessToken: { secret: `losant-access/${APPLICATION}`, renew: true } }],
};

export function idOf(index: number): string {
  return `575ec8687ae1${index.toString(16).padStart(12, "0")}`;
}

type Application = NonNullable<ConfigDocument["applications"]>[number];

/** This many applications, each with its own access token, all in one folder. */
export function manyApplications(
  count: number,
  of: (id: string, index: number) => Partial<Application> = () => ({}),
): ConfigDocument {
  const indexes = Array.from({ length: count }, (_, index) => index);
  const applications = indexes.map((index) => {
    const id = idOf(index);
    return { id, accessToken: `losant-access/${id}`, ...of(id, index) };
  });
  return { applications };
}

/** An app with the feature flags of cdk.json. Without `bundle`, the asset is left out, because it takes most of the time. */
export function newApp({ bundle = false, ...context }: Readonly<Record<string, unknown>> = {}): App {
  const noBundling = bundle ? {} : { "aws:cdk:bundling-stacks": [] };
  return new App({
    context: { ...CDK_JSON.context, ...noBundling, ...context },
    analyticsReporting: false,
  });
}

type Props = Partial<TokenRotationProps>;

export interface Synthesized {
  readonly template: Template;
}

/** Synthesized once: most tests read it, and none changes it. */
let plain: Synthesized | undefined;

/**
 * The template of a stack that contains only the construct, without the widget, which has a function, a log and a role like the
 * worker's. `props` can be a function that gets the stack. Without props, everything else is as most people deploy it.
 */
export function synthesized(props?: Props | ((stack: Stack) => Props), env?: Environment): Synthesized {
  if (props !== undefined) return synthesize(props, env);
  plain ??= synthesize({});
  return plain;
}

function synthesize(props: Props | ((stack: Stack) => Props), env?: Environment): Synthesized {
  const stack = new Stack(newApp(), "Test", env === undefined ? {} : { env });
  const given = typeof props === "function" ? props(stack) : props;
  new TokenRotation(stack, "TokenRotation", { config: CONFIG, console: false, ...given });
  return { template: Template.fromStack(stack) };
}

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export function resourcesOf(template: Template, type?: string): Readonly<Record<string, Resource>> {
  const all = template.toJSON().Resources as Readonly<Record<string, Resource>>;
  return Object.fromEntries(
    Object.entries(all).filter(([, { Type }]) => type === undefined || Type === type),
  );
}

/** The properties of the only resource of its type. */
export function onlyResource(type: string, template: Template): unknown {
  const [found, ...more] = Object.values(resourcesOf(template, type));
  if (found === undefined || more.length > 0) throw new Error(`not exactly one ${type}`);
  return readable(found.Properties);
}

/**
 * A value of a template as readable text: `arn:<AWS::Partition>:...`, `<Queue.Arn>`, without the hash that
 * the CDK adds to logical ids.
 */
export function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== "object" || value === null) return value;
  const { Ref, "Fn::GetAtt": attribute, "Fn::Join": join } = value as Readonly<Record<string, unknown>>;
  if (typeof Ref === "string") return `<${plainId(Ref)}>`;
  if (Array.isArray(attribute)) return `<${plainId(String(attribute[0]))}.${attribute[1]}>`;
  if (Array.isArray(join)) return (join[1] as unknown[]).map(readable).join(String(join[0]));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, readable(inner)]));
}

function plainId(logicalId: string): string {
  return logicalId.replace(/[A-F\d]{8}$/, "");
}
