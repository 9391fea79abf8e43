import {
  type Certificate,
  findExtension,
  OID,
  type Oid,
  type PolicyConstraints,
  type PolicyMapping,
  readInhibitAnyPolicy,
  readPolicyConstraints,
  readPolicyMappings,
  sameName,
} from '../pki/pki.ts';

/** The policies of RFC 5280 6.1, by the graph of RFC 9618: the tree of RFC 5280 can grow exponentially. */

/** What the relying party asks of policies (RFC 5280 6.1.1 (c) to (g)). */
export interface PolicyDemand {
  /** user-initial-policy-set; absent for any policy. */
  readonly acceptable?: readonly Oid[];
  readonly explicit?: boolean;
  readonly inhibitMapping?: boolean;
  readonly inhibitAny?: boolean;
}

interface Node {
  readonly policy: Oid;
  expected: ReadonlySet<Oid>;
  readonly parents: Set<Node>;
}

/** The nodes of one depth, by their policy; at most one for each. */
type Level = Map<Oid, Node>;

const node = (policy: Oid, parents: Iterable<Node>, expected: Iterable<Oid> = [policy]): Node => ({
  policy,
  expected: new Set(expected),
  parents: new Set(parents),
});

const otherValue = ({ extensions }: Certificate, oid: string): Uint8Array | undefined => {
  const found = extensions.find((one) => one.id === 'other' && one.oid === oid);
  return found?.id === 'other' ? found.value : undefined;
};

const constraintsOf = (certificate: Certificate): PolicyConstraints => {
  const value = otherValue(certificate, OID.policyConstraints);
  return value ? readPolicyConstraints(value) : {};
};

const mappingsOf = (certificate: Certificate): readonly PolicyMapping[] => {
  const value = otherValue(certificate, OID.policyMappings);
  return value ? readPolicyMappings(value) : [];
};

const isSelfIssued = ({ issuer, subject }: Certificate): boolean => sameName(issuer, subject);

/** RFC 9618 5.4 (d) (1), (2): the nodes that a certificate's policies add. */
const nextLevel = (above: Level, policies: readonly Oid[], anyCounts: boolean): Level => {
  const level: Level = new Map();
  const expecting = (policy: Oid): readonly Node[] =>
    [...above.values()].filter(({ expected }) => expected.has(policy));
  for (const policy of policies) {
    if (policy === OID.anyPolicy) continue;
    const any = above.get(OID.anyPolicy);
    const named = expecting(policy);
    const parents = named.length > 0 ? named : any ? [any] : [];
    if (parents.length > 0) level.set(policy, node(policy, parents));
  }
  if (anyCounts && policies.includes(OID.anyPolicy)) {
    for (const policy of new Set([...above.values()].flatMap(({ expected }) => [...expected]))) {
      if (!level.has(policy)) level.set(policy, node(policy, expecting(policy)));
    }
  }
  return level;
};

/** Takes away, from the bottom up, the nodes that have no child; true where the whole graph is gone. */
const prune = (levels: readonly Level[]): boolean => {
  for (let depth = levels.length - 2; depth >= 0; depth--) {
    const parents = new Set([...(levels[depth + 1] as Level).values()].flatMap((one) => [...one.parents]));
    const level = levels[depth] as Level;
    for (const [policy, one] of level) if (!parents.has(one)) level.delete(policy);
  }
  return levels[0]?.size === 0 || levels[levels.length - 1]?.size === 0;
};

/** RFC 9618 5.5 (b). Returns false where the graph is gone. */
const applyMappings = (
  levels: readonly Level[],
  mappings: readonly PolicyMapping[],
  mayMap: boolean,
): boolean => {
  const level = levels[levels.length - 1] as Level;
  const above = levels[levels.length - 2] as Level;
  const bySource = Map.groupBy(mappings, ({ issuerDomainPolicy }) => issuerDomainPolicy);
  for (const [policy, group] of bySource) {
    const known = level.get(policy);
    if (!mayMap) {
      level.delete(policy);
      continue;
    }
    const expected = new Set(group.map(({ subjectDomainPolicy }) => subjectDomainPolicy));
    if (known) known.expected = expected;
    else if (level.has(OID.anyPolicy)) {
      const any = above.get(OID.anyPolicy);
      if (any) level.set(policy, node(policy, [any], expected));
    }
  }
  return mayMap || !prune(levels);
};

/** RFC 9618 5.6 (g), (h): the policies under the issuers' names for them, of which the relying party takes some. */
const accepted = (levels: readonly Level[], acceptable: readonly Oid[] | undefined): boolean => {
  const authority = new Set<Oid>();
  for (const level of levels.slice(1)) {
    for (const { policy, parents } of level.values()) {
      if (policy !== OID.anyPolicy && [...parents].some((parent) => parent.policy === OID.anyPolicy)) {
        authority.add(policy);
      }
    }
  }
  const any = levels[levels.length - 1]?.has(OID.anyPolicy) === true;
  return acceptable === undefined
    ? any || authority.size > 0
    : any || acceptable.some((policy) => authority.has(policy));
};

/**
 * The clause by which the policies refuse the path, if they do. `path` is from the certificate in question to the root,
 * whose own extensions do not count here. Faults: those of the readers of extensions.
 */
export const policyProblem = (path: readonly Certificate[], demand: PolicyDemand): string | undefined => {
  const below = path.slice(0, -1).toReversed();
  const count = below.length;
  let levels: Level[] | undefined = [new Map([[OID.anyPolicy, node(OID.anyPolicy, [])]])];
  let explicit = demand.explicit ? 0 : count + 1;
  let mapping = demand.inhibitMapping ? 0 : count + 1;
  let any = demand.inhibitAny ? 0 : count + 1;
  for (const [index, certificate] of below.entries()) {
    const isLast = index === count - 1;
    const policies = findExtension(certificate.extensions, 'certificatePolicies')?.policies;
    if (levels && policies) {
      const anyCounts = any > 0 || (!isLast && isSelfIssued(certificate));
      const oids = policies.map(({ policyIdentifier }) => policyIdentifier);
      levels.push(nextLevel(levels[levels.length - 1] as Level, oids, anyCounts));
      if (prune(levels)) levels = undefined;
    } else levels = undefined;
    if (explicit === 0 && !levels) return 'RFC 5280 6.1.3 (f)';
    const { requireExplicitPolicy, inhibitPolicyMapping } = constraintsOf(certificate);
    if (isLast) {
      if (explicit > 0) explicit--;
      if (requireExplicitPolicy === 0) explicit = 0;
      break;
    }
    const mappings = mappingsOf(certificate);
    if (
      mappings.some(
        ({ issuerDomainPolicy: from, subjectDomainPolicy: to }) =>
          from === OID.anyPolicy || to === OID.anyPolicy,
      )
    ) {
      return 'RFC 5280 6.1.4 (a)';
    }
    if (levels && mappings.length > 0 && !applyMappings(levels, mappings, mapping > 0)) levels = undefined;
    if (!isSelfIssued(certificate)) {
      explicit = Math.max(explicit - 1, 0);
      mapping = Math.max(mapping - 1, 0);
      any = Math.max(any - 1, 0);
    }
    explicit = Math.min(explicit, requireExplicitPolicy ?? explicit);
    mapping = Math.min(mapping, inhibitPolicyMapping ?? mapping);
    const inhibit = otherValue(certificate, OID.inhibitAnyPolicy);
    if (inhibit) any = Math.min(any, readInhibitAnyPolicy(inhibit));
  }
  if (explicit > 0) return undefined;
  return levels && accepted(levels, demand.acceptable) ? undefined : 'RFC 5280 6.1.5 (g)';
};
