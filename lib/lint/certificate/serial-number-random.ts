import { parseSerial } from '../../pki/pki.ts';
import { change } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

const RANDOM_OCTETS = 16;

/**
 * Only the length can be judged here. The Baseline Requirements ask for 64 bits from a CSPRNG. This service puts at
 * least 128 after the prefix of the instance: no two instances make the same serial, and nobody can guess one.
 */
export const serialNumberRandom: CertificateRule = {
  id: 'serial-number-random',
  cite: 'CA/Browser Forum BR 7.1; 128 bits by this service',
  applies: () => true,
  check: ({ serialNumber }, { serialPrefix }) => {
    const octets = (serialNumber.length - serialPrefix.length) / 2;
    return serialNumber.startsWith(serialPrefix) && octets >= RANDOM_OCTETS
      ? undefined
      : `The serial number is not the instance's prefix and at least ${RANDOM_OCTETS} octets after it.`;
  },
  bad: (good) => change(good, { serialNumber: parseSerial(`${good.context.serialPrefix}00000000000000ff`) }),
};
