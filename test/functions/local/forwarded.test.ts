import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forwardedFor } from '../../../functions/local/forwarded.ts';
import { openSources } from '../../../functions/local/sources.ts';
import { type Network, readNetwork } from '../../../lib/network.ts';

const isTrusted = (address: string): boolean => address.startsWith('10.');

describe('the address that proxies forward', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['198.51.100.1, 203.0.113.7, 10.0.0.2', '203.0.113.7'],
    ['203.0.113.7:4711', '203.0.113.7'],
    ['[2001:db8::7]:4711', '2001:db8::7'],
    ['2001:db8::7', '2001:db8::7'],
    ['10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['203.0.113.7, unknown', undefined],
    ['203.0.113.7, ', undefined],
    ['203.0.113.999', undefined],
    ['127.0.0.1%00', undefined],
    [`${'203.0.113.7, '.repeat(400)}203.0.113.7`, undefined],
  ])('by X-Forwarded-For: %s', (list, address) => {
    expect(forwardedFor({ 'x-forwarded-for': list }, isTrusted)).toBe(address);
  });

  // RFC 7239 4, 6 and 7.1.
  it.each([
    ['for=203.0.113.7', '203.0.113.7'],
    ['For="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
    ['for=192.0.2.60;proto=http;by=203.0.113.43', '192.0.2.60'],
    ['for=198.51.100.1, for=203.0.113.7;proto=https, for="10.0.0.2:80"', '203.0.113.7'],
    ['for=203.0.113.7, for=_hidden', undefined],
    ['for=203.0.113.7, for=unknown', undefined],
    ['for=203.0.113.7, proto=http', undefined],
    ['for=203.0.113.7;for=203.0.113.8', undefined],
    ['for="203.0.113.7', undefined],
    ['for=203.0.113.7,', undefined],
    ['203.0.113.7', undefined],
    ['for="a\\"b, for=203.0.113.7', undefined],
  ])('by Forwarded: %s', (header, address) => {
    expect(forwardedFor({ forwarded: header }, isTrusted)).toBe(address);
  });

  it('is not known where both headers are there and differ: a proxy passes on what a client wrote in the other', () => {
    const list = { 'x-forwarded-for': '203.0.113.7' };
    expect(forwardedFor({ ...list, forwarded: 'for=198.51.100.1' }, isTrusted)).toBeUndefined();
    expect(forwardedFor({ ...list, forwarded: 'nonsense' }, isTrusted)).toBeUndefined();
    expect(forwardedFor({ ...list, forwarded: 'for=203.0.113.7' }, isTrusted)).toBe('203.0.113.7');
  });

  it('is an address or unknown, whatever the headers say', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (forwarded, list) => {
        for (const headers of [
          { forwarded },
          { 'x-forwarded-for': list },
          { forwarded, 'x-forwarded-for': list },
        ])
          expect(forwardedFor(headers, isTrusted) ?? '::').toMatch(/^[0-9A-Fa-f:.]+$/);
      }),
    );
  });
});

describe('the source of a request', () => {
  const network = (text: string): Network => readNetwork(text) as Network;
  const sources = openSources(
    {
      proxies: [network('127.0.0.1'), network('fd00::/8')],
      rates: [{ network: network('192.0.2.0/24'), rate: 5000 }],
    },
    100,
  );
  const of = (address: string, headers: Readonly<Record<string, string>> = {}) =>
    sources.of({ client: { tls: false, address }, headers }).key;

  it('is the peer, whatever it claims, unless the peer is a trusted proxy', () => {
    const lie = { 'x-forwarded-for': '192.0.2.9', forwarded: 'for=192.0.2.9' };
    expect(of('203.0.113.7', lie)).toBe('203.0.113.7');
    expect(of('127.0.0.1', lie)).toBe('192.0.2.0/24');
    expect(of('::ffff:127.0.0.1', lie)).toBe('192.0.2.0/24');
    expect(of('fd00::1', { forwarded: 'for="[2001:db8:0:1::5]"' })).toBe('2001:db8:0:1::/64');
  });

  it('is the proxy itself where it forwards nothing, or what cannot be read', () => {
    expect(of('127.0.0.1')).toBe('127.0.0.1');
    expect(of('127.0.0.1', { forwarded: 'for=unknown' })).toBe('127.0.0.1');
    expect(of('127.0.0.1', { 'x-forwarded-for': '1.2.3.4', forwarded: 'for=5.6.7.8' })).toBe('127.0.0.1');
  });

  it('of IPv6 is a network of 64 bits, however the address is written', () => {
    for (const address of [
      '2001:db8::1',
      '2001:0DB8:0:0:ffff::',
      '2001:db8:0:0:1:2:3:4',
      '2001:db8::1.2.3.4',
    ])
      expect(of(address)).toBe('2001:db8:0:0::/64');
    expect(of('2001:db8:0:1::1')).toBe('2001:db8:0:1::/64');
    expect(of('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
    expect(of('::1')).toBe('0:0:0:0::/64');
    expect(of('::ffff:203.0.113.7')).toBe('203.0.113.7');
  });

  it('in a network that the settings name has the rate of that network', () => {
    expect(sources.ofAddress('192.0.2.255')).toEqual({ key: '192.0.2.0/24', rate: 5000 });
    expect(sources.ofAddress('192.0.3.0')).toEqual({ key: '192.0.3.0', rate: 100 });
  });
});
