import type { z } from 'zod';
import type { awaitingAnswer, revocationAnswer } from './answers.ts';

type Revocation = z.output<typeof revocationAnswer>['revocation'];

export const revocationText = ({ status, revocationTime, reason, invalidityDate }: Revocation): string =>
  status === 'hold'
    ? `on hold since ${revocationTime}`
    : `revoked at ${revocationTime}, ${reason}${invalidityDate === undefined ? '' : `, invalid since ${invalidityDate}`}`;

type Awaiting = z.output<typeof awaitingAnswer>['awaiting'];

export const awaitingText = ({
  status,
  reason,
  invalidityDate,
  raises,
  askedBy,
  askedAt,
  lapsesAt,
}: Awaiting): string =>
  `${status === 'hold' ? 'hold' : raises ? 'raised revocation' : 'revocation'}, ${reason}${
    invalidityDate === undefined ? '' : `, invalid since ${invalidityDate}`
  }, asked for by ${askedBy} at ${askedAt}; lapses at ${lapsesAt}`;
