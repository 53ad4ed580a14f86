import { bullets, prose } from "./markdown.ts";

/** Improvements that earlier figures led to. The figures are from the time of each improvement, old and new side by side. */
export const MENDED = [
  "## 7. What the figures led to",
  prose(
    "Each figure was measured when the improvement was made, with the old and the new version side by side on one machine.",
  ),
  bullets(
    `ky calls Losant over \`node:https\`, which the SDK loads anyway. Node's own \`fetch\` starts a second HTTP client. A cold
    run that rotates three tokens took 272 ms of processor time, now 217. Peak memory was 99 MB, now 75.`,
    `The bundle gets credentials from the environment, not from the SDK's whole chain. It had 456 kB, now 326, and starts with
    10 ms less processor time. Chapter 1 measures both.`,
    `The worker describes twenty secrets of an application at once, not ten, and starts 46 writes per second, not 45. A storm of
    1,000 tokens took 1.15 of its bound, now 1.12.`,
    `Lineages are planned one after the other. 100,000 tokens in one list took 565 MB, now 443.`,
    `An answered call to AWS uses no more memory. With \`AbortSignal.timeout\`, each call kept its answer for the 12 seconds of
    its time-out.`,
    `If Losant throttles the trial of a string, the run pauses and tries the string again. With 1,000 tokens, 30 requests per
    fifteen seconds and refusals that name no time, 1,209 requests were refused and 190 strings were stored without a trial,
    now 523 and none.`,
    `Tokens with the same name are compared once, not each with all others. 10,000 tokens of one name took 4.9 s of processor
    time, now as much as any other 10,000.`,
    `A run that finds nothing reads the list of secrets, not each secret, and lists as many applications at once as Losant can
    answer without getting slower. 5,000 applications of 5 tokens took 35,001 calls and 110 s, now 10,251 and 12.5. The list of
    25,000 secrets took 55 MB of memory, now 27.`,
    `Discovered applications share one access token, and its key is derived once, not for each application. With 1,500
    applications of 5 tokens, a run that finds nothing took 4.3 s of processor time, now 3.8. With an access token for each
    application, 2,000 applications took 7.9 s, discovered 5.1.`,
    `Applications wait for their turn in one list, not with a promise each. When 150,000 discovered applications of two tokens
    are planned, 81 MB of memory are in use, of which 11 MB were in use before. The report of such a run had 9.3 MB, and
    Lambda takes six: now it has at most 1,000 applications.`,
    `A run of a fleet lists only the secrets of its own applications. Of 400,000 secrets, it would have to read 4,000 pages, and
    now reads 417.`,
    `Whether consumers have read a successor is mostly known from lists that a run reads anyway. A run that finds nothing makes as
    many calls as the version before, 4 for one application and 10,251 for 5,000 of 5 tokens, in as much virtual time. A cold run
    that rotates three tokens makes 28 calls, as before. It took 267 ms of processor time, now 278, with all that was added
    meanwhile. Two calls more are made only for a predecessor that still works and whose secret is read, in runs near a warning.`,
    `The writes of a run become faster with each accepted write after they were throttled, not with time. Three runs at the
    same time took 1.12 of the bound, now 1.07.`,
  ),
].join("\n\n");
