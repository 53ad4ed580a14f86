/** Each partition of AWS has its own console. */
export const CONSOLES = {
  China: { partition: "aws-cn", domain: "console.amazonaws.cn" },
  GovCloud: { partition: "aws-us-gov", domain: "console.amazonaws-us-gov.com" },
  EuropeanSovereignCloud: { partition: "aws-eusc", domain: "console.amazonaws-eusc.eu" },
} as const;

/** The console of all other partitions. */
export const USUAL_CONSOLE = "console.aws.amazon.com";

export function consoleOf(partition: string): string {
  return Object.values(CONSOLES).find((one) => one.partition === partition)?.domain ?? USUAL_CONSOLE;
}
