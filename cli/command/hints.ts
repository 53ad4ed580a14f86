/** What only this terminal's user can mend, told by the SDK's own names for it in the sentences of the failures. */
const HINTS: readonly (readonly [name: string, hint: string])[] = [
  ["NoRegion", "No AWS region is set here: set AWS_REGION, or `region` in your AWS profile."],
  [
    "CredentialsProviderError",
    "No AWS credentials were found here: log in, or set AWS_PROFILE to a profile that has them.",
  ],
];

export function hintsFor(failures: readonly string[]): readonly string[] {
  return HINTS.filter(([name]) => failures.some((failure) => failure.includes(name))).map(([, hint]) => hint);
}
