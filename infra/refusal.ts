import { Fault } from '../lib/fault.ts';

/**
 * A fault in a deployment's settings, for the person who wrote them. Only the message is shown. Node and the CDK print
 * an error's `stack` and its members, which would show where this code is and nothing about the settings.
 */
export const plainly = (fault: Fault): Fault =>
  Object.defineProperties(fault, {
    stack: { value: `${fault.code}: ${fault.message}` },
    name: { enumerable: false },
    code: { enumerable: false },
    facts: { enumerable: false },
    phrase: { enumerable: false },
  });

export const refusal = (problems: readonly string[]): Fault =>
  plainly(
    new Fault('configuration-invalid', `Akashi's settings: ${problems.join('; ')}.`, {
      problems: [...problems],
    }),
  );
