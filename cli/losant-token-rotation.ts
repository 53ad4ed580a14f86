#!/usr/bin/env node
import { processIo, runAsProcess } from "./command/process.ts";
import { runProgram } from "./subcommands.ts";

await runAsProcess(() => runProgram(process.argv.slice(2), processIo()));
