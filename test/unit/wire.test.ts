import { expect, test } from "vitest";
import { callOf } from "../simulation/wire.ts";
import { workerCalls } from "../support/worker-calls.ts";

test.each(workerCalls())(
  "$target is known by its call of the ports where processes are killed",
  ({ target }) => {
    const [, operation = ""] = target.split(".");
    const request = {
      method: "POST",
      url: new URL("http://127.0.0.1/"),
      headers: {},
      body: '{"Entries":[]}',
    };
    expect(() => callOf(operation, request)).not.toThrow();
  },
);
