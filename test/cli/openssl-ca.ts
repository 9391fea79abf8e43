import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Certificate, decodeCertificate, decodePem, encodePem } from '../../lib/pki/pki.ts';

const openssl = (folder: string, ...args: readonly string[]): Buffer =>
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });

/** `YYMMDDHHMMSSZ`, as openssl's index and options have it. */
export const utcTime = (date: Date): string => `${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`;

const hours = (count: number): Date => new Date(Date.now() + count * 3_600_000);

/** A certificate with its files in the CA's folder: `<name>.pem`, `<name>.key`. */
export interface Issued {
  readonly name: string;
  readonly certificate: Certificate;
}

const SUBJECT = '/C=JP/O=Test/CN=';

const CONFIG = `
[ca]
database = index.txt
new_certs_dir = .
serial = serial
crlnumber = crlnumber
default_md = sha256
policy = anything
unique_subject = no
default_days = 30
default_crl_hours = 24
[anything]
countryName = optional
organizationName = optional
commonName = supplied
[req]
distinguished_name = empty
prompt = no
[empty]
`;

/** A CA in a folder of its own, run by stock openssl. */
export class OpensslCa {
  readonly folder: string;
  readonly certificate: Certificate;
  #configs = 0;

  /** Self-signed, or with a certificate of `parent`. `extensions` may say basicConstraints themselves. */
  constructor(
    folder: string,
    name = 'CA',
    extensions = 'keyUsage=critical,keyCertSign,cRLSign',
    parent?: OpensslCa,
  ) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    for (const [file, text] of [
      ['index.txt', ''],
      ['serial', '10A1\n'],
      ['crlnumber', '01\n'],
    ] as const) {
      writeFileSync(join(folder, file), text);
    }
    const constraints = extensions.includes('basicConstraints') ? '' : 'basicConstraints=critical,CA:TRUE\n';
    const all = `${constraints}subjectKeyIdentifier=hash\n${extensions}\n`;
    const config = this.#config(`[x]\n${all}`);
    this.#key('ca');
    if (parent) {
      openssl(
        folder,
        ...['req', '-new', '-key', 'ca.key', '-subj', `${SUBJECT}${name}`, '-config', config],
        ...['-out', 'ca.csr'],
      );
      parent.#sign(join(folder, 'ca.csr'), join(folder, 'ca.pem'), all, -1, 24 * 30);
      this.certificate = this.#read('ca');
      return;
    }
    openssl(
      folder,
      ...['req', '-x509', '-new', '-key', 'ca.key', '-subj', `${SUBJECT}${name}`, '-days', '60'],
      ...['-config', config, '-extensions', 'x', '-out', 'ca.pem'],
    );
    this.certificate = this.#read('ca');
  }

  #config(more: string): string {
    const name = `openssl-${this.#configs++}.cnf`;
    writeFileSync(join(this.folder, name), `${CONFIG}${more}`);
    return name;
  }

  #key(name: string): void {
    openssl(this.folder, 'ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`);
  }

  #read(name: string): Certificate {
    return decodeCertificate(
      decodePem('CERTIFICATE', readFileSync(join(this.folder, `${name}.pem`), 'utf8'), 65_536),
    );
  }

  #sign(csr: string, out: string, extensions: string, from: number, to: number): void {
    const config = this.#config(`[x]\nauthorityKeyIdentifier=keyid\n${extensions}\n`);
    openssl(
      this.folder,
      ...['ca', '-batch', '-notext', '-config', config, '-name', 'ca', '-extensions', 'x'],
      ...['-cert', 'ca.pem', '-keyfile', 'ca.key', '-in', csr, '-out', out],
      ...['-startdate', utcTime(hours(from)), '-enddate', utcTime(hours(to))],
    );
  }

  /** Another certificate for the key of another CA; gives its file. */
  certify(other: OpensslCa, extensions: string): string {
    const out = join(this.folder, `cross-${this.#configs}.pem`);
    this.#sign(join(other.folder, 'ca.csr'), out, extensions, -1, 24 * 30);
    return out;
  }

  /** Signs bytes of any kind: a list or an answer that openssl itself would not make. */
  signature(tbs: Uint8Array): Buffer {
    writeFileSync(join(this.folder, 'tbs'), tbs);
    return openssl(this.folder, 'dgst', '-sha256', '-sign', 'ca.key', 'tbs');
  }

  /** `from` and `to` are hours from now. */
  issue(name: string, extensions: string, from = -1, to = 24 * 30): Issued {
    this.#key(name);
    openssl(
      this.folder,
      'req',
      '-new',
      '-key',
      `${name}.key`,
      '-subj',
      `${SUBJECT}${name}`,
      '-out',
      `${name}.csr`,
    );
    this.#sign(`${name}.csr`, `${name}.pem`, extensions, from, to);
    return { name, certificate: this.#read(name) };
  }

  /** `reason` is openssl's `-crl_reason`, `certificateHold` among them. `at` is the path of another certificate. */
  revoke({ name }: Pick<Issued, 'name'>, reason: string, at = `${name}.pem`): void {
    const config = this.#config('');
    openssl(
      this.folder,
      ...['ca', '-config', config, '-name', 'ca', '-cert', 'ca.pem', '-keyfile', 'ca.key'],
      ...['-revoke', at, '-crl_reason', reason],
    );
  }

  /** DER. `from` and `to` are hours from now; `by` names another key and certificate of the folder to sign with. */
  crl(extensions = 'authorityKeyIdentifier=keyid', from = 0, to = 24, by = 'ca'): Buffer {
    const config = this.#config(`[x]\n${extensions}\n`);
    const pem = openssl(
      this.folder,
      ...['ca', '-gencrl', '-config', config, '-name', 'ca', '-cert', `${by}.pem`, '-keyfile', `${by}.key`],
      ...['-crlexts', 'x', '-crl_lastupdate', utcTime(hours(from)), '-crl_nextupdate', utcTime(hours(to))],
    ).toString();
    return Buffer.from(decodePem('X509 CRL', pem.slice(pem.indexOf('-----BEGIN')), 65_536));
  }

  /** DER, signed by `<responder>.key`. Every CertID is answered from the index. Without `ndays` there is no nextUpdate. */
  ocsp(request: Uint8Array, responder: string, ndays: readonly string[] = ['-ndays', '1']): Buffer {
    writeFileSync(join(this.folder, 'request.der'), request);
    openssl(
      this.folder,
      ...['ocsp', '-index', 'index.txt', '-CA', 'ca.pem', '-rsigner', `${responder}.pem`],
      ...['-rkey', `${responder}.key`, '-reqin', 'request.der', '-respout', 'response.der', ...ndays],
    );
    return readFileSync(join(this.folder, 'response.der'));
  }

  /** A certificate that was issued before. */
  issued(name: string): Issued {
    return { name, certificate: this.#read(name) };
  }

  /** Certificates in one file of PEM; gives its path. */
  bundle(name: string, certificates: readonly Certificate[]): string {
    const pem = certificates.map(({ der }) => encodePem('CERTIFICATE', der)).join('');
    return this.write(`${name}.pem`, Buffer.from(pem));
  }

  /** A file in the CA's folder; gives its path. */
  write(name: string, bytes: Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, bytes);
    return path;
  }

  /** The file of a certificate. */
  pem(name: string): string {
    return join(this.folder, `${name}.pem`);
  }
}

export const RESPONDER = 'keyUsage=critical,digitalSignature\nextendedKeyUsage=OCSPSigning\nnoCheck=ignored';
