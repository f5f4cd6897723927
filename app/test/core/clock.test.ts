import { describe, expect, test } from 'vitest';
import { dayOf, madeAt, read, seen, stampOf, tick, written } from '../../src/core/clock';

describe('the order of what a phone makes', () => {
  test('goes on when its clock is set back, and over a restart', () => {
    let last = tick({ ms: 0, count: 0 }, 5000);
    last = tick(last, 1000);
    expect(written(last)).toBe('5000-1');
    last = tick(read(written(last)), 2000); // the phone was switched off and on
    expect(written(last)).toBe('5000-2');
    expect(written(tick(last, 6000))).toBe('6000-0');
  });

  test('stays after what it saw, and within what the server reads of a counter', () => {
    expect(written(tick(seen({ ms: 10, count: 0 }, 9_000_007), 20))).toBe('9000-8');
    let last = { ms: 7, count: 0 };
    const stamps = Array.from({ length: 3000 }, () => stampOf((last = tick(last, 7))));
    expect(stamps.every((stamp, at) => at === 0 || stamp > (stamps[at - 1] ?? 0))).toBe(true);
    expect(last.count).toBeLessThan(1000);
  });

  test('is told in the offset of the phone', () => {
    const ms = Date.UTC(2026, 1, 28, 19, 30);
    expect(madeAt(ms, 420)).toBe('2026-03-01T02:30:00+07:00');
    expect(madeAt(ms, -210)).toBe('2026-02-28T16:00:00-03:30');
    expect(dayOf(ms, 420) - dayOf(ms, 0)).toBe(1);
  });
});
