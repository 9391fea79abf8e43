import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RouteTerms } from '../route.ts';

interface Tag {
  readonly name: string;
  readonly description: string;
}

/** The subsystems, in the order of the document. Each is a folder of functions/routes/. */
const SUBSYSTEMS: Readonly<Record<string, Tag>> = {
  public: {
    name: 'Public',
    description:
      'Certificates of the CAs, CRLs, OCSP, the log, and the keys that verify what the service signs: for everybody.',
  },
  requests: {
    name: 'Requests',
    description:
      'Applications for certificates, their examinations at the office and at the centre, and what was issued for them.',
  },
  batches: {
    name: 'Batches',
    description:
      'Requests that come in one file: sent in parts, checked, submitted, examined by a sample, and collected together.',
  },
  enrolment: {
    name: 'Enrolment',
    description:
      'Offices, and the principals who come and go: officers, operators, auditors, relying parties and holders.',
  },
  certificates: {
    name: 'Certificates',
    description: 'Certificates and their status: revocation, hold, and what an audit compares.',
  },
  crls: {
    name: 'CRLs',
    description:
      'How CAs, their CRLs and their responders stand, publication of CRLs out of turn, and the archive of all of them.',
  },
  keys: {
    name: 'Keys',
    description: 'Public keys that were certified, and those that others report as compromised.',
  },
  records: {
    name: 'Records',
    description:
      'The ledger: who was told what and who did what, as records, proofs, counts, exports, reports and evidence.',
  },
  holders: {
    name: 'Holders',
    description: 'What holders of certificates may see of what is kept about them, and their delegates.',
  },
  retention: {
    name: 'Retention',
    description: 'When personal data end; legal holds, and erasures before the time, by two operators.',
  },
  'trust-domain': {
    name: 'Trust domain',
    description: 'Changes of the trust domain file, each proposed by one operator and approved by another.',
  },
  recovery: {
    name: 'Recovery',
    description: 'A table that is older than its log, such as one from a backup.',
  },
};

const ROUTES = join(import.meta.dirname, '../../routes');

/** The tag of each operation, by its id: that of the folder which has its file. */
export const tagsOf = (routes: readonly RouteTerms[]): ReadonlyMap<string, Tag> => {
  const folders = new Map(
    Object.keys(SUBSYSTEMS).flatMap((folder) =>
      readdirSync(join(ROUTES, folder)).map((file) => [file, folder] as const),
    ),
  );
  return new Map(
    routes.map(({ id }) => {
      const file = `${id.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`;
      const tag = SUBSYSTEMS[folders.get(file) ?? ''];
      if (!tag) throw new Error(`${file} is in no folder that functions/http/openapi/tags.ts describes.`);
      return [id, tag];
    }),
  );
};

/** In the order of the document, without those that no operation has. */
export const tagsInUse = (tags: ReadonlyMap<string, Tag>): readonly Tag[] => {
  const used = new Set(tags.values());
  return Object.values(SUBSYSTEMS).filter((tag) => used.has(tag));
};
