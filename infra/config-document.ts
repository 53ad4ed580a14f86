/**
 * rotation.config.json as people write it. Durations are a number and a unit, `15m`, `6h` or `30d`. `lambda/policy` has the
 * schema, which decides; a test holds the two together.
 */
export interface ConfigDocument {
  /** Where an editor finds the JSON Schema. The worker ignores it. */
  readonly $schema?: string | undefined;
  /** The base address of a private install. Default `https://api.losant.com`. */
  readonly losantApiUrl?: string | undefined;
  /** Secrets are named `<secretPrefix>/<application id>/<token name>`. Default `losant`. */
  readonly secretPrefix?: string | undefined;
  /** What `secretPrefix` was before: tokens whose secrets are there are moved to their new place. Default: none. */
  readonly formerPrefixes?: readonly string[] | undefined;
  /** The bus for the worker's events, by name or ARN. Default `default`. */
  readonly eventBusName?: string | undefined;
  /** How often the worker runs, `15m` to `3d`. Default `6h`. */
  readonly schedule?: string | undefined;
  /** For every application. */
  readonly policy?: RotationPolicyDocument | undefined;
  readonly applications: readonly ApplicationDocument[];
}

export interface ApplicationDocument {
  /** 24 hexadecimal digits. */
  readonly id: string;
  /** Name or ARN of the secret that the worker logs in with; as an object, it says whether the worker renews that token. */
  readonly accessToken: string | AccessTokenDocument;
  /** Overrides, key by key. */
  readonly policy?: RotationPolicyDocument | undefined;
  /** Token id or name to secret name, for a secret that you have or wish for. */
  readonly secrets?: Readonly<Record<string, string>> | undefined;
}

export interface AccessTokenDocument {
  /** Name or ARN. */
  readonly secret: string;
  /** Default false: a person replaces it. */
  readonly renew?: boolean | undefined;
}

export interface RotationPolicyDocument {
  /** How long before its expiry a token is replaced. Default `30d`. */
  readonly renewBefore?: string | undefined;
  /** Of successors: `same` as the predecessor (the default), or a duration. */
  readonly lifetime?: string | undefined;
  /** Globs over token names. Default `["*"]`. */
  readonly include?: readonly string[] | undefined;
  /** Globs over token names. Default: none. */
  readonly exclude?: readonly string[] | undefined;
  /** `report` (the default), or an age at which a token that never expires is replaced. */
  readonly neverExpiring?: string | undefined;
  /** `never` (the default), or when a predecessor's life ends. **This deactivates and deletes tokens.** */
  readonly retire?: "never" | RetirementDocument | undefined;
  /** The age at which a token whose string is stored nowhere is deleted. Default `1h`. */
  readonly orphanAfter?: string | undefined;
  /** How many tokens a run issues, per application. Default 500. */
  readonly maxRotationsPerRun?: number | undefined;
  /** What a secret holds: `json` (the default), or `plain`, which is the string alone. */
  readonly secretFormat?: "json" | "plain" | undefined;
}

/** Counted from the moment at which the successor became current, or the last one at which it can have. */
export interface RetirementDocument {
  /** **Deactivates predecessors.** Default: never. */
  readonly deactivateAfter?: string | undefined;
  /** **Deletes predecessors, which nobody can undo.** Default: never. */
  readonly deleteAfter?: string | undefined;
}
