import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A key and its certificate, as stock openssl made them. */
export interface Issued {
  readonly der: Uint8Array;
  readonly cert: string;
  readonly key: string;
}

export interface ClientOptions {
  readonly subject?: string;
  /** Lines of an openssl extension section. */
  readonly extensions?: readonly string[];
  readonly serial?: string;
  readonly days?: number;
  readonly digest?: string;
}

export const CLIENT_EXTENSIONS = [
  'basicConstraints=critical,CA:FALSE',
  'keyUsage=critical,digitalSignature',
  'extendedKeyUsage=clientAuth',
];

const OPERATIONS_CA = '/C=JP/O=Akashi/CN=Operations CA';

/** A folder where openssl plays the operations CA. Dispose of it when done. */
export class OpensslCa {
  readonly folder = mkdtempSync(join(tmpdir(), 'akashi-openssl-'));
  private count = 0;

  private run(...args: readonly string[]): void {
    execFileSync('openssl', args, { cwd: this.folder, stdio: 'pipe' });
  }

  private read(name: string): Issued {
    this.run('x509', '-in', `${name}.pem`, '-outform', 'DER', '-out', `${name}.der`);
    return {
      der: new Uint8Array(readFileSync(join(this.folder, `${name}.der`))),
      cert: readFileSync(join(this.folder, `${name}.pem`), 'utf8'),
      key: readFileSync(join(this.folder, `${name}.key`), 'utf8'),
    };
  }

  private newKey(name: string, algorithm: string): void {
    const [kind = '', option] = algorithm.split(' ');
    this.run('genpkey', '-algorithm', kind, ...(option ? ['-pkeyopt', option] : []), '-out', `${name}.key`);
  }

  ca(name: string, algorithm = 'EC ec_paramgen_curve:P-256', subject = OPERATIONS_CA): Issued {
    this.newKey(name, algorithm);
    return this.selfSign(name, subject);
  }

  /** Another CA, by name, that has the same key. */
  renamedCa(name: string, from: string, subject: string): Issued {
    copyFileSync(join(this.folder, `${from}.key`), join(this.folder, `${name}.key`));
    return this.selfSign(name, subject);
  }

  private selfSign(name: string, subject: string): Issued {
    this.run(
      ...[
        'req',
        '-x509',
        '-utf8',
        '-key',
        `${name}.key`,
        '-out',
        `${name}.pem`,
        '-days',
        '3650',
        '-subj',
        subject,
      ],
      ...['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
    );
    return this.read(name);
  }

  client(ca: string, options: ClientOptions = {}): Issued {
    const name = `client-${this.count++}`;
    this.newKey(name, 'EC ec_paramgen_curve:P-256');
    const subject = options.subject ?? '/C=JP/O=Akashi/CN=登録 花子/serialNumber=officer-a';
    this.run('req', '-new', '-utf8', '-key', `${name}.key`, '-out', `${name}.csr`, '-subj', subject);
    writeFileSync(join(this.folder, `${name}.ext`), (options.extensions ?? CLIENT_EXTENSIONS).join('\n'));
    this.run(
      ...[
        'x509',
        '-req',
        '-in',
        `${name}.csr`,
        '-CA',
        `${ca}.pem`,
        '-CAkey',
        `${ca}.key`,
        '-out',
        `${name}.pem`,
      ],
      ...['-set_serial', `0x${options.serial ?? '2a'}`, '-days', String(options.days ?? 365)],
      ...['-extfile', `${name}.ext`, ...(options.digest ? [`-${options.digest}`] : [])],
    );
    return this.read(name);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
