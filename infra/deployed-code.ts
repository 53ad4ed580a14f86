import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { AssetHashType, DockerImage } from "aws-cdk-lib";
import { Code } from "aws-cdk-lib/aws-lambda";
import { writeFunctionCode } from "#function-code";
import type { FunctionName } from "./bundling.ts";
import { CA_IN_ASSET } from "./extra-ca.ts";

export const CONFIG_IN_ASSET = "rotation.config.json";

/**
 * The deployed asset of a function: `index.js`, the configuration, and the certificates of other CAs, if any. NodejsFunction doesn't
 * bundle, so that the deployed code is byte for byte the same as in a local run, without a shell, Docker or the network.
 */
export function functionCode(name: FunctionName, document: object, caCertificates?: string): Code {
  const config = JSON.stringify(document);
  return Code.fromAsset(import.meta.dirname, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      local: {
        tryBundle(folder: string) {
          writeFunctionCode(folder, name);
          writeFileSync(join(folder, CONFIG_IN_ASSET), config);
          if (caCertificates !== undefined) writeFileSync(join(folder, CA_IN_ASSET), caCertificates);
          return true;
        },
      },
      // Never started. But the CDK treats two bundlings of one app as the same unless these properties differ.
      image: DockerImage.fromRegistry("not-used"),
      command: [
        name,
        createHash("sha256")
          .update(config)
          .update(caCertificates ?? "")
          .digest("hex"),
      ],
    },
  });
}
