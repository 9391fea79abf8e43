import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { NoAnswer, Refusal } from '../aws/outcome.ts';
import { asked, clientSettings, type SdkAccess } from '../aws/sdk.ts';
import { Fault } from '../fault.ts';
import { isExamination, type Work } from './contract.ts';

/*
 * The queues that carry work on files of requests. They are FIFO, and an office is a message group: the messages of one office come one
 * after another, and those of others beside them. A message is a hint. Where one is lost, the row of the work is found by schedule.
 */

const TIMEOUTS = { connectMs: 1_000, answerMs: 3_000 };
const ATTEMPTS = 3;

export interface WorkQueues {
  /**
   * Sends the message. The same work with the same `occasion` within five minutes is one message. Fault: `store-unavailable`,
   * `configuration-invalid`.
   */
  send(work: Work, occasion: string): Promise<void>;
}

/** `submissions`, `examinations`: the addresses of the queues. */
export const openSqsQueues = ({
  submissions,
  examinations,
  access,
}: {
  readonly submissions: string;
  readonly examinations: string;
  readonly access: SdkAccess;
}): WorkQueues => {
  const client = new SQSClient({ ...clientSettings(access, TIMEOUTS), maxAttempts: ATTEMPTS });
  return {
    send: async (work, occasion) => {
      const { office, batch, step } = work;
      try {
        await asked(
          client.send(
            new SendMessageCommand({
              QueueUrl: isExamination(work) ? examinations : submissions,
              MessageBody: JSON.stringify({ office, batch, step }),
              MessageGroupId: office,
              MessageDeduplicationId: `${batch}.${step}.${occasion}`,
            }),
          ),
        );
      } catch (error) {
        throw faultOf(error);
      }
    },
  };
};

const faultOf = (error: unknown): unknown => {
  if (error instanceof NoAnswer || (error instanceof Refusal && error.status >= 500))
    return new Fault('store-unavailable', 'The queue did not answer.', {}, { cause: error });
  if (!(error instanceof Refusal)) return error;
  return new Fault(
    'configuration-invalid',
    'The queue refuses the message; compare it with the role of the function.',
    { reason: error.name },
    { cause: error },
  );
};
