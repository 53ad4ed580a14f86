/** What a secret gets when the worker creates it. A secret that exists is never changed to fit. */
export interface NewSecrets {
  /** The KMS key that encrypts its strings. Undefined: AWS's own key for Secrets Manager. */
  readonly kmsKeyArn: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** The other regions that get a copy, which AWS's own key there encrypts. */
  readonly replicaRegions: readonly string[];
  /** Who may read it, as JSON. CreateSecret can't set it, so the worker adds it before the secret has a version. */
  readonly resourcePolicy: string | undefined;
}

/** What it gets by default. */
export const NO_DEMANDS: NewSecrets = {
  kmsKeyArn: undefined,
  tags: {},
  replicaRegions: [],
  resourcePolicy: undefined,
};
