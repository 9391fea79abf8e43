import type { z } from 'zod';
import type { revocationAnswer } from './answers.ts';

type Revocation = z.output<typeof revocationAnswer>['revocation'];

export const revocationText = ({ status, revocationTime, reason, invalidityDate }: Revocation): string =>
  status === 'hold'
    ? `on hold since ${revocationTime}`
    : `revoked at ${revocationTime}, ${reason}${invalidityDate === undefined ? '' : `, invalid since ${invalidityDate}`}`;
