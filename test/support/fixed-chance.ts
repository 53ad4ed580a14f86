import fc from "fast-check";

/** So that a run fails for what was changed and not by chance. `PROPERTY_SEED=2 npm run test:unit` looks at other cases. */
fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1) });
