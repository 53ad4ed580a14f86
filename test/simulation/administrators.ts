import type { Secrets } from "../../emulators/aws/secrets.ts";
import type { Secret } from "../../emulators/aws/versions.ts";
import type { Chronicle } from "./chronicle.ts";
import { tokenMeant } from "./meant.ts";
import type { AdministratorAct } from "./script.ts";
import type { Services } from "./services.ts";

/* A person who administers the secrets: restores, copies and destroys them, and writes versions by hand. */

export function administer(act: AdministratorAct, services: Services, chronicle: Chronicle): void {
  const { role } = act;
  const { secrets } = services.deploymentAt(role.deployment);
  if (act.do === "replace-access") {
    replaceAccess(act, services, chronicle);
    return;
  }
  if (act.do === "prepare-secret") {
    prepare(services.secretOf(role), secrets);
    return;
  }
  const secret = secrets.find(services.secretOf(role));
  if (secret === undefined || secret.deletedAt !== undefined || secret.versions.length === 0) return;
  chronicle.tamperedBy(secrets, secret.name).add("administered");
  chronicle.noteMove();
  switch (act.do) {
    case "plant-version":
      plant(act, secret, services, chronicle);
      break;
    case "copy-secret": {
      const copy = secrets.blank({ ...secret, name: `${secret.name}-restored` });
      if (secrets.find(copy.name) !== undefined) return;
      chronicle.tamperedBy(secrets, copy.name).add("administered");
      secrets.save({ ...copy, labels: secret.labels, versions: secret.versions });
      break;
    }
    case "destroy-secret":
      secrets.remove(secret);
      break;
    case "remake-secret": {
      const current = secret.versions.find(({ id }) => id === secret.labels.get("AWSCURRENT"));
      secrets.remove(secret);
      services.deploymentAt(role.deployment).aws.putSecret(secret.name, current?.value.data ?? "nothing");
      break;
    }
    case "unrestrict-secret":
      secrets.saveChanged({ ...secret, resourcePolicy: undefined });
      break;
    default:
      act satisfies never;
  }
}

function prepare(name: string, secrets: Secrets): void {
  if (secrets.find(name) !== undefined) return;
  const [description] = secrets.all().flatMap((secret) => secret.description ?? []);
  secrets.save(secrets.blank({ name, description, kmsKeyId: undefined, tags: new Map() }));
}

function plant(
  { role, victim, isCurrent }: Extract<AdministratorAct, { readonly do: "plant-version" }>,
  secret: Secret,
  services: Services,
  chronicle: Chronicle,
): void {
  const { secrets, aws } = services.deploymentAt(role.deployment);
  const token = tokenMeant(victim, services, chronicle);
  const replaced = tokenMeant({ role, whose: "current" }, services, chronicle);
  if (token === undefined || replaced === undefined || token === replaced) return;
  for (const { secret: held } of token.reigns) held.tamperedBy.add("administered");
  const id = `losant-${token.id}-${replaced.id}`;
  if (secret.versions.some((version) => version.id === id)) return;
  // Copying the string from the secret that has it makes the victim current in both secrets.
  const [held] = [...chronicle.secrets.values()].flatMap(({ last }) =>
    last === undefined ? [] : last.versions.filter(({ value }) => value.data.includes(token.id)),
  );
  const string = stringOf(token.id, services);
  if (isCurrent && string !== undefined) return void aws.putSecret(secret.name, string, id);
  if (isCurrent || held !== undefined) return;
  const value = { kind: "string", data: "planted" } as const;
  const version = { id, sequence: secrets.nextSequence(), createdAt: services.timeline.now(), value };
  secrets.saveChanged({ ...secret, versions: [...secret.versions, version] });
}

/** The string as any secret holds it. */
function stringOf(tokenId: string, { deployments, losant }: Services): string | undefined {
  for (const { secrets } of deployments)
    for (const { versions } of secrets.all())
      for (const { value } of versions) {
        const string = value.data.startsWith("{") ? JSON.parse(value.data).token : value.data;
        if (losant.tokenIdOf(string) === tokenId) return value.data;
      }
  return undefined;
}

function replaceAccess(
  { role, old }: Extract<AdministratorAct, { readonly do: "replace-access" }>,
  services: Services,
  chronicle: Chronicle,
): void {
  const access = { ...role, token: "access" } as const;
  const { secrets, aws } = services.deploymentAt(role.deployment);
  const name = services.secretOf(access);
  const secret = secrets.find(name);
  if (secret === undefined || secret.deletedAt !== undefined) return;
  const { id } = services.applicationAt(role.deployment, role.application);
  const before = tokenMeant({ role: access, whose: "current" }, services, chronicle);
  chronicle.tamperedBy(secrets, name).add("set-by-hand");
  aws.putSecret(
    name,
    services.losant.addToken(id, services.accessByHand(access, "another access token")).token,
  );
  chronicle.note("person");
  if (old === "left") return;
  if (before !== undefined && services.losant.tokens(id).some((token) => token.id === before.id))
    services.losant.remove(id, before.id);
  if (old !== "purged") return;
  const now = secrets.get(name);
  const current = now.labels.get("AWSCURRENT");
  for (const token of chronicle.tokens.values())
    if (
      token.reigns.some(
        ({ secret, versionId }) => secret.store === secrets && secret.name === name && versionId !== current,
      )
    )
      token.isPurged = true;
  const labels = new Map([...now.labels].filter(([, version]) => version === current));
  secrets.saveChanged({ ...now, labels, versions: now.versions.filter((version) => version.id === current) });
}
