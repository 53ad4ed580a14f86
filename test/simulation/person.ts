import { administer } from "./administrators.ts";
import type { Chronicle } from "./chronicle.ts";
import { repairDirectory, replaceUserToken } from "./directory-console.ts";
import { makeThroughApi, rewrite } from "./forgers.ts";
import { tokenMeant } from "./meant.ts";
import { reconfigure } from "./operators.ts";
import type { TokenRecord } from "./records.ts";
import type { Act, LineageAct, Role, TokenAct } from "./script.ts";
import { DAY, type Services } from "./services.ts";

const LASTING: ReadonlySet<Act["do"]> = new Set([
  "deny-writes",
  "allow-writes",
  "forbid-deletes",
  "allow-deletes",
]);

/** A person who uses the consoles of Losant and AWS. Actions on things that don't exist are skipped. */
export function perform(act: Act, services: Services, chronicle: Chronicle): void {
  const { role } = act;
  if (!services.exists(role.application)) return;
  const policy = services.applicationAt(role.deployment, role.application).policy;
  // A lasting problem with one secret, or one that prevents one action, must not affect anything else.
  if (!LASTING.has(act.do)) chronicle.trouble(policy.orphanAfterMs + 2 * policy.intervalMs);
  deed(act, services, chronicle);
  chronicle.note("person");
}

function deed(act: Act, services: Services, chronicle: Chronicle): void {
  switch (act.do) {
    case "copy-text":
    case "steal-text":
    case "swap-texts":
    case "swap-names":
    case "forge-text":
    case "rename-to":
      rewrite(act, services, chronicle);
      break;
    case "clone":
    case "make-through-api":
    case "make-elsewhere":
      makeThroughApi(act, services, chronicle);
      break;
    case "plant-version":
    case "copy-secret":
    case "destroy-secret":
    case "remake-secret":
    case "prepare-secret":
    case "unrestrict-secret":
    case "replace-access":
      administer(act, services, chronicle);
      break;
    case "map":
    case "map-by-id":
    case "map-elsewhere":
    case "unmap":
    case "change-prefix":
    case "move-prefix":
    case "change-prefix-back":
    case "renew-access-token":
    case "keep-access-token":
      reconfigure(act, services, chronicle);
      break;
    default:
      if ("whose" in act) onToken(act, services, chronicle);
      else onLineage(act, services, chronicle);
  }
}

function onToken(act: TokenAct, services: Services, chronicle: Chronicle): void {
  const { losant } = services;
  const token = tokenMeant(act, services, chronicle);
  if (token === undefined) return;
  const { id, applicationId } = token;
  const stored = losant.tokens(applicationId).find((candidate) => candidate.id === id);
  if (stored === undefined) return;
  const { description = "" } = stored;
  const edit = (changed: string) => losant.edit(applicationId, id, { description: changed });
  const tampered = chronicle.tamperedBy(storeOf(act.role, services), services.secretOf(act.role));
  switch (act.do) {
    case "deactivate":
      losant.edit(applicationId, id, { status: "inactive" });
      tamper(token, "revoked");
      break;
    case "delete":
      losant.remove(applicationId, id);
      tamper(token, "revoked");
      break;
    case "rename":
      losant.edit(applicationId, id, { name: `${stored.name} renamed` });
      token.isRenamed = true;
      if (token.maker === "person") tampered.add("renamed");
      break;
    case "annotate":
      edit(`Ask the platform team before touching this.\n\n${description}\n`);
      break;
    case "wipe-marker":
    case "damage-marker":
      token.isUnmarked = token.maker !== "person";
      tampered.add("unmarked");
      edit(act.do === "wipe-marker" ? "tidied up" : description.replace("replaces=", "replaced="));
      break;
    default:
      act.do satisfies never;
  }
}

function onLineage(act: LineageAct, services: Services, chronicle: Chronicle): void {
  const { role } = act;
  const { losant } = services;
  const { aws } = services.deploymentAt(role.deployment);
  const name = services.secretOf(role);
  const applicationId = services.applicationAt(role.deployment, role.application).id;
  const secret = aws.secret(name);
  const tampered = chronicle.tamperedBy(storeOf(role, services), name);
  const root = chronicle.token(services.rootOf(role));
  const byHand = (seed: { readonly name: string; readonly description?: string }) => {
    const creationDate = services.timeline.now();
    const expirationDate = new Date(creationDate.getTime() + 400 * DAY);
    return losant.addToken(applicationId, {
      creationDate,
      expirationDate,
      scope: ["application.get"],
      ...seed,
    });
  };
  const isUsable = secret?.deletedDate === undefined;
  switch (act.do) {
    case "roll-back":
      if (!isUsable || !secret?.versions.some(({ labels }) => labels.includes("AWSPREVIOUS"))) return;
      tampered.add("rolled-back");
      aws.moveLabel(name, "AWSCURRENT", "AWSPREVIOUS");
      break;
    case "set-by-hand":
      if (!isUsable) return;
      tampered.add("set-by-hand");
      aws.putSecret(name, byHand({ name: "made by hand" }).token);
      break;
    case "schedule-deletion":
      if (secret === undefined || !isUsable) return;
      tampered.add("deletion");
      aws.scheduleDeletion(name, 30);
      break;
    case "restore":
      if (!isUsable) aws.restore(name);
      break;
    case "make-twin":
      // Each deployment that has not taken over the first token sees both.
      for (const { index: deployment, secrets } of services.deployments)
        chronicle.tamperedBy(secrets, services.secretOf({ ...role, deployment })).add("twin");
      byHand({ name: root?.name ?? "nobody" });
      break;
    case "paste-marker": {
      const marked = losant
        .tokens(applicationId)
        .findLast(({ description }) => description?.includes("replaces="));
      if (marked?.description !== undefined)
        byHand({ name: "made by hand", description: marked.description });
      break;
    }
    case "renew-access":
      renewAccess(role, services, chronicle);
      break;
    case "deny-writes":
      tampered.add("denied");
      aws.deny(name, "PutSecretValue");
      break;
    case "allow-writes":
      aws.deny(name);
      break;
    case "forbid-deletes":
      services.undeletable.add(applicationId);
      break;
    case "allow-deletes":
      services.allowDeletes(applicationId);
      break;
    default:
      act.do satisfies never;
  }
}

/** Mends everything that a person broke, and everything that only a person can mend. */
export function repair(services: Services, chronicle: Chronicle): void {
  services.allowDeletes();
  services.isUndated = false;
  for (const flaw of services.flawsNow) flaw.toMs = services.timeline.ms;
  repairDirectory(services, chronicle);
  for (const { index, aws, config } of services.deployments) {
    for (const name of services.secretNamesOf(index)) aws.deny(name);
    for (const name of aws.secretNames()) if (aws.secret(name)?.deletedDate !== undefined) aws.restore(name);
    for (const application of services.applicationsOf(index).keys()) {
      if (services.setting.applications[application]?.found !== undefined) continue;
      const role = { application, token: "access", deployment: index } as const;
      const value = aws.value(services.secretOf(role)) ?? "";
      const string = value.startsWith("{") ? JSON.parse(value).token : value;
      const token = chronicle.token(services.losant.tokenIdOf(string));
      // The next run comes two intervals later at the latest.
      const isEnding = (token?.expiresMs ?? 0) < services.timeline.ms + 3 * config.intervalMs;
      if (isEnding || !services.losant.accepts(string)) renewAccess(role, services, chronicle);
    }
  }
  chronicle.note("person");
}

function renewAccess(role: Role, services: Services, chronicle: Chronicle): void {
  if (services.setting.applications[role.application]?.found !== undefined) {
    replaceUserToken(services.reach.finderOf(role.application), "left", services, chronicle);
    services.noteReach();
    return;
  }
  const { aws } = services.deploymentAt(role.deployment);
  const application = services.applicationAt(role.deployment, role.application);
  const access = { ...role, token: "access" } as const;
  const name = services.secretOf(access);
  if (aws.secret(name)?.deletedDate !== undefined) return;
  chronicle.tamperedBy(storeOf(role, services), name).add("set-by-hand");
  const stored = services.losant.addToken(
    application.id,
    services.accessByHand(access, "new access by hand"),
  );
  aws.putSecret(name, stored.token);
}

function tamper(token: TokenRecord, how: string): void {
  for (const { secret, toMs } of token.reigns) if (toMs === undefined) secret.tamperedBy.add(how);
}

function storeOf({ deployment }: Role, services: Services) {
  return services.deploymentAt(deployment).secrets;
}
