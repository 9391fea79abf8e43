import type { z } from 'zod';
import { type Phrase, phrase } from '../lib/fault.ts';
import type { awaitingAnswer, revocationAnswer } from './answers.ts';

type Revocation = z.output<typeof revocationAnswer>['revocation'];

export const revocationText = ({ status, revocationTime, reason, invalidityDate }: Revocation): Phrase => {
  if (status === 'hold') return phrase`on hold since ${revocationTime}`;
  return invalidityDate === undefined
    ? phrase`revoked at ${revocationTime}, ${reason}`
    : phrase`revoked at ${revocationTime}, ${reason}, invalid since ${invalidityDate}`;
};

type Awaiting = z.output<typeof awaitingAnswer>['awaiting'];

const actText = ({ status, raises }: Awaiting): Phrase => {
  if (status === 'hold') return phrase`hold`;
  return raises ? phrase`raised revocation` : phrase`revocation`;
};

export const awaitingText = (awaiting: Awaiting): Phrase => {
  const { reason, invalidityDate, askedBy, askedAt, lapsesAt } = awaiting;
  const act = actText(awaiting);
  return invalidityDate === undefined
    ? phrase`${act}, ${reason}, asked for by ${askedBy} at ${askedAt}; lapses at ${lapsesAt}`
    : phrase`${act}, ${reason}, invalid since ${invalidityDate}, asked for by ${askedBy} at ${askedAt}; lapses at ${lapsesAt}`;
};
