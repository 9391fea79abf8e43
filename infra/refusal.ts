import { Fault, type FaultCode } from '../lib/fault.ts';

/**
 * What is wrong with a deployment's settings, said to the person who wrote them: the message is the whole of it. Node and
 * the CDK print an error's `stack`, whose frames would say where this code stands and nothing of the settings.
 */
export const plainly = (fault: Fault): Fault =>
  Object.assign(fault, { stack: `${fault.code}: ${fault.message}` });

export const refusal = (problems: readonly string[], code: FaultCode = 'configuration-invalid'): Fault =>
  plainly(new Fault(code, `Akashi's settings: ${problems.join('; ')}.`, { problems: [...problems] }));
