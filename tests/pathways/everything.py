"""Rules that use every construct at once, on both clocks: for the comparison with the plain interpreter."""

from __future__ import annotations

from tests.pathways.making import WHO

AWAY = "not any(away) or latest(away) = 'no'"
RULES = WHO + f"""
pathways:
  anc:
    episode: pregnancy
    ends: [{{when: any(birth), why: born}}, {{at: lmp + 44w, why: overdue}}]
    signs: {{high_bp: [sys >= 140, dia >= 90]}}
    values:
      lmp: [{{value: day(scan) - scan * 1d, when: scan < 168}}, {{value: lmp_told, when: sure = 'yes'}}, {{value: "day(hb) - hb * 1d"}}]
      ref: {{value: "later_of(lmp, first_day(visit))"}}
    steps:
      contact: {{chain: {{table: who, dated_by: lmp, first: 12w, gap: 7d, otherwise: 4w}}, done: visit, opens: due - 7d, overdue: due + 7d}}
      nogap: {{chain: {{table: who, dated_by: lmp, first: 12w}}, done: visit, while: "{AWAY}"}}
      own: {{chain: {{table: who, dated_by: lmp, first: 12w, gap: 10d, otherwise: 4w}}, counts: since, done: visit, while: "{AWAY}"}}
      pills: {{chain: {{every: 30d, gap: 3d}}, done: "pill = 'yes'", while: "{AWAY}", overdue: due + 3d}}
      three: {{chain: {{every: 7d, times: 3, first: 2d}}, from: day(test = 'pos'), while: "test = 'pos'", done: [pill, visit]}}
      allpills: {{chain: {{every: 9d, gap: 9d}}, counts: episode, done: pill, while: "away != 'yes' or not any(away)"}}
      reg: {{done: pill, due: from + 10d, closes: due + 5d}}
      dated: {{from: lmp, due: from + 20w, closes: from + 24w, done: [scan, visit]}}
      lateref: {{from: ref + 2d, while: count(high_bp) >= 2, done: high_bp, counts: after,
                ends: [{{at: day(sign) + 10d, why: old}}, {{when: "sign = 'none'", why: gone}}]}}
      bp: {{each: high_bp, done: visit, urgency: danger, ends: [{{at: day(high_bp) + 9d, why: old}}], overdue: from + 2d}}
      pos: {{each: "test = 'pos'", when: weeks_since(lmp) >= 13 or not known(lmp), from: "later_of(day(test), lmp + 20w)",
            done: pill, closes: due + 30d}}
      never: {{each: visit, when: hb < 70, done: pill, counts: since, countries: [VN]}}
      old: {{while: weeks_since(lmp) >= 28, done: visit, counts: episode}}
      young: {{while: age() < 18y, from: birthday + 6570d, done: visit}}
      vn: {{while: any(visit), countries: [VN, KH], done: pill, counts: after}}
      rule:
        - {{while: any(pill), valid_to: 2026-03-01, due: from + 3d, done: visit}}
        - {{while: any(pill), valid_from: 2026-03-01, due: from + 5d, done: visit}}
      rulechain:
        - {{chain: {{every: 14d}}, valid_to: 2026-02-10, done: visit}}
        - {{chain: {{every: 20d}}, valid_from: 2026-02-10, done: visit}}
      firsts: {{while: first(hb) > latest(hb) or (first(sign) != latest(sign)), from: "earlier_of(first_day(hb), day(sign))", done: hb < 100}}
  bp:
    episode: pregnancy
    clock: minute
    ends: [{{when: any(birth), why: born}}]
    signs: {{high_bp: [sys >= 140, dia >= 90]}}
    steps:
      again: {{each: high_bp, when: not any(pill), due: from + 10min, overdue: from + 15min, done: sys, counts: after,
              ends: [{{at: at(high_bp) + 24h, why: old}}]}}
      chain: {{chain: {{every: 4h, gap: 30min}}, while: count(high_bp) >= 1, done: [sys, visit]}}
      hours: {{from: at(test), closes: from + 72h, done: pill}}
      lmpday: {{while: weeks_since(lmp_told) >= 10, done: visit}}
      seen: {{from: seen_at, done: visit, due: from + 24h}}
      rule:
        - {{while: any(pill), valid_to: 2026-02-01, done: visit}}
        - {{while: any(pill), valid_from: 2026-02-01, done: visit}}
  baby:
    episode: newborn
    ends: [{{at: episode_start + 42d, why: grown}}]
    steps:
      vaccine: {{while: mother.test = 'pos' or not mother.any(test), done: vaccine, closes: from + 7d}}
      mothers: {{each: mother.visit, done: checked, from: mother.day(hb)}}
      count: {{while: mother.count(visit) > 2 and mother.hb < 110, done: [checked, mother.visit]}}
      fast: {{chain: {{every: 5d, times: 4}}, done: checked, from: mother.first_day(visit), while: any(born)}}
"""
