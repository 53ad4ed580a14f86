import { namesMeantBy, type SecretArn, type SecretName } from "../model/secret.ts";
import type { ApplicationId } from "../model/token.ts";

/** The part of a configuration that determines where secrets are. */
interface SecretLayout {
  readonly secretPrefix: string;
  readonly formerPrefixes: readonly string[];
  readonly applications: readonly ApplicationPlaces[];
  readonly discover: readonly { readonly accessToken: SecretName | SecretArn }[];
}

/** An entry of `applications`. */
export interface ApplicationPlaces {
  readonly id: ApplicationId;
  /** Undefined: that of an entry of `discover`. */
  readonly accessToken: SecretName | SecretArn | undefined;
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
    const renewed = renewsAccessToken ? namesOf(accessToken) : [];
    // An entry of the same application may name it too.
    if (renewed.some((name) => own.has(name))) continue;
    if (renewed.some((name) => seen.has(name)))
      yield `applications.${index}.accessToken: names a secret that another entry also names`;
    for (const name of renewed) seen.add(name);
  }
}

/** The worker would log in with a token that is stored in the secret of an access token. */
function* readAndWritten({ applications, discover }: SecretLayout): Iterable<string> {
  const readers = new Map<string, string>();
  const note = (accessToken: SecretName | SecretArn | undefined, path: string) => {
    for (const name of namesOf(accessToken)) if (!readers.has(name)) readers.set(name, path);
  };
  for (const [index, { accessToken }] of discover.entries())
    note(accessToken, `discover.${index}.accessToken`);
  const usersTokens = new Set(readers.keys());
  for (const [index, { accessToken }] of applications.entries())
    note(accessToken, `applications.${index}.accessToken`);
  for (const [index, { accessToken, renewsAccessToken, secrets }] of applications.entries()) {
    const own: readonly string[] = namesOf(accessToken);
    const renewed = renewsAccessToken ? own.find((name) => usersTokens.has(name)) : undefined;
    if (renewed !== undefined)
      yield `applications.${index}.accessToken: names the secret of ${readers.get(renewed)}, which holds the token of a user`;
    for (const [token, name] of secrets) {
      const reader = readers.get(name);
      if (reader !== undefined && (!own.includes(name) || usersTokens.has(name)))
        yield `applications.${index}.secrets.${token}: names the secret of ${reader}`;
    }
  }
}

/** In a folder where the worker chooses the names, any name can occur, so no secret with another use may be there. */
function* insideFolders({ secretPrefix, applications, discover }: SecretLayout): Iterable<string> {
  const ownerOf = folders(secretPrefix, applications, discover.length > 0);
  const isInside = (accessToken: SecretName | SecretArn | undefined) =>
    namesOf(accessToken).some((name) => ownerOf(name) !== undefined);
  const problem =
    "is in a folder for the tokens of an application, which the worker must not read: use a name outside of secretPrefix";
  for (const [index, { accessToken }] of discover.entries())
    if (isInside(accessToken)) yield `discover.${index}.accessToken: ${problem}`;
  for (const [index, { id, accessToken, secrets }] of applications.entries()) {
    if (isInside(accessToken)) yield `applications.${index}.accessToken: ${problem}`;
    for (const [token, name] of secrets) {
      const owner = ownerOf(name);
      if (owner !== undefined && owner !== id)
        yield `applications.${index}.secrets.${token}: is in the folder of another application`;
    }
  }
}

function* confusedPrefixes(layout: SecretLayout): Iterable<string> {
  const { secretPrefix, formerPrefixes, applications, discover } = layout;
  const all = [secretPrefix, ...formerPrefixes];
  for (const [index, prefix] of formerPrefixes.entries()) {
    const path = `formerPrefixes.${index}`;
    if (prefix === secretPrefix) yield `${path}: is the current secretPrefix, not a former one`;
    if (formerPrefixes.indexOf(prefix) < index) yield `${path}: is in the list twice`;
  }
  const isInside = (one: string) =>
    all.some((other) => folders(other, applications, discover.length > 0)(`${one}/`) !== undefined);
  for (const [index, prefix] of all.entries())
    if (isInside(prefix))
      yield `${index === 0 ? "secretPrefix" : `formerPrefixes.${index - 1}`}: is in the folder of an application under another prefix`;
}

const APPLICATION_FOLDER = /^[a-f\d]{24}$/;

/**
 * Finds the application in whose folder, `<prefix>/<application id>/`, a secret with this name is. `isAny`: applications that are
 * not in the configuration have folders too, because they may be discovered.
 */
function folders(
  prefix: string,
  applications: readonly { readonly id: ApplicationId }[],
  isAny: boolean,
): (name: string) => string | undefined {
  const owners = new Map<string, string>(applications.map(({ id }) => [`${prefix}/${id}/`, id]));
  const length = prefix.length + 26;
  return (name) => {
    const folder = name.slice(0, length);
    const owner = owners.get(folder);
    if (owner !== undefined || !isAny) return owner;
    if (!folder.startsWith(`${prefix}/`) || !folder.endsWith("/")) return undefined;
    const id = folder.slice(prefix.length + 1, -1);
    return APPLICATION_FOLDER.test(id) ? id : undefined;
  };
}

function namesOf(accessToken: SecretName | SecretArn | undefined): readonly SecretName[] {
  return accessToken === undefined ? [] : namesMeantBy(accessToken);
}
