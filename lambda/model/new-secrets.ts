/** What a secret gets when the worker creates it. A secret that exists is never changed to fit. */
export interface NewSecrets {
  /** The KMS key that encrypts its strings. Undefined: AWS's own key for Secrets Manager. */
  readonly kmsKeyArn: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** The copies in other regions. */
  readonly replicas: readonly NewReplica[];
  /** Who may read it, as JSON. CreateSecret can't set it, so the worker adds it before the secret has a version. */
  readonly resourcePolicy: string | undefined;
}

/** A copy of a new secret in another region. */
export interface NewReplica {
  readonly region: string;
  /** The KMS key in that region that encrypts it. Undefined: AWS's own key there for Secrets Manager. */
  readonly kmsKeyArn: string | undefined;
}

/** What it gets by default. */
export const NO_DEMANDS: NewSecrets = {
  kmsKeyArn: undefined,
  tags: {},
  replicas: [],
  resourcePolicy: undefined,
};
