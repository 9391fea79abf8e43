import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import {
  CERT_LIST_ENTRY_RULES,
  CERT_LIST_RULES,
  ENCODED_CERT_LIST_RULES,
  ENTRY_EXTENSIONS_RULES,
} from '../../lib/lint/cert-list-rules.ts';
import { CERTIFICATE_RULES, ENCODED_CERTIFICATE_RULES } from '../../lib/lint/certificate-rules.ts';
import type { Finding } from '../../lib/lint/contract.ts';
import { lintCertificate, lintCertList, STRICT_ENCODING } from '../../lib/lint/lint.ts';
import { GOOD_CERTIFICATES, GOOD_CRLS } from './examples.ts';

const findingsOf = async (lint: () => unknown): Promise<readonly Finding[]> => {
  try {
    await lint();
    return [];
  } catch (error) {
    if (!Fault.is(error, 'lint-failed')) throw error;
    return error.facts.findings as readonly Finding[];
  }
};

const filesIn = (folder: string): readonly string[] =>
  readdirSync(new URL(`../../lib/lint/${folder}/`, import.meta.url)).map((file) => file.replace(/\.ts$/, ''));

/** Expects the finding of the rule that `bad` breaks, and no others except those that the rule announces. */
const expectCaught = (
  { id, also = [] }: { readonly id: string; readonly also?: readonly string[] },
  findings: readonly Finding[],
): void => {
  const caughtBy = findings.map(({ rule }) => rule);
  expect(caughtBy).toContain(id);
  expect(caughtBy.filter((other) => other !== id && !also.includes(other))).toEqual([]);
};

const certificateRules = [...ENCODED_CERTIFICATE_RULES, ...CERTIFICATE_RULES];
const crlRules = [
  ...ENCODED_CERT_LIST_RULES,
  ...CERT_LIST_RULES,
  ...CERT_LIST_ENTRY_RULES,
  ...ENTRY_EXTENSIONS_RULES,
];

describe('the tables', () => {
  it('have every rule, one to a file that has its name', () => {
    expect(certificateRules.map(({ id }) => id).sort()).toEqual([...filesIn('certificate')].sort());
    expect(crlRules.map(({ id }) => id).sort()).toEqual([...filesIn('crl')].sort());
  });

  it.each([...certificateRules, ...crlRules])('cite a clause: $id', ({ cite }) => {
    expect(cite).toMatch(/RFC \d{4} [A-Z\d]|X\.690|BR \d/);
  });

  it('announce only rules that there are', () => {
    const ids = [...certificateRules, ...crlRules].map(({ id }) => id);
    const announced = [...certificateRules, ...crlRules].flatMap(({ also = [] }) => also);
    expect(announced.filter((id) => !ids.includes(id))).toEqual([]);
  });
});

describe('good certificates', () => {
  it.each(GOOD_CERTIFICATES)('%s', async (_, { tbs, context }) => {
    expect(await findingsOf(() => lintCertificate(tbs, context))).toEqual([]);
    expect(lintCertificate(tbs, context).rules).toContain(STRICT_ENCODING.id);
  });
});

describe('bad certificates are caught', () => {
  const applied = new Map(
    GOOD_CERTIFICATES.map(([name, { tbs, context }]) => [name, lintCertificate(tbs, context).rules]),
  );

  it.each(certificateRules)('by $id', async (rule) => {
    const goods = GOOD_CERTIFICATES.filter(([name]) => applied.get(name)?.includes(rule.id));
    expect(goods.length).toBeGreaterThan(0);
    const caughtAlso = new Set<string>();
    for (const [, good] of goods) {
      const bad = rule.bad(good);
      const findings = await findingsOf(() => lintCertificate(bad.tbs, bad.context));
      expectCaught(rule, findings);
      for (const { rule: id } of findings) caughtAlso.add(id);
    }
    // Every announced finding occurs.
    expect((rule.also ?? []).filter((id) => !caughtAlso.has(id))).toEqual([]);
  });
});

describe('good CRLs', () => {
  it.each(GOOD_CRLS)('%s', async (_, { tbs, context }) => {
    expect(await findingsOf(() => lintCertList(tbs, context))).toEqual([]);
  });
});

describe('bad CRLs are caught', () => {
  it.each(crlRules)('by $id', async (rule) => {
    const linted = await Promise.all(GOOD_CRLS.map(([, { tbs, context }]) => lintCertList(tbs, context)));
    const goods = GOOD_CRLS.filter((_, i) => linted[i]?.rules.includes(rule.id));
    expect(goods.length).toBeGreaterThan(0);
    for (const [, good] of goods) {
      const bad = rule.bad(good);
      expectCaught(rule, await findingsOf(() => lintCertList(bad.tbs, bad.context)));
    }
  });
});
