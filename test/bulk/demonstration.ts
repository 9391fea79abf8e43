import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type BulkProfile,
  type FileForm,
  openFile,
  type RequestRow,
  requestsOf,
} from '../../lib/bulk/bulk.ts';
import { csvLine } from '../../lib/sheets/sheets.ts';
import { all, bytesOf, each } from './files.ts';

/** Files of the demonstration's profiles. */

export const { profiles } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../domains/demonstration.json'), 'utf8'),
) as { readonly profiles: readonly BulkProfile[] };
const profileOf = (id: string): BulkProfile => profiles.find((profile) => profile.id === id) as BulkProfile;
export const PERSON = profileOf('person-signature');
export const SERVER = profileOf('organisation-server');
export const POSITION = profileOf('official-position');

/** Another certification request for each number, as far as this room can tell. */
export const derOf = (number: number): string =>
  Buffer.from(`30060204${(0x1000_0000 + number).toString(16)}`, 'hex').toString('base64');

export const DER = Buffer.from('3003020100', 'hex').toString('base64');
export const PEM = `-----BEGIN CERTIFICATE REQUEST-----\n${DER}\n-----END CERTIFICATE REQUEST-----\n`;

export const CSV: FileForm = { format: 'csv', encoding: 'utf-8' };
export const NDJSON: FileForm = { format: 'ndjson', encoding: 'utf-8' };

export const requests = async (
  profile: BulkProfile,
  content: string | Uint8Array,
  form: FileForm = CSV,
): Promise<readonly RequestRow[]> => all(requestsOf(await openFile(each([bytesOf(content)]), form), profile));

export const table = (...rows: readonly (readonly string[])[]): string => rows.map(csvLine).join('');

/** The problems of the rows, each as `label: sentence`. Rows without problems have none. */
export const problems = (rows: readonly RequestRow[]): readonly (readonly unknown[])[] =>
  rows.map((row) => [
    row.number,
    ...('problems' in row
      ? row.problems.map(({ column, phrase }) => `${column?.en ?? 'row'}: ${phrase}`)
      : []),
  ]);

export const HEADER = ['key', 'position', 'positionJa', 'csr'];
export const KNOWN =
  'row: The columns of this profile are: key (Row key), position (Position), positionJa (Position in Japanese), department (Department), departmentJa (Department in Japanese), mail (Mail address), holder (Holder (pseudonym)), issuedTo (Officer to whom it is issued), csr (Certification request (CSR)).';
