/**
 * The contents of rotation.config.json. A duration is a number and a unit: `15m`, `6h` or `30d`. The schema in `lambda/policy`
 * decides what is valid; a test checks that both agree.
 */
export interface ConfigDocument {
  /** The JSON Schema, for editors. The worker ignores this key. */
  readonly $schema?: string | undefined;
  /** The base URL of a private Losant installation. Default `https://api.losant.com`. */
  readonly losantApiUrl?: string | undefined;
  /** Secrets are named `<secretPrefix>/<application id>/<token name>`. Default `losant`. */
  readonly secretPrefix?: string | undefined;
  /** Earlier values of `secretPrefix`. Tokens in secrets with these prefixes are moved to the new ones. Default: none. */
  readonly formerPrefixes?: readonly string[] | undefined;
  /** The bus for the worker's events, by name or ARN. Default `default`. */
  readonly eventBusName?: string | undefined;
  /** How often the worker runs, `15m` to `3d`. Default `6h`. */
  readonly schedule?: string | undefined;
  /** A run starts every 15 minutes and works on a part of the applications, so that each has one run in an interval. */
  readonly fleet?: true | undefined;
  /** The policy for every application. */
  readonly policy?: RotationPolicyDocument | undefined;
  /** What the secrets get that the worker creates, for every application. Existing secrets keep what they have. */
  readonly newSecrets?: RotationNewSecretsDocument | undefined;
  /** Finds applications with the access token of a user. */
  readonly discover?: readonly DiscoverDocument[] | undefined;
  /** Required without `discover`. */
  readonly applications?: readonly ApplicationDocument[] | undefined;
}

/** The applications that the access token of a user reaches. */
export interface DiscoverDocument {
  /**
   * Name or ARN of the secret that holds the access token of a user. As an object, it also sets whether the worker renews that token.
   */
  readonly accessToken: string | AccessTokenDocument;
  /** Ids of organizations, patterns of their names (`*`, `?`), or `sandbox`: the user's own applications. */
  readonly organizations: readonly string[];
  /** Ids of applications, or patterns of their names. Default `["*"]`. */
  readonly include?: readonly string[] | undefined;
  /** Ids of applications, or patterns of their names. Default: none. */
  readonly exclude?: readonly string[] | undefined;
  /** If fewer applications are found, a run does its work and then fails. Default 1. */
  readonly atLeast?: number | undefined;
  /** `1/2`: only the first of two equal parts, because another deployment works on `2/2`. Default: all applications. */
  readonly part?: string | undefined;
  /** Overrides single keys of the policy for these applications. */
  readonly policy?: RotationPolicyDocument | undefined;
  /** Overrides single keys of `newSecrets` for these applications. */
  readonly newSecrets?: RotationNewSecretsDocument | undefined;
}

export interface ApplicationDocument {
  /** 24 hexadecimal digits. */
  readonly id: string;
  /**
   * Name or ARN of the secret that holds the access token. As an object, it also sets whether the worker renews that token.
   * Without it, the application must be discovered.
   */
  readonly accessToken?: string | AccessTokenDocument | undefined;
  /** Overrides single keys of the policy for this application. */
  readonly policy?: RotationPolicyDocument | undefined;
  /** Overrides single keys of `newSecrets` for this application. */
  readonly newSecrets?: RotationNewSecretsDocument | undefined;
  /** Maps a token's id or name to the name of a secret, existing or new. */
  readonly secrets?: Readonly<Record<string, string>> | undefined;
}

export interface AccessTokenDocument {
  /** Name or ARN. */
  readonly secret: string;
  /** Whether the worker renews the token. Default false: you replace it by hand. */
  readonly renew?: boolean | undefined;
}

export interface RotationNewSecretsDocument {
  /** The ARN of the KMS key that encrypts them. Default: AWS's own key for Secrets Manager. */
  readonly kmsKeyArn?: string | undefined;
  /** Their tags. Default: none. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** The other regions that get a replica of them. Default: none. */
  readonly replicaRegions?: readonly (string | NewReplicaDocument)[] | undefined;
  /** Who may read them. Default: no resource policy. */
  readonly resourcePolicy?: ResourcePolicyDocument | undefined;
}

/** A replica that its own KMS key encrypts. */
export interface NewReplicaDocument {
  readonly region: string;
  /** The ARN of a KMS key in that region. Default: AWS's own key there for Secrets Manager. */
  readonly kmsKeyArn?: string | undefined;
}

/** The resource policy of a secret. Its statements are only about reading. */
export interface ResourcePolicyDocument {
  readonly Version: "2012-10-17";
  readonly Id?: string | undefined;
  readonly Statement: readonly {
    readonly Sid?: string | undefined;
    readonly Effect: "Allow" | "Deny";
    readonly Principal:
      | "*"
      | {
          readonly AWS?: string | readonly string[] | undefined;
          readonly Service?: string | readonly string[] | undefined;
          readonly Federated?: string | readonly string[] | undefined;
        };
    readonly Action: ReadingAction | readonly ReadingAction[];
    readonly Resource: "*";
    /** By operator, then by key. */
    readonly Condition?:
      | Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
      | undefined;
  }[];
}

type ReadingAction =
  | "secretsmanager:GetSecretValue"
  | "secretsmanager:DescribeSecret"
  | "secretsmanager:ListSecretVersionIds";

export interface RotationPolicyDocument {
  /** How long before its expiry a token is replaced. Default `30d`. */
  readonly renewBefore?: string | undefined;
  /** The lifetime of successors: `same` as the predecessor's (the default), or a duration. */
  readonly lifetime?: string | undefined;
  /** Patterns of token names (`*`, `?`). Default `["*"]`. */
  readonly include?: readonly string[] | undefined;
  /** Patterns of token names (`*`, `?`). Default: none. */
  readonly exclude?: readonly string[] | undefined;
  /**
   * `report` (the default), or an age at which a token that never expires is replaced. Without `lifetime`, its successors never expire
   * either.
   */
  readonly neverExpiring?: string | undefined;
  /** `never` (the default), or when predecessors are retired. **This deactivates and deletes tokens.** */
  readonly retire?: "never" | RetirementDocument | undefined;
  /** The age at which a token whose string is stored nowhere is deactivated. It is deleted a week later. Default `1h`. */
  readonly orphanAfter?: string | undefined;
  /** How many tokens a run creates, per application. Default 500. */
  readonly maxRotationsPerRun?: number | undefined;
  /** What a secret holds: `json` (the default), or `plain`: only the token string. */
  readonly secretFormat?: "json" | "plain" | undefined;
  /** When tokens are created and retired. Default: at any time. */
  readonly windows?: readonly MaintenanceWindowDocument[] | undefined;
  /** Other values for single tokens. The first entry that fits decides. */
  readonly tokens?: readonly TokenPolicyDocument[] | undefined;
}

export interface MaintenanceWindowDocument {
  /** The days on which it begins. Default: every day. */
  readonly days?: readonly ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[] | undefined;
  /** `08:00`, by the clocks of the zone. */
  readonly from: string;
  /** `16:00`, or `24:00`. If it isn't later than `from`, the window ends on the next day. */
  readonly to: string;
  /** A time zone such as `Europe/Berlin` or `UTC`. */
  readonly zone: string;
}

/** The policy of single tokens. A key that it doesn't have is as for the other tokens. */
export interface TokenPolicyDocument
  extends Pick<
    RotationPolicyDocument,
    "renewBefore" | "lifetime" | "neverExpiring" | "retire" | "orphanAfter" | "secretFormat" | "windows"
  > {
  /**
   * The id of a token, for it and for all of its successors and predecessors, or a pattern of names (`*`, `?`). Entries with ids come
   * first. `retire`, `orphanAfter` and `secretFormat` need an id.
   */
  readonly match: string;
}

/** The grace period. It starts when the successor became current, or at the latest moment it could have. */
export interface RetirementDocument {
  /** **Deactivates predecessors.** Default: never. */
  readonly deactivateAfter?: string | undefined;
  /** **Deletes predecessors, which nobody can undo.** Default: never. */
  readonly deleteAfter?: string | undefined;
  /**
   * Whether a predecessor is kept while consumers read it, or have not read its successor: `hold` (the default), or `ignore`: it
   * is retired after its grace period, whoever uses it.
   */
  readonly unread?: "hold" | "ignore" | undefined;
  /**
   * Whether **roots** are retired too: tokens that the worker didn't create, whose strings people may have by hand. Default `false`.
   * Needs `deactivateAfter`, and `unread` to be `hold`.
   */
  readonly roots?: boolean | undefined;
}
