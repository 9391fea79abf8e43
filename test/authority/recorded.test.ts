import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Order } from '../../lib/authority/authority.ts';
import {
  type Bytes,
  type CertificateRow,
  certificateKey,
  isSigned,
  unfinishedWrite,
} from '../../lib/authority/certificates.ts';
import { Fault } from '../../lib/fault.ts';
import type { Signer } from '../../lib/keys/keys.ts';
import { generateSoftwareKey } from '../../lib/keys/software.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import { FIELDS, type Service } from '../service.ts';
import {
  codeOf,
  type Ground,
  type HouseOptions,
  keyOfOrder,
  openGround,
  openHouse,
  personalDataOn,
} from './house.ts';

/*
 * A certificate that an interrupted run recorded is signed, because its record proves it. Rows that somebody put into the
 * table to look like it are not signed.
 */
let ground: Ground;
let holder: Signer;
let stranger: Signer;
beforeEach(async () => {
  ground = await openGround();
  holder = await generateSoftwareKey('ecdsa-p256-sha256');
  stranger = await generateSoftwareKey('ecdsa-p256-sha256');
});
afterEach(() => ground.close());

/** Only the orders whose bytes are changed are for the holder's key. */
const orderOf = (order: string): Order => ({
  order,
  profile: 'person-signature',
  office: 'mizusaki-higashi',
  fields: FIELDS['person-signature'] ?? {},
  subjectPublicKeyInfo:
    order === 'changed' || order === 'genuine' ? holder.subjectPublicKeyInfo : keyOfOrder(order),
  actor: 'operator-noda',
});

const SILENT: HouseOptions = {
  keys: (keys) => ({
    create: (id, algorithm) => keys.create(id, algorithm),
    open: async (id) => ({
      ...(await keys.open(id)),
      sign: () => {
        throw new Fault('store-unavailable', 'The key cannot be reached.');
      },
    }),
  }),
};

/** Recorded and not signed. */
const interrupt = async (order: string): Promise<CertificateRef> => {
  const crashed = await openHouse(ground, SILENT);
  expect(await codeOf(crashed.core.authority.issue(orderOf(order)))).toBe('store-unavailable');
  const end = await ground.objects.get(`outcomes/order.${order}/1`);
  if (!end) throw new Error('nothing was recorded');
  return JSON.parse(Buffer.from(end.body).toString()).certificates[0];
};

const rowOf = async (ref: CertificateRef): Promise<CertificateRow> => {
  const item = await ground.table.get<CertificateRow>(certificateKey(ref));
  if (!item) throw new Error('no such certificate');
  return item.value;
};

/** The same TBSCertificate about the stranger's key, of the same length. */
const forStranger = (tbs: string): string => {
  const [own, other] = [holder, stranger].map(({ subjectPublicKeyInfo }) =>
    Buffer.from(subjectPublicKeyInfo),
  );
  const der = Buffer.from(tbs, 'base64');
  other?.copy(der, der.indexOf(own ?? ''));
  return der.toString('base64');
};

const refusals = ({ logged }: Service): readonly unknown[] =>
  logged.filter(({ facts }) => facts.error === 'issuance-not-recorded').map(({ facts }) => facts.order);

const itemOf = ({ ca, serial }: CertificateRef): string => `certificate/${ca}/${serial}`;

describe('a certificate that rows call recorded by an interrupted run', () => {
  it('is not signed if its bytes differ from those recorded, and is signed once they are put back', async () => {
    // Its ceremony needs the keys.
    const first = await openHouse(ground);
    const ref = await interrupt('changed');
    await interrupt('whole');
    // Somebody who has the data keys too.
    const { change, read } = personalDataOn(ground, first);
    const bytes = await read<Bytes>(itemOf(ref));
    const put = (value: Bytes) => change(itemOf(ref), () => ({ value, terms: { end: ground.time.now } }));
    await put({ ...bytes, tbs: forStranger(bytes.tbs) });

    const house = await openHouse(ground);
    const signed = ground.signed.length;
    expect(await codeOf(house.core.authority.recover())).toBe('issuance-not-recorded');
    expect(await codeOf(house.core.authority.issue(orderOf('changed')))).toBe('issuance-not-recorded');
    expect(refusals(house)).toEqual(['changed']);
    // The other one was signed.
    expect(ground.signed).toHaveLength(signed + 1);
    expect(isSigned(await rowOf(ref))).toBe(false);

    await put(bytes);
    expect(await (await openHouse(ground)).core.authority.recover()).toEqual(['changed']);
    expect(isSigned(await rowOf(ref))).toBe(true);
  });

  it('is not signed if all its rows were forged, whatever record they name', async () => {
    const house = await openHouse(ground);
    const genuine = await house.core.authority.issue(orderOf('genuine'));
    const { apart: _, ...row } = await rowOf(genuine);
    const { subject, tbs } = await personalDataOn(ground, house).read<Bytes>(itemOf(genuine));
    const inline = { subject, tbs: forStranger(tbs) };
    const stem = genuine.serial.slice(0, -1);
    const serials = ['0', '1', '2', '3'].map((end) => stem + end).filter((one) => one !== genuine.serial);
    const signed = ground.signed.length;
    for (const [n, record] of [row.record, '0'.repeat(32), 'none'].entries()) {
      const order = `forged-${n}`;
      const ref = { ...genuine, serial: serials[n] ?? '' };
      // What the rows say of an order opens nothing: it gets a number of its own.
      expect(await house.core.authority.issue(orderOf(order))).not.toEqual(ref);
      await ground.table.write([
        {
          put: certificateKey(ref),
          value: { ...row, order, record, ...inline } satisfies CertificateRow,
          if: 'absent',
        },
        unfinishedWrite(order, ref),
      ]);
    }
    expect(await codeOf(house.core.authority.recover())).toBe('issuance-not-recorded');
    expect(refusals(house)).toHaveLength(3);
    expect(ground.signed).toHaveLength(signed + 3);
  });
});
