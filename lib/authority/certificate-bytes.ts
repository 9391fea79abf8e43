import { Fault } from '../fault.ts';
import { textIn } from '../members.ts';
import type { Found, PersonalData, Terms } from '../personal/personal.ts';
import type { CertificateRef } from '../principal.ts';
import { type Bytes, type CertificateRow, certificateItem } from './certificates.ts';
import type { IssuanceEnd } from './issuance-end.ts';

/** Why the bytes of a certificate are not at hand: their retention has ended, or they cannot be read now. */
export type NotKept = Extract<Found<never>, { readonly state: 'ended' | 'unreadable' }>;

type FoundBytes = { readonly state: 'kept'; readonly bytes: Bytes } | NotKept;

/**
 * The bytes of certificates. Those of a certificate that is about somebody outside are the personal item
 * `certificate/{ca}/{serial}`; those of the service's own certificates are in the row.
 */
export interface CertificateBytes {
  find(ref: CertificateRef, row: CertificateRow): Promise<FoundBytes>;
  /** Faults: `personal-data-ended`, `data-key-missing`, `data-key-damaged`, `personal-data-damaged`. */
  read(ref: CertificateRef, row: CertificateRow): Promise<Bytes>;
  /** Puts the item, and keeps the one that is there where it has the same TBS. Faults: as `read`, but for the first. */
  keep(issuance: IssuanceEnd, bytes: Bytes): Promise<void>;
  /**
   * Puts the certificate into the item of its TBS, unless another run has put one before. Resolves with the one that is there.
   * Faults: as `read`.
   */
  addSigned(issuance: IssuanceEnd, bytes: Bytes & { readonly der: string }): Promise<string>;
}

export const openCertificateBytes = ({
  personal,
  dataEnd,
}: {
  readonly personal: Pick<PersonalData, 'change' | 'find' | 'read'>;
  readonly dataEnd: (notAfterMs: number) => number;
}): CertificateBytes => {
  const termsOf = ({ tenant, holder, notAfter }: IssuanceEnd): Terms => ({
    ...(tenant !== undefined && { tenant }),
    ...(holder !== undefined && { holder }),
    end: dataEnd(notAfter * 1000),
  });

  return {
    find: async (ref, row) => {
      if (row.apart !== true) return { state: 'kept', bytes: inlineBytes(row) };
      const found = await personal.find<Bytes>(certificateItem(ref));
      if (found.state === 'kept') return { state: 'kept', bytes: found.value };
      return found.state === 'absent' ? { state: 'unreadable', code: 'personal-data-damaged' } : found;
    },

    read: async (ref, row) =>
      row.apart === true ? personal.read<Bytes>(certificateItem(ref)) : inlineBytes(row),

    keep: async (issuance, bytes) => {
      await personal.change<Bytes>(certificateItem(issuance.ref), (there) =>
        there?.tbs === bytes.tbs ? undefined : { value: bytes, terms: termsOf(issuance) },
      );
    },

    addSigned: async (issuance, bytes) => {
      const name = certificateItem(issuance.ref);
      const kept = await personal.change<Bytes>(name, (there) => {
        // An item that has ended meanwhile is not put again.
        if (there === undefined || (there.tbs === bytes.tbs && there.der !== undefined)) return undefined;
        return { value: bytes, terms: termsOf(issuance) };
      });
      const { der } = kept ?? (await personal.read<Bytes>(name));
      if (der !== undefined) return der;
      throw new Fault(
        'condition-failed',
        'The row of the certificate changed while it was signed; try again.',
      );
    },
  };
};

/** Somebody else may have written the row, so its members are not always strings. */
const inlineBytes = ({ subject, tbs, der }: { readonly [name in keyof Bytes]?: unknown }): Bytes => ({
  subject: textIn(subject) ?? '',
  tbs: textIn(tbs) ?? '',
  ...(der !== undefined && { der: textIn(der) ?? '' }),
});
