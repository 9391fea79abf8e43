import { X509Certificate } from 'node:crypto';
import { decodeCertificationRequest } from '../../lib/pki/pki.ts';
import { csvLine } from '../../lib/sheets/sheets.ts';
import { newRows, type TestRow } from '../batches/files.ts';
import { rowsOf as cellsOf, windows31j } from '../bulk/files.ts';

/* A file of requests with some wrong rows, as a spreadsheet in Japan writes it, and its correction. */

type Row = Required<TestRow>;

const COLUMNS = ['key', 'position', 'positionJa', 'departmentJa', 'csr'] as const satisfies (keyof Row)[];
/** The columns as the errors file has them in English. */
const LABELS: Readonly<Record<(typeof COLUMNS)[number], string>> = {
  key: 'Row key',
  position: 'Position',
  positionJa: 'Position in Japanese',
  departmentJa: 'Department in Japanese',
  csr: 'Certification request (CSR)',
};

/** Stands for F0 40, a character that a machine's user has defined. */
const USER_DEFINED = '\ue000';

/** Each makes a row that is refused, of a row that is right and the one before it. */
const FAULTS: readonly ((row: Row, before: Row) => Partial<Row>)[] = [
  () => ({ positionJa: '' }),
  () => ({ csr: 'AAAA' }),
  ({ positionJa }) => ({ positionJa: `${positionJa}${USER_DEFINED}` }),
  // Whichever of the two is second has a key that was certified before.
  (_, { csr }) => ({ csr }),
  () => ({ position: '知事' }),
];
/** One row of so many is wrong. */
const EVERY = 30;

/** Characters of NEC and IBM, and those that end like a backslash. */
const JAPANESE = ['髙橋表十課長', '﨑山①号担当', '㈱連絡室～能登', '課長'] as const;

export interface FaultyRows {
  /** In Windows-31J. */
  readonly file: Buffer;
  /** How many rows are wrong. */
  readonly faults: number;
  /** The errors file, with its wrong cells put right. */
  corrected(errors: Uint8Array): Promise<Buffer>;
  /** The public key that the certificate of each row has to have, by the row's key: base64 of the SubjectPublicKeyInfo. */
  readonly publicKeys: ReadonlyMap<string, string>;
}

const publicKeyIn = (csr: string): string =>
  Buffer.from(decodeCertificationRequest(Buffer.from(csr, 'base64')).subjectPublicKeyInfo).toString('base64');

/** Base64 of the SubjectPublicKeyInfo. */
export const publicKeyOf = (pem: string): string =>
  new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

const encoded = (text: string): Buffer => {
  const [first = '', ...others] = text.split(USER_DEFINED);
  return Buffer.concat([
    windows31j(first),
    ...others.flatMap((one) => [Buffer.from([0xf0, 0x40]), windows31j(one)]),
  ]);
};

/** `padding` bytes of blank lines, which are no rows, make parts of a short file. */
export const faultyRows = async (count: number, padding: number): Promise<FaultyRows> => {
  const right = (await newRows(count)).map((row, n) => ({
    ...row,
    positionJa: `${JAPANESE[n % JAPANESE.length]}${n + 1}`,
  }));
  const spare = await newRows(Math.ceil(count / EVERY));
  const byKey = new Map(right.map((row) => [row.key, row]));
  const publicKeys = new Map(right.map(({ key, csr }) => [key, publicKeyIn(csr)]));
  let faults = 0;
  const written = right.map((row, n) => {
    if (n % EVERY !== EVERY - 1) return row;
    const fault = FAULTS[faults++ % FAULTS.length]?.(row, right[n - 1] as Row);
    return { ...row, ...fault };
  });
  for (const { key, csr } of written) if (csr !== 'AAAA') publicKeys.set(key, publicKeyIn(csr));

  const lines = written.map((row) => csvLine(COLUMNS.map((name) => row[name])));
  const file = encoded(csvLine([...COLUMNS]) + lines.join(''));
  return {
    file: Buffer.concat([file, Buffer.alloc(padding, '\r\n')]),
    faults,
    publicKeys,
    corrected: async (errors) => {
      const [header, ...rows] = await cellsOf(errors);
      const at = (name: keyof typeof LABELS): number => header?.cells.indexOf(LABELS[name]) ?? -1;
      const put = rows.map(({ cells }, n) => {
        const key = String(cells[at('key')]);
        const { csr } = spare[n] as Row;
        publicKeys.set(key, publicKeyIn(csr));
        const fixed: Partial<Row> = { ...byKey.get(key), csr };
        const names = new Map(COLUMNS.map((name) => [at(name), fixed[name] ?? '']));
        return csvLine(cells.map((cell, column) => names.get(column) ?? String(cell)));
      });
      return Buffer.from(csvLine((header?.cells ?? []).map(String)) + put.join(''));
    },
  };
};
