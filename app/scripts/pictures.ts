import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

import type { Plugin } from 'vite';

interface Set {
  icons: Record<string, { body: string }>;
  aliases?: Record<string, { parent: string }>;
}

/** Of 2,709 Health Icons, `virtual:pictures` holds only those that src/parts/pictures.json names: our name to the SVG's inside. */
export function pictures(list: URL): Plugin {
  const id = '\0pictures';
  return {
    name: 'doorstep-pictures',
    resolveId: (asked) => (asked === 'virtual:pictures' ? id : undefined),
    load(asked) {
      if (asked !== id) return undefined;
      const wanted = JSON.parse(readFileSync(list, 'utf8')) as Record<string, string>;
      const file = createRequire(import.meta.url).resolve('@iconify-json/healthicons/icons.json');
      const set = JSON.parse(readFileSync(file, 'utf8')) as Set;
      const bodies: Record<string, string> = {};
      for (const [ours, theirs] of Object.entries(wanted)) {
        const icon = set.icons[theirs] ?? set.icons[set.aliases?.[theirs]?.parent ?? ''];
        if (icon === undefined) throw new Error(`pictures.json: Health Icons has no ${theirs}`);
        bodies[ours] = icon.body;
      }
      this.addWatchFile(list.pathname);
      return `export default ${JSON.stringify(bodies)};`;
    },
  };
}
