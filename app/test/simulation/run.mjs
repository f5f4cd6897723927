/** `node run.mjs SERVER SEED`: the phones of devices.ts, through Vite's own reading of TypeScript. */

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));
await runnerImport(join(here, 'devices.ts'), { root: join(here, '..', '..'), configFile: false, logLevel: 'error' });
