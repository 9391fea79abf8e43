import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeCertificate, encodeSigned } from '../../lib/pki/certificate.ts';
import { decodePem, encodePem } from '../../lib/pki/pem.ts';
import { encodeSerial } from '../../lib/pki/serial.ts';
import { credentialsOfAll } from '../credentials.ts';
import { serveService } from '../served-service.ts';
import { collectInto, issueThroughOffice, type Options, opensslRequest, type Service } from '../service.ts';

export interface Held {
  readonly ref: { readonly ca: string; readonly serial: string };
  /** Files in PEM. */
  readonly certificate: string;
  readonly ca: string;
}

/** The service behind its doors, principals with their credentials in `credentials`, and certificates by name as files. */
export interface Counter {
  readonly service: Service & { readonly url: string; readonly tlsPort: number };
  at(name: string): string;
  issue(name: string, profile: string): Promise<Held>;
  get(name: string): Held;
  /** A certificate of the same CA whose serial number was never issued, so that no status exists for it. */
  forge(name: string, like: string): Promise<Held>;
}

export const openCounter = async (
  folder: string,
  options: Omit<Options, 'publicUrl'> = {},
): Promise<Counter> => {
  const at = (name: string): string => join(folder, name);
  const service = await serveService(at('data'), options);
  await credentialsOfAll(service, at('credentials'));
  const held = new Map<string, Held>();
  const get = (name: string): Held => {
    const found = held.get(name);
    if (!found) throw new Error(`no certificate ${name}`);
    return found;
  };
  return {
    service,
    at,
    issue: async (name, profile) => {
      const request = await issueThroughOffice(service, profile, opensslRequest(folder, name));
      const one = { ref: request.certificate, ...(await collectInto(service, request.id, folder, name)) };
      held.set(name, one);
      return one;
    },
    get,
    forge: async (name, like) => {
      const { ref, certificate, ca } = get(like);
      const { tbs, serialNumber, signatureAlgorithm } = decodeCertificate(
        decodePem('CERTIFICATE', readFileSync(certificate, 'utf8'), 65_536),
      );
      const forged = Buffer.from(tbs);
      const serial = Buffer.from(encodeSerial(serialNumber));
      const last = forged.indexOf(serial) + serial.length - 1;
      forged[last] = (forged[last] as number) ^ 0xff;
      const signer = await service.keys.open(ref.ca);
      const der = encodeSigned(forged, signatureAlgorithm, await signer.sign(forged));
      const one = {
        ref: { ca: ref.ca, serial: decodeCertificate(der).serialNumber },
        certificate: at(`${name}.pem`),
        ca,
      };
      writeFileSync(one.certificate, encodePem('CERTIFICATE', der));
      held.set(name, one);
      return one;
    },
  };
};
