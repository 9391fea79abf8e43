import {
  checkActKeys,
  checkTree,
  type Damage,
  type Finding,
  type OpenedCheckpoint,
  openCheckpoint,
  type Progress,
  type Tree,
  type TreeSummary,
  trustedLog,
  type WitnessPolicy,
} from '../../lib/audit/audit.ts';
import { Fault, phrase } from '../../lib/fault.ts';
import type { ApiClient } from '../api-client.ts';
import { unexpected } from '../failure.ts';
import type { LogFiles } from './log-files.ts';
import { checkService, type ServiceSummary, startService } from './service.ts';
import { type AuditState, writeState } from './state.ts';

export interface Audit {
  readonly files: LogFiles;
  readonly vkey: string;
  readonly witnesses?: WitnessPolicy;
  readonly state: AuditState | undefined;
  readonly stateFile: string;
  /** Signed checkpoints that other readers were shown. */
  readonly others: readonly string[];
  readonly maxGap?: number;
  /** Years for which the trust domain keeps records of a kind, where they differ from `KEPT_YEARS`. */
  readonly kept: Readonly<Record<string, number>>;
  /** To read the records as an auditor; without it only the log is checked. */
  readonly service?: { readonly client: ApiClient; readonly url: string };
  /** Whether every query is asked. If undefined: only if there are few. */
  readonly queries?: boolean;
  /** Whether the entries of every CRL in the archive are compared, and not only those of each CA's newest. */
  readonly allCrls?: boolean;
  readonly now: () => number;
  readonly progress: Progress;
}

export interface Verdict {
  readonly findings: readonly Finding[];
  readonly origin?: string;
  readonly size?: number;
  readonly tree?: TreeSummary;
  readonly records?: ServiceSummary;
  /** Witnesses that cosigned the checkpoint. */
  readonly witnesses?: readonly string[];
}

/** The least years for which these kinds are kept, unless `Audit.kept` differs. Other kinds are kept for ever. */
export const KEPT_YEARS: Readonly<Record<string, number>> = {
  provision: 7,
  publication: 10,
  report: 5,
  // The ten years begin when the resulting certificate ends, so these records are kept for longer than this.
  submission: 10,
  batch: 10,
  examination: 10,
  issuance: 10,
  revocation: 10,
  hold: 10,
  release: 10,
  confirmation: 10,
  // The ten years begin when the act is no longer what is in force.
  enrolment: 10,
};
const YEAR_MS = 365.2425 * 86_400_000;

const SAVE_EVERY_MS = 2_000;

/** The whole check. If it cannot be made, it rejects with a `Failure` or a `Fault`: that says nothing about the log. */
export const verifyLog = async (audit: Audit): Promise<Verdict> => {
  const { files, state, now, progress } = audit;
  const findings: Finding[] = [];
  const reported = new Set<string>();
  const report = (damage: Damage, facts: Finding['facts']): void => {
    const text = JSON.stringify([damage, facts]);
    if (!reported.has(text)) findings.push({ damage, facts });
    reported.add(text);
  };
  const begun = audit.service ? await startService(audit.service, now) : undefined;

  const note = await files.read('checkpoint');
  if (note === undefined) throw unexpected(phrase`There is no checkpoint at ${files.name}.`);
  const log = trustedLog([audit.vkey]);
  const open = (text: Uint8Array | string): OpenedCheckpoint | undefined => {
    try {
      return openCheckpoint(text, log, audit.witnesses?.verifiers);
    } catch (error) {
      if (Fault.is(error, 'signature-invalid')) return undefined;
      if (Fault.is(error, 'malformed-note') || Fault.is(error, 'malformed-checkpoint')) return undefined;
      throw error;
    }
  };
  const opened = open(note);
  if (opened === undefined) {
    report('checkpoint-not-signed', { log: log.origin });
    return { findings };
  }
  const { checkpoint } = opened;
  const witnesses = cosigners(opened, audit.witnesses);
  if (audit.witnesses && witnesses.length < audit.witnesses.threshold) {
    report('checkpoint-not-signed', { witnesses: witnesses.length, needed: audit.witnesses.threshold });
  }
  const seen: Tree[] = [];
  for (const text of [...(state ? [state.checkpoint] : []), ...audit.others]) {
    const earlier = open(text);
    if (earlier) seen.push(earlier.checkpoint);
    else report('checkpoint-not-signed', { log: log.origin, where: 'a checkpoint that was kept or shown' });
  }

  const actKeys = checkActKeys(begun?.actKeys ?? [], begun ? (state?.actKeys ?? {}) : {}, report);
  const stated = { vkey: audit.vkey, actKeys: begun ? actKeys : (state?.actKeys ?? {}) };

  const readPath = (path: string): Promise<Uint8Array | undefined> => files.read(path);
  const text = Buffer.from(note).toString('utf8');
  let savedAt = now();
  const tree = await checkTree({
    tree: checkpoint,
    readPath,
    seen,
    checked: Math.min(state?.checked ?? 0, checkpoint.size),
    ...(audit.maxGap !== undefined && { maxGap: audit.maxGap }),
    report,
    progress,
    onChecked: async (checked) => {
      if (now() - savedAt < SAVE_EVERY_MS || findings.length > 0) return;
      savedAt = now();
      await writeState(audit.stateFile, { ...stated, checkpoint: text, checked });
    },
  });
  const otherHistory = findings.some(
    ({ damage }) => damage === 'fork' || damage === 'checkpoint-rolled-back',
  );
  // If the log shows another history, the checkpoint in the state file is the evidence and stays there.
  if (!otherHistory) await writeState(audit.stateFile, { ...stated, checkpoint: text, checked: 0 });

  const records =
    begun &&
    (await checkService(begun, {
      tree: checkpoint,
      laterTree: async () => {
        const opened = open((await files.read('checkpoint')) ?? '');
        if (!opened) report('checkpoint-not-signed', { log: log.origin });
        // A mirror may show an older checkpoint for a while.
        return opened && opened.checkpoint.size > checkpoint.size ? opened.checkpoint : checkpoint;
      },
      readPath,
      retention: (kind) => (audit.kept[kind] ?? KEPT_YEARS[kind] ?? Number.POSITIVE_INFINITY) * YEAR_MS,
      ...(audit.queries !== undefined && { queries: audit.queries }),
      ...(audit.allCrls !== undefined && { allCrls: audit.allCrls }),
      now,
      report,
      progress,
    }));
  return {
    findings,
    origin: checkpoint.origin,
    size: checkpoint.size,
    tree,
    ...(records && { records }),
    witnesses,
  };
};

const cosigners = ({ verified }: OpenedCheckpoint, policy: WitnessPolicy | undefined): readonly string[] => {
  const keys = new Set(policy?.verifiers.map(({ key }) => key));
  return [...new Set(verified.filter(({ key }) => keys.has(key)).map(({ key }) => key.name))];
};
