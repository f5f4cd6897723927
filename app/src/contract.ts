/** What the screens may ask of the phone's own engine (it lives in a worker), and the shapes that cross between them.
 *
 * Days are civil days since 1970-01-01; moments are UTC seconds unless a name ends in `Ms`.
 */

import type { HouseNow, HouseShort, LastAnswers, Month, WalkPlace } from './contract_lists';

export type Language = 'en' | 'vi' | 'km' | 'bg';
/** Language code to text. */
export type Words = Record<string, string>;
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface WorkerHere {
  username: string;
  called: string;
  language: Language | '';
  /** `pin` or `pattern`: how this worker opens her own. '' before she chose. */
  opensBy: 'pin' | 'pattern' | '';
  /** Invented people to learn with; never sent anywhere. */
  practice: boolean;
}

export type Unlocked =
  | { ok: true }
  | { ok: false; why: 'wrong'; triesLeft: number; waitSeconds: number }
  | { ok: false; why: 'wait'; waitSeconds: number }
  /** locked: too many tries; shut: the supervisor locked the phone. Only she can open it now. vanished: the secret was right, but
   * the browser took her database away: she begins anew, as after a forgotten secret. */
  | { ok: false; why: 'locked' | 'shut' | 'revoked' | 'wiped' | 'elsewhere' | 'vanished' };

export type Status = 'later' | 'due' | 'late' | 'missed' | 'done' | 'ended';

/** One step row as it reads now. */
export interface StepNow {
  subject: string;
  episode: string;
  pathway: string;
  step: string;
  n: number;
  rule: string;
  clock: 'day' | 'minute';
  opens: number | null;
  due: number | null;
  overdue: number | null;
  closes: number | null;
  doneOn: number | null;
  status: Status;
  danger: boolean;
  title: Words;
  /** What to do about it, where the pathway says. */
  advice: Words | null;
  form: string | null;
  /** Whether that form sends her to a hospital. */
  refers: boolean;
  /** Whether a clinician of this country signed the rule. */
  confirmed: boolean;
  /** Roles that are to act, from its escalation on also the one that it is passed on to. */
  owner?: string[];
  /** One of her own roles is among them; absent where nobody asked. */
  mine?: boolean;
  /** Why it was not done, as somebody answered last; null when nobody did. */
  notDone: { reason: string; day: number } | null;
}

export interface PersonShort {
  subject: string;
  /** What she is called; of who has no name yet, what the mother is called. */
  name: string;
  /** What the mother is called, where she is known. */
  mother?: string;
  /** House, household or village: what tells two of one name apart. */
  place: string;
  placeId: string;
  /** The house or family, as it was told; of a baby the mother's. '' where nobody told one. */
  house: string;
  /** The smallest place in which they live, by its name; '' where it is not known. */
  village: string;
  born: Told | null;
  /** Weeks pregnant today; null when she is not, or nobody knows. */
  weeks: number | null;
  /** A baby: days since birth. */
  ageDays: number | null;
  cardCode: string | null;
  practice: boolean;
}

/** A day as it was told: `year`, `month` or `day` precise. */
export interface Told {
  first: number;
  last: number;
  precision: 'year' | 'month' | 'day' | 'season';
}

/** Somebody on today's list, by what is most urgent of her. */
export interface TodayCard {
  person: PersonShort;
  steps: StepNow[];
  top: 'danger' | 'late' | 'due';
}

export interface Today {
  day: number;
  danger: TodayCard[];
  late: TodayCard[];
  due: TodayCard[];
  /** As she walks: everybody who is late or due, by place and house; `late` and `due` are empty then. */
  walk: TodayCard[];
  /** How many more there are than were asked for; danger is always whole. */
  more: { late: number; due: number };
  /** How many are due within a week and not yet. */
  soon: number;
  people: number;
}

export interface StoryEntry {
  submission: string;
  form: string;
  title: Words;
  day: number;
  author: string;
  mine: boolean;
  /** What was answered is on this phone, so that it can be corrected here: not after a forgotten secret, nor on another phone of hers. */
  fixable: boolean;
  /** Where it is now. */
  state: OutState | 'server';
  facts: { code: string; label: Words; value: string; valueWords: Words | null; told: boolean }[];
}

export interface Story {
  person: PersonShort;
  phone: PhoneRules | null;
  steps: StepNow[];
  entries: StoryEntry[];
  relatives: { name: string; person: PersonShort }[];
  conflicts: { what: string; values: { submission: string; text: string; shown: boolean }[] }[];
}

/** Whose telephone it is and what may be sent to it. */
export interface PhoneRules {
  number: string;
  /** `own`, `shared`, `none`; '' where nobody asked. */
  whose: string;
  /** Who else uses a shared one: `partner`, `mother_in_law`, `mother`, `relative`, `neighbour`, `other`; '' where nobody asked. */
  sharedWith: string;
  /** The hours at which it is safe to call, apart by spaces: `morning midday afternoon evening`; '' where nobody asked. */
  hours: string;
  /** Whether she wants messages: `yes`, `no`, ''. */
  may: string;
  /** What a message may say: `come`, no more than that she is expected; `visit`, which visit it is; '' where nobody asked. */
  words: string;
}

export interface FormInfo {
  id: string;
  version: string;
  programme: string;
  title: Words;
  languages: string[];
  /** Makes somebody new rather than speaking of somebody known. */
  makes: string | null;
  /** Of whom it speaks: somebody new, a woman who is or was pregnant, a small child, anybody known, nobody at all; `step`: it
   * answers a step, and is not begun by itself. */
  of: 'new' | 'woman' | 'child' | 'person' | 'nobody' | 'step';
  /** Somebody uploaded it: it is no programme's own. */
  uploaded: boolean;
}

/** A form as it is opened. */
export interface FormOpened {
  xml: string;
  version: string;
  title: Words;
  media: { [name: string]: string };
  /** Attribute of the person that it may change -> the submission whose value was shown when it was opened. */
  base: { [name: string]: string | null };
  /** Questions (groups and name, with / between) that ask whether somebody is on the way to a hospital. */
  sends: string[];
}

export interface FilledForm {
  form: string;
  version: string;
  /** '' for a form that makes its own subject. */
  subject: string;
  place: string;
  answers: { [name: string]: Json };
  /** The submission that this one corrects. */
  replaces?: string;
  /** Attribute name to the submission whose value was on the screen. */
  base?: { [name: string]: string | null };
  /** When another form was opened from within this one, by the phone's clock (ms): what this one says was so before that. */
  sentMs?: number | null;
}

export interface Draft {
  id: string;
  form: string;
  version: string;
  subject: string;
  /** What somebody new is called, as far as it is typed. */
  name: string;
  /** Of whom it speaks. */
  person?: PersonShort;
  /** It speaks of somebody who is no longer on this phone. */
  gone?: boolean;
  /** What is written in it so far is dangerous, and she was not sent yet. */
  danger?: boolean;
  startedMs: number;
  changedMs: number;
  replaces: string | null;
  /** Where it takes place, where that was chosen; '' where it follows from her home. */
  place?: string;
}

export interface DraftWhole extends Draft {
  /** The form engine's own saved instance (XML), to go on from. */
  instance: string;
  page: number;
  /** The day that the list showed when it was begun (ISO date). */
  dueShown?: string;
  /** As `FilledForm.sentMs`. */
  sentMs?: number | null;
  /** As `FormOpened.base`, when it was begun. */
  base?: { [name: string]: string | null };
}

/** A danger that a draft would raise. */
export interface Warning {
  pathway: string;
  step: string;
  title: Words;
  advice: Words | null;
  form: string | null;
  /** Whether that form sends her to a hospital. */
  refers: boolean;
  confirmed: boolean;
  /** She was sent to a hospital since, from within this very visit. */
  sent?: boolean;
}

export type OutState = 'here' | 'sent' | 'held' | 'refused';

export interface Standing {
  /** Made on this phone and not yet acknowledged. */
  here: number;
  /** Acknowledged by the server, ever. */
  safe: number;
  /** Waits there for a person to decide. */
  /** why: the station's code for the reason; the screens have words for it. */
  held: { id: string; form: string; day: number; why: string; next: string }[];
  refused: { id: string; form: string; day: number; why: string; next: string }[];
  /** Submissions, and pictures, that are carried for others. */
  carried: number;
  carriedFiles: number;
  /** For how many submissions and pictures of others this phone has receipts that it gave to nobody yet. */
  receipts: number;
  /** Pictures and recordings that are still on this phone alone; they go last. */
  files: number;
  /** Of hers, that the station would not have. */
  filesRefused: number;
  /** Sealed copies of pictures that are at the station, and their bytes: kept for forty days, or until room is short. */
  copies: { count: number; bytes: number };
  lastOkMs: number | null;
  /** What the last try met; '' when it went well. */
  trouble: '' | 'offline' | 'server' | 'revoked' | 'wiped' | 'locked' | 'busy';
  running: boolean;
  /** What has to be added to the phone's clock, in milliseconds: 0 as long as it is believed. */
  clockMs: number;
}

/** Where the work of somebody is whose database does not open. left: sealed on this phone alone; sent, held, refused: what receipts
 * said since it was open last; files: pictures that are on this phone alone. */
export interface Forgotten {
  left: number;
  sent: number;
  held: number;
  refused: number;
  files: number;
  mayBegin: boolean;
}

/** A file to hand over, before it is made. items: names that the engine knows. size: bytes, about. */
export interface ParcelFile {
  items: string[];
  submissions: number;
  pictures: number;
  /** Submissions and pictures of others for which it takes receipts back. */
  receipts: number;
  size: number;
}

/** What a parcel from another phone brought. */
export interface Accepted {
  /** Taken along for others. */
  submissions: number;
  pictures: number;
  /** Were here before, or are this phone's own. */
  known: number;
  /** Made on this phone, and now known to be at the station. */
  safe: number;
  safePictures: number;
  /** Receipts for others, carried on. */
  receipts: number;
  /** Receipts that do not count: not signed by this phone's station, or from before it was restored. */
  foreign: number;
}

/** Somebody who answers when a worker calls for help. number: as it is dialled; name: '' where nobody wrote it. */
export interface Call {
  name: string;
  role: string;
  number: string;
  place: string;
}

export interface Reason {
  code: string;
  words: Words;
}

/** Why somebody outside the area is looked for; it is written down with who asked. */
export type SeekReason = 'birth_here' | 'staying' | 'moved' | 'sent_here' | 'urgent' | 'other';
export type Sought = { reason: SeekReason } & ({ card: string } | { name: string; year: number; place: string });

/** A place anywhere, with what it is inside of, the smallest first. */
export interface PlaceAnywhere {
  id: string;
  names: Words;
  within: Words[];
}

/** The least that tells somebody of another area apart. here: she is on this worker's own list. */
export interface FoundElsewhere {
  subject: string;
  called: string;
  born: number | null;
  place: { id: string; names: Words } | null;
  here: boolean;
}

/** Somebody of another area who is here now. until: the day on which she goes from this phone by herself. */
export interface Guest {
  person: PersonShort;
  until: number;
  reason: SeekReason;
  place: Words;
}

/** Somebody who came to live here from elsewhere, as somebody else wrote. */
export interface Arrival {
  person: PersonShort;
  since: number;
  by: string;
}

export type * from './contract_lists';

export interface Phone {
  workers(): Promise<WorkerHere[]>;
  /** Throws Told errors: `code` (wrong, used or expired), `offline`. */
  enrol(server: string, code: string): Promise<WorkerHere>;
  /** First secret after enrolment, or a new one when open. */
  setSecret(username: string, secret: string, kind: 'pin' | 'pattern'): Promise<void>;
  unlock(username: string, secret: string): Promise<Unlocked>;
  lock(): Promise<void>;
  /** After a forgotten secret: sends what is sealed, and asks whether the supervisor allowed to begin anew. */
  forgotten(username: string): Promise<Forgotten>;
  wipe(username: string): Promise<void>;

  /** walking: in the order in which she walks, and not the most urgent first. Danger stands on top of either. */
  today(day?: number, most?: number, walking?: boolean): Promise<Today>;
  /** Everybody of one house; null where nobody lives in it any more. */
  house(name: string, placeId: string): Promise<HouseNow | null>;
  /** Houses by a part of their name, and of their place. */
  houses(words: string, most?: number): Promise<HouseShort[]>;
  /** All her places and houses, in the order in which she walks. */
  walk(): Promise<WalkPlace[]>;
  /** From now on in this order; without an order of hers, from her base to what is nearest, else by name. */
  keepPlaces(ids: string[]): Promise<void>;
  keepHouses(placeId: string, names: string[]): Promise<void>;
  people(words: string, most?: number): Promise<PersonShort[]>;
  byCard(code: string): Promise<PersonShort | null>;
  story(subject: string): Promise<Story>;
  places(): Promise<{ id: string; name: Words; kind: string }[]>;
  /** Whom to call when somebody is in danger, nearest first: as the server said last. */
  calls(): Promise<Call[]>;
  /** month: 1 to 12. */
  month(year: number, month: number): Promise<Month>;

  forms(): Promise<FormInfo[]>;
  /** form: its id, or `id@version` for the one that a draft was begun with. subject: of whom it is to speak. */
  formXml(form: string, subject?: string): Promise<FormOpened>;
  /** What was answered last to each question of this form about her, whoever wrote it; except: what is corrected. */
  lastAnswers(form: string, subject: string, except?: string): Promise<LastAnswers>;
  drafts(): Promise<Draft[]>;
  draft(id: string): Promise<DraftWhole | null>;
  keepDraft(draft: DraftWhole, name: string): Promise<void>;
  dropDraft(id: string): Promise<void>;
  /** Keeps a picture or a recording beside a draft, from now on through any crash; null puts it away. */
  keepFile(draft: string, name: string, file: Blob | null): Promise<void>;
  filesOf(draft: string): Promise<[name: string, file: Blob][]>;
  /** What the pathway would say if this were sent: danger only, newest rules, nothing kept. */
  warnings(filled: FilledForm): Promise<Warning[]>;
  /** Keeps it for good, signs it, works the list out, drops the draft; the id of the submission. */
  submit(filled: FilledForm, draft?: string): Promise<string>;
  /** The answers of an own submission, to correct them. */
  answersOf(submission: string): Promise<FilledForm | null>;
  reasons(): Promise<Reason[]>;
  notDone(step: StepNow, reason: string): Promise<string>;

  /** Women move. These ask the station: without a network they throw `offline`; too many questions throw `often`. */
  placesAnywhere(words: string): Promise<PlaceAnywhere[]>;
  /** many: more fit than are told; then nobody is. */
  seek(asked: Sought): Promise<{ found: FoundElsewhere[]; many: boolean }>;
  /** She is here now: hers comes to this phone for so many days. Only who was found. */
  openHere(subject: string, reason: SeekReason, days: number): Promise<void>;
  /** Ends it now: nothing of her stays on this phone. */
  closeHere(subject: string): Promise<void>;
  guests(): Promise<Guest[]>;
  arrivals(): Promise<Arrival[]>;

  sync(): Promise<Standing>;
  /** On a low battery: after a failure nothing is tried again by itself. */
  spare(spared: boolean): Promise<void>;
  standing(): Promise<Standing>;
  /** Everything not acknowledged, what is carried for others, and receipts for others, in sealed files: forms in the first, pictures
   * in the last. Of whoever is at work and of who cannot open hers; when nobody is at work, of everybody on this phone. */
  handOver(): Promise<ParcelFile[]>;
  parcel(planned: ParcelFile): Promise<Blob>;
  /** Takes in a parcel of somebody else's, unread, and receipts. Throws `parcel` for what is none, `parcel_broken` for half of one. */
  carry(file: Uint8Array): Promise<Accepted>;

  /** Brings the sounds of a language here, after everything else; whether all that there are have come. Gives way to `sync`.
   * Before anybody works here: those that are open to everybody. */
  fetchVoices(language: string): Promise<boolean>;
}

/** An error that a person can do something about; `code` has words in every language. */
export interface Trouble {
  code: string;
  detail?: string;
}
