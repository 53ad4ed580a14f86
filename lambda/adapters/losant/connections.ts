import { remembered } from "../../model/remembered.ts";
import type { SecretArn, SecretName } from "../../model/secret.ts";
import type { AccessTokenReader, Directory, InTurn, ListingRoom, TokenApi } from "../../ports.ts";
import type { LoggedInOwner } from "./access-token.ts";
import { losantDirectory } from "./directory.ts";
import type { LosantLimits } from "./limits.ts";
import { sharedAccessToken } from "./shared-access-token.ts";
import { losantTokenApi } from "./token-api.ts";
import { UnknownString } from "./unknown-string.ts";

/** The secret with the access token of a user. The object itself identifies it: what is found with it has the same object. */
interface UserAccess {
  readonly accessToken: SecretName | SecretArn;
}

/** Undefined: it has an access token of its own. `alsoAbout`: the tokens of other users may have created tokens of it. */
interface FoundWith {
  readonly foundBy?: UserAccess | undefined;
  readonly alsoAbout?: readonly UserAccess[];
}

interface ConnectionOptions {
  readonly baseUrl: string;
  readonly credentials: AccessTokenReader;
  readonly secretPrefix: string;
  readonly limits?: Partial<LosantLimits>;
  /** Without it, every read is sent at once. */
  readonly inTurn?: InTurn | undefined;
}

export interface LosantConnections {
  readonly connect: (application: LoggedInOwner & FoundWith, room?: ListingRoom) => TokenApi;
  readonly directoryOf: (entry: UserAccess) => Directory;
}

/** Losant during one run. The applications that were found with a user's access token share it. */
export function losantConnections({ limits = {}, ...options }: ConnectionOptions): LosantConnections {
  const sharedBy = remembered(({ accessToken }: UserAccess) =>
    sharedAccessToken(accessToken, options.credentials),
  );
  const unknown = new UnknownString();
  return {
    connect: (application, room) =>
      losantTokenApi({
        ...options,
        unknown,
        limits,
        application,
        shared: application.foundBy && sharedBy(application.foundBy),
        alsoShared: application.alsoAbout?.map(sharedBy) ?? [],
        ...(room && { room }),
      }),
    directoryOf: (entry) =>
      losantDirectory({
        baseUrl: options.baseUrl,
        inTurn: options.inTurn,
        limits,
        shared: sharedBy(entry),
      }),
  };
}
