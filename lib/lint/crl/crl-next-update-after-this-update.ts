import { comparableTime } from '../encoded-certificate.ts';
import { change } from '../examples.ts';
import type { CertListRule } from '../rule.ts';

export const crlNextUpdateAfterThisUpdate: CertListRule = {
  id: 'crl-next-update-after-this-update',
  cite: 'RFC 5280 5.1.2.5',
  applies: () => true,
  check: ({ thisUpdate, nextUpdate }) =>
    nextUpdate !== undefined && comparableTime(nextUpdate) > comparableTime(thisUpdate)
      ? undefined
      : 'There is no nextUpdate later than thisUpdate.',
  bad: (good) => change(good, { nextUpdate: good.tbs.thisUpdate }),
};
