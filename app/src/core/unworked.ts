/** What was kept, and whose list does not follow from it yet. The mark stands there from the same transaction on that kept it, and
 * goes in the one that works the people out: a phone that stops in between finds it the next time.
 *
 * Whoever reads a list works out first what is marked: no list is ever without what was kept.
 */

import type { Database } from './database';
import type { Pack } from './pack';
import { where } from './register';
import { touched } from './touch';
import { workOut, type Opens } from './working';

/** Its rows are in the register; nobody is worked out. */
export function mark(db: Database, submission: string): void {
  db.run('INSERT OR IGNORE INTO unworked (submission) VALUES (?)', [submission]);
}

/** Works out whom the marked touch, all of them or none. pack: in force, asked for only where something is marked. */
export function workOutMarked(db: Database, pack: () => Pack, opens: () => Opens): void {
  const marked = db.column('SELECT submission FROM unworked');
  if (!marked.length) return;
  db.unhurried(() => {
    const [condition, values] = where('submission', marked);
    const spoken = db.column(`SELECT DISTINCT subject FROM local_row WHERE ${condition}`, values);
    workOut(db, pack(), touched(db, pack(), spoken, marked), opens());
    db.run(`DELETE FROM unworked WHERE ${condition}`, values);
  });
}
