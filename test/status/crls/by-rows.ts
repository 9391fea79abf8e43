import type { CertificateRef } from '../../../lib/principal.ts';
import type { ProvenClosing, ProvenStatus, Register } from '../../../lib/status/status.ts';

/** Acts that are what the register says, for tests whose subject they are not. `asked` has each certificate once it was asked about. */
export const provenByRows = (register: Register): ProvenStatus & { readonly asked: string[] } => {
  const asked: string[] = [];
  return {
    asked,
    closingOf: async (ref: CertificateRef): Promise<ProvenClosing> => {
      asked.push(ref.serial);
      const { status, listed } = await register.read(ref);
      const since = status?.value.since ?? 0;
      if (status?.value.state === 'good') return { closing: 'released', since };
      const value = listed?.value;
      if (value === undefined) return { closing: 'never', since: 0 };
      const { notAfter: _notAfter, ...entry } = value;
      return { closing: entry, since };
    },
    issued: async function* () {},
    endOf: async (ref) => {
      const { status, listed } = await register.read(ref);
      return status?.value.notAfter ?? listed?.value.notAfter;
    },
    follow: async () => true,
  };
};
