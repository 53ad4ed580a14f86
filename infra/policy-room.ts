/** An inline policy can have 10,240 characters, without white space. The other statements of the worker's policy take less than 2,000. */
const INLINE_CHARACTERS = 8_000;
/** A managed policy can have 6,144 characters. The rest is for its actions. */
const MANAGED_CHARACTERS = 5_500;
/** IAM's default quota for a role. No other policies are attached to the worker's role. */
const MAX_MANAGED_POLICIES = 10;
/** `"arn:aws-us-gov:secretsmanager:ap-southeast-1:111122223333:secret:",` */
const LONGEST_AROUND = 69;

interface Room {
  readonly isInlineEnough: boolean;
  readonly isEnough: boolean;
}

/** Whether these lists of resources fit into the role's inline policy, or into ten managed policies. */
export function room(lists: readonly (readonly string[])[]): Room {
  const isInlineEnough = lists.flat().reduce((sum, end) => sum + lengthOf(end), 0) <= INLINE_CHARACTERS;
  const policies = lists.reduce((sum, ends) => sum + inPolicies(ends).length, 0);
  return { isInlineEnough, isEnough: isInlineEnough || policies <= MAX_MANAGED_POLICIES };
}

/** Splits the resources into one list for each managed policy, in which `reserved` characters are for something else. */
export function inPolicies(ends: readonly string[], reserved = 0): readonly (readonly string[])[] {
  const policies: string[][] = [];
  let left = 0;
  for (const end of ends) {
    const last = policies.at(-1);
    const needed = lengthOf(end);
    if (last === undefined || needed > left) {
      policies.push([end]);
      left = MANAGED_CHARACTERS - reserved - needed;
    } else {
      last.push(end);
      left -= needed;
    }
  }
  return policies;
}

function lengthOf(end: string): number {
  return end.length + LONGEST_AROUND;
}
