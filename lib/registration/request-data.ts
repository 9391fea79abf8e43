import { Fault, type FaultCode } from '../fault.ts';
import type {
  Found,
  ItemName,
  PersonalDataState,
  StagedItem,
  Terms,
  UnreadableCode,
} from '../personal/personal.ts';
import type { IgnoredPart } from './contract.ts';
import { type Ending, type Request, roundOf } from './decide.ts';
import type { Fields, RegistrationDeps } from './deps.ts';

/**
 * The data of a request that name a person. They stand apart from the request's row (lib/personal), and go when their time ends.
 * The row has pseudonyms, digests and decisions.
 */
export type RequestData = {
  /** Whose it is, as the submission said. A row that says otherwise shows nobody anything. */
  readonly about: { readonly tenant: string; readonly office: string; readonly holder?: string };
  readonly fields: Fields;
  /** For people: `C=JP, O=…`. */
  readonly subject: string;
  /** SHA-256, hex, of the subject and the subjectAltName as they were described at the submission. */
  readonly subjectDigest: string;
  /** For people. No decision rests on it. */
  readonly ignored?: readonly Pick<IgnoredPart, keyof IgnoredPart>[];
  /** DER, base64. */
  readonly subjectPublicKeyInfo: string;
  /** 16 bytes of chance in hex, for `applicationDigest`. Beside the digest it would let somebody try names. */
  readonly salt: string;
  /** Under which a search finds the request. */
  readonly searched: readonly string[];
  /** In words, by the act that they belong to (`reasonOf`). */
  readonly reasons?: Readonly<Record<string, string>>;
};

const UNREADABLE: readonly FaultCode[] = [
  'data-key-missing',
  'data-key-damaged',
  'personal-data-damaged',
] satisfies readonly UnreadableCode[];

export const requestItem = (id: string): ItemName => `request/${id}`;

/** The name of the reason of an examination: the number of its round, and its place in the round. */
export const examinationReason = (request: Request, place: number): string => `${roundOf(request)}.${place}`;
export const WITHDRAWAL_REASON = 'withdrawal';

/** The request without its words. The row has it. */
export const withoutReasons = <R extends Request>(request: R): R => ({
  ...request,
  examinations: request.examinations.map(({ reason: _, ...examination }) => examination),
  ...(request.withdrawal && { withdrawal: { by: request.withdrawal.by, at: request.withdrawal.at } }),
});

/** The words of the request, by the names under which they are kept. */
const reasonsOf = (request: Request): Readonly<Record<string, string>> =>
  Object.fromEntries([
    ...request.examinations.flatMap(({ reason }, place) =>
      reason === undefined ? [] : [[examinationReason(request, place), reason] as const],
    ),
    ...(request.withdrawal?.reason === undefined
      ? []
      : [[WITHDRAWAL_REASON, request.withdrawal.reason] as const]),
  ]);

export interface RequestDataStore {
  /** For the write of the request's row: one commit has both. */
  stage(id: string, request: Request, data: RequestData): Promise<StagedItem>;
  find(id: string, request: Request): Promise<Found<RequestData>>;
  /** Faults: `personal-data-ended`, `data-key-missing`, `data-key-damaged`, `personal-data-damaged`. */
  read(id: string, request: Request): Promise<RequestData>;
  /** Keeps the words of a request that is about to be stored. Does nothing where there are none. */
  keepReasons(id: string, request: Request): Promise<void>;
  /**
   * Before the row of an end: keeps its words, and puts the data under the end that follows from it. So data that have to stay
   * for a certificate never stand under the earlier end of an application that is open.
   */
  settle(id: string, request: Request, ending: Ending): Promise<void>;
}

export const openRequestData = ({
  personal,
  dataEnds,
}: Pick<RegistrationDeps, 'personal' | 'dataEnds'>): RequestDataStore => {
  const termsOf = (id: string, request: Request, data: RequestData, end: number): Terms => ({
    tenant: request.tenant,
    ...(request.holder !== undefined && { holder: request.holder }),
    end,
    ...(data.searched.length > 0 && {
      searched: { office: request.office, id, texts: data.searched },
    }),
  });

  /** Where the request stands now: from its submission while it is open. */
  const endOf = async (request: Request, ending?: Ending): Promise<number> => {
    const [state, certificate] =
      ending === undefined
        ? [request.state, request.certificate]
        : [ending.state, ending.state === 'issued' ? ending.certificate : undefined];
    if (state === 'issued' && certificate) return dataEnds.ofCertificate(certificate);
    const isOver = ending && ending.state !== 'lapsed' && ending.state !== 'issued';
    return dataEnds.ofRequest(Date.parse(isOver ? ending.at : request.submittedAt));
  };

  const change = async (
    id: string,
    request: Request,
    end: number,
    reasons: Readonly<Record<string, string>>,
  ): Promise<void> => {
    await personal.change<RequestData>(requestItem(id), (data) => {
      // Ended, or erased: there is nothing left to keep anything with.
      if (data === undefined) return undefined;
      const all = { ...data.reasons, ...reasons };
      const value = { ...data, ...(Object.keys(all).length > 0 && { reasons: all }) };
      return { value, terms: termsOf(id, request, data, end) };
    });
  };

  return {
    stage: async (id, request, data) =>
      personal.stage(requestItem(id), data, termsOf(id, request, data, await endOf(request))),

    find: async (id, request) => {
      const found = await personal.find<RequestData>(requestItem(id));
      return found.state !== 'kept' || isAbout(found.value, request)
        ? found
        : { state: 'unreadable', code: 'personal-data-damaged' };
    },

    read: async (id, request) => {
      const data = await personal.read<RequestData>(requestItem(id));
      if (isAbout(data, request)) return data;
      throw new Fault('personal-data-damaged', 'The row of this request is not as it was submitted.', {
        request: id,
      });
    },

    keepReasons: async (id, request) => {
      const reasons = reasonsOf(request);
      if (Object.keys(reasons).length > 0) await change(id, request, await endOf(request), reasons);
    },

    settle: async (id, request, ending) => {
      const reasons = reasonsOf(request);
      try {
        await change(id, request, await endOf(request, ending), reasons);
      } catch (error) {
        // A request is refused or withdrawn although its data cannot be read. An issued one keeps its data for longer, so it waits.
        const isUnreadable = UNREADABLE.some((code) => Fault.is(error, code));
        if (!isUnreadable || ending.state === 'issued') throw error;
      }
    },
  };
};

/** For the view of a request whose data are not kept. A missing item is damage: nothing says that it ended. */
export const personalDataOf = (found: Exclude<Found<RequestData>, { state: 'kept' }>): PersonalDataState => {
  if (found.state === 'ended')
    return { state: 'ended', ...(found.month !== undefined && { month: found.month }) };
  return { state: 'unreadable', code: found.state === 'absent' ? 'personal-data-damaged' : found.code };
};

const isAbout = ({ about }: RequestData, { tenant, office, holder }: Request): boolean =>
  about.tenant === tenant && about.office === office && about.holder === holder;
