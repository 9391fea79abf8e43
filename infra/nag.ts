import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** A rule of cdk-nag that a construct does not follow, with the reason; findings narrow it to what is meant. */
export const acknowledge = (
  construct: IConstruct,
  rule: string,
  findings: readonly string[],
  reason: string,
): void => {
  const ids = findings.length === 0 ? [rule] : findings.map((finding) => `${rule}[${finding}]`);
  for (const id of ids) Validations.of(construct).acknowledge({ id, reason });
};
