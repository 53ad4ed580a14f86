import { fromEnv } from "@aws-sdk/credential-provider-env";

/**
 * Stands in the deployed bundle for `@aws-sdk/credential-provider-node` (see infra/bundling.ts): Lambda gives a function
 * its credentials in the environment, and the whole chain of profiles, SSO and instance metadata would be a quarter of
 * the bundle. At a terminal the SDK's own chain is used.
 */
export const defaultProvider = fromEnv;
