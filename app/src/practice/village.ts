import type {
  Accepted, Arrival, Call, Draft, DraftWhole, FilledForm, Forgotten, FormInfo, FormOpened, FoundElsewhere, Guest, HouseNow, HouseShort, LastAnswers, Month, MonthFigure, ParcelFile, PersonShort, Phone, PlaceAnywhere, Reason, Standing, StepNow, Story, StoryEntry, Today, TodayCard, Trouble, Unlocked, WalkPlace, Warning,
  WorkerHere, Words,
} from '../contract';
import { civilDay } from '../parts/days';
import { language, t } from '../words/words.svelte';
import { flat, lastOf, type Kept } from './answers';
import { PracticeHouses } from './houses';
import { babyName, everySpelling, plain, practiceName } from './names';
import { contacts, KNOWN, step, villagers, type Villager } from './people';
import programme from './programme.json';

type Forms = Record<string, { version: string; title: Words; makes: string | null; xml: string }>;
type Secret = { secret: string; kind: 'pin' | 'pattern'; wrong: number; until: number };

/** Of whom each form speaks. */
const OF: Record<string, FormInfo['of']> = { register: 'new', anc_contact: 'woman', birth_plan: 'woman', referral: 'woman', postnatal_baby: 'child' };
const SENDS = ['referral_sent', 'baby_referral_sent'];
const DANGER_SIGNS = [
  'bleeding', 'convulsions', 'severe_headache', 'vision_disturbed', 'fever', 'severe_abdominal_pain', 'severe_vomiting', 'looks_very_ill',
  'breathing_difficulty', 'waters_leaking', 'baby_moves_less', 'swelling_face_hands', 'not_feeding_well', 'baby_convulsions', 'chest_indrawing',
  'no_movement', 'jaundice_palms_soles',
];

/** Whoever only wants to practise needs no code and no secret. */
export function firstWorker(): WorkerHere {
  return { username: 'practice', called: t('practice.you'), language: '', opensBy: '', practice: true };
}

const NOTHING = 'Doorstep practice: nothing real is in this file.\n';
let only: PracticeVillage | null = null;

/** The practice village of this start of the app: what is done in it is forgotten when the app is closed. */
export function village(): Phone {
  only ??= new PracticeVillage(civilDay());
  return only;
}

/** A `Phone` of invented people that lives in memory. Nothing is stored, nothing is sent. */
export class PracticeVillage implements Phone {
  private all: Villager[];
  private kept: Kept[] = [];
  private begun = new Map<string, DraftWhole>();
  private files = new Map<string, Map<string, Blob>>();
  private secrets = new Map<string, Secret>();
  private enrolled: WorkerHere[] = [];
  
  constructor(private readonly day: number, private readonly now: () => number = Date.now) {
    this.all = villagers(day);
  }

  // --- who works here
  async workers(): Promise<WorkerHere[]> {
    return this.enrolled.map((worker) => ({ ...worker, opensBy: this.secrets.get(worker.username)?.kind ?? '' }));
  }

  async enrol(_server: string, code: string): Promise<WorkerHere> {
    if (code !== 'PRACTICE') throw { code: 'code' } satisfies Trouble;
    const worker: WorkerHere = { ...firstWorker(), username: `practice-${this.enrolled.length + 1}` };
    this.enrolled.push(worker);
    return worker;
  }

  async setSecret(username: string, secret: string, kind: 'pin' | 'pattern'): Promise<void> {
    this.secrets.set(username, { secret, kind, wrong: 0, until: 0 });
    if (!this.enrolled.some((worker) => worker.username === username)) this.enrolled.push({ ...firstWorker(), username });
  }

  /** As the real one: it slows down, then closes. */
  async unlock(username: string, secret: string): Promise<Unlocked> {
    const kept = this.secrets.get(username);
    if (kept === undefined) return { ok: true };
    const wait = Math.ceil((kept.until - this.now()) / 1000);
    if (kept.wrong >= 10) return { ok: false, why: 'locked' };
    if (wait > 0) return { ok: false, why: 'wait', waitSeconds: wait };
    if (kept.secret === secret) {
      kept.wrong = 0;
      return { ok: true };
    }
    kept.wrong += 1;
    const waitSeconds = kept.wrong < 3 ? 0 : Math.min(3600, 5 * 3 ** (kept.wrong - 3));
    kept.until = this.now() + waitSeconds * 1000;
    return kept.wrong >= 10 ? { ok: false, why: 'locked' } : { ok: false, why: 'wrong', triesLeft: 10 - kept.wrong, waitSeconds };
  }

  async lock(): Promise<void> {}

  async forgotten(): Promise<Forgotten> {
    return { left: 0, sent: this.kept.length, held: 0, refused: 0, files: 0, mayBegin: true };
  }

  async wipe(username: string): Promise<void> {
    this.secrets.delete(username);
    this.enrolled = this.enrolled.filter((worker) => worker.username !== username);
    this.all = villagers(this.day);
    this.kept = [];
    this.begun.clear();
  }

  // --- what is shown
  private short(one: Villager): PersonShort {
    const name = one.written || (one.babyOf !== null ? babyName(one.babyOf, language()) : one.given !== null ? practiceName(one.given, language()) : '');
    return {
      subject: one.subject, name, place: this.homes.name(one.house), placeId: this.homes.hamlet(one.house), house: this.homes.name(one.house),
      village: this.homes.village(this.homes.hamlet(one.house)),
      born: { first: one.bornDay, last: one.bornDay + (one.bornPrecision === 'year' ? 364 : 0), precision: one.bornPrecision },
      weeks: one.weeks, ageDays: one.ageDays, cardCode: null, practice: true,
    };
  }

  private card(one: Villager): TodayCard | null {
    const steps = one.steps.filter((each) => each.status === 'due' || each.status === 'late');
    if (steps.length === 0) return null;
    return { person: this.short(one), steps, top: steps.some((each) => each.danger) ? 'danger' : steps.some((each) => each.status === 'late') ? 'late' : 'due' };
  }

  // --- where they live
  private readonly homes = new PracticeHouses(() => this.all, (one) => {
    const card = this.card(one);
    return { person: this.short(one), steps: card?.steps ?? [], top: card?.top ?? null };
  });

  walk = async (): Promise<WalkPlace[]> => this.homes.walk();
  keepPlaces = async (ids: string[]): Promise<void> => this.homes.keepPlaces(ids);
  keepHouses = async (placeId: string, names: string[]): Promise<void> => this.homes.keepHouses(placeId, names);
  house = async (name: string, placeId: string): Promise<HouseNow | null> => this.homes.house(name, placeId);
  houses = async (words: string): Promise<HouseShort[]> => this.homes.find(words);

  async today(_day?: number, _most?: number, walking = false): Promise<Today> {
    const cards = [...this.all].sort((a, b) => this.homes.turn(a) - this.homes.turn(b)).flatMap((one) => this.card(one) ?? []);
    const soon = this.all.flatMap((one) => one.steps).filter((each) => each.status === 'later' && (each.opens ?? 0) <= this.day + 7).length;
    const of = (top: TodayCard['top']): TodayCard[] => cards.filter((card) => card.top === top);
    const [late, due] = walking ? [[], []] : [of('late'), of('due')];
    const walk = walking ? cards.filter((card) => card.top !== 'danger') : [];
    return { day: this.day, danger: of('danger'), late, due, walk, more: { late: 0, due: 0 }, soon, people: this.all.length };
  }

  async people(words: string, most = 50): Promise<PersonShort[]> {
    const asked = plain(words).split(/\s+/).filter(Boolean);
    return this.all
      .filter((one) => {
        const known = `${plain(this.short(one).name)} ${plain(`${this.short(one).place} ${this.short(one).village}`)} ${one.given ? everySpelling(one.given) : one.babyOf ? everySpelling(one.babyOf) : ''}`;
        return asked.every((word) => known.includes(word));
      })
      .slice(0, most)
      .map((one) => this.short(one));
  }

  async byCard(): Promise<PersonShort | null> {
    return null;
  }

  async story(subject: string): Promise<Story> {
    const one = this.find(subject);
    const entries = this.kept.filter((kept) => kept.filled.subject === subject).map((kept) => this.entry(kept)).reverse();
    const told = one.written === '' ? [this.past(one)] : [];
    return {
      person: this.short(one), phone: one.phone, steps: one.steps, entries: [...entries, ...told],
      relatives: one.family.map((relative) => ({ name: relative.relation, person: this.short(this.find(relative.subject)) })),
      conflicts: one.given === 'bopha' ? [this.conflict()] : [],
    };
  }

  private conflict(): Story['conflicts'][number] {
    return {
      what: 'residence',
      values: [{ submission: 'practice-a', text: t('practice.house_1'), shown: true }, { submission: 'practice-b', text: t('practice.house_3'), shown: false }],
    };
  }

  /** What a villager brought with her: how she came into the list. */
  private past(one: Villager): StoryEntry {
    const title: Words = one.babyOf !== null ? KNOWN.baby_24h.title : (programme.registered as Words);
    const day = one.babyOf !== null ? this.day - 8 : this.day - Math.max(7, (one.weeks ?? 40) * 7 - 84);
    return { submission: `${one.subject}-first`, form: 'register', title, day, author: t('practice.you'), mine: false, fixable: false, state: 'server', facts: [] };
  }

  private entry(kept: Kept): StoryEntry {
    const labels = programme.questions as Record<string, { label: Words; choices?: Record<string, Words> }>;
    const facts = [...flat(kept.filled.answers)].flatMap(([name, value]) => {
      const known = labels[name];
      return known === undefined ? [] : [{ code: name, label: known.label, value, valueWords: known.choices?.[value] ?? null, told: true }];
    });
    const title = (programme.titles as Record<string, Words>)[kept.filled.form] ?? {};
    return {
      submission: kept.id, form: kept.filled.form, title, day: kept.day, author: t('practice.you'), mine: true, fixable: true, state: kept.sent ? 'sent' : 'here', facts,
    };
  }

  private find(subject: string): Villager {
    const one = this.all.find((each) => each.subject === subject);
    if (one === undefined) throw { code: 'gone' } satisfies Trouble;
    return one;
  }

  /** Nobody real is called from here: whoever wants to try writes a number of her own. */
  async calls(): Promise<Call[]> {
    return [];
  }

  /** Of what was done here; the village has no figures but this. */
  async month(year: number, month: number): Promise<Month> {
    const there = new Date(this.now());
    const mine = there.getFullYear() === year && there.getMonth() + 1 === month ? this.kept : [];
    const who = (kept: Kept[]): PersonShort[] => [...new Set(kept.map((one) => one.filled.subject))].map((one) => this.short(this.find(one)));
    const titles = programme.titles as Record<string, Words>;
    const work = [...new Set(mine.map((one) => one.filled.form))].map((form) => {
      const own = mine.filter((one) => one.filled.form === form);
      return { form, title: titles[form] ?? {}, times: own.length, who: who(own) };
    });
    const not = mine.filter((one) => one.filled.form === 'visit_not_done');
    const why = (one: Kept): string => String(one.filled.answers['not_done_reason']);
    const reasons = [...new Set(not.map(why))].map((reason) => {
      const own = not.filter((one) => why(one) === reason);
      return { reason, words: programme.reasons.find((one) => one.code === reason)?.words ?? {}, times: own.length, who: who(own) };
    });
    const babies = this.all.filter((one) => one.ageDays !== null);
    const visited = new Set(mine.filter((one) => one.filled.form === 'postnatal_baby').map((one) => one.filled.subject));
    const [yes, no] = [babies.filter((one) => visited.has(one.subject)), babies.filter((one) => !visited.has(one.subject))];
    const figure: MonthFigure = {
      name: 'practice', programme: 'practice', title: titles['postnatal_baby'] ?? {}, confirmed: false, yes: yes.length, of: babies.length,
      whoYes: yes.map((one) => this.short(one)), whoNot: no.map((one) => this.short(one)),
    };
    return { year, month, seen: who(mine.filter((one) => one.filled.form !== 'visit_not_done')), work, reasons, figures: there.getFullYear() === year && there.getMonth() + 1 === month ? [figure] : [] };
  }

  async places(): Promise<{ id: string; name: Words; kind: string }[]> {
    return [{ id: 'practice', name: { [language()]: t('practice.village') }, kind: 'village' }];
  }

  // --- women move: in the village of invented people nobody lives elsewhere
  async placesAnywhere(): Promise<PlaceAnywhere[]> {
    return [];
  }

  async seek(): Promise<{ found: FoundElsewhere[]; many: boolean }> {
    throw { code: 'practice_seek' } satisfies Trouble;
  }

  async openHere(): Promise<void> {
    throw { code: 'practice_seek' } satisfies Trouble;
  }

  async closeHere(): Promise<void> {}

  async guests(): Promise<Guest[]> {
    return [];
  }

  async arrivals(): Promise<Arrival[]> {
    return [];
  }

  // --- forms
  private async library(): Promise<Forms> {
    return (await import('./forms.json')).default as Forms;
  }

  async forms(): Promise<FormInfo[]> {
    const titles = programme.titles as Record<string, Words>;
    return Object.entries(titles).filter(([id]) => id !== 'visit_not_done').map(([id, title]) => ({
      id, version: '1', programme: 'practice', title, languages: ['en', 'vi', 'km', 'bg'], makes: id === 'register' ? 'person' : null,
      of: OF[id] ?? 'person', uploaded: false,
    }));
  }

  async formXml(form: string): Promise<FormOpened> {
    const id = form.split('@')[0] ?? '';
    const found = (await this.library())[id];
    if (found === undefined) throw { code: 'form' } satisfies Trouble;
    return { xml: found.xml, version: found.version, title: (programme.titles as Record<string, Words>)[id] ?? {}, media: {}, base: {}, sends: SENDS };
  }

  async lastAnswers(form: string, subject: string, except = ''): Promise<LastAnswers> {
    return lastOf(this.kept.filter((kept) => kept.filled.form === form && kept.filled.subject === subject && kept.id !== except));
  }

  async drafts(): Promise<Draft[]> {
    const who = (subject: string): PersonShort | undefined => this.all.filter((one) => one.subject === subject).map((one) => this.short(one))[0];
    return [...this.begun.values()].map(({ instance: _instance, page: _page, ...short }) => {
      const person = who(short.subject);
      return person ? { ...short, person } : short;
    });
  }

  async draft(id: string): Promise<DraftWhole | null> {
    return this.begun.get(id) ?? null;
  }

  async keepDraft(draft: DraftWhole, name: string): Promise<void> {
    this.begun.set(draft.id, { ...draft, name });
  }

  async dropDraft(id: string): Promise<void> {
    this.begun.delete(id);
    this.files.delete(id);
  }

  async keepFile(draft: string, name: string, file: Blob | null): Promise<void> {
    const own = this.files.get(draft) ?? new Map<string, Blob>();
    if (file === null) own.delete(name);
    else own.set(name, file);
    this.files.set(draft, own);
  }

  async filesOf(draft: string): Promise<[name: string, file: Blob][]> {
    return [...(this.files.get(draft) ?? [])];
  }

  private dangerous(filled: FilledForm): boolean {
    const answers = flat(filled.answers);
    return DANGER_SIGNS.some((sign) => answers.get(sign) === 'yes');
  }

  async warnings(filled: FilledForm): Promise<Warning[]> {
    if (!this.dangerous(filled)) return [];
    const known = KNOWN.danger_sign;
    const answers = flat(filled.answers);
    const sent = this.sentFrom(filled) || SENDS.some((one) => answers.get(one) === 'yes');
    return [{ pathway: known.pathway, step: 'danger_sign', title: known.title, advice: known.advice, form: known.form, refers: known.refers, confirmed: false, ...(sent ? { sent } : {}) }];
  }

  /** Whether she was sent to a hospital from within this visit. */
  private sentFrom({ sentMs, subject }: FilledForm): boolean {
    const sent = (one: Kept): boolean => one.filled.subject === subject && one.ms >= (sentMs ?? 0) && flat(one.filled.answers).get('referral_sent') === 'yes';
    return Boolean(sentMs) && this.kept.some(sent);
  }

  async submit(filled: FilledForm, draft?: string): Promise<string> {
    const id = `practice-kept-${this.kept.length + 1}`;
    const answers = flat(filled.answers);
    let subject = filled.subject;
    if (filled.form === 'register' && subject === '') subject = this.register(answers.get('called') ?? '', answers.get('house_name') ?? '');
    if (filled.replaces !== undefined) this.kept = this.kept.filter((kept) => kept.id !== filled.replaces);
    this.kept.push({ id, filled: { ...filled, subject }, day: this.day, ms: this.now(), sent: false });
    this.happened(this.find(subject), { ...filled, subject }, answers);
    if (draft !== undefined) this.begun.delete(draft);
    return id;
  }

  private register(called: string, named: string): string {
    const subject = `practice-${this.all.length + 1}`;
    this.all.push({
      subject, given: null, written: t('practice.name', { name: called }), babyOf: null, house: this.homes.called(named), bornDay: this.day - 9000, bornPrecision: 'year', weeks: 12,
      ageDays: null, phone: null, steps: contacts(subject, this.day, 12, 0), family: [],
    });
    return subject;
  }

  /** What a form changes in the village: the step that it was for is done, a danger sign opens one, a referral answers it. */
  private happened(one: Villager, filled: FilledForm, answers: Map<string, string>): void {
    const done = (test: (each: StepNow) => boolean): void => {
      one.steps = one.steps.map((each) => (test(each) && (each.status === 'due' || each.status === 'late') ? { ...each, status: 'done', doneOn: this.day } : each));
    };
    if (filled.form === KNOWN.danger_sign.form || answers.get('referral_sent') === 'yes') done((each) => each.danger);
    else if (this.dangerous(filled) && !this.sentFrom(filled) && !one.steps.some((each) => each.danger && each.status === 'due')) {
      const sign = step(one.subject, 'danger_sign', one.steps.length, { due: this.day });
      one.steps = [{ ...sign, opens: this.day, overdue: this.day + 1, danger: true, status: 'due' }, ...one.steps];
    }
    done((each) => !each.danger && each.form === filled.form);
  }

  async answersOf(submission: string): Promise<FilledForm | null> {
    return this.kept.find((kept) => kept.id === submission)?.filled ?? null;
  }

  async reasons(): Promise<Reason[]> {
    return programme.reasons;
  }

  async notDone(asked: StepNow, reason: string): Promise<string> {
    const one = this.find(asked.subject);
    const same = (each: StepNow): boolean => each.pathway === asked.pathway && each.step === asked.step && each.n === asked.n;
    one.steps = one.steps.map((each) => (same(each) ? { ...each, notDone: { reason, day: this.day } } : each));
    const id = `practice-kept-${this.kept.length + 1}`;
    this.kept.push({
      id, day: this.day, ms: this.now(), sent: false,
      filled: { form: 'visit_not_done', version: '1', subject: asked.subject, place: 'practice', answers: { not_done_reason: reason } },
    });
    return id;
  }

  // --- what is where
  async sync(): Promise<Standing> {
    return this.standing(); // nothing is sent from here, not even by itself
  }

  async spare(): Promise<void> {}

  async standing(): Promise<Standing> {
    return {
      here: this.kept.filter((kept) => !kept.sent).length, safe: 0,
      held: [{ id: 'practice-held', form: 'register', day: this.day - 3, why: 'subject_of_another_area', next: '' }],
      refused: [], carried: 0, carriedFiles: 0, receipts: 0, files: 0, filesRefused: 0, copies: { count: 0, bytes: 0 }, lastOkMs: null, trouble: '', running: false, clockMs: 0,
    };
  }

  async handOver(): Promise<ParcelFile[]> {
    return this.kept.length ? [{ items: [], submissions: this.kept.length, pictures: 0, receipts: 0, size: NOTHING.length }] : [];
  }

  async parcel(): Promise<Blob> {
    return new Blob([NOTHING], { type: 'text/plain' });
  }

  async carry(): Promise<Accepted> {
    throw { code: 'practice_parcel' } satisfies Trouble;
  }

  /** Nothing is fetched from here; what the phone has is heard here too. */
  async fetchVoices(): Promise<boolean> {
    return true;
  }
}
