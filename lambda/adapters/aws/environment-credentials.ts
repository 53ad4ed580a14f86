import { fromEnv } from "@aws-sdk/credential-provider-env";

/**
 * Replaces `@aws-sdk/credential-provider-node` in the deployed bundle (see infra/bundling.ts). Lambda provides credentials in
 * the environment, and the complete chain of profiles, SSO and instance metadata would be a quarter of the bundle. In a
 * terminal, the SDK's own chain is used.
 */
export const defaultProvider = fromEnv;
