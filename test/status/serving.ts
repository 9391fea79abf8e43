import { join } from 'node:path';
import { credentialsOfAll } from '../credentials.ts';
import { serveService } from '../served-service.ts';
import { PUBLIC_URL } from '../service.ts';

/** The service as a process of its own, until it is killed: `node serving.ts FOLDER` says where it listens. */
const [folder = ''] = process.argv.slice(2);
const service = await serveService(join(folder, 'data'), { publicUrl: PUBLIC_URL });
await credentialsOfAll(service, join(folder, 'credentials'));
process.stdout.write(`${JSON.stringify({ url: service.url, tlsPort: service.tlsPort })}\n`);
