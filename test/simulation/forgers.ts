import type { StoredToken } from "../../emulators/losant/store.ts";
import type { Chronicle } from "./chronicle.ts";
import { tokenMeant } from "./meant.ts";
import type { TokenRecord } from "./records.ts";
import type { MakerAct, Meant, TextAct } from "./script.ts";
import { DAY, MINUTE, type Services } from "./services.ts";

/* A person with a role at Losant, or with an access token of their own, who acts by mistake or on purpose. */

interface Target {
  readonly record: TokenRecord;
  readonly stored: StoredToken;
}

function targetOf(meant: Meant, services: Services, chronicle: Chronicle): Target | undefined {
  const record = tokenMeant(meant, services, chronicle);
  const stored = record && services.losant.tokens(record.applicationId).find(({ id }) => id === record.id);
  return record && stored && { record, stored };
}

export function rewrite(act: TextAct, services: Services, chronicle: Chronicle): void {
  const target = targetOf(act, services, chronicle);
  if (target === undefined) return;
  const nameAnew = (deployment: number) => chronicle.tamperedRoots(deployment, "named");
  const edit = ({ record, stored }: Target, patch: { description?: string | undefined; name?: string }) => {
    services.losant.edit(stored.applicationId, stored.id, patch);
    if ("description" in patch) {
      record.isUnmarked ||= record.maker !== "person";
      // To other deployments it looks like any token of that name.
      for (const { index } of services.deployments)
        if (record.maker !== "person" && index !== record.maker.deployment.index) nameAnew(index);
      // If Losant doesn't say who created a root, its text may say that another deployment renews it.
      if (record.maker === "person" && services.setting.hidesCreatorTypes === true)
        for (const { index } of services.deployments) nameAnew(index);
    }
    if (patch.name !== undefined) {
      record.isRenamed = true;
      // The name of a root decides where its first successor is stored, and which tokens are its rivals.
      for (const { index } of services.deployments) nameAnew(index);
    }
  };
  if (act.do === "forge-text") {
    edit(target, { description: forged(act.how, target, services) });
    return;
  }
  const other = targetOf(act.onto, services, chronicle);
  if (other === undefined || other.record === target.record) return;
  const { name, description } = target.stored;
  switch (act.do) {
    case "copy-text":
      edit(other, { description });
      break;
    case "steal-text":
      edit(other, { description });
      edit(target, { description: "" });
      break;
    case "swap-texts":
      edit(target, { description: other.stored.description });
      edit(other, { description });
      break;
    case "swap-names":
      edit(target, { name: other.stored.name });
      edit(other, { name });
      break;
    case "rename-to":
      edit(target, { name: likeness(act, other, services, chronicle) });
      break;
    default:
      act satisfies never;
  }
}

function likeness(
  { like, onto }: Extract<TextAct, { readonly do: "rename-to" }>,
  { record, stored }: Target,
  services: Services,
  chronicle: Chronicle,
): string {
  const first = chronicle.token(services.rootOf(onto.role))?.firstName ?? record.firstName;
  return { name: first, twin: `${first}_${stored.id}`, id: stored.id }[like];
}

function forged(
  how: Extract<TextAct, { readonly do: "forge-text" }>["how"],
  { stored }: Target,
  services: Services,
): string {
  const { description = "", id, applicationId } = stored;
  const secret = `arn:aws:secretsmanager:us-east-1:111122223333:secret:losant/${applicationId}/backend-AbCdEf`;
  const plain = `[losant-token-rotation replaces=${id} secret=${secret} run=forged]`;
  const text = description.includes("replaces=") ? description : plain;
  const others = services.losant.tokens(applicationId).filter((other) => other.id !== id);
  switch (how) {
    case "other-account":
      return text.replace(/:\d{12}:/, ":999988887777:");
    case "other-prefix":
      return text.replace(/:secret:[^/]+/, ":secret:elsewhere");
    case "other-predecessor":
      return text.replace(/replaces=\w+/, `replaces=${others.at(-1)?.id ?? id}`);
    case "unsigned":
      return text.replace(/ ordered=[^\]]*/, "");
    case "doubled": {
      const line = others.find((other) => other.description?.includes("replaces="))?.description ?? plain;
      return `${line}\n${description}`;
    }
    default:
      return how satisfies never;
  }
}

/** An access token that belongs to no worker. */
const OTHER_ACCESS_TOKEN = "ffffffffffffffffffffff01";

export function makeThroughApi(act: MakerAct, services: Services, chronicle: Chronicle): void {
  const target = targetOf(act, services, chronicle);
  if (target === undefined) return;
  const { applications, losant } = services;
  const { stored } = target;
  const api = { creatorType: "apiToken", creatorId: applications.creatorIdOf(OTHER_ACCESS_TOKEN) } as const;
  const creationDate = services.timeline.now();
  // It may look like another root of that name.
  for (const { index } of services.deployments) chronicle.tamperedRoots(index, "twin");
  if (act.do !== "clone") {
    const { expiresMs, bornMs } = target.record;
    const lifetimeMs = Number.isFinite(expiresMs) ? expiresMs - bornMs : 60 * DAY;
    losant.addToken(stored.applicationId, {
      ...api,
      name: "made by other software",
      description: act.do === "make-elsewhere" ? forged("other-account", target, services) : undefined,
      scope: stored.scope,
      creationDate,
      expirationDate: new Date(creationDate.getTime() + lifetimeMs),
    });
    return;
  }
  const { name, description, scope, expirationDate } = stored;
  if (expirationDate !== undefined && expirationDate <= creationDate) return;
  const made = losant.addToken(stored.applicationId, {
    ...api,
    name,
    description,
    scope,
    expirationDate,
    creationDate,
  });
  chronicle.note("person");
  const record = chronicle.token(made.id);
  if (record !== undefined && creationDate.getTime() - target.record.bornMs < 20 * MINUTE)
    record.cloned = target.record;
}
