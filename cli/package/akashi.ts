#!/usr/bin/env node
import { completeLibrary } from './node-20.ts';

completeLibrary();
await import('../akashi.ts');
