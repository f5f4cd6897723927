import type { Standing } from '../contract';
import type { Key } from '../words/words.svelte';

export interface Sentence {
  words: Key;
  mark: 'due' | 'done' | 'later' | 'held' | 'missed';
  n: number;
  time: number | null;
  late: boolean;
}

/** What is where: true at any moment, in numbers. "Everything" is said only when nothing of hers is anywhere else. */
export function sentences(standing: Standing, practice: boolean): Sentence[] {
  const { here, held, refused, files, filesRefused, lastOkMs, safe } = standing;
  const found: Sentence[] = [];
  const say = (words: Key, mark: Sentence['mark'], n = 0, late = false, time: number | null = null): void => {
    found.push({ words, mark, n, late, time });
  };
  if (here > 0) say('sync.only_here', 'due', here);
  else if (practice) say('practice.nothing_sent', 'done');
  else if (lastOkMs === null) say('sync.never', 'later');
  else if (refused.length + filesRefused > 0) say(files > 0 && safe > 0 ? 'sync.all_other_forms' : 'sync.all_other', safe > 0 ? 'done' : 'later', 0, false, lastOkMs);
  else say(files > 0 ? 'sync.all_forms' : 'sync.all_there', 'done', 0, false, lastOkMs);
  if (files > 0) say('sync.files', 'due', files);
  if (refused.length > 0) say('sync.refused', 'missed', refused.length, true);
  if (filesRefused > 0) say('sync.files_refused', 'missed', filesRefused, true);
  if (held.length > 0) say('sync.waits', 'held', held.length, true);
  return found;
}
