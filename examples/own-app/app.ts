import { App } from "aws-cdk-lib";
import { IotStack } from "./iot-stack.ts";

new IotStack(new App(), "Iot");
