import { describe, expect, it } from 'vitest';
import { readEnv, readFunctionEnv, WitnessEnv } from '../lib/env.ts';
import { Fault } from '../lib/fault.ts';

const problemsOf = (source: Record<string, string | undefined>): readonly string[] => {
  try {
    readEnv(source);
  } catch (error) {
    if (Fault.is(error, 'configuration-invalid'))
      return (error.facts.problems as readonly unknown[]).map(String);
    throw error;
  }
  return [];
};

describe('the environment', () => {
  it('has defaults for everything but the passphrase', () => {
    expect(readEnv({ PATH: '/bin' })).toEqual({
      HOST: '127.0.0.1',
      PORT: 8080,
      TLS_PORT: 8443,
      DATA_DIR: './data',
      TRUST_DOMAIN: 'domains/demonstration.json',
      SOURCE_RATE: 100,
      SOURCE_RATES: [],
      TRUSTED_PROXIES: [],
      DISK_FLOOR: 1_073_741_824,
      LOG_WITNESSES: [],
      LOG_WITNESS_THRESHOLD: 0,
    });
  });

  it('is taken as it is given', () => {
    const given = {
      HOST: '::',
      PORT: '0',
      TLS_PORT: '65535',
      DATA_DIR: '/srv/証',
      PUBLIC_URL: 'http://status.example.jp/akashi',
      TRUST_DOMAIN: 'own.json',
      AKASHI_PASSPHRASE: '秘密 の 言葉',
      SOURCE_RATE: '2000',
      SOURCE_RATES: '192.0.2.0/24=5000, 2001:db8::1=1,',
      TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8',
      DISK_FLOOR: '0',
      LOG_ORIGIN: 'akashi.example/log',
      LOG_WITNESSES: 'a.example/w+0+AA== https://a.example/w, b.example+0+AA== http://b.example',
      LOG_WITNESS_THRESHOLD: '2',
    };
    expect(readEnv(given)).toEqual({
      ...given,
      PORT: 0,
      TLS_PORT: 65535,
      SOURCE_RATE: 2000,
      SOURCE_RATES: [
        { network: { text: '192.0.2.0/24', address: '192.0.2.0', prefix: 24, family: 'ipv4' }, rate: 5000 },
        { network: { text: '2001:db8::1', address: '2001:db8::1', prefix: 128, family: 'ipv6' }, rate: 1 },
      ],
      TRUSTED_PROXIES: [
        { text: '127.0.0.1', address: '127.0.0.1', prefix: 32, family: 'ipv4' },
        { text: '10.0.0.0/8', address: '10.0.0.0', prefix: 8, family: 'ipv4' },
      ],
      DISK_FLOOR: 0,
      LOG_WITNESSES: [
        { vkey: 'a.example/w+0+AA==', url: 'https://a.example/w' },
        { vkey: 'b.example+0+AA==', url: 'http://b.example' },
      ],
      LOG_WITNESS_THRESHOLD: 2,
    });
  });

  it('asks for the public address where the port is not known beforehand', () => {
    expect(problemsOf({ PORT: '0' })).toHaveLength(1);
    expect(problemsOf({ PUBLIC_URL: 'https://status.example.jp' })).toHaveLength(1);
  });

  it('is refused with every problem, a line each: the name, what it must be, what it was', () => {
    expect(problemsOf({ PORT: '80a', TLS_PORT: '65536', DATA_DIR: '', PUBLIC_URL: 'ftp://x' })).toEqual([
      'PORT must be a port number from 0 to 65535, where 0 takes a free one; it was "80a".',
      'TLS_PORT must be a port number from 0 to 65535, where 0 takes a free one; it was "65536".',
      'DATA_DIR must be a folder for the data; it was "".',
      'PUBLIC_URL must be an http address, which goes into certificates: in ASCII without spaces, the host a domain name in lower case (other scripts as xn--) or an IP address, no . or .. in the path, without query, user or slash at the end; with PORT=0 it must be given; it was "ftp://x".',
    ]);
  });

  it.each(['http://a/', 'http://a/?q', 'http://a#f', 'http://u:p@a', 'a', '', 'javascript:1'])(
    'does not take "%s" for the public address',
    (url) => {
      expect(problemsOf({ PUBLIC_URL: url })).toHaveLength(1);
    },
  );

  it.each(['-1', '1.5', ' 80', '0x50', '100000'])('does not take "%s" for a port', (port) => {
    expect(problemsOf({ PORT: port })).toHaveLength(1);
  });

  it.each([
    ['SOURCE_RATE', '0'],
    ['SOURCE_RATE', '1e3'],
    ['SOURCE_RATE', '1000001'],
    ['SOURCE_RATES', '192.0.2.1'],
    ['SOURCE_RATES', '192.0.2.1=0'],
    ['SOURCE_RATES', '192.0.2.1=1=2x'],
    ['SOURCE_RATES', 'tax-portal=100'],
    ['SOURCE_RATES', '192.0.2.0/24=5,192.0.2.0/33=5'],
    ['TRUSTED_PROXIES', 'localhost'],
    ['TRUSTED_PROXIES', '*'],
    ['TRUSTED_PROXIES', '10.0.0.0/8;127.0.0.1'],
    ['TRUSTED_PROXIES', '::1/129'],
    ['TRUSTED_PROXIES', 'fe80::1%eth0'],
    ['DISK_FLOOR', '-1'],
    ['DISK_FLOOR', '1G'],
  ])('does not take %s=%s', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringMatching(`^${name} must be `)]);
  });

  it('takes one passphrase: by itself, or in a file', () => {
    const both = { AKASHI_PASSPHRASE: 'secret', AKASHI_PASSPHRASE_FILE: '/etc/akashi/passphrase' };
    const refused =
      'AKASHI_PASSPHRASE_FILE must be the path of a file with the passphrase, where AKASHI_PASSPHRASE is not set; it was';
    expect(problemsOf(both)).toEqual([`${refused} "/etc/akashi/passphrase".`]);
    expect(problemsOf({ AKASHI_PASSPHRASE_FILE: '' })).toEqual([`${refused} "".`]);
    const { AKASHI_PASSPHRASE_FILE } = both;
    expect(readEnv({ AKASHI_PASSPHRASE_FILE })).toMatchObject({ AKASHI_PASSPHRASE_FILE });

    const witness = { WITNESS_NAME: 'witness.example.jp', WITNESS_LOGS: 'log.example.jp+0+AA==' };
    const asWitness = (source: Record<string, string>) => () =>
      readFunctionEnv(WitnessEnv, { ...witness, ...source });
    expect(asWitness(both)).toThrow(refused);
    // A witness has no demonstration: its key is always sealed under a passphrase of its own.
    expect(asWitness({})).toThrow(refused);
    expect(asWitness({ AKASHI_PASSPHRASE_FILE })()).toMatchObject({ AKASHI_PASSPHRASE_FILE });
    expect(asWitness({ AKASHI_PASSPHRASE: 'secret' })()).toMatchObject({ AKASHI_PASSPHRASE: 'secret' });
  });

  it('never repeats a passphrase', () => {
    expect(problemsOf({ AKASHI_PASSPHRASE: '' })).toEqual([
      'AKASHI_PASSPHRASE must be a passphrase, not empty.',
    ]);
  });
});
