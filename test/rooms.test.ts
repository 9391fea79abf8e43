import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The architecture as a test: who may import whom, and what each entry reaches. */
const root = resolve(import.meta.dirname, '..');

const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));

/** Imports that exist at run time: `import type`, and lists of nothing but types, are erased. */
const valueImports = (file: string): string[] => {
  const text = readFileSync(join(root, file), 'utf8');
  const found: string[] = [];
  for (const [, clause, from] of text.matchAll(/^(?:import|export)\s+([^;]*?)\s*from\s+'([^']+)';/gm)) {
    if (/^type\b/.test(clause as string)) continue;
    const names = /^\{([^}]*)\}$/.exec((clause as string).trim());
    if (names?.[1]?.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type ')))
      continue;
    found.push(from as string);
  }
  for (const [, from] of text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)) found.push(from as string);
  return found;
};

const resolved = (file: string, specifier: string): string =>
  relative(root, resolve(root, dirname(file), specifier));

/** Every import within the project, those of types included. */
const allImports = (file: string): readonly string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/(?:^|\s)(?:from|import\()\s*'(\.[^']+\.ts)'/g)].map(
    ([, specifier]) => resolved(file, specifier as string),
  );

const roomOf = (file: string): string => {
  const [top, second] = file.split('/');
  if (top !== 'lib') return top as string;
  return (second as string).endsWith('.ts') ? file : `lib/${second}`;
};

/**
 * Files that every room may use: vocabulary and ports, which hold no behaviour of a room; acting-office.ts, tenant.ts, recent.ts and try-each.ts; and
 * recorded-act.ts. Every room that relies on an act must read the act's record in the same way, and none of them may call the ledger's code.
 */
const SHARED = [
  'lib/act-kinds.ts',
  'lib/acting-office.ts',
  'lib/tenant.ts',
  'lib/compromise.ts',
  'lib/fault.ts',
  'lib/format.ts',
  'lib/idempotency-key.ts',
  'lib/internet-names.ts',
  'lib/members.ts',
  'lib/ports.ts',
  'lib/principal.ts',
  'lib/public-url.ts',
  'lib/recent.ts',
  'lib/recorded-act.ts',
  'lib/recipient.ts',
  'lib/recorded-purpose.ts',
  'lib/store/store.ts',
  'lib/try-each.ts',
  'lib/used-key.ts',
];

/** Rooms whose code a room may call directly; everything else comes in through lib/app.ts. */
const MAY_CALL: Record<string, readonly string[]> = {
  'lib/pki': [],
  'lib/keys': ['lib/pki', 'lib/aws'],
  'lib/aws': [],
  'lib/store': ['lib/aws'],
  'lib/lint': ['lib/pki'],
  'lib/trust-domain': ['lib/acts', 'lib/lint', 'lib/pki', 'lib/keys'],
  'lib/authority': ['lib/trust-domain', 'lib/lint', 'lib/pki', 'lib/keys'],
  'lib/registration': ['lib/pki', 'lib/keys'],
  'lib/enrolment': ['lib/lint', 'lib/pki', 'lib/keys', 'lib/aws'],
  'lib/status': ['lib/pki'],
  'lib/status-check': ['lib/pki', 'lib/keys'],
  'lib/acts': ['lib/keys'],
  'lib/tlog': [],
  'lib/ledger': ['lib/sheets', 'lib/tlog'],
  'lib/audit': ['lib/acts', 'lib/ledger', 'lib/tlog'],
  'lib/principals': ['lib/pki', 'lib/keys'],
  'lib/personal': [],
  'lib/bulk': ['lib/pki', 'lib/sheets'],
  'lib/batches': [
    'lib/aws',
    'lib/bulk',
    'lib/messages',
    'lib/pki',
    'lib/registration',
    'lib/sheets',
    'lib/store',
  ],
  'lib/messages': [],
  'lib/sheets': [],
};

/** Parts of a room that talk to a disk, a service or a key on this machine. */
const ADAPTERS = [
  'lib/aws/',
  'lib/store/sqlite',
  'lib/store/file-bucket',
  'lib/store/table-objects',
  'lib/store/dynamodb',
  'lib/store/s3',
  'lib/store/retry',
  'lib/keys/data-key-files',
  'lib/keys/sealed',
  'lib/keys/kms',
  'lib/enrolment/cognito',
  'lib/batches/sqs',
];

/** The one file of a room that outsiders import. Composers also import adapters directly. */
const doorOf = (room: string): string => `${room}/${room.slice('lib/'.length)}.ts`;

/**
 * Side doors. The OCSP function asks which trust domain is in force and who is enrolled, and must reach nothing else of those
 * rooms, because their checks import linting.
 */
const SIDE_DOORS = ['lib/trust-domain/in-force.ts', 'lib/enrolment/by-rows.ts'];

/** Rooms without a contract.ts: they are codecs, whose types stand beside the code that reads and writes them. */
const WITHOUT_CONTRACT = ['lib/pki', 'lib/sheets', 'lib/tlog', 'lib/aws'];

/** Pages are made with these: they say texts and read formats, and none of them acts. */
const WEB_CALLS = [
  'lib/fault.ts',
  'lib/ledger/ledger.ts',
  'lib/messages/messages.ts',
  'lib/pki/pki.ts',
  'lib/status-check/status-check.ts',
];

/** The only places that choose adapters. */
const COMPOSERS = [
  'functions/lambda/function-ports.ts',
  'functions/lambda/origin-secrets.ts',
  'functions/lambda/parts.ts',
  'functions/lambda/responder.ts',
  'functions/local/local.ts',
  'functions/witness/witness.ts',
];

const isAdapter = (file: string): boolean => ADAPTERS.some((adapter) => file.startsWith(adapter));

/** Import circles among these files, each as a list of its files (Tarjan's strongly connected components). */
const circlesAmong = (files: readonly string[]): readonly (readonly string[])[] => {
  const known = new Set(files);
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const path: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    low.set(file, order.get(file) as number);
    path.push(file);
    for (const target of allImports(file)) {
      if (!known.has(target)) continue;
      if (!order.has(target)) visit(target);
      if (path.includes(target)) low.set(file, Math.min(low.get(file) as number, low.get(target) as number));
    }
    if (low.get(file) !== order.get(file)) return;
    const circle = path.splice(path.indexOf(file));
    if (circle.length > 1) circles.push(circle);
  };
  for (const file of files) if (!order.has(file)) visit(file);
  return circles;
};

/** Every file that the entry loads, directly or through others. */
const reach = (entry: string): Set<string> => {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const specifier of valueImports(file)) {
      if (specifier.startsWith('.') && specifier.endsWith('.ts')) visit(resolved(file, specifier));
    }
  };
  visit(entry);
  return seen;
};

describe('rooms', () => {
  const files = sources('lib');

  it('has rules for every room', () => {
    const rooms = new Set(files.map(roomOf).filter((room) => !room.endsWith('.ts')));
    expect([...rooms].sort()).toEqual(Object.keys(MAY_CALL).sort());
  });

  it('call only the rooms that they may', () => {
    const wrong: string[] = [];
    for (const file of files) {
      const allowed = MAY_CALL[roomOf(file)];
      if (!allowed) continue;
      for (const specifier of valueImports(file)) {
        if (!specifier.startsWith('.')) continue;
        const target = resolved(file, specifier);
        const fine =
          SHARED.includes(target) || roomOf(target) === roomOf(file) || allowed.includes(roomOf(target));
        if (!fine) wrong.push(`${file} -> ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('have a door each', () => {
    const rooms = Object.keys(MAY_CALL);
    expect(rooms.map(doorOf).filter((door) => !files.includes(door))).toEqual([]);
  });

  it('are entered by their doors', () => {
    const wrong: string[] = [];
    for (const file of [...files, ...['functions', 'web', 'cli', 'infra'].flatMap(sources)]) {
      for (const target of allImports(file)) {
        const room = roomOf(target);
        if (!(room in MAY_CALL) || roomOf(file) === room) continue;
        if (target === doorOf(room) || SIDE_DOORS.includes(target) || isAdapter(target)) continue;
        wrong.push(`${file} -> ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('are shown by web, which holds no code of theirs but words', () => {
    const wrong = sources('web').flatMap((file) =>
      valueImports(file)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => resolved(file, specifier))
        .filter((target) => !target.startsWith('web/') && !WEB_CALLS.includes(target))
        .map((target) => `${file} -> ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('have web in front of them only for pages, and for the files that pages load', () => {
    const files = ['functions/lambda/assets.ts', 'infra/lambda/bundle.ts'];
    const wrong = ['functions', 'cli', 'infra'].flatMap(sources).flatMap((file) =>
      allImports(file)
        .filter(
          (target) =>
            target.startsWith('web/') && !file.startsWith('functions/pages/') && !files.includes(file),
        )
        .map((target) => `${file} -> ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('have a contract each, which imports nothing of the room', () => {
    const rooms = Object.keys(MAY_CALL).filter((room) => !WITHOUT_CONTRACT.includes(room));
    const wrong = rooms.flatMap((room) => {
      const contract = `${room}/contract.ts`;
      if (!files.includes(contract)) return [`${contract} is missing`];
      return allImports(contract).flatMap((target) =>
        roomOf(target) === room ? [`${contract} -> ${target}`] : [],
      );
    });
    expect(wrong).toEqual([]);
  });

  it('import no door of their own from within', () => {
    const wrong = files.flatMap((file) =>
      allImports(file).flatMap((target) =>
        roomOf(file) in MAY_CALL && target === doorOf(roomOf(file)) ? [`${file} -> ${target}`] : [],
      ),
    );
    expect(wrong).toEqual([]);
  });

  it('import no room in a circle', () => {
    const circles: string[] = [];
    for (const file of files) {
      for (const specifier of valueImports(file)) {
        if (!specifier.startsWith('.')) continue;
        const target = resolved(file, specifier);
        if (roomOf(target) !== roomOf(file) && reach(target).has(file)) circles.push(`${file} <-> ${target}`);
      }
    }
    expect(circles).toEqual([]);
  });

  it('do not know which adapters stand behind the ports', () => {
    const wrong: string[] = [];
    for (const file of [...files, ...sources('functions')]) {
      if (COMPOSERS.includes(file)) continue;
      for (const specifier of valueImports(file)) {
        const target = specifier.startsWith('.') ? resolved(file, specifier) : '';
        if (isAdapter(target) && !isAdapter(file)) wrong.push(`${file} -> ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('lib/fault.ts imports nothing', () => {
    expect(valueImports('lib/fault.ts')).toEqual([]);
  });

  it('use ASN.1 libraries in one file of lib/pki, which loads them late', () => {
    const library = /^(pkijs|asn1js|pvutils|pvtsutils|bytestreamjs|@peculiar)(\/|$)/;
    const users = [...files, ...['functions', 'cli', 'infra'].flatMap(sources)].filter((file) =>
      valueImports(file).some((specifier) => library.test(specifier)),
    );
    expect(users).toEqual(['lib/pki/certs-only.ts']);
    // The file loads them with `import()`. A static import would load at the start of every importer of the room.
    expect(readFileSync(join(root, 'lib/pki/certs-only.ts'), 'utf8')).not.toMatch(/from '(?!\.)/);
  });

  it('only functions/lambda uses middy and Powertools, without a tracer and without a parser of bodies', () => {
    const used = [...files, ...['functions', 'cli', 'infra', 'bench'].flatMap(sources)].flatMap((file) =>
      [
        ...readFileSync(join(root, file), 'utf8').matchAll(/'(@(?:middy|aws-lambda-powertools)\/[^']+)'/g),
      ].map(([, specifier]) => `${file} -> ${specifier}`),
    );
    expect(used.sort()).toEqual([
      'functions/lambda/pipeline.ts -> @aws-lambda-powertools/logger/middleware',
      'functions/lambda/pipeline.ts -> @middy/core',
      'functions/lambda/pipeline.ts -> @middy/core/StreamifyResponse',
      'functions/lambda/pipeline.ts -> @middy/http-event-normalizer',
      'functions/lambda/pipeline.ts -> @middy/http-header-normalizer',
      'functions/lambda/powertools.ts -> @aws-lambda-powertools/logger',
      'functions/lambda/powertools.ts -> @aws-lambda-powertools/logger/types',
      'functions/lambda/powertools.ts -> @aws-lambda-powertools/metrics',
    ]);
  });

  it('take time and chance from outside', () => {
    const ambient = /\bDate\.now\(\)|\bnew Date\(\)|\bMath\.random\(|\bconsole\./;
    expect(files.filter((file) => ambient.test(readFileSync(join(root, file), 'utf8')))).toEqual([]);
  });
});

describe('files', () => {
  it('import each other in no circle, not even for types', () => {
    const files = ['lib', 'functions', 'web', 'cli', 'infra'].flatMap(sources);
    expect(circlesAmong(files)).toEqual([]);
    // The check finds the circle in these files.
    expect(circlesAmong(['test/circle/a.ts', 'test/circle/b.ts', 'test/circle/c.ts'])).toEqual([
      ['test/circle/a.ts', 'test/circle/b.ts'],
    ]);
  });
});

describe('the OCSP entry', () => {
  it.each([
    'functions/routes/public/ask-status.ts',
    'functions/routes/public/ask-status-by-url.ts',
    'functions/lambda/responder.ts',
    'lib/responder-app.ts',
    'lib/status/ocsp.ts',
  ])('%s does not reach the code that can sign with a CA key', (entry) => {
    const reached = [...reach(entry)].filter((file) => /^lib\/(authority|lint|registration)\//.test(file));
    expect(reached).toEqual([]);
  });
});

describe('a signable TBS', () => {
  it('is made in lib/lint and nowhere else', () => {
    const makers = [...sources('lib'), ...sources('functions')].filter((file) =>
      /new LintedTbs\(|as LintedTbs\b|as unknown as LintedTbs/.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(makers.every((file) => file.startsWith('lib/lint/'))).toBe(true);
    expect(makers.length).toBeGreaterThan(0);
  });
});
