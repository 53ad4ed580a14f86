import { fileURLToPath } from "node:url";
import { App } from "aws-cdk-lib";
import { addRotationStack, NO_CONFIG } from "./stack.ts";

const app = new App();
try {
  const stack = addRotationStack(app, fileURLToPath(new URL("..", import.meta.url)));
  if (stack.isExample)
    console.error(`${NO_CONFIG}. Until then, this is the stack of the example, which can't be deployed.`);
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  // Not `exitCode`, because an App still synthesizes when the process ends by itself.
  process.exit(1);
}
