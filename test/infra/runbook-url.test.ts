import { expect, test } from "vitest";
import { runbookIn } from "../../infra/runbook-url.ts";

test.each([
  "https://github.com/acme/losant-token-rotation.git",
  "https://github.com/acme/losant-token-rotation",
  "git+https://github.com/acme/losant-token-rotation.git",
  "git@github.com:acme/losant-token-rotation.git",
  "ssh://git@github.com/acme/losant-token-rotation.git",
])("the runbook of %s has an address that a mail can link", (repository) => {
  expect(runbookIn(repository, "v2.0.0")).toBe(
    "https://github.com/acme/losant-token-rotation/blob/v2.0.0/RUNBOOK.md",
  );
});

test.each([
  undefined,
  "",
  "/srv/git/rotation.git",
  "../rotation",
  "https://user:secret@github.com/acme/rotation.git",
  "https://git.example.com/acme/rotation.git",
  "https://github.com/acme",
])("for %s, there is no address", (repository) => {
  expect(runbookIn(repository, "HEAD")).toBeUndefined();
});
