import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { route as submitRequest } from '../../functions/routes/requests/submit-request.ts';
import { openFile, requestsOf, templateOf } from '../../lib/bulk/bulk.ts';
import { csvLine } from '../../lib/sheets/sheets.ts';
import { newCsr } from '../registration/csr.ts';
import { FIELDS, openService, type Service, temporaryFolder } from '../service.ts';
import { all, each, windows31j } from './files.ts';

/** Rows of a file are bodies of the operation that submits, and become the requests that they say. */
const folder = temporaryFolder();
let service: Service;

beforeAll(async () => {
  service = await openService(folder.path);
}, 60_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

it.each(Object.keys(FIELDS))('a file of %s is submitted row by row', async (id) => {
  const counter = service.principal('higashi-counter');
  const profile = (await service.app.profiles.list(counter)).find((one) => one.id === id);
  if (!profile) throw new Error(`There is no profile ${id}.`);
  const values = FIELDS[id] ?? {};
  const cells = profile.fields.map(({ name }) => [values[name] ?? ''].flat().join(' | '));
  const header = Buffer.from(templateOf(profile, 'ja')).subarray(3).toString();
  const [last, ...pems] = [await newCsr(), await newCsr(), await newCsr()] as [string, string, string];
  const base64 = last.replace(/-----[^-]+-----|\s/g, '');
  const lines = [...pems, base64].map((csr, index) =>
    csvLine([`行${index}`, ...cells, profile.kind === 'person' ? 'holder-tanabe' : '', csr]),
  );
  const file = windows31j(header + lines.join(''));
  const rows = await all(requestsOf(await openFile(each([file]), { format: 'csv' }), profile));
  expect(rows.map(({ number }) => number)).toEqual([1, 2, 3]);
  const { body } = submitRequest;
  for (const row of rows) {
    if (!('submission' in row)) throw new Error(String(row.problems[0]?.phrase));
    expect(body?.kind === 'json' && z.parse(body.schema, row.submission)).toEqual(row.submission);
    const { request } = await service.app.registration.submit(counter, row.submission);
    expect(request.fields).toEqual(values);
    expect(request.state).toBe('submitted');
  }
});
