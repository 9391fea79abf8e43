import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import type { KeyStore } from '../../lib/keys/keys.ts';
import { decodeCertificate } from '../../lib/pki/certificate.ts';
import type { Service } from '../service.ts';
import { faultyBucket, faultyTable } from '../store/faulty-table.ts';
import { allRecords, checkWorld } from '../world.ts';
import {
  codeOf,
  composeHouse,
  FAILURES,
  type Ground,
  type HouseFile,
  type HouseOptions,
  openGround,
  openHouse,
} from './house.ts';

/** The key ceremony, interrupted at every step and continued. */

const NOTHING = { requests: [], signed: [], answers: [], revoked: [] };
const CAS = ['organisation-1', 'signature-1', 'authentication-1', 'operations-1'];

let ground: Ground;
beforeEach(async () => {
  ground = await openGround();
});
afterEach(() => ground.close());

const hold = async (on: Ground, options: HouseOptions = {}): Promise<boolean> =>
  composeHouse(on, options).core.authority.holdCeremony(() => {});

/** Everything that must hold after a ceremony has ended, in one run or in several. */
const checkCeremony = async (on: Ground): Promise<Service> => {
  const house = await openHouse(on);
  const { authority } = house.app;
  const views = await authority.authorities();
  expect(views.map(({ id }) => id).sort()).toEqual([...CAS].sort());
  for (const ca of CAS) {
    const certificate = decodeCertificate(await authority.caCertificate(ca));
    const { subjectPublicKeyInfo } = await on.keys.open(ca);
    expect(Buffer.compare(certificate.subjectPublicKeyInfo, subjectPublicKeyInfo)).toBe(0);
    const crl = await house.app.status.crl(ca, 'full', { recipient: 'public', method: 'GET' });
    expect(crl.number >= 1n).toBe(true);
  }
  // One key for each CA, one for each responder; every key in the key store is in use.
  expect(on.made.filter((id) => id !== 'token-issuer').sort()).toEqual(
    [...CAS, ...CAS.map((ca) => `ocsp-${ca}-1`)].sort(),
  );
  const records = await allRecords(house);
  const steps = records.flatMap((record) => (record.kind === 'ceremony' ? [record.details] : []));
  expect(
    steps
      .filter(({ step }) => step === 'authority')
      .map(({ ca }) => ca)
      .sort(),
  ).toEqual([...CAS].sort());
  expect(steps.filter(({ step }) => step === 'done')).toEqual([
    expect.objectContaining({ trustDomain: 'demonstration', persons: ['operator-sakai', 'operator-noda'] }),
  ]);
  const orders = records.flatMap((record) => (record.kind === 'issuance' ? [record.details.order] : []));
  expect(new Set(orders).size).toBe(orders.length);
  expect(orders).toHaveLength(2 * CAS.length);
  await checkWorld(house, NOTHING);
  return house;
};

describe('a ceremony', () => {
  it('makes the CAs of the file, tells each step when it is done, and has nothing to do the second time', async () => {
    const steps: string[] = [];
    const { core } = composeHouse(ground);
    expect(await core.authority.holdCeremony((step) => steps.push(step))).toBe(true);
    for (const ca of CAS) {
      expect(steps.filter((step) => step.startsWith(`${ca}:`))).toEqual([
        `${ca}: key made (ecdsa-p256-sha256)`,
        expect.stringMatching(/CA certificate signed \(serial [0-9a-f]{34}\)$/),
        `${ca}: OCSP responder certified (ecdsa-p256-sha256)`,
        `${ca}: CRL published`,
      ]);
    }
    expect(steps.at(-1)).toBe('trust domain "demonstration" applied by operator-sakai and operator-noda');
    const signed = ground.signed.length;
    expect(await hold(ground)).toBe(false);
    expect(ground.signed).toHaveLength(signed);
    await checkCeremony(ground);
  });

  it('with another file is refused, before and after its end, and does nothing', async () => {
    const another: HouseOptions = {
      domain: (file: HouseFile) => {
        for (const authority of file.authorities) authority.validity = 'P9Y';
      },
    };
    const interrupted: HouseOptions = { table: (table) => faultyTable(table, new Map([[6, 'lost']])) };
    expect(await codeOf(hold(ground, interrupted))).toBe('store-unavailable');
    const [made, signed] = [ground.made.length, ground.signed.length];
    const refused = await hold(ground, another).catch((error: unknown) => error);
    if (!Fault.is(refused, 'trust-domain-changed')) throw refused;
    expect(refused.message).toMatch(/Go back to the file in force, and have the change approved first/);
    expect(await hold(ground)).toBe(true);
    expect(await codeOf(hold(ground, another))).toBe('trust-domain-changed');
    expect(made).toBeLessThan(ground.made.length);
    expect(signed).toBeLessThan(ground.signed.length);
    await checkCeremony(ground);
  });

  it('held twice at once is held once', async () => {
    const outcomes = await Promise.all([hold(ground), hold(ground), hold(ground)]);
    expect(outcomes).toContain(true);
    await checkCeremony(ground);
  });

  it('with two files at once applies one of them and refuses the other', async () => {
    const another = hold(ground, {
      domain: (file) => {
        for (const authority of file.authorities) authority.validity = 'P9Y';
      },
    });
    const codes = await Promise.all([codeOf(hold(ground)), codeOf(another)]);
    expect(codes.sort()).toEqual(['none', 'trust-domain-changed']);
  });
});

describe('a ceremony that is interrupted', { timeout: 120_000 }, () => {
  /** Fails once at the n-th write, then goes on: in the same process, or in another. */
  const survive = async (
    make: (on: Ground, n: number) => { options: HouseOptions; writes: () => number },
    n: number,
    resume: 'same process' | 'another process',
  ): Promise<number> => {
    const own = await openGround();
    try {
      const { options, writes } = make(own, n);
      const { core } = composeHouse(own, options);
      const before = await codeOf(core.authority.holdCeremony(() => {}));
      expect(before).toBe(n === 0 ? 'none' : 'store-unavailable');
      if (n > 0) {
        const again = resume === 'same process' ? core : composeHouse(own).core;
        expect(await codeOf(again.authority.holdCeremony(() => {}))).toBe('none');
      }
      await checkCeremony(own);
      return writes();
    } finally {
      await own.close();
    }
  };

  const RESUMED = ['same process', 'another process'] as const;

  it.each(FAILURES)(
    'at a write to the table, %s, goes on with the same CAs and no second key',
    { timeout: 120_000 },
    async (failure) => {
      const tables = (_: Ground, n: number) => {
        let counted = { writes: 0 };
        const table: NonNullable<HouseOptions['table']> = (real) => {
          const faulty = faultyTable(real, new Map([[n, failure]]));
          counted = faulty;
          return faulty;
        };
        return { options: { table }, writes: () => counted.writes };
      };
      const writes = await survive(tables, 0, 'another process');
      // Two for the begin and the end. For each CA: two for its certificate and one to enter it, the same for its
      // responder, and three for its CRL.
      expect(writes).toBe(2 + CAS.length * (3 + 3 + 3));
      for (let n = 1; n <= writes; n++) {
        const turn = failure === 'lost' ? n : n + 1;
        await survive(tables, n, RESUMED[turn % 2] as (typeof RESUMED)[number]);
      }
    },
  );

  it.each(FAILURES)('at an object of the bucket, %s, goes on', async (failure) => {
    const buckets = (_: Ground, n: number) => {
      let counted = { writes: 0 };
      const bucket: NonNullable<HouseOptions['bucket']> = (real) => {
        const faulty = faultyBucket(real, new Map([[n, failure]]));
        counted = faulty;
        return faulty;
      };
      return { options: { bucket }, writes: () => counted.writes };
    };
    const writes = await survive(buckets, 0, 'another process');
    expect(writes).toBe(CAS.length);
    for (let n = 1; n <= writes; n++) for (const resume of RESUMED) await survive(buckets, n, resume);
  });

  it('at an object of the acts, lost or put without an answer, goes on', async () => {
    const stores = (_: Ground, n: number) => {
      let count = 0;
      const objects: NonNullable<HouseOptions['objects']> = (real) => ({
        ...real,
        put: async (key, body, options) => {
          const fails = ++count === n;
          if (!fails || n % 2 === 0) await real.put(key, body, options);
          if (fails) throw new Fault('store-unavailable', 'The bucket did not answer.');
        },
      });
      return { options: { objects }, writes: () => count };
    };
    const puts = await survive(stores, 0, 'another process');
    // The state, a key for each kind of act, and the certificate of each CA.
    expect(puts).toBeGreaterThanOrEqual(1 + 16 + CAS.length);
    for (let n = 1; n <= puts; n++)
      await survive(stores, n, RESUMED[Math.floor(n / 2) % 2] as (typeof RESUMED)[number]);
  });

  it('after a key was made without an answer, or before a signature, goes on with that key', async () => {
    const keyStores = (failing: 'create' | 'sign') => (_: Ground, n: number) => {
      let count = 0;
      const fail = (): void => {
        if (++count === n) throw new Fault('store-unavailable', 'The key store did not answer.');
      };
      const keys = (real: KeyStore): KeyStore => {
        const watch = async (opening: ReturnType<KeyStore['open']>) => {
          const signer = await opening;
          return {
            ...signer,
            sign: (message: Uint8Array) => {
              const signature = signer.sign(message);
              if (failing === 'sign') fail();
              return signature;
            },
          };
        };
        return {
          create: async (id, algorithm) => {
            const signer = await watch(real.create(id, algorithm));
            if (failing === 'create') fail();
            return signer;
          },
          open: (id) => watch(real.open(id)),
        };
      };
      return { options: { keys }, writes: () => count };
    };
    for (const failing of ['create', 'sign'] as const) {
      const times = await survive(keyStores(failing), 0, 'another process');
      // Keys of CAs and responders; signatures of CA certificates, responder certificates and CRLs.
      expect(times).toBe(CAS.length * (failing === 'create' ? 2 : 3));
      for (let n = 1; n <= times; n++)
        await survive(keyStores(failing), n, RESUMED[n % 2] as (typeof RESUMED)[number]);
    }
  });
});
