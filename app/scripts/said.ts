import { readdirSync, readFileSync } from 'node:fs';

import type { Plugin } from 'vite';

/** The app's words lie beside the built app, under said/, so that a server without sources knows what wants a voice
 * (`doorstep/sync/clips_catalogue.py`). No phone fetches them. */
export function said(sources: URL): Plugin {
  return {
    name: 'doorstep-said',
    apply: 'build',
    generateBundle() {
      for (const folder of ['words', 'forms']) {
        for (const name of readdirSync(new URL(`${folder}/`, sources)).filter((one) => one.endsWith('.json'))) {
          this.emitFile({ type: 'asset', fileName: `said/${folder}/${name}`, source: readFileSync(new URL(`${folder}/${name}`, sources), 'utf8') });
        }
      }
    },
  };
}
