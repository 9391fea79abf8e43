import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doorCredentials, localCredentials } from '../../../functions/local/credentials.ts';
import { serve } from '../../../functions/local/server.ts';
import { routes } from '../../../functions/routes/routes.ts';
import { Fault } from '../../../lib/fault.ts';
import { DAY, type Ground, openGround, openHouse } from '../../authority/house.ts';
import { PUBLIC_URL, type Service } from '../../service.ts';
import { allRecords } from '../../world.ts';

/** The credentials that the one-machine service makes, interrupted at every step. */

let ground: Ground;
let house: Service;
beforeAll(async () => {
  ground = await openGround();
  house = await openHouse(ground);
});
afterAll(() => ground.close());

const FILES = ['key.pem', 'cert.pem', 'ca.pem'] as const;
const read = (folder: string, file: (typeof FILES)[number]): string =>
  readFileSync(join(folder, file), 'utf8');

const make = (folder: string, name = 'principal:higashi-chief') =>
  localCredentials(
    house.core,
    folder,
    {
      name,
      profile: house.trustDomain.operations.principal,
      fields: { principal: 'higashi-chief', name: '東区 責任者' },
    },
    house.now,
  );

const issued = async (): Promise<number> =>
  (await allRecords(house)).filter(
    (record) => record.kind === 'issuance' && record.details.profile === 'principal',
  ).length;

const whole = (folder: string): void => {
  const certificate = new X509Certificate(read(folder, 'cert.pem'));
  expect(certificate.publicKey.export({ type: 'spki', format: 'pem' })).toBeDefined();
  expect(certificate.verify(new X509Certificate(read(folder, 'ca.pem')).publicKey)).toBe(true);
};

describe('credentials', () => {
  it('of one principal are not certified for another to whose folder the key was copied', async () => {
    const [own, other] = [join(ground.folder, 'own'), join(ground.folder, 'other')];
    await make(own);
    mkdirSync(other);
    copyFileSync(join(own, 'key.pem'), join(other, 'key.pem'));
    const before = await issued();
    const order = {
      name: 'principal:operator-noda',
      profile: house.trustDomain.operations.principal,
      fields: { principal: 'operator-noda', name: '野田' },
    };
    const refused = await localCredentials(house.core, other, order, house.now).catch((error) => error);
    expect(Fault.is(refused, 'duplicate-key')).toBe(true);
    expect(refused.facts).toMatchObject({ principal: 'operator-noda', certifiedFor: 'higashi-chief' });
    expect(await issued()).toBe(before);
  });

  it('are made once, renewed at half of their life, and good for TLS clients', async () => {
    const folder = join(ground.folder, 'once');
    const before = await issued();
    expect((await make(folder)).made).toBe(true);
    const again = await make(folder);
    expect(again.made).toBe(false);
    expect(again.cert).toBe(read(folder, 'cert.pem'));
    expect(await issued()).toBe(before + 1);
    whole(folder);
    const key = read(folder, 'key.pem');
    ground.time.now += 183 * DAY;
    expect((await make(folder)).made).toBe(true);
    expect(read(folder, 'key.pem')).not.toBe(key);
    expect(await issued()).toBe(before + 2);
  });

  it('keep their key and certificate if their making or renewal stops after any of its files', async () => {
    for (const renewal of [false, true]) {
      // The order of writing: the key, the CA's certificate, the certificate.
      for (const written of [['key.pem'], ['key.pem', 'ca.pem']] as const) {
        const folder = join(ground.folder, `stopped-${renewal}-${written.length}`);
        const old = join(ground.folder, `${folder}-old`);
        if (renewal) {
          await make(folder);
          mkdirSync(old, { recursive: true });
          for (const file of FILES) copyFileSync(join(folder, file), join(old, file));
          ground.time.now += 183 * DAY;
        }
        await make(folder);
        const [key, cert] = [read(folder, 'key.pem'), read(folder, 'cert.pem')];
        const before = await issued();
        for (const file of FILES.filter((name) => !(written as readonly string[]).includes(name))) {
          if (renewal) copyFileSync(join(old, file), join(folder, file));
          else rmSync(join(folder, file));
        }
        expect((await make(folder)).made).toBe(true);
        expect(read(folder, 'key.pem')).toBe(key);
        expect(read(folder, 'cert.pem')).toBe(cert);
        expect(await issued()).toBe(before);
        expect((await make(folder)).made).toBe(false);
        whole(folder);
      }
    }
  });

  it('that were damaged are named, with what to do', async () => {
    for (const file of ['key.pem', 'cert.pem'] as const) {
      const folder = join(ground.folder, `damaged-${file}`);
      await make(folder);
      truncateSync(join(folder, file), 40);
      const failure = await make(folder).catch((error: unknown) => error);
      if (!Fault.is(failure, 'configuration-invalid')) throw failure;
      expect(failure.message).toContain(folder);
      expect(failure.message).toContain('delete that folder');
      rmSync(folder, { recursive: true });
      expect((await make(folder)).made).toBe(true);
    }
  });

  it('leave no partial file of an interrupted write', async () => {
    const folder = join(ground.folder, 'cut');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'key.pem.new'), '-----BEGIN PRIV');
    await make(folder);
    whole(folder);
    expect(existsSync(join(folder, 'key.pem.new'))).toBe(false);
  });
});

describe("the TLS door's certificate", () => {
  it('is renewed in a service that runs for longer than it lives', async () => {
    const folder = join(ground.folder, 'door');
    const door = () => doorCredentials(house.core, folder, house.trustDomain, PUBLIC_URL, house.now);
    const first = await door();
    const served = await serve({
      app: house.app,
      routes,
      host: '127.0.0.1',
      port: 0,
      tlsPort: 0,
      tls: { ...first, ca: [first.ca] },
      clock: house.now,
      log: () => {},
    });
    const shown = (): Promise<string | undefined> =>
      new Promise((done, failed) => {
        const socket = connect({
          port: served.tlsPort,
          host: '127.0.0.1',
          servername: 'localhost',
          rejectUnauthorized: false,
        });
        socket.once('error', failed);
        socket.once('secureConnect', () => {
          done(socket.getPeerX509Certificate()?.serialNumber.toLowerCase());
          socket.destroy();
        });
      });
    const serialOf = (pem: string): string => new X509Certificate(pem).serialNumber.toLowerCase();
    try {
      expect(await shown()).toBe(serialOf(first.cert));
      expect((await door()).made).toBe(false);
      ground.time.now += 46 * DAY;
      const second = await door();
      expect(second.made).toBe(true);
      served.renew({ ...second, ca: [second.ca] });
      expect(await shown()).toBe(serialOf(second.cert));
      expect(serialOf(second.cert)).not.toBe(serialOf(first.cert));
    } finally {
      await served.stop();
    }
  });

  it('is made anew, for another key, once two operators have revoked it', async () => {
    const folder = join(ground.folder, 'revoked-door');
    const door = () => doorCredentials(house.core, folder, house.trustDomain, PUBLIC_URL, house.now);
    const first = await door();
    const serial = new X509Certificate(first.cert).serialNumber.toLowerCase();
    const ref = { ca: 'operations-1', serial };
    for (const operator of ['operator-sakai', 'operator-noda']) {
      expect((await door()).cert).toBe(first.cert);
      await house.app.authority.revoke(house.principal(operator), ref, { reason: 'keyCompromise' });
    }
    const second = await door();
    expect(second.made).toBe(true);
    expect(second.key).not.toBe(first.key);
    expect(new X509Certificate(second.cert).serialNumber.toLowerCase()).not.toBe(serial);
    expect(new X509Certificate(second.cert).checkPrivateKey(createPrivateKey(second.key))).toBe(true);
    expect((await door()).made).toBe(false);
  });
});
