import { Fault } from '../fault.ts';
import type { CertificateRef } from '../principal.ts';
import { readRecordedAct } from '../recorded-act.ts';
import type { ProvenStatus } from '../status/status.ts';
import { type IssuedAs, issuanceFacts } from './issued-as.ts';
import { openIssuedObjects } from './issued-objects.ts';
import { readStanding } from './status-acts.ts';
import { isExplained, openStatusRows, type StatusRowDeps } from './status-rows.ts';

/** What the acts on certificates say, for the CRLs. It publishes none itself. */
export const openProvenStatus = (deps: Omit<StatusRowDeps, 'publishCrls' | 'crlDueWrites'>): ProvenStatus => {
  const { register, recorder } = deps;
  const issued = openIssuedObjects(deps.objects);
  const { follow } = openStatusRows({
    ...deps,
    // The CRL that asks is being made.
    publishCrls: async () => {},
    crlDueWrites: async () => [],
  });

  /** An object that cannot be read proves nothing, and stops no CRL. */
  const recordOf = async (ref: CertificateRef): Promise<string | undefined> => {
    try {
      return (await issued.read(ref))?.record;
    } catch (error) {
      if (Fault.is(error, 'act-object-invalid')) return undefined;
      throw error;
    }
  };

  /**
   * The object of the serial number names the record. The certificate's row would too, but who publishes CRLs does not read
   * whose certificates these are.
   */
  const issuanceOf = async (ref: CertificateRef): Promise<IssuedAs | undefined> => {
    const record = await recordOf(ref);
    const issuance = await readRecordedAct(recorder, record, { kind: 'issuance', certificate: ref });
    return issuance && issuanceFacts(issuance);
  };

  /** Undefined where nothing but a row of the next CRL says that there is such a certificate. */
  const issuedAsOf = async (ref: CertificateRef): Promise<IssuedAs | undefined> => {
    const issuance = await issuanceOf(ref);
    if (issuance) return issuance;
    const { status } = await register.read(ref);
    return status && { request: status.value.request, notAfter: status.value.notAfter };
  };

  return {
    closingOf: async (ref) => {
      const { now, earlier, since = 0 } = await readStanding(recorder, ref);
      if (now.state !== 'good') {
        const { state: _state, ...entry } = now;
        return { closing: entry, since };
      }
      return { closing: earlier.some(({ state }) => state !== 'good') ? 'released' : 'never', since };
    },

    issued: async function* (ca) {
      for await (const ref of issued.all(ca)) {
        yield {
          serial: ref.serial,
          end: async () => {
            const object = await issued.read(ref);
            return object?.givenUp ? undefined : object?.notAfter;
          },
        };
      }
    },

    endOf: async (ref) => (await issuanceOf(ref))?.notAfter,

    follow: async (ref) => {
      const issuedAs = await issuedAsOf(ref);
      if (issuedAs === undefined) return false;
      return isExplained(await follow(ref, issuedAs), await register.read(ref));
    },
  };
};
