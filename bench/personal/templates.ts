import { operatorsOf } from '../../functions/local/demonstration-people.ts';
import {
  type Bytes,
  type CertificateRow,
  certificateItem,
  certificateKey,
} from '../../lib/authority/certificates.ts';
import { type IssuedObject, openIssuedObjects } from '../../lib/authority/issued-objects.ts';
import { generateSoftwareKey } from '../../lib/keys/keys.ts';
import type { ActRecord } from '../../lib/ledger/ledger.ts';
import { openPersonal } from '../../lib/personal/personal.ts';
import { encodeCertificationRequestInfo, encodePem, encodeSigned } from '../../lib/pki/pki.ts';
import type { CertificateRef, Duty, Principal } from '../../lib/principal.ts';
import type { RequestState, Submission } from '../../lib/registration/registration.ts';
import { type RequestData, requestItem } from '../../lib/registration/request-data.ts';
import { type RequestRow, requestKey } from '../../lib/registration/rows.ts';
import type { Opened } from '../ocsp/store.ts';

/** Requests that went through registration. The rows of all others are made from theirs. */

export const TENANT = 'tokiwa';
export const OFFICE = 'mizusaki-higashi';
export const SIGNATURE = 'person-signature';
export const AUTHENTICATION = 'person-authentication';
export const POSITION = 'official-position';

export interface Template {
  readonly row: RequestRow;
  readonly data: RequestData;
  readonly certificate?: {
    readonly row: CertificateRow;
    readonly bytes: Bytes;
    readonly record: ActRecord;
    readonly object: IssuedObject;
  };
}

/** By the profile and the state. */
export type Templates = ReadonlyMap<string, readonly Template[]>;

export const templateName = (profile: string, state: RequestState): string => `${profile} ${state}`;

export const officer = (id: string, duty: Duty): Principal => ({
  id,
  role: 'officer',
  person: id,
  tenant: TENANT,
  office: OFFICE,
  duties: [duty],
  name: { ja: id, en: id },
});
export const counter = officer('higashi-counter', 'receive');
const examiner = officer('higashi-examiner', 'examine');

const FIELDS: Readonly<Record<string, Submission['fields']>> = {
  [SIGNATURE]: {
    holderId: '2026112200000001',
    name: '田辺 花子',
    kana: 'タナベ ハナコ',
    dateOfBirth: '1990-02-17',
    sex: '2',
    address: '常盤県瑞崎市東区一丁目2番3号',
  },
  [AUTHENTICATION]: { holderId: '2026112200000001' },
  [POSITION]: { position: 'Mayor', positionJa: '市長', mail: 'mayor@mizusaki.example' },
};

/** A submission with a new key. Some of the holders have certificates. */
export const newSubmission = async (profile: string, n: number): Promise<Submission> => {
  const signer = await generateSoftwareKey('ecdsa-p256-sha256');
  const info = encodeCertificationRequestInfo(signer.subjectPublicKeyInfo);
  const request = encodeSigned(info, signer.algorithm.signatureAlgorithm, await signer.sign(info));
  return {
    profile,
    csr: encodePem('CERTIFICATE REQUEST', request),
    fields: FIELDS[profile] ?? {},
    holder: `holder-${n % 64}`,
  };
};

const COUNTS = {
  issued: 60,
  submitted: 8,
  examined: 8,
  rejected: 8,
  withdrawn: 8,
} as const satisfies Partial<Record<RequestState, number>>;
export type FilledState = keyof typeof COUNTS;
export const FILLED_STATES = Object.keys(COUNTS) as readonly FilledState[];

export const makeTemplates = async ({ core, ports, table, trustDomain }: Opened): Promise<Templates> => {
  const { registration, ledger } = core;
  const [, operator] = operatorsOf(trustDomain);
  const { data } = openPersonal({ ...ports, recorder: ledger });
  const issued = openIssuedObjects(ports.objects);

  const certificateOf = async (ref: CertificateRef): Promise<Template['certificate']> => {
    const row = (await table.get<CertificateRow>(certificateKey(ref)))?.value;
    const object = await issued.read(ref);
    if (row === undefined || object === undefined) throw new Error('a certificate has no row or no object');
    return {
      row,
      object,
      bytes: await data.read<Bytes>(certificateItem(ref)),
      record: (await ledger.act(row.record)) as ActRecord,
    };
  };

  /** The acts that lead to the state. */
  const bring = async (id: string, state: FilledState): Promise<void> => {
    if (state === 'rejected')
      await registration.examine(examiner, id, { decision: 'reject', reason: '記載に誤りがある' });
    if (state === 'withdrawn') await registration.withdraw(counter, id, '本人の申出');
    if (state !== 'examined' && state !== 'issued') return;
    await registration.examine(examiner, id, { decision: 'approve' });
    if (state === 'issued') await registration.examine(operator, id, { decision: 'approve' });
  };

  const make = async (profile: string, state: FilledState, n: number): Promise<Template> => {
    const { request } = await registration.submit(counter, await newSubmission(profile, n));
    await bring(request.id, state);
    const row = (await table.get<RequestRow>(requestKey(request.id)))?.value;
    if (row?.state !== state) throw new Error(`a request ended ${row?.state}`);
    return {
      row,
      data: await data.read<RequestData>(requestItem(request.id)),
      ...(row.certificate && { certificate: await certificateOf(row.certificate) }),
    } as Template;
  };

  const made = new Map<string, readonly Template[]>();
  for (const profile of [SIGNATURE, AUTHENTICATION, POSITION])
    for (const state of FILLED_STATES) {
      const all = Array.from({ length: COUNTS[state] }, (_, n) => make(profile, state, n));
      made.set(templateName(profile, state), await Promise.all(all));
    }
  return made;
};
