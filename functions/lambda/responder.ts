import { ResponderEnv, readFunctionEnv } from '../../lib/env.ts';
import { openKmsLeanCalls } from '../../lib/keys/kms-lean-calls.ts';
import { openKmsSealedKeys } from '../../lib/keys/kms-sealed.ts';
import { halvesInTable } from '../../lib/keys/kms-sealed-halves.ts';
import { composeResponder, type ResponderApp } from '../../lib/responder-app.ts';
import { openDynamoDbTable } from '../../lib/store/dynamodb.ts';
import { openDynamoDbLeanCalls } from '../../lib/store/dynamodb-lean-calls.ts';
import { openS3LeanObjects } from '../../lib/store/s3-lean.ts';
import { openInForce } from '../../lib/trust-domain/in-force.ts';
import type { Edge } from '../http/stack.ts';
import { random } from '../random.ts';
import { leanAccess } from './access.ts';
import { readDirectory } from './directory.ts';
import { openLeanTelemetry } from './lean-telemetry.ts';
import { clock, readBundled, tokenIssuers } from './runtime.ts';

/** The OCSP functions on AWS: a table, the responders' keys, and no way to a CA key. */
export const loadResponder = async (): Promise<Edge<ResponderApp>> => {
  const env = readFunctionEnv(ResponderEnv, process.env);
  const { log, measure } = openLeanTelemetry(env.FUNCTION, clock);
  const table = openDynamoDbTable({
    table: env.TABLE,
    calls: openDynamoDbLeanCalls(leanAccess('dynamodb'), random),
    random,
  });
  const responderKeys = openKmsSealedKeys({
    calls: openKmsLeanCalls({
      access: leanAccess('kms'),
      random,
      onThrottled: () => measure('KmsThrottled', 1),
    }),
    halves: halvesInTable(table),
    sealingKey: env.SEALING_KEY,
  });
  const directory = readDirectory(readBundled('directory.json'));
  const current = await openInForce(table).mayAnswer(directory.trustDomainDigest);
  if (!current) {
    // Relying parties still get their answers. The records name no operator of the file, because it is not in force.
    log(
      'error',
      'The trust domain that was deployed is not the one in force: its operators are not named as callers of OCSP',
    );
  }
  const ports = {
    ...directory,
    ...(!current && { operators: [] }),
    table,
    objects: openS3LeanObjects({ bucket: env.BUCKET, access: leanAccess('s3'), random }),
    responderKeys,
    clock,
    random,
    log,
  };
  return { app: composeResponder(ports, tokenIssuers(env)), clock, log };
};
