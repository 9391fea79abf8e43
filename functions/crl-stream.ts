import { loadPublished } from './aws.ts';
import { route } from './crl.ts';
import { streaming } from './lambda-stream.ts';

/** CRLs for everybody, whole whatever their size. */
export const handler = streaming([route], loadPublished);
