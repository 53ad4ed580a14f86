import { namesMeantBy, type SecretArn, type SecretName } from "../model/secret.ts";
import type { ApplicationId } from "../model/token.ts";

/** The part of a configuration that determines where secrets are. */
interface SecretLayout {
  readonly secretPrefix: string;
  readonly formerPrefixes: readonly string[];
  readonly applications: readonly ApplicationPlaces[];
}

interface ApplicationPlaces {
  readonly id: ApplicationId;
  readonly accessToken: SecretName | SecretArn;
  readonly renewsAccessToken: boolean;
  readonly secrets: ReadonlyMap<string, SecretName>;
}

/** Values that are valid alone, but not together with others. The messages have the paths of both, never their values. */
export function conflictsIn(layout: SecretLayout): readonly string[] {
  return [
    ...duplicateIds(layout),
    ...sharedSecrets(layout),
    ...readAndWritten(layout),
    ...insideFolders(layout),
    ...confusedPrefixes(layout),
  ];
}

function* duplicateIds({ applications }: SecretLayout): Iterable<string> {
  const seen = new Set<ApplicationId>();
  for (const [index, { id }] of applications.entries()) {
    if (seen.has(id)) yield `applications.${index}.id: is the id of an application above it`;
    seen.add(id);
  }
}

/** Two tokens in one secret would replace each other without end. */
function* sharedSecrets({ applications }: SecretLayout): Iterable<string> {
  const seen = new Set<string>();
  for (const [index, { accessToken, renewsAccessToken, secrets }] of applications.entries()) {
    for (const [token, name] of secrets) {
      if (seen.has(name))
        yield `applications.${index}.secrets.${token}: names a secret that another entry also names`;
      seen.add(name);
    }
    const own = new Set<string>(secrets.values());
    const renewed = renewsAccessToken ? namesMeantBy(accessToken) : [];
    // An entry of the same application may name it too.
    if (renewed.some((name) => own.has(name))) continue;
    if (renewed.some((name) => seen.has(name)))
      yield `applications.${index}.accessToken: names a secret that another entry also names`;
    for (const name of renewed) seen.add(name);
  }
}

/** The worker would log in with a token that is stored in the secret of an access token. */
function* readAndWritten({ applications }: SecretLayout): Iterable<string> {
  const readers = new Map<string, number>();
  for (const [index, { accessToken }] of applications.entries())
    for (const name of namesMeantBy(accessToken)) if (!readers.has(name)) readers.set(name, index);
  for (const [index, { accessToken, secrets }] of applications.entries()) {
    const own: readonly string[] = namesMeantBy(accessToken);
    for (const [token, name] of secrets) {
      const reader = readers.get(name);
      if (reader !== undefined && !own.includes(name))
        yield `applications.${index}.secrets.${token}: names the secret of applications.${reader}.accessToken`;
    }
  }
}

/** In a folder where the worker chooses the names, any name can occur, so no secret with another use may be there. */
function* insideFolders({ secretPrefix, applications }: SecretLayout): Iterable<string> {
  const ownerOf = folders(secretPrefix, applications);
  for (const [index, { id, accessToken, secrets }] of applications.entries()) {
    if (namesMeantBy(accessToken).some((name) => ownerOf(name) !== undefined))
      yield `applications.${index}.accessToken: is in a folder for the tokens of an application, which the worker must not read: use a name outside of secretPrefix`;
    for (const [token, name] of secrets) {
      const owner = ownerOf(name);
      if (owner !== undefined && owner !== id)
        yield `applications.${index}.secrets.${token}: is in the folder of another application`;
    }
  }
}

function* confusedPrefixes({ secretPrefix, formerPrefixes, applications }: SecretLayout): Iterable<string> {
  const all = [secretPrefix, ...formerPrefixes];
  for (const [index, prefix] of formerPrefixes.entries()) {
    const path = `formerPrefixes.${index}`;
    if (prefix === secretPrefix) yield `${path}: is the current secretPrefix, not a former one`;
    if (formerPrefixes.indexOf(prefix) < index) yield `${path}: is in the list twice`;
  }
  const isInside = (one: string) =>
    all.some((other) => folders(other, applications)(`${one}/`) !== undefined);
  for (const [index, prefix] of all.entries())
    if (isInside(prefix))
      yield `${index === 0 ? "secretPrefix" : `formerPrefixes.${index - 1}`}: is in the folder of an application under another prefix`;
}

/** Finds the application in whose folder, `<prefix>/<application id>/`, a secret with this name is. */
function folders(prefix: string, applications: readonly { readonly id: ApplicationId }[]) {
  const owners = new Map(applications.map(({ id }) => [`${prefix}/${id}/`, id]));
  const length = prefix.length + 26;
  return (name: string): ApplicationId | undefined => owners.get(name.slice(0, length));
}
