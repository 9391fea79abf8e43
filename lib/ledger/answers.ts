import type { Json, Value } from '../store/store.ts';
import type { Provision, SharedAnswer } from './contract.ts';

/**
 * Serial numbers that OCSP was asked about and that the status register does not have: the member `unregistered` of what an
 * answer to the public provided. All of them got the same answer. Anybody may ask about any number, so no index has a row for
 * one of these, and no query by certificate finds them.
 *
 * A number is not in the register because no certificate has it, or because somebody deleted its row. The audit finds the latter
 * (lib/audit/certificate-facts.ts).
 */
export type Unregistered = {
  readonly ca: string;
  /** Absent where a CDN gave the answer. */
  readonly answer?: string;
  /** As in `reasons`, where the answer was `revoked`. */
  readonly reason?: string;
  readonly serials: readonly string[];
};

const isTexts = (value: Json | undefined): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');

/** Undefined where there are none. */
export const unregisteredIn = ({ unregistered }: Value): Unregistered | undefined => {
  if (typeof unregistered !== 'object' || unregistered === null || Array.isArray(unregistered))
    return undefined;
  const { ca, answer, reason, serials } = unregistered as Value;
  if (typeof ca !== 'string' || !isTexts(serials)) return undefined;
  return {
    ca,
    ...(typeof answer === 'string' && { answer }),
    ...(typeof reason === 'string' && { reason }),
    serials,
  };
};

/** The answers of the record, whether it is of one or of several. */
export const answersIn = ({
  shared,
  requestDigest,
  responseDigest,
  count,
  provided: { impossible },
}: Provision): readonly SharedAnswer[] => {
  if (shared !== undefined || responseDigest === undefined) return shared ?? [];
  return [
    {
      ...(requestDigest !== undefined && { requestDigest }),
      responseDigest,
      count,
      ...(typeof impossible === 'number' && { impossible }),
    },
  ];
};
