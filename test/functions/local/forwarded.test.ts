import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainAddress } from '../../../functions/local/addresses.ts';
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
    for (const node of ['203.0.113.7', '"[::ffff:203.0.113.7]:80"', '"[::ffff:cb00:7107]"'])
      expect(plainAddress(forwardedFor({ ...list, forwarded: `for=${node}` }, isTrusted) ?? ''), node).toBe(
        '203.0.113.7',
      );
    const written = { 'x-forwarded-for': '2001:db8:2:0::1', forwarded: 'for="[2001:0DB8:2::1]"' };
    expect(forwardedFor(written, isTrusted)).toBe('2001:0DB8:2::1');
    expect(forwardedFor({ ...written, forwarded: 'for="[2001:db8:2::2]"' }, isTrusted)).toBeUndefined();
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

  it('is the proxy itself where it forwards nothing', () => {
    expect(of('127.0.0.1')).toBe('127.0.0.1');
  });

  it('is one of its own where it cannot be read, however much the proxy may send', () => {
    const generous = openSources(
      { proxies: [network('127.0.0.1')], rates: [{ network: network('127.0.0.0/8'), rate: 9999 }] },
      100,
    );
    const client = { tls: false, address: '127.0.0.1' };
    expect(generous.of({ client, headers: {} })).toEqual({ key: '127.0.0.0/8', rate: 9999 });
    for (const headers of [
      { forwarded: 'for=unknown' },
      { 'x-forwarded-for': 'nobody' },
      { 'x-forwarded-for': '' },
      { 'x-forwarded-for': '1.2.3.4', forwarded: 'for=5.6.7.8' },
    ] as const)
      expect(generous.of({ client, headers })).toEqual({ key: 'unread by 127.0.0.1', rate: 100 });
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
  });

  it('of IPv4 is that address, however it is written as one of IPv6', () => {
    for (const address of [
      '::ffff:203.0.113.7',
      '::FFFF:cb00:7107',
      '0:0:0:0:0:ffff:203.0.113.7',
      '0000::ffff:cb00:7107%eth0',
      '64:ff9b::203.0.113.7',
      '64:ff9b::cb00:7107',
    ]) {
      expect(of(address), address).toBe('203.0.113.7');
      expect(of('127.0.0.1', { 'x-forwarded-for': address.split('%')[0] as string }), address).toBe(
        '203.0.113.7',
      );
    }
    for (const address of ['::ffff:192.0.2.9', '::ffff:c000:209', '64:ff9b::c000:209'])
      expect(of(address), address).toBe('192.0.2.0/24');
    expect(of('64:ff9b:0:1::cb00:7107')).toBe('64:ff9b:0:1::/64');
  });

  it('in several networks of the settings has the rate of the narrowest, in whatever order they stand', () => {
    const rates = [
      '0.0.0.0/0',
      '192.0.2.0/24',
      '192.0.2.7',
      '::/0',
      '::ffff:192.0.2.8',
      '2001:db8::/32',
      '2001:db8:1::/48',
    ];
    for (const order of [rates, [...rates].reverse()]) {
      const named = openSources(
        {
          proxies: [],
          rates: order.map((text) => ({ network: network(text), rate: rates.indexOf(text) + 1 })),
        },
        100,
      );
      expect(
        [
          '192.0.2.7',
          '192.0.2.8',
          '192.0.2.9',
          '203.0.113.7',
          '2001:db8:1::1',
          '2001:db8:2::1',
          '2001:db9::1',
        ].map((address) => named.ofAddress(address).key),
      ).toEqual([
        '192.0.2.7',
        '::ffff:192.0.2.8',
        '192.0.2.0/24',
        '0.0.0.0/0',
        '2001:db8:1::/48',
        '2001:db8::/32',
        '::/0',
      ]);
    }
  });

  it('in a network that the settings name has the rate of that network', () => {
    expect(sources.ofAddress('192.0.2.255')).toEqual({ key: '192.0.2.0/24', rate: 5000 });
    expect(sources.ofAddress('192.0.3.0')).toEqual({ key: '192.0.3.0', rate: 100 });
  });
});
