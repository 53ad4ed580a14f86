import { type Html, type HtmlPart, html, NOTHING_SHOWN } from "../../lambda/model/html.ts";
import type { SecretName } from "../../lambda/model/secret.ts";
import type { TokenId } from "../../lambda/model/token.ts";
import { consoleOf } from "../console-domains.ts";

/** Where the links of a page lead. */
export interface AwsConsole {
  readonly partition: string;
  readonly region: string;
  /** The log group of the worker, if it is known. */
  readonly logGroup: string | undefined;
  /** The address of the runbook. Only an address on the web can be linked. */
  readonly runbook: string | undefined;
}

export function secretLink({ partition, region }: AwsConsole, name: SecretName): string {
  // Of the characters that names of secrets can have, only this one has another meaning in a query.
  const written = name.replaceAll("+", "%2B");
  return `https://${consoleOf(partition)}/secretsmanager/secret?name=${written}&region=${encodeURIComponent(region)}`;
}

/** The log lines of all runs about this token. */
export function tokenLogLink(aws: AwsConsole, id: TokenId): string | undefined {
  return logLink(aws, `"${id}"`);
}

/** The last lines of the runs, with what each run did. */
export function runsLogLink(aws: AwsConsole): string | undefined {
  return logLink(aws, '"run completed"');
}

/** The console encodes twice what is after the `#`, and writes `$` instead of `%`. */
function logLink({ partition, region, logGroup }: AwsConsole, pattern: string): string | undefined {
  if (logGroup === undefined) return undefined;
  const twice = (text: string) => encodeURIComponent(encodeURIComponent(text)).replaceAll("%", "$");
  const query = `$3FfilterPattern$3D${twice(pattern)}`;
  return `https://${consoleOf(partition)}/cloudwatch/home?region=${encodeURIComponent(region)}#logsV2:log-groups/log-group/${twice(logGroup)}/log-events${query}`;
}

/** An article of the runbook. Undefined if the runbook has no address on the web. */
export function articleLink({ runbook }: Pick<AwsConsole, "runbook">, article: string): string | undefined {
  return runbook !== undefined && /^https?:\/\//.test(runbook) ? `${runbook}#${article}` : undefined;
}

/** A link that opens beside the dashboard. Nothing, if there is no address. */
export function anchor(address: string | undefined, content: HtmlPart): Html {
  if (address === undefined) return NOTHING_SHOWN;
  return html`<a href="${address}" target="_blank" rel="noopener noreferrer">${content}</a>`;
}
