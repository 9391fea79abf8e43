import { describe, expect, it } from 'vitest';
import { readEnv } from '../lib/env.ts';
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
      LOG_ORIGIN: 'akashi.example/log',
      LOG_WITNESSES: 'a.example/w+0+AA== https://a.example/w, b.example+0+AA== http://b.example',
      LOG_WITNESS_THRESHOLD: '2',
    };
    expect(readEnv(given)).toEqual({
      ...given,
      PORT: 0,
      TLS_PORT: 65535,
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

  it('never repeats a passphrase', () => {
    expect(problemsOf({ AKASHI_PASSPHRASE: '' })).toEqual([
      'AKASHI_PASSPHRASE must be a passphrase, not empty.',
    ]);
  });
});
