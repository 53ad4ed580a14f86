/** An inline policy may hold 10,240 characters, without white space; what the worker's has besides takes less than 2,000. */
const INLINE_CHARACTERS = 8_000;
/** A managed policy may hold 6,144. The rest are its actions. */
const MANAGED_CHARACTERS = 5_500;
/** As many may be attached to a role, by IAM's default quota. The worker's role is closed: it has no others. */
const MAX_MANAGED_POLICIES = 10;
/** `"arn:aws-us-gov:secretsmanager:ap-southeast-1:111122223333:secret:",` */
const LONGEST_AROUND = 69;

interface Room {
  readonly isInlineEnough: boolean;
  readonly isEnough: boolean;
}

/** Whether the role's inline policy has room for these lists of resources, or ten managed ones have. */
export function room(lists: readonly (readonly string[])[]): Room {
  const isInlineEnough = lists.flat().reduce((sum, end) => sum + lengthOf(end), 0) <= INLINE_CHARACTERS;
  const policies = lists.reduce((sum, ends) => sum + inPolicies(ends).length, 0);
  return { isInlineEnough, isEnough: isInlineEnough || policies <= MAX_MANAGED_POLICIES };
}

/** The resources in as many lists as it takes managed policies to hold them. */
export function inPolicies(ends: readonly string[]): readonly (readonly string[])[] {
  const policies: string[][] = [];
  let left = 0;
  for (const end of ends) {
    const last = policies.at(-1);
    const needed = lengthOf(end);
    if (last === undefined || needed > left) {
      policies.push([end]);
      left = MANAGED_CHARACTERS - needed;
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
