import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openActs } from '../../lib/acts/acts.ts';
import { type ActDraft, type LedgerRecord, openLedger, signedDigest } from '../../lib/ledger/ledger.ts';
import type { Value } from '../../lib/store/store.ts';
import { openService, type Service, temporaryFolder } from '../service.ts';
import { enter, firstChief, type Member, officer, openMinami, ownCertificate } from './people.ts';

/** What proves an enrolment once a key of acts is closed, or was stolen from the function that anybody may call. */

const folder = temporaryFolder();
let service: Service;
let chief: Member;

beforeAll(async () => {
  service = await openService(folder.path);
  await openMinami(service);
  chief = await firstChief(service);
});
afterAll(async () => {
  await service.close();
  folder.remove();
});

const actsOf = () =>
  openActs({
    objects: service.objects,
    keys: service.actKeys,
    origin: 'localhost:8080/log',
    clock: service.now,
  });

interface Row {
  readonly record: LedgerRecord & { readonly details: Record<string, Value> };
}

const rowOf = async (id: string): Promise<{ readonly value: Row; readonly version: number }> => {
  const row = await service.table.get<Row & Value>({ pk: `enrolled-principal/${id}`, sk: 'principal' });
  if (row === undefined) throw new Error(`no row of ${id}`);
  return row;
};

/** Puts the record into the row, as somebody does who can write to the table. */
const forge = async (id: string, record: unknown): Promise<void> => {
  const { value, version } = await rowOf(id);
  const put = { pk: `enrolled-principal/${id}`, sk: 'principal' };
  await service.table.write([{ put, value: { ...value, record } as unknown as Value, if: { version } }]);
};

/** The number of the newest act, and the name of the next one. */
const nextOf = ({ record }: Row) => {
  const { act, number } = record.details.closes as { act: string; number: number };
  return { act, number: number + 1 };
};

const known = (by: 'rows' | 'acts') =>
  service.app.principals.byCertificate(ownCertificate(chief.pem), by).then(({ id, role }) => [id, role]);

describe('an act with the key of invitations', () => {
  it('decides about the key alone, whatever state it has', async () => {
    const { people } = service.app.enrolment;
    const noda = service.principal('operator-noda');
    await people.propose(service.principal('operator-sakai'), 'minami-chief', {
      ...officer('責任者', 'responsible', 'receive', 'examine'),
    });
    await people.confirm(noda, 'minami-chief');
    const { value } = await rowOf('minami-chief');
    const ledger = openLedger({
      table: service.table,
      bucket: service.bucket,
      objects: service.objects,
      acts: actsOf(),
      clock: service.now,
      random: (n) => randomBytes(n),
      log: () => {},
    });
    const { office: _, duties: __, ...rest } = value.record.details.state as Record<string, Value>;
    const draft: ActDraft = {
      kind: 'enrolment',
      actor: 'minami-chief',
      details: {
        act: 'key-brought',
        subject: 'principal',
        id: 'minami-chief',
        state: { ...rest, role: 'operator' },
      } as Value,
    };
    const forged = await ledger.conclude(draft, nextOf(value));
    expect(forged.isOurs).toBe(true);
    expect(await known('acts')).toEqual(['minami-chief', 'officer']);
    await forge('minami-chief', forged.record);
    expect(await known('rows')).toEqual(['minami-chief', 'officer']);
  });
});

describe('a key of enrolment that was closed', () => {
  it('leaves everybody enrolled whose act stands in an object, and nobody else', async () => {
    const { people } = service.app.enrolment;
    const invited = await people.invite(chief.principal, 'minami-clerk', officer('係員', 'receive'));
    const clerk = await enter(service, invited.invitation, chief.principal);
    await actsOf().closeKey('enrolment', 1, 0);
    service.advance(61_000);
    const of = async () => (await service.app.principals.byCertificate(ownCertificate(clerk.pem))).id;
    expect(await of()).toBe('minami-clerk');
    expect(await known('rows')).toEqual(['minami-chief', 'officer']);
    // The thief of a closed key makes rows, and no objects.
    const { value } = await rowOf('minami-clerk');
    const { signature: _, ...record } = value.record;
    const late = { ...record, details: { ...record.details, closes: nextOf(value) } } as LedgerRecord;
    const signature = await actsOf().sign('enrolment', signedDigest(late));
    await forge('minami-clerk', { ...late, signature });
    await expect(of()).rejects.toMatchObject({ code: 'client-certificate-invalid' });
  });
});
