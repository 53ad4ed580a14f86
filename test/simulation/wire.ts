import type { EmulatedRequest } from "../../emulators/http.ts";
import type { Call, Operation } from "../support/ports.ts";
import { UNREMARKABLE } from "./worker.ts";

type Body = Readonly<Record<string, unknown>>;

/** The call of the worker's port that caused this request, with the name that the in-memory ports use for it. */
export function callOf(operation: string, { url, body }: EmulatedRequest): Call {
  const given: Body = body === "" ? {} : JSON.parse(body);
  const subject = String(given.SecretId ?? given.Name ?? given.name ?? url.pathname.split("/").at(-1));
  const call = (name: Operation, isWrite: boolean, of = subject): Call => ({
    operation: name,
    isWrite,
    subject: of,
  });
  switch (operation) {
    case "application":
    case "resources":
      return call("probe", false);
    case "list":
      return call(url.searchParams.get("perPage") === "1" ? "probe" : "list", false);
    case "get":
      return call(operation, false);
    case "create":
    case "delete":
      return call(operation, true);
    case "patch":
      return call("deactivate", true);
    case "DescribeSecret":
      return call("describe", false);
    case "ListSecrets":
      return call("listSecrets", false);
    case "ListSecretVersionIds":
      return call("history", false);
    case "GetSecretValue":
      return call("readAccessToken", false);
    case "CreateSecret":
      return call("createSecret", true);
    case "GetResourcePolicy":
      return call("hasResourcePolicy", false);
    case "PutResourcePolicy":
      return call("putResourcePolicy", true);
    case "PutSecretValue":
      return call("stage", true, String(given.ClientRequestToken));
    case "UpdateSecretVersionStage":
      return call(moveOf(given), true, String(given.MoveToVersionId ?? given.RemoveFromVersionId));
    case "PutEvents":
      return call("publish", true, newsIn(given));
    default:
      throw new Error(`no call of the worker's ports leads to ${operation}`);
  }
}

function moveOf({ VersionStage, MoveToVersionId }: Body): Operation {
  if (VersionStage === "AWSCURRENT") return "promote";
  return MoveToVersionId === undefined ? "detach" : "attach";
}

/** If several events were sent together, one that reports an action. */
function newsIn({ Entries }: Body): string {
  const types = (Entries as readonly { readonly DetailType: string }[]).map(({ DetailType }) => DetailType);
  return types.find((type) => !UNREMARKABLE.has(type)) ?? types[0] ?? "nothing";
}
