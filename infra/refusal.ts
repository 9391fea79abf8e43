import { Fault } from '../lib/fault.ts';

/**
 * What is wrong with a deployment's settings, said to the person who wrote them: the message is the whole of it. Node and
 * the CDK print an error's `stack` and its members, which would say where this code stands and nothing of the settings.
 */
export const plainly = (fault: Fault): Fault =>
  Object.defineProperties(fault, {
    stack: { value: `${fault.code}: ${fault.message}` },
    name: { enumerable: false },
    code: { enumerable: false },
    facts: { enumerable: false },
  });

export const refusal = (problems: readonly string[]): Fault =>
  plainly(
    new Fault('configuration-invalid', `Akashi's settings: ${problems.join('; ')}.`, {
      problems: [...problems],
    }),
  );
