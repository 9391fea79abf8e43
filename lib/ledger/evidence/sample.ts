import { hash } from 'node:crypto';
import { Fault, phrase } from '../../fault.ts';
import type { CertificateRef } from '../../principal.ts';

/**
 * How certificates are drawn. An auditor can repeat the draw without this service. Nobody can arrange which
 * certificates are drawn without knowing the seed beforehand. Everybody who knows it afterwards draws the same ones.
 */
export const SAMPLING =
  'For each certificate issued in the period, take the SHA-256 of the UTF-8 text "SEED LF CA/SERIAL", where LF is one line feed (U+000A) and SERIAL is in lower-case hex; write it as lower-case hex. The certificates with the smallest of these, in byte order, are the sample. Draw the seed after the period is over and publish it with the sample.';

/** The place of a certificate in the order in which a seed draws them. */
export const drawOf = (seed: string, { ca, serial }: CertificateRef): string =>
  hash('sha256', `${seed}\n${ca}/${serial}`);

export const MAX_SAMPLE = 1000;

export interface Sample<T> {
  add(ref: CertificateRef, value: T): void;
  readonly population: number;
  /** In the order of the draw. */
  drawn(): readonly { readonly draw: string; readonly value: T }[];
}

/** In memory that grows with the sample, not with what it is drawn from. Fault: `invalid-input`. */
export const openSample = <T>(seed: string, size: number): Sample<T> => {
  if (seed === '' || seed.length > 256 || !seed.isWellFormed() || /[\r\n]/.test(seed)) {
    throw new Fault('invalid-input', 'A seed is one line of 1 to 256 characters.', { field: 'seed' });
  }
  if (!Number.isInteger(size) || size < 1 || size > MAX_SAMPLE) {
    throw new Fault('invalid-input', phrase`A sample has 1 to ${MAX_SAMPLE} certificates.`, {
      field: 'size',
    });
  }
  const best: { readonly draw: string; readonly value: T }[] = [];
  let population = 0;
  return {
    add: (ref, value) => {
      population++;
      const draw = drawOf(seed, ref);
      const last = best.at(-1);
      if (best.length === size && last !== undefined && draw >= last.draw) return;
      const at = best.findIndex((one) => draw < one.draw);
      best.splice(at < 0 ? best.length : at, 0, { draw, value });
      if (best.length > size) best.pop();
    },
    get population() {
      return population;
    },
    drawn: () => [...best],
  };
};
