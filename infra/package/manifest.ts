import { OLDEST_NODE } from "./bundles.ts";
import { MANIFEST } from "./repository.ts";

/**
 * The package's own package.json. It has no dependencies: other packages are bundled, in the versions of
 * package-lock.json. People who only run the command don't need the CDK, so npm must not install it automatically.
 */
export function packageManifest(): object {
  const { name, version, description, license, repository, bugs, keywords, peerDependencies } = MANIFEST;
  return {
    name,
    version,
    description,
    keywords,
    license,
    repository,
    bugs,
    type: "commonjs",
    main: "./construct/index.js",
    types: "./construct/index.d.ts",
    bin: { [name]: "bin/losant-token-rotation.js" },
    exports: {
      ".": { types: "./construct/index.d.ts", default: "./construct/index.js" },
      "./package.json": "./package.json",
      "./rotation.config.schema.json": "./rotation.config.schema.json",
    },
    imports: { "#demo-invoke": "./command/demo-invoke.mjs" },
    files: [
      "bin",
      "command",
      "construct",
      "function",
      "widget",
      "docs",
      "*.md",
      "*.json",
      "LICENSE",
      "THIRD-PARTY-LICENSES",
    ],
    engines: { node: `>=${OLDEST_NODE}` },
    peerDependencies,
    peerDependenciesMeta: Object.fromEntries(
      Object.keys(peerDependencies).map((peer) => [peer, { optional: true }]),
    ),
    publishConfig: { access: "public", provenance: true },
  };
}

/** Uses old syntax, because it must run on any version of Node to report that the version is too old. */
export function binText(): string {
  const { name, version } = MANIFEST;
  return `#!/usr/bin/env node
if (parseInt(process.versions.node, 10) < ${OLDEST_NODE}) {
  console.error("${name} ${version} needs Node.js ${OLDEST_NODE} or later; this is " + process.version + ".");
  process.exit(2);
}
import("../command/losant-token-rotation.mjs");
`;
}
